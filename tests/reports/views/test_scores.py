from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reports.services.corrections import correction_issue
from reports.services.months import months_close
from tellers.services.devices import DeviceFact, devices_record
from tests.factories import make_outlet, make_staff
from tests.reports.letters import complaint, find, make_letter, praise
from tests.reports.rows import APRIL, MAY, quiz, release
from tests.tellers.discipline import approve, make_leader, make_violation, propose

pytestmark = pytest.mark.django_db


def url(unit, month=APRIL, name="score"):
    return reverse(f"reports:{name}", args=[month, unit.pk])


def read(client, user, address):
    client.force_login(user)
    response = client.get(address)
    return response.status_code, response.content.decode()


def test_from_rank_to_inspections(client, org, cast):
    one = release(org.a1, score="92.00")
    two = release(org.a1, score="90.50")
    covert = release(org.a1, "COVERT", score="88.10")
    quiz(org.a1, "80.00", staff=make_staff(unit=org.a1, name="王芳"))
    status, html = read(client, cast.outlet_head, url(org.a1))
    assert status == 200
    assert "总分88.80，网点第1名，城区组第1名，上月未参评。" in html
    assert "(92.00+<wbr>90.50)/<wbr>2=91.25" in html
    for inspection in (one, two, covert):
        assert reverse("inspections:inspection", args=[inspection.pk]) in html
    assert "王芳" in html
    assert "初始办法" in html


def test_an_institution_by_its_outlets(client, org, cast):
    release(org.a1, score="92.00")
    release(org.a2, score="88.00")
    status, html = read(client, cast.institution_head, url(org.a, name="institution"))
    assert status == 200
    assert "(4×92.00+<wbr>4×88.00)/<wbr>8=90.00" in html
    assert url(org.a1) in html
    assert url(org.a2) in html


def test_the_months_before_and_after(client, org, cast):
    release(org.a1)
    release(org.a1, day=MAY.first)
    _, april = read(client, cast.outlet_head, url(org.a1))
    _, may = read(client, cast.outlet_head, url(org.a1, MAY))
    assert url(org.a1, MAY) in april
    assert url(org.a1) in may


def test_corrections_beside(client, org, cast):
    release(org.a1, score="90.00")
    months_close(branch_ids=[org.branch.pk], month=APRIL, actor=None)
    release(org.a1, score="80.00")
    correction_issue(branch=org.branch, month=APRIL, reason="漏报", actor=cast.service_office)
    _, html = read(client, cast.outlet_head, url(org.a1))
    assert "总分85.00" in html
    assert "?edition=0" in html
    _, old = read(client, cast.outlet_head, f"{url(org.a1)}?edition=0")
    assert "总分90.00" in old
    assert "这是更正以前的数字" in old
    assert read(client, cast.outlet_head, f"{url(org.a1)}?edition=7")[0] == 404


def test_an_unranked_outlet_says_why(client, org, cast):
    release(org.a2)
    _, html = read(client, cast.outlet_head, url(org.a1))
    assert "本月未参评" in html
    assert "本月无明查、暗访成绩，未参评" in html


def test_what_is_out_of_sight_is_not_found(client, org, cast):
    release(org.b1)
    foreign = make_outlet(parent=org.other)
    release(foreign)
    for user in (cast.outlet_head, cast.institution_head):
        assert read(client, user, url(org.b1))[0] == 404
    for user in (cast.service_office, cast.leadership):
        assert read(client, user, url(org.b1))[0] == 200
        assert read(client, user, url(foreign))[0] == 404
    assert read(client, cast.outlet_head, url(org.a, name="institution"))[0] == 404


def test_no_figures_no_page(client, org, cast):
    assert read(client, cast.service_office, url(org.a1))[0] == 404
    assert read(client, cast.service_office, f"/reports/scores/2011-13/{org.a1.pk}/")[0] == 404
    client.force_login(cast.service_office)
    release(org.a1)
    assert client.post(url(org.a1)).status_code == 405


def test_a_letter_opens_from_its_line(client, org, cast):
    release(org.a1, score="90.00")
    valid = complaint(org.a1, reference="LX-1")
    praised = praise(org.a1, reference="LX-2")
    _, html = read(client, cast.outlet_head, url(org.a1))
    assert "2011-04-08 有效投诉 -2.00" in html
    for letter, kind in ((valid, "投诉"), (praised, "表扬")):
        address = reverse("complaints:letter", args=[letter.pk])
        assert f'<a href="{address}">{kind}来信 {letter.reference}</a>' in html
    assert "2011年4月8日受理" in html
    assert client.get(reverse("complaints:letter", args=[valid.pk])).status_code == 200


def test_an_institutions_own_letters_open_too(client, org, cast):
    release(org.a1, score="90.00")
    letter = complaint(org.a, reference="LX-1")
    _, html = read(client, cast.institution_head, url(org.a, name="institution"))
    assert "LX-1" in html
    assert reverse("complaints:letter", args=[letter.pk]) in html
    assert "90.00-2.00=88.00" in html


def test_a_letter_out_of_sight_is_a_line_without_a_link(client, org, cast):
    """Somebody else's letter for which this outlet was found responsible."""
    release(org.a1, score="90.00")
    letter = make_letter(org.b1, reference="LX-1")
    find(letter, "BANK", date(2011, 4, 8), unit=org.a1)
    _, own = read(client, cast.outlet_head, url(org.a1))
    assert "2011-04-08 有效投诉 -2.00" in own
    assert "LX-1" not in own
    _, office = read(client, cast.service_office, url(org.a1))
    assert "LX-1" in office


def test_more_letters_are_not_more_queries(client, org, cast):
    release(org.a1, score="90.00")
    complaint(org.a1)
    read(client, cast.outlet_head, url(org.a1))

    def queries():
        with CaptureQueriesContext(connection) as captured:
            read(client, cast.outlet_head, url(org.a1))
        return len(captured)

    few = queries()
    for day in range(1, 6):
        praise(org.a1, date(2011, 4, day))
    assert queries() == few


def test_the_device_component_opens_the_tellers_months(client, org, cast):
    release(org.a1, score="90.00")
    one, two = (make_staff(unit=org.a1, name=name) for name in ("王芳", "李明"))
    facts = [(one, 600, 500, 400, 95, 5), (two, 400, 200, 190, 5, 5)]
    devices_record(
        facts=[DeviceFact(org.branch.pk, who.pk, APRIL.first, *sums, 0) for who, *sums in facts]
    )
    _, html = read(client, cast.outlet_head, url(org.a1))
    assert "2 名柜员的业务 / 评价 / 满意笔数" in html
    assert "600 / 500 / 495" in html
    for who in (one, two):
        assert f'<a href="{reverse("tellers:file", args=[who.pk])}">{who.name}</a>' in html


def test_a_violation_opens_from_its_line(client, org, cast):
    release(org.a1, score="90.00")
    violation = make_violation(org.a1)
    _, html = read(client, cast.outlet_head, url(org.a1))
    assert "2011-04-08 轻微违规 -0.50" in html
    address = reverse("tellers:violation", args=[violation.pk])
    assert f'<a href="{address}">{violation.kind.name}</a>' in html
    assert violation.staff.name in html
    assert client.get(address).status_code == 200


def test_a_leaders_penalty_opens_from_the_institutions_line(client, org, cast):
    leader = make_leader(org.a)
    release(org.a1, score="90.00")
    penalty = approve(propose(make_violation(org.a1), ground="LEADER"))
    _, html = read(client, cast.institution_head, url(org.a, name="institution"))
    assert "2011-04-08 领导责任 +0.00" in html
    assert leader.name in html
    address = reverse("tellers:penalty", args=[penalty.pk])
    assert f'<a href="{address}">通报批评</a>' in html
    assert client.get(address).status_code == 200


def test_more_records_are_not_more_queries(client, org, cast):
    release(org.a1, score="90.00")

    def add():
        staff = make_staff(unit=org.a1)
        make_violation(org.a1, staff=staff)
        devices_record(facts=[DeviceFact(org.branch.pk, staff.pk, APRIL.first, 9, 5, 5, 0, 0, 0)])

    def queries():
        with CaptureQueriesContext(connection) as captured:
            read(client, cast.outlet_head, url(org.a1))
        return len(captured)

    add()
    queries()
    few = queries()
    add(), add()
    assert queries() == few


def test_what_waits_opens_too(client, org, cast):
    leader = make_leader(org.a)
    release(org.a1, score="90.00")
    months_close(branch_ids=[org.branch.pk], month=APRIL, actor=None)
    violation = make_violation(org.a1)
    penalty = approve(propose(violation, ground="LEADER"))
    devices_record(
        facts=[DeviceFact(org.branch.pk, violation.staff_id, APRIL.first, 9, 5, 5, 0, 0, 0)]
    )
    _, html = read(client, cast.service_office, reverse("reports:month", args=[APRIL]))
    for name, row, label in (
        ("violation", violation, violation.staff.name),
        ("penalty", penalty, leader.name),
    ):
        assert f'<a href="{reverse(f"tellers:{name}", args=[row.pk])}">{label}</a>' in html
    assert "业务9笔，评价5笔，满意5笔" in html
