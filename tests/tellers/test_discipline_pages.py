"""Pages of discipline: lists, one of each, recording, proposing, deciding, appealing, the figures."""

import csv
import io
import re
from datetime import date
from decimal import Decimal

import pytest
import python_calamine
from django.core.management import call_command
from django.urls import reverse

from accounts.models import AuditEntry
from accounts.notices import notices_of
from accounts.roles import Role
from complaints.models import Responsibility
from tellers.candidates import suggested
from tellers.models import Penalty, Violation, ViolationKind
from tellers.services.catalogue import SHIPPED
from tests.factories import make_staff, make_user
from tests.reports.letters import find, make_letter
from tests.tellers.discipline import (
    DAY,
    approve,
    fine,
    kind_of,
    lost_mark,
    make_leader,
    make_violation,
    propose,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed(client):
    """A function that signs somebody in and gives the client."""

    def enter(user):
        client.force_login(user)
        return client

    return enter


def page(client, name, /, *args, **query):
    return client.get(reverse(f"tellers:{name}", args=args), query)


def post(client, name, /, *args, query="", **data):
    return client.post(reverse(f"tellers:{name}", args=args) + query, data)


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def valid(unit, staff):
    """A valid complaint that names somebody."""
    letter = make_letter(unit, staff=staff)
    Responsibility.objects.create(
        branch=unit.branch, letter=letter, finding="BANK", unit=unit, staff=staff, grounds="属实",
        state="CONFIRMED", decided_on=DAY,
    )  # fmt: skip
    return letter


class TestViolations:
    def test_the_list_by_every_filter(self, org, cast, signed):
        client = signed(cast.service_office)
        often = make_staff(unit=org.a1, name="常犯")
        for day in (1, 2):
            make_violation(org.a1, staff=often, day=DAY.replace(day=day))
        make_violation(org.b1, "C01", day=date(2011, 5, 9))
        make_violation(org.branch, "B01", day=date(2011, 6, 9))
        cases = {
            "": 4, "since=2011-05": 2, "until=2011-04": 2, f"unit={org.a.pk}": 2, "outside=on": 1,
            "person=常犯": 2, f"person={often.number}": 2, "severity=GRAVE": 1, "source=LETTER": 0,
            f"kind={kind_of(org.branch, 'B01').pk}": 1, "state=REVOKED": 0, "repeated=on": 2,
            "since=nonsense": 4, "sort=-staff": 4,
        }  # fmt: skip
        for query, number in cases.items():
            found = client.get(f"{reverse('tellers:violations')}?{query}")
            assert found.context["page_obj"].paginator.count == number, query

    def test_the_same_number_of_queries(self, org, cast, signed, django_assert_max_num_queries):
        client = signed(cast.service_office)
        fine(make_violation(org.a1))
        page(client, "violations")
        with django_assert_max_num_queries(12):
            page(client, "violations")
        for unit in (org.a2, org.b1):
            fine(make_violation(unit))
        with django_assert_max_num_queries(12):
            page(client, "violations")

    def test_evidence_leads_to_where_it_is(self, org, cast, signed):
        staff = make_staff(unit=org.a1)
        answer = lost_mark(org.a1, staff)
        row = make_violation(
            org.a1, staff=staff, source="INSPECTION", answer=answer, inspection=answer.inspection
        )
        letter = valid(org.a1, staff)
        told = make_violation(org.a1, "C01", staff=staff, source="LETTER", letter=letter, day=DAY)
        office = signed(cast.service_office)
        link = (
            f"{reverse('inspections:inspection', args=[row.inspection_id])}#item-{answer.item_id}"
        )
        assert link in page(office, "violation", row.pk).content.decode()
        address = reverse("complaints:letter", args=[letter.pk])
        assert address in page(office, "violation", told.pk).content.decode()
        own = signed(make_user(role=Role.TELLER, unit=org.a1, staff=staff))
        shown = page(own, "violation", told.pk).content.decode()
        assert address not in shown
        assert letter.reference in shown
        assert link in page(own, "violation", row.pk).content.decode()

    def test_a_letter_found_otherwise_since(self, org, cast, signed):
        staff = make_staff(unit=org.a1)
        letter = valid(org.a1, staff)
        row = make_violation(org.a1, staff=staff, source="LETTER", letter=letter)
        make_violation(org.a1)
        client = signed(cast.service_office)
        assert not page(client, "violation", row.pk).context["is_unfounded"]
        find(letter, "CUSTOMER", DAY)
        assert "请核实是否撤销" in text(page(client, "violation", row.pk))
        listed = page(client, "violations", unfounded="on").context["page_obj"]
        assert [one.pk for one in listed] == [row.pk]
        assert any("认定已经变更" in one.text for one in notices_of(cast.service_office))
        assert not any("认定已经变更" in one.text for one in notices_of(cast.leadership))

    def test_by_hand_and_taken_back(self, org, cast, signed):
        client = signed(cast.service_office)
        kind, staff = kind_of(org.branch), make_staff(unit=org.a1)
        asked = {"staff": staff.pk, "kind": kind.pk, "day": "2011-04-08"}
        wrong = post(client, "violation_new", **asked | {"day": "2999-01-01"})
        assert wrong.status_code == 422
        assert "日期不能在将来" in text(wrong)
        post(client, "violation_new", **asked, note="未戴工号牌")
        row = Violation.objects.get()
        assert (row.unit, row.note, row.recorded_by) == (org.a1, "未戴工号牌", cast.service_office)
        made = propose(row)
        refused = post(client, "violation_revoke", row.pk, reason="认错了人")
        assert refused.status_code == 409
        assert "还有依据这项违规的处罚" in text(refused)
        Penalty.objects.filter(pk=made.pk).delete()
        assert post(client, "violation_revoke", row.pk, reason="").status_code == 422
        assert post(client, "violation_revoke", row.pk, reason="认错了人").status_code == 302
        assert "已撤销" in text(page(client, "violation", row.pk))

    def test_as_files(self, org, cast, signed, tmp_path):
        leader, staff = make_leader(org.a, name="主管"), make_staff(unit=org.a1, number="A7")
        first = make_violation(org.a1, "B01", staff=staff)
        second = make_violation(org.a1, "C01", staff=staff)
        fine(first, second, ground="REPEAT", amount=300)
        fine(first, ground="LEADER", amount=900)
        propose(first, kind="NO_STAR", year=2011)
        make_violation(org.a1, day=date(2011, 5, 1))
        file = tmp_path / "违规.csv"
        call_command("export", "violations", "2011-04", str(file), "--unit", "AS")
        header, *rows = csv.reader(io.StringIO(file.read_bytes().decode("utf-8-sig")))
        assert header == [
            "日期",
            "员工号",
            "姓名",
            "机构号",
            "违规事项",
            "程度",
            "来源",
            "处罚",
            "金额",
            "主管领导",
        ]
        assert rows[0] == [
            "2011-04-08", "A7", staff.name, "ASA1", "推诿客户，未落实首问负责制", "较重", "登记",
            "经济处罚", "300.00", leader.name,
        ]  # fmt: skip
        assert len(rows) == 2
        client = signed(cast.service_office)
        given = page(client, "violations_export", since="2011-04", until="2011-04", sort="day")
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(given.content))
        assert book.get_sheet_by_index(0).to_python()[0] == header
        assert len(book.get_sheet_by_index(0).to_python()) == 3
        assert AuditEntry.objects.filter(event="violation.export").exists()


class TestCandidates:
    def test_recorded_in_one_step(self, org, cast, signed):
        client = signed(cast.service_office)
        staff = make_staff(unit=org.a1)
        first, second = lost_mark(org.a1, staff), lost_mark(org.a1, staff)
        lost_mark(org.b1, None)
        letter = valid(org.a1, staff)
        kind_of(org.branch)
        month = f"?month={letter.responsibilities.get().decided_on:%Y-%m}"
        shown = page(client, "violation_candidates", month="2011-04")
        assert shown.context["number"] >= 2
        likely = page(client, "violation_candidates", month="2011-04", likely="on")
        assert likely.context["offer"].answers == []
        ViolationKind.objects.filter(code="B03").update(name="检查内容")
        likely = page(client, "violation_candidates", month="2011-04", likely="on")
        assert {one.code for one in likely.context["offer"].answers} == {"B03"}
        nothing = post(client, "violation_candidates", query="?month=2011-04")
        assert nothing.status_code == 422
        assert "请先勾选" in text(nothing)
        keys = {"pick": [f"A{first.pk}"], f"kind-A{first.pk}": ""}
        assert "选择违规事项" in text(
            post(client, "violation_candidates", query="?month=2011-04", **keys)
        )
        keys[f"kind-A{first.pk}"] = "B01"
        post(client, "violation_candidates", query="?month=2011-04", **keys)
        row = Violation.objects.get()
        assert (row.answer, row.kind.code, row.source, row.day) == (first, "B01", "INSPECTION", DAY)
        only = {"only": f"L{letter.responsibilities.get().pk}"}
        kinds = {f"kind-{only['only']}": "C01"}
        post(client, "violation_candidates", query=month, **only, **kinds)
        assert Violation.objects.filter(letter=letter, source="LETTER").exists()
        forged = {"pick": [f"A{first.pk}", "A0"], f"kind-A{first.pk}": "B01"}
        again = post(client, "violation_candidates", query="?month=2011-04", **forged)
        assert again.status_code == 422
        assert second.pk in {one.row.pk for one in again.context["offer"].answers}

    def test_from_the_inspections_and_the_letters_pages(self, org, cast, signed):
        client = signed(cast.service_office)
        staff = make_staff(unit=org.a1)
        answer, letter = lost_mark(org.a1, staff), valid(org.a1, staff)
        kind_of(org.branch)
        for name, address, pk, key in (
            ("inspection_violations", "inspections:inspection", answer.inspection_id, "A"),
            ("letter_violations", "complaints:letter", letter.pk, "L"),
        ):
            door = reverse(f"tellers:{name}", args=[pk])
            assert door in client.get(reverse(address, args=[pk])).content.decode()
            offer = page(client, name, pk).context["offer"]
            one = (offer.answers or offer.letters)[0]
            assert offer.number == 1
            assert one.key.startswith(key)
            assert (
                post(client, name, pk, only=one.key, **{f"kind-{one.key}": "B02"}).status_code
                == 302
            )
            after = page(client, name, pk)
            assert after.context["number"] == 0
            assert len(after.context["recorded"]) == 1

    def test_the_entry_that_is_likely(self):
        names = {code: name for code, name, _ in SHIPPED}
        assert suggested("临时离柜时，票据、现金、印章入锁", names) == "B03"
        assert suggested("员工着装统一，工号牌佩戴规范", names) == "A01"
        assert suggested("地面清洁", names) == ""


class TestPenalties:
    def test_several_people_at_once(self, org, cast, signed):
        client = signed(cast.service_office)
        leader, often = make_leader(org.a), make_staff(unit=org.a1)
        rows = [make_violation(org.a1, staff=often, day=DAY.replace(day=n)) for n in (1, 2)]
        query = f"?violations={rows[0].pk}&violations={rows[1].pk}"
        keys = [f"REPEAT-{often.pk}", f"LEADER-{leader.pk}"]
        asked = {"subjects": keys, "kinds": ["ECONOMIC", "NO_STAR"], "reason": "屡次违规"}
        wrong = post(client, "penalty_new", query=query, **asked)
        assert wrong.status_code == 422
        assert "请写明经济处罚的金额" in text(wrong)
        post(client, "penalty_new", query=query, **asked, amount="200", year="2011")
        made = Penalty.objects.order_by("pk")
        assert {(one.staff, one.ground, one.kind, one.amount, one.year) for one in made} == {
            (often, "REPEAT", "ECONOMIC", Decimal(200), None),
            (often, "REPEAT", "NO_STAR", None, 2011),
            (leader, "LEADER", "ECONOMIC", Decimal(200), None),
            (leader, "LEADER", "NO_STAR", None, 2011),
        }
        again = post(client, "penalty_new", query=query, **asked, amount="200", year="2011")
        assert again.status_code == 409
        assert made.count() == 4
        assert "已对" in text(again)

    def test_repeat_violators_and_leaders_of_a_year(self, org, cast, signed):
        client = signed(cast.service_office)
        leader, often = make_leader(org.a), make_staff(unit=org.a1)
        first, second = (
            make_violation(org.a1, staff=often, day=DAY.replace(day=n)) for n in (1, 2)
        )
        make_violation(org.b1)
        fine(first, second, ground="REPEAT")
        shown = page(client, "penalties_due").context["subjects"]
        assert [(one.staff, one.ground, one.held) for one in shown] == [
            (often, "REPEAT", ("ECONOMIC",)), (leader, "LEADER", ()),
        ]  # fmt: skip
        assert page(client, "penalties_due", unit=org.b.pk).context["subjects"] == []
        ticked = {"subjects": f"LEADER-{leader.pk}", "kinds": "CRITICISM", "reason": "管理不力"}
        post(client, "penalties_due", **ticked)
        assert set(Penalty.objects.get(ground="LEADER").violations.all()) == {first, second}

    def test_the_whole_way(self, org, cast, signed):
        row = make_violation(org.a1)
        made = propose(row, actor=cast.service_office)
        office = signed(cast.service_office)
        assert page(office, "penalties", waiting="on").context["page_obj"].paginator.count == 0
        assert post(office, "penalty_decide", made.pk, agreed="yes").status_code == 409
        assert not any("处罚" in one.text for one in notices_of(cast.service_office))
        assert any("1项处罚等待您办理" in one.text for one in notices_of(cast.leadership))
        boss = signed(cast.leadership)
        assert post(boss, "penalty_decide", made.pk, agreed="no").status_code == 422
        assert post(boss, "penalty_decide", made.pk, agreed="yes").status_code == 302
        office = signed(cast.service_office)
        assert page(office, "penalties", waiting="on").context["page_obj"].paginator.count == 1
        assert page(office, "penalty_appeal", made.pk).status_code == 403
        post(office, "penalty_notify", made.pk)
        person = make_user(role=Role.TELLER, unit=org.a1, staff=row.staff)
        assert any("可以申诉" in one.text for one in notices_of(person))
        own = signed(person)
        assert "申诉" in text(page(own, "penalty", made.pk))
        assert post(own, "penalty_appeal", made.pk, text=" ").status_code == 422
        post(own, "penalty_appeal", made.pk, text="当天不在岗")
        boss = signed(cast.leadership)
        assert "当天不在岗" in text(page(boss, "penalty_answer", made.pk))
        post(boss, "penalty_answer", made.pk, upheld="yes", reason="属实")
        made.refresh_from_db()
        assert made.state == "REVOKED"
        steps = [one.label for one in page(boss, "penalty", made.pk).context["steps"]]
        assert steps == ["提出", "批准", "告知本人", "申诉", "申诉成立，撤销处罚"]

    def test_several_at_once(self, org, cast, signed):
        made = [propose(make_violation(unit)) for unit in (org.a1, org.b1)]
        ticked = {"penalties": [one.pk for one in made] + ["x"]}
        post(signed(cast.leadership), "penalties_approve", **ticked)
        assert {one.state for one in Penalty.objects.all()} == {"APPROVED"}
        office = signed(cast.service_office)
        assert page(office, "penalties", waiting="on").context["acts"]["notify"]
        post(office, "penalties_notify", **ticked)
        assert {one.state for one in Penalty.objects.all()} == {"NOTIFIED"}
        nothing = office.post(reverse("tellers:penalties_notify"), ticked, follow=True)
        assert "没有可以这样办理的" in text(nothing)

    def test_who_signed_is_for_the_branch(self, org, cast, signed):
        made = approve(propose(make_violation(org.a1, staff=cast.teller.staff)))
        made.refresh_from_db()
        assert made.approved_by.name in text(page(signed(cast.leadership), "penalty", made.pk))
        assert made.approved_by.name not in text(page(signed(cast.teller), "penalty", made.pk))


class TestCatalogue:
    def test_added_changed_taken_out(self, org, cast, signed):
        client = signed(cast.service_office)
        asked = {"code": "D01", "name": "擅自代班", "severity": "SERIOUS", "is_active": "on"}
        post(client, "violation_kind_new", **asked)
        kind = ViolationKind.objects.get(code="D01")
        assert kind.branch == org.branch
        doubled = post(client, "violation_kind_new", **asked | {"code": "D02"})
        assert doubled.status_code == 409
        assert "已经有了" in text(doubled)
        post(client, "violation_kind", kind.pk, **asked | {"is_active": ""})
        kind.refresh_from_db()
        assert not kind.is_active
        assert "停用" in text(page(client, "catalogue"))


def test_a_teller_sees_only_the_own(org, cast, signed):
    own = make_violation(org.a1, staff=cast.teller.staff)
    make_violation(org.a1)
    shown = page(signed(cast.teller), "violations")
    assert [one.pk for one in shown.context["page_obj"]] == [own.pk]
    assert "unit" not in shown.context["form"].fields
