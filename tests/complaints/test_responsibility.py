"""Findings: two signatures, the unit's objection, what held when, what months are told."""

from datetime import date, datetime
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, InternalError, connection, transaction
from django.utils import timezone

from accounts.models import AuditEntry
from complaints.models import Letter, LetterEvent, Responsibility
from complaints.selectors.responsibility import (
    letters_of_staff,
    responsibilities_visible_to,
    responsibility_as_of,
)
from complaints.services.attachments import attachment_add
from complaints.services.handling import note_add
from complaints.services.refusals import ActRefused, LetterMoved, MustRecuse
from complaints.services.responsibility import (
    Taken,
    Verdict,
    objection_dismiss,
    objection_uphold,
    responsibilities_take,
    responsibility_confirm,
    responsibility_object,
    responsibility_propose,
    responsibility_reject,
)
from outlets.models import CalendarDay
from tests.complaints.letters import make_letter
from tests.factories import make_staff, make_user
from tests.inspections.builders import at_once

TODAY = date(2011, 5, 20)


@pytest.fixture(autouse=True)
def told(monkeypatch):
    """What whoever computes with letters was told: (unit, day)."""
    heard = []
    listener = lambda changes: heard.extend((one.unit_id, one.day) for one in changes)  # noqa: E731
    monkeypatch.setattr("complaints.services.letters._LISTENERS", [listener])
    return heard


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """Today is a Friday in May; `move` changes it."""
    now = SimpleNamespace(day=TODAY)

    def fixed():
        return timezone.make_aware(datetime.combine(now.day, datetime.min.time().replace(hour=10)))

    monkeypatch.setattr(timezone, "now", fixed)
    return now


@pytest.fixture
def calendar(db):
    for year in (2010, 2011, 2012):
        CalendarDay.objects.get_or_create(date=date(year, 1, 1), defaults={"is_working": False})


@pytest.fixture
def letter(org, cast, calendar):
    return make_letter(
        branch=org.branch, unit=org.a1, kind="COMPLAINT", state="ANSWERED",
        handler=cast.department, staff=make_staff(unit=org.a1),
    )  # fmt: skip


def verdict(letter, finding="BANK", **kw):
    return Verdict(**{"finding": finding, "grounds": "录像属实", "unit": letter.unit} | kw)


@pytest.fixture
def proposed(letter, cast):
    return responsibility_propose(
        letter=letter, verdict=verdict(letter, staff=letter.staff), actor=cast.service_office
    )


@pytest.fixture
def held(proposed, cast):
    return responsibility_confirm(responsibility=proposed, actor=cast.leadership)


def test_proposed_by_one_confirmed_by_another(held, letter, cast, told):
    assert (held.state, held.decided_on) == ("CONFIRMED", TODAY)
    assert (held.proposed_by, held.confirmed_by) == (cast.service_office, cast.leadership)
    assert told == [(letter.unit_id, TODAY)]
    assert letter.events.get(kind="JUDGED").detail == {
        "finding": "BANK", "decided_on": "2011-05-20", "unit": "ASA1",
    }  # fmt: skip
    events = AuditEntry.objects.filter(event__startswith="letter.judge").values_list(
        "event", flat=True
    )
    assert set(events) == {"letter.judge_propose", "letter.judge"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT grounds FROM complaints_responsibility")
        assert "录像".encode() not in bytes(cursor.fetchone()[0])


def test_nobody_confirms_the_own_finding(proposed, cast, told):
    with pytest.raises(ActRefused, match="两个人"):
        responsibility_confirm(responsibility=proposed, actor=cast.service_office)
    with pytest.raises(ActRefused, match="两个人"):
        responsibility_reject(responsibility=proposed, opinion="否", actor=cast.service_office)
    assert told == []


def test_the_database_wants_two_signatures_too(proposed, cast):
    with pytest.raises(IntegrityError, match="responsibility_two_signatures"), transaction.atomic():
        Responsibility.objects.update(
            state="CONFIRMED", confirmed_by=cast.service_office, decided_on=TODAY
        )
    with (
        pytest.raises(IntegrityError, match="responsibility_confirmed_is_dated"),
        transaction.atomic(),
    ):
        Responsibility.objects.update(state="CONFIRMED", confirmed_by=cast.leadership)


@pytest.mark.parametrize(
    "change",
    [
        {"finding": "CUSTOMER"},
        {"unit": None},
        {"staff": None},
        {"decided_on": date(2011, 4, 1)},
        {"state": "REJECTED"},
        {"confirmed_by": None},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_confirmed_finding_is_never_rewritten(held, change):
    with pytest.raises(InternalError, match="Cannot update"), transaction.atomic():
        Responsibility.objects.filter(pk=held.pk).update(**change)


def test_confirmed_or_refused_once(proposed, cast, told):
    other = make_user(role="LEADERSHIP", unit=cast.leadership.unit)
    responsibility_reject(responsibility=proposed, opinion="证据不足", actor=cast.leadership)
    for act in (
        lambda: responsibility_confirm(responsibility=proposed, actor=other),
        lambda: responsibility_reject(responsibility=proposed, opinion="否", actor=other),
    ):
        with pytest.raises(ActRefused, match="已经复核过"):
            act()
    assert told == []
    assert Responsibility.objects.get().opinion == "证据不足"


def test_a_refusal_has_a_reason(proposed, cast):
    with pytest.raises(ValidationError, match="不同意的理由"):
        responsibility_reject(responsibility=proposed, opinion=" ", actor=cast.leadership)


def test_one_finding_waits_at_a_time(proposed, letter, cast):
    with pytest.raises(ActRefused, match="等待复核"):
        responsibility_propose(letter=letter, verdict=verdict(letter), actor=cast.department)


def test_after_a_refusal_it_is_proposed_anew(proposed, letter, cast):
    responsibility_reject(responsibility=proposed, opinion="证据不足", actor=cast.leadership)
    again = responsibility_propose(letter=letter, verdict=verdict(letter), actor=cast.department)
    assert again.state == "PROPOSED"


@pytest.mark.parametrize(
    ("kind", "change", "field"),
    [
        ("COMPLAINT", {"finding": "VERIFIED"}, "finding"),
        ("PRAISE", {"finding": "BANK"}, "finding"),
        ("INQUIRY", {"finding": "BANK"}, "finding"),
        ("COMPLAINT", {"unit": None}, "unit"),
        ("COMPLAINT", {"grounds": " "}, "grounds"),
    ],
)
def test_a_finding_that_is_refused(letter, cast, kind, change, field):
    Letter.objects.update(kind=kind)
    with pytest.raises(ValidationError) as refused:
        responsibility_propose(
            letter=letter, verdict=verdict(letter, **change), actor=cast.service_office
        )
    assert field in refused.value.message_dict


def test_unit_employee_and_evidence_are_of_the_branch_and_letter(letter, org, cast):
    elsewhere = make_letter(branch=org.branch, kind="COMPLAINT", state="ASSIGNED")
    file, _ = attachment_add(
        letter=elsewhere, kind="CCTV", name="a.txt", content=b"a", actor=cast.service_office
    )
    wrong = verdict(letter, unit=org.other, staff=make_staff(unit=org.other), attachments=[file])
    with pytest.raises(ValidationError) as refused:
        responsibility_propose(letter=letter, verdict=wrong, actor=cast.service_office)
    assert set(refused.value.message_dict) == {"unit", "staff", "grounds"}


def test_evidence_is_kept(letter, cast):
    Letter.objects.update(state="ASSIGNED")
    note = note_add(letter=letter, kind="INVESTIGATION", body="查明", actor=cast.department)
    row = responsibility_propose(
        letter=letter, verdict=verdict(letter, notes=[note]), actor=cast.department
    )
    assert list(row.evidence_notes.all()) == [note]


def test_a_letter_not_yet_assigned_is_not_judged(letter, cast):
    Letter.objects.update(state="RECEIVED")
    with pytest.raises(LetterMoved):
        responsibility_propose(letter=letter, verdict=verdict(letter), actor=cast.service_office)


def test_a_named_person_neither_proposes_nor_confirms(proposed, letter, org, cast):
    named = make_user(role="LEADERSHIP", unit=org.branch, staff=letter.staff)
    with pytest.raises(MustRecuse):
        responsibility_confirm(responsibility=proposed, actor=named)
    responsibility_reject(responsibility=proposed, opinion="否", actor=cast.leadership)
    with pytest.raises(MustRecuse):
        responsibility_propose(letter=letter, verdict=verdict(letter), actor=named)


def test_a_kind_changed_meanwhile(proposed, cast):
    Letter.objects.update(kind="PRAISE")
    with pytest.raises(ActRefused, match="不再适用"):
        responsibility_confirm(responsibility=proposed, actor=cast.leadership)


@pytest.mark.parametrize(
    ("received", "day", "says"),
    [
        (date(2011, 4, 30), date(2011, 5, 1), ""),
        (date(2011, 4, 30), date(2011, 4, 30), "最早为2011-05-01"),
        (date(2011, 5, 6), date(2011, 5, 5), "最早为2011-05-06"),
        (date(2011, 5, 6), date(2011, 5, 21), "晚于今天"),
    ],
)
def test_dating_back(proposed, cast, received, day, says):
    at = timezone.make_aware(datetime.combine(received, datetime.min.time()))
    Letter.objects.update(received_at=at)
    if says:
        with pytest.raises(ValidationError, match=says):
            responsibility_confirm(responsibility=proposed, actor=cast.leadership, day=day)
    else:
        row = responsibility_confirm(responsibility=proposed, actor=cast.leadership, day=day)
        assert row.decided_on == day


def superseded(letter, cast, finding, **kw):
    row = responsibility_propose(
        letter=letter, verdict=verdict(letter, finding, **kw), actor=cast.service_office
    )
    return responsibility_confirm(responsibility=row, actor=cast.leadership)


def test_a_later_finding_supersedes_and_both_days_are_told(held, letter, org, cast, clock, told):
    told.clear()
    clock.day = date(2011, 7, 4)
    later = superseded(letter, cast, "CUSTOMER", unit=None)
    held.refresh_from_db()
    assert held.superseded_on == later.decided_on == date(2011, 7, 4)
    assert told == [(org.a1.pk, TODAY)]  # May waits or moves; a customer's fault moves nothing
    told.clear()
    clock.day = date(2011, 8, 1)
    superseded(letter, cast, "BANK", unit=org.a2)
    assert told == [(org.a2.pk, date(2011, 8, 1))]


def test_what_held_on_a_day(held, letter, cast, clock):
    clock.day = date(2011, 7, 4)
    superseded(letter, cast, "CUSTOMER", unit=None)
    clock.day = date(2011, 7, 4)
    superseded(letter, cast, "MIXED")
    table = {
        date(2011, 5, 19): None,
        date(2011, 5, 20): "BANK",
        date(2011, 6, 30): "BANK",
        date(2011, 7, 3): "BANK",
        date(2011, 7, 4): "MIXED",
        date(2012, 1, 1): "MIXED",
    }
    found = {day: responsibility_as_of([letter.pk], day).get(letter.pk) for day in table}
    assert {day: row and row.finding for day, row in found.items()} == table


def test_one_question_for_many_letters(held, org, django_assert_num_queries):
    others = [make_letter(branch=org.branch, kind="COMPLAINT").pk for _ in range(3)]
    with django_assert_num_queries(1):
        assert set(responsibility_as_of([held.letter_id, *others], TODAY)) == {held.letter_id}


def objected(held, cast):
    return responsibility_object(responsibility=held, objection="设备故障", actor=cast.outlet_head)


def test_the_units_head_objects_once(held, cast):
    row = objected(held, cast)
    assert (row.objected_by, row.objection) == (cast.outlet_head, "设备故障")
    with pytest.raises(ActRefused, match="提出过异议"):
        responsibility_object(responsibility=row, objection="再来", actor=cast.institution_head)


@pytest.mark.parametrize("role", ["service_office", "leadership", "department", "teller"])
def test_nobody_else_objects(held, cast, role):
    with pytest.raises(ActRefused, match="负责人"):
        responsibility_object(responsibility=held, objection="不服", actor=getattr(cast, role))


@pytest.mark.parametrize(("day", "open_"), [(date(2011, 5, 27), True), (date(2011, 5, 28), False)])
def test_the_time_for_objections(held, cast, clock, day, open_):
    clock.day = day
    if open_:
        assert objected(held, cast).objected_at
    else:
        with pytest.raises(ActRefused, match="2011-05-27届满"):
            objected(held, cast)


def test_no_objection_to_what_does_not_hold(proposed, held, letter, cast):
    Responsibility.objects.filter(pk=held.pk).update(superseded_on=TODAY)
    with pytest.raises(ActRefused, match="不能提出异议"):
        objected(held, cast)
    with pytest.raises(ValidationError):
        responsibility_object(responsibility=held, objection=" ", actor=cast.outlet_head)


def test_an_objection_that_does_not_hold(held, cast, told):
    objected(held, cast)
    told.clear()
    with pytest.raises(ActRefused, match="自己提出"):
        objection_dismiss(responsibility=held, answer="不成立", actor=cast.service_office)
    row = objection_dismiss(responsibility=held, answer="录像可证", actor=cast.leadership)
    assert (row.objection_upheld, row.objection_answer, row.superseded_on) == (
        False, "录像可证", None,
    )  # fmt: skip
    with pytest.raises(ActRefused, match="没有等待处理的异议"):
        objection_dismiss(responsibility=held, answer="再次", actor=cast.leadership)
    assert told == []


def test_an_objection_that_holds_is_a_new_proposal(held, letter, cast, clock, told):
    objected(held, cast)
    told.clear()
    clock.day = date(2011, 6, 1)
    new = objection_uphold(
        responsibility=held, answer="确有故障", verdict=verdict(letter, "MIXED"),
        actor=cast.leadership,
    )  # fmt: skip
    held.refresh_from_db()
    assert (held.objection_upheld, held.superseded_on) == (True, None)
    assert (new.state, new.proposed_by) == ("PROPOSED", cast.leadership)
    assert told == []
    responsibility_confirm(responsibility=new, actor=cast.service_office)
    held.refresh_from_db()
    assert held.superseded_on == date(2011, 6, 1)
    assert told == [(letter.unit_id, TODAY)]


def test_an_upheld_objection_without_a_finding_changes_nothing(held, letter, cast):
    objected(held, cast)
    with pytest.raises(ValidationError):
        objection_uphold(
            responsibility=held, answer="是", verdict=verdict(letter, grounds=""),
            actor=cast.leadership,
        )  # fmt: skip
    held.refresh_from_db()
    assert held.objection_upheld is None


@pytest.mark.django_db(transaction=True)
def test_two_confirm_at_once(proposed, org, cast):
    others = [make_user(role="LEADERSHIP", unit=org.branch) for _ in range(4)]

    def confirm(user):
        try:
            responsibility_confirm(responsibility=proposed, actor=user)
        except ActRefused:
            return "refused"
        return "confirmed"

    done = at_once([lambda user=user: confirm(user) for user in others])
    assert sorted(done) == ["confirmed", *["refused"] * 3]
    assert LetterEvent.objects.filter(kind="JUDGED").count() == 1


def test_findings_made_elsewhere(org, cast, told, django_assert_max_num_queries):
    letters = [
        make_letter(branch=org.branch, unit=org.a1, kind="COMPLAINT", state="CLOSED")
        for _ in range(3)
    ]
    taken = [
        Taken(letter=one, finding=finding, decided_on=date(2011, 5, 2), unit=org.a1)
        for one, finding in zip(letters, ("BANK", "CUSTOMER", "BANK"), strict=True)
    ]
    with django_assert_max_num_queries(12):
        rows = responsibilities_take(taken=taken, actor=cast.service_office)
    assert {row.state for row in rows} == {"CONFIRMED"}
    assert {row.confirmed_by for row in rows} == {None}
    assert told == [(org.a1.pk, date(2011, 5, 2))]
    assert LetterEvent.objects.filter(kind="JUDGED").count() == 3


def test_the_employees_file(held, letter, org):
    named = make_letter(branch=org.branch, staff=letter.staff, kind="PRAISE", state="CLOSED")
    make_letter(branch=org.branch, staff=letter.staff, state="MERGED")
    make_letter(branch=org.branch, kind="COMPLAINT")
    file = letters_of_staff(letter.staff)
    assert {(one.letter, one.finding) for one in file} == {(named, None), (letter, held)}


def test_who_sees_findings(held, org, cast):
    stranger = make_user(role="OUTLET_HEAD", unit=org.b1)
    seen = [cast.outlet_head, cast.institution_head, cast.leadership, cast.department, stranger]
    counts = [responsibilities_visible_to(user).count() for user in seen]
    assert counts == [1, 1, 1, 1, 0]
