"""Triage: taking, classifying, assigning; again, back, and right; at once on a real PostgreSQL."""

import threading
from collections import Counter
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.roles import Role
from complaints.models import Letter, LetterEvent, Responsibility, TriageLease
from complaints.selectors.handlers import candidates_for
from complaints.selectors.triage import leases_elsewhere, triage_queue
from complaints.services import letters
from complaints.services.handling import letter_recuse
from complaints.services.refusals import ActRefused, LetterMoved, MustRecuse
from complaints.services.triage import (
    Classification,
    TriageTaken,
    letter_let_go,
    letter_reassign,
    letter_reclassify,
    letter_return,
    letter_take,
    letter_take_next,
    letter_triage,
)
from outlets.services.calendar import calendar_seed
from tests.complaints.letters import make_letter, make_letters
from tests.factories import make_branch, make_institution, make_outlet, make_staff, make_user

pytestmark = pytest.mark.django_db


def found(unit, **kw):
    """A complaint about manners at a counter of the unit."""
    return Classification(
        **{
            "kind": "COMPLAINT",
            "channel": "HOTLINE",
            "severity": "NORMAL",
            "unit": unit,
            "service_channel": "A01",
            "business": "B01",
            "cause": "C01",
        }
        | kw
    )


@pytest.fixture
def letter(org):
    calendar_seed(year=2011)
    return make_letter(branch=org.branch)


def triaged(letter, org, cast, handler=None, **kw):
    return letter_triage(
        letter=letter,
        found=found(kw.pop("unit", org.a1), **kw),
        handler=handler or cast.institution_head,
        actor=cast.service_office,
    )


def kinds(letter):
    return list(LetterEvent.objects.filter(letter=letter).values_list("kind", flat=True))


# Taking


def test_the_oldest_comes_first_and_stays_until_it_is_done(org, cast):
    late = make_letter(branch=org.branch, received_at=timezone.now())
    early = make_letter(branch=org.branch)
    make_letter(branch=org.other)
    assert letter_take_next(triager=cast.service_office) == early
    assert letter_take_next(triager=cast.service_office) == early
    triaged(early, org, cast)
    assert letter_take_next(triager=cast.service_office) == late
    assert letter_take_next(triager=cast.service_office, passed=[late.pk]) is None


def test_another_triager_gets_another_letter(org, cast, letter):
    other = make_user(role=Role.SERVICE_OFFICE, unit=org.branch, name="李四")
    assert letter_take_next(triager=cast.service_office) == letter
    assert letter_take_next(triager=other) is None
    (lease,) = leases_elsewhere(other)
    assert (lease.letter, lease.triager) == (letter, cast.service_office)
    with pytest.raises(TriageTaken, match=f"{letter.reference}正由service_office分拣"):
        letter_take(letter=letter, triager=other)
    letter_let_go(letter=letter, triager=cast.service_office)
    assert letter_take_next(triager=other) == letter


def test_a_lease_runs_out(org, cast, letter):
    other = make_user(role=Role.SERVICE_OFFICE, unit=org.branch)
    letter_take_next(triager=other)
    TriageLease.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert letter_take_next(triager=cast.service_office) == letter
    with pytest.raises(TriageTaken):
        letter_triage(
            letter=letter, found=found(org.a1), handler=cast.institution_head, actor=other
        )
    assert TriageLease.objects.get().triager == cast.service_office


def test_a_lease_that_ran_out_still_saves_when_nobody_took_over(org, cast, letter):
    letter_take_next(triager=cast.service_office)
    TriageLease.objects.update(until=timezone.now() - timedelta(hours=1))
    assert triaged(letter, org, cast).state == "ASSIGNED"


# Deciding


def test_triage_classifies_and_assigns(org, cast, letter):
    person = make_staff(unit=org.a1)
    done = triaged(letter, org, cast, staff=person, severity="GRAVE")
    done.refresh_from_db()
    assert (done.state, done.kind, done.first_kind) == ("ASSIGNED", "COMPLAINT", "COMPLAINT")
    assert (done.unit, done.unit_path, done.staff) == (org.a1, org.a1.path, person)
    assert (done.service_channel, done.business, done.cause) == ("A01", "B01", "C01")
    assert (done.handler, done.severity) == (cast.institution_head, "GRAVE")
    assert done.due_on == date(2011, 5, 15)
    assert kinds(done) == ["RECEIVED", "CLASSIFIED", "ASSIGNED"]
    detail = LetterEvent.objects.get(kind="CLASSIFIED").detail
    assert detail["unit"] == "ASA1"
    assert detail["staff"] == person.number
    assert LetterEvent.objects.get(kind="ASSIGNED").detail == {"handler": cast.institution_head.pk}
    entry = AuditEntry.objects.get(event="letter.triage")
    assert (entry.subject, entry.actor) == (letter.reference, cast.service_office)
    assert not TriageLease.objects.exists()


def test_once_only(org, cast, letter):
    triaged(letter, org, cast)
    with pytest.raises(LetterMoved, match="现在是“办理中”，不能分派"):
        triaged(letter, org, cast)


@pytest.mark.parametrize(
    ("changed", "field", "text"),
    [
        ({"kind": "X"}, "kind", "请选择"),
        ({"kind": ""}, "kind", "请选择"),
        ({"business": "B09"}, "business", "请选择"),
        ({"business": ""}, "business", "投诉须选业务类别"),
        ({"cause": ""}, "cause", "投诉须选投诉原因"),
        ({"service_channel": "Z"}, "service_channel", "请选择"),
    ],
)
def test_what_cannot_be_is_refused_by_field(org, cast, letter, changed, field, text):
    with pytest.raises(ValidationError) as refused:
        triaged(letter, org, cast, **changed)
    assert text in refused.value.message_dict[field][0]
    letter.refresh_from_db()
    assert letter.state == "RECEIVED"


def test_an_inquiry_needs_no_cause(org, cast, letter):
    done = triaged(letter, org, cast, kind="INQUIRY", business="", cause="")
    assert done.due_on == date(2011, 5, 5)  # three working days after the holiday


def test_units_and_people_of_other_branches_are_refused(org, cast, letter):
    with pytest.raises(ValidationError) as refused:
        triaged(letter, org, cast, unit=org.other, staff=make_staff(unit=org.other))
    assert set(refused.value.message_dict) == {"unit", "staff"}


# Handlers


@pytest.mark.parametrize(
    ("who", "text"),
    [
        ("teller", "该岗位不承办来信"),
        ("leadership", "该岗位不承办来信"),
        ("outlet_head", "须回避：来信涉及承办人所在机构"),
    ],
)
def test_who_cannot_handle_is_refused_with_the_reason(org, cast, letter, who, text):
    with pytest.raises(ValidationError, match=text):
        triaged(letter, org, cast, handler=getattr(cast, who))


def test_a_head_handles_what_lies_below(org, cast, letter):
    with pytest.raises(ValidationError, match="涉及机构不在其管辖范围"):
        triaged(letter, org, cast, unit=org.b1)
    assert triaged(letter, org, cast).handler == cast.institution_head


def test_a_handler_of_another_branch_is_refused(org, cast, letter):
    stranger = make_user(role=Role.SERVICE_OFFICE, unit=org.other)
    with pytest.raises(ValidationError, match="不属于本分行"):
        triaged(letter, org, cast, handler=stranger)


def test_the_named_employee_does_not_handle(org, cast, letter):
    person = make_staff(unit=org.a2)
    clerk = make_user(role=Role.DEPARTMENT, unit=org.branch, staff=person, name="当事人")
    with pytest.raises(ValidationError, match="当事人须回避：承办人就是来信涉及的员工"):
        triaged(letter, org, cast, handler=clerk, staff=person)


def test_the_named_employee_does_not_sort_either(org, letter, cast):
    person = make_staff(unit=org.a1)
    clerk = make_user(role=Role.SERVICE_OFFICE, unit=org.branch, staff=person)
    with pytest.raises(MustRecuse):
        letter_triage(
            letter=letter,
            found=found(org.a1, staff=person),
            handler=cast.institution_head,
            actor=clerk,
        )


def test_who_stepped_back_is_not_given_the_letter_again(org, cast, letter):
    triaged(letter, org, cast, handler=cast.department)
    letter_recuse(letter=letter, reason="与客户是亲属", actor=cast.department)
    with pytest.raises(ValidationError, match="已对这封来信申请回避"):
        triaged(letter, org, cast, handler=cast.department)


def test_candidates_by_nearness_with_reasons(org, cast, letter):
    busy = make_user(role=Role.SERVICE_OFFICE, unit=org.branch, name="忙")
    make_letter(branch=org.branch, kind="INQUIRY", state="ASSIGNED", handler=busy)
    letter.unit = org.a1
    listed = candidates_for(letter)
    assert [one.user for one in listed] == [
        cast.institution_head,
        cast.service_office,
        busy,
        cast.department,
        cast.outlet_head,
    ]
    assert [one.open for one in listed] == [0, 0, 1, 0, 0]
    assert [one.is_free for one in listed] == [True, True, True, True, False]


def test_candidates_are_a_constant_number_of_queries(org, cast, letter, django_assert_num_queries):
    letter.unit, letter.staff = org.a1, make_staff(unit=org.a1)
    with django_assert_num_queries(4):
        candidates_for(letter)
    for _ in range(5):
        make_user(role=Role.SERVICE_OFFICE, unit=org.branch, staff=make_staff(unit=org.a2))
    with django_assert_num_queries(4):
        assert len(candidates_for(letter)) == 9


# Again, back, right


def test_reassigning(org, cast, letter):
    triaged(letter, org, cast)
    done = letter_reassign(
        letter=letter, handler=cast.department, reason="出差 13812345678", actor=cast.service_office
    )
    assert done.handler == cast.department
    event = LetterEvent.objects.get(kind="REASSIGNED")
    assert event.detail["before"] == cast.institution_head.pk
    assert "13812345678" not in event.detail["reason"]
    with pytest.raises(ValidationError, match="已经是承办人"):
        letter_reassign(
            letter=letter, handler=cast.department, reason="再派", actor=cast.service_office
        )
    with pytest.raises(ValidationError, match="请写明原因"):
        letter_reassign(
            letter=letter, handler=cast.institution_head, reason=" ", actor=cast.service_office
        )


def test_the_handler_returns_it_and_it_waits_again(org, cast, letter):
    triaged(letter, org, cast)
    with pytest.raises(ActRefused, match="只有承办人可以退回来信"):
        letter_return(letter=letter, reason="不是", actor=cast.department)
    letter_return(letter=letter, reason="不是本行网点", actor=cast.institution_head)
    letter.refresh_from_db()
    assert (letter.state, letter.handler, letter.kind) == ("RECEIVED", None, "COMPLAINT")
    assert list(triage_queue(cast.service_office)) == [letter]
    done = triaged(letter, org, cast, kind="INQUIRY", handler=cast.department)
    assert (done.kind, done.first_kind) == ("INQUIRY", "INQUIRY")
    with pytest.raises(LetterMoved):
        letter_return(letter=make_letter(branch=org.branch), reason="x", actor=cast.department)


def test_an_escalated_letter_keeps_what_it_came_as(org, cast, letter):
    Letter.objects.filter(pk=letter.pk).update(kind="COMPLAINT", first_kind="INQUIRY")
    letter.refresh_from_db()
    done = triaged(letter, org, cast)
    assert (done.kind, done.first_kind) == ("COMPLAINT", "INQUIRY")


def test_putting_right_what_a_letter_is(org, cast, letter):
    triaged(letter, org, cast, handler=cast.service_office)
    same = letter_reclassify(letter=letter, found=found(org.a1), actor=cast.service_office)
    assert kinds(same) == ["RECEIVED", "CLASSIFIED", "ASSIGNED"]
    done = letter_reclassify(
        letter=letter, found=found(org.b1, kind="INQUIRY"), actor=cast.service_office
    )
    done.refresh_from_db()
    assert (done.kind, done.first_kind, done.unit) == ("INQUIRY", "INQUIRY", org.b1)
    assert (done.unit_path, done.handler) == (org.b1.path, cast.service_office)
    assert done.due_on == date(2011, 5, 5)
    entry = AuditEntry.objects.get(event="letter.reclassify")
    assert entry.detail["before"] == {"kind": "投诉", "unit": "ASA1"}
    assert entry.detail["after"] == {"kind": "协查", "unit": "ASB1"}


def test_a_handler_who_would_have_to_recuse_must_be_replaced_first(org, cast, letter):
    triaged(letter, org, cast)
    with pytest.raises(ValidationError, match="请先改派"):
        letter_reclassify(letter=letter, found=found(org.a), actor=cast.service_office)
    with pytest.raises(ValidationError, match="涉及机构不在其管辖范围"):
        letter_reclassify(letter=letter, found=found(org.b1), actor=cast.service_office)


def test_the_kind_stays_once_responsibility_was_proposed(org, cast, letter):
    triaged(letter, org, cast)
    Responsibility.objects.create(
        branch=org.branch, letter=letter, finding="BANK", unit=org.a1, grounds="x",
        proposed_by=cast.service_office,
    )  # fmt: skip
    with pytest.raises(ValidationError, match="已提出责任认定，不能再改类型"):
        letter_reclassify(
            letter=letter, found=found(org.a1, kind="INQUIRY"), actor=cast.service_office
        )
    letter_reclassify(letter=letter, found=found(org.a2), actor=cast.service_office)


def test_letters_that_ended_early_stay_as_they_were(org, cast, letter):
    Letter.objects.filter(pk=letter.pk).update(state="WITHDRAWN")
    letter.refresh_from_db()
    with pytest.raises(LetterMoved, match="不能更正分类"):
        letter_reclassify(letter=letter, found=found(org.a1), actor=cast.service_office)


def test_a_late_letter_moves_the_figures_of_both_units(org, cast, letter, monkeypatch):
    told = []
    monkeypatch.setattr(letters, "_LISTENERS", [told.extend])
    triaged(letter, org, cast, handler=cast.service_office)
    day = date(2011, 6, 1)
    letters.letter_event_add(
        letter=Letter.objects.get(pk=letter.pk),
        kind="ANSWERED",
        actor=None,
        at=timezone.make_aware(timezone.datetime(2011, 6, 1, 9)),
    )
    Letter.objects.filter(pk=letter.pk).update(state="ANSWERED")
    assert told == [(org.branch.pk, org.a1.pk, day)]
    told.clear()
    letter_reclassify(letter=letter, found=found(org.b1), actor=cast.service_office)
    assert set(told) == {(org.branch.pk, org.a1.pk, day), (org.branch.pk, org.b1.pk, day)}
    told.clear()
    letter_reclassify(letter=letter, found=found(org.b1, kind="PRAISE"), actor=cast.service_office)
    assert set(told) == {(org.branch.pk, org.b1.pk, day)}


# At once


@pytest.mark.django_db(transaction=True)
def test_four_triagers_and_fifty_letters():
    """Nobody gets a letter that another has, and nothing is left over."""
    branch = make_branch()
    outlet = make_outlet(parent=make_institution(parent=branch))
    handler = make_user(role=Role.DEPARTMENT, unit=branch)
    make_letters(50, branch=branch)
    triagers = [make_user(role=Role.SERVICE_OFFICE, unit=branch) for _ in range(4)]
    taken, errors = [], []
    start = threading.Barrier(len(triagers))

    def sort(triager):
        try:
            start.wait()
            while letter := letter_take_next(triager=triager):
                taken.append(letter.pk)
                letter_triage(letter=letter, found=found(outlet), handler=handler, actor=triager)
        except Exception as error:  # noqa: BLE001  (raised again by the test's own thread)
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=sort, args=(one,)) for one in triagers]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert errors == []
    assert max(Counter(taken).values()) == 1
    assert len(taken) == Letter.objects.filter(state="ASSIGNED", handler=handler).count() == 50
    assert LetterEvent.objects.filter(kind="ASSIGNED").count() == 50
    assert not TriageLease.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_same_letter_saved_by_two_at_once_is_saved_once():
    branch = make_branch()
    outlet = make_outlet(parent=make_institution(parent=branch))
    handler = make_user(role=Role.DEPARTMENT, unit=branch)
    letter = make_letter(branch=branch)
    triagers = [make_user(role=Role.SERVICE_OFFICE, unit=branch) for _ in range(6)]
    outcomes = []
    start = threading.Barrier(len(triagers))

    def save(triager):
        try:
            start.wait()
            letter_triage(letter=letter, found=found(outlet), handler=handler, actor=triager)
            outcomes.append("saved")
        except ActRefused:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=save, args=(one,)) for one in triagers]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert Counter(outcomes) == {"saved": 1, "refused": 5}
    assert LetterEvent.objects.filter(kind="ASSIGNED").count() == 1
