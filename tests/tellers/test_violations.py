"""Recording and revoking violations: unit, leader and path of that day, evidence, what is refused."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditEntry
from outlets.models import Post, Posting, UnitMove
from outlets.services.staff import Place, staff_transfer
from tellers.models import Violation, ViolationKind
from tellers.services.catalogue import SHIPPED, catalogue_seed, violation_kind_save
from tellers.services.refusals import RecordRefused
from tellers.services.violations import (
    ViolationFacts,
    violation_record,
    violation_revoke,
    violations_record,
)
from tests.factories import make_staff
from tests.reports.letters import complaint, find, make_letter
from tests.tellers.discipline import (
    DAY,
    GRAVE,
    kind_of,
    lost_mark,
    make_leader,
    make_violation,
    propose,
)

pytestmark = pytest.mark.django_db


def facts(org, **kw):
    given = {"kind": kind_of(org.branch), "day": DAY}
    return ViolationFacts(**given | kw)


def refused(org, actor, **kw):
    with pytest.raises(ValidationError) as error, transaction.atomic():
        violation_record(facts=facts(org, **kw), actor=actor)
    return error.value.message_dict


def test_what_is_kept(org, cast):
    staff = make_staff(unit=org.a1)
    row = violation_record(
        facts=facts(org, staff=staff, kind=kind_of(org.branch, GRAVE), note="客户13812345678在场"),
        actor=cast.service_office,
    )
    assert (row.unit, row.unit_path, row.branch) == (org.a1, "AS/ASA/ASA1/", org.branch)
    assert (row.severity, row.source, row.state) == ("GRAVE", "MANUAL", "RECORDED")
    assert (row.recorded_on, row.recorded_by) == (timezone.localdate(), cast.service_office)
    assert row.note == "客户138****5678在场"
    entry = AuditEntry.objects.get(event="violation.record")
    assert entry.detail == {"items": [row.pk]}


def test_the_unit_is_that_of_the_day(org, cast):
    staff = make_staff(unit=org.a1)
    place = Place(unit=org.b1, post=Post.TELLER, start=date(2011, 5, 1))
    staff_transfer(staff=staff, place=place)
    before = make_violation(org.a1, staff=staff, day=date(2011, 4, 30))
    after = make_violation(org.a1, staff=staff, day=date(2011, 5, 1))
    assert (before.unit, after.unit) == (org.a1, org.b1)
    given = make_violation(org.a1, staff=staff, day=date(2011, 5, 2), unit=org.a2)
    assert given.unit == org.a2


def test_the_path_is_that_of_the_day(org):
    UnitMove.objects.create(unit=org.a1, parent=org.b, effective_on=date(2011, 5, 1))
    org.a1.parent, org.a1.path = org.b, "AS/ASB/ASA1/"
    org.a1.save()
    leads_a, leads_b = make_leader(org.a), make_leader(org.b)
    before = make_violation(org.a1, day=date(2011, 4, 30))
    after = make_violation(org.a1, day=date(2011, 5, 1))
    assert (before.unit_path, before.leader) == ("AS/ASA/ASA1/", leads_a)
    assert (after.unit_path, after.leader) == ("AS/ASB/ASA1/", leads_b)


class TestLeader:
    def test_the_leader_of_that_day(self, org):
        first, second = make_leader(org.a), make_leader(org.b)
        place = Place(unit=org.a, post=Post.LEADER, start=date(2011, 5, 1))
        Posting.objects.filter(staff=first).update(end=date(2011, 4, 30))
        staff_transfer(staff=second, place=place)
        assert make_violation(org.a1, day=date(2011, 4, 30)).leader == first
        assert make_violation(org.a1, day=date(2011, 5, 1)).leader == second
        assert make_violation(org.b1, day=date(2011, 4, 30)).leader == second
        assert make_violation(org.b1, day=date(2011, 5, 1)).leader is None

    def test_the_nearest_above(self, org):
        above, near = make_leader(org.branch), make_leader(org.a1)
        assert make_violation(org.a1).leader == near
        assert make_violation(org.a2).leader == above

    def test_nobody_leads_themselves(self, org):
        own, above = make_leader(org.a), make_leader(org.branch)
        assert make_violation(org.a, staff=own).leader == above
        assert make_violation(org.branch, staff=above).leader is None


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"day": timezone.localdate() + timedelta(days=1)}, "day"),
        ({"recorded_on": timezone.localdate() + timedelta(days=1)}, "day"),
        ({"recorded_on": DAY - timedelta(days=1)}, "day"),
        ({"day": date(2004, 12, 31)}, "staff"),
    ],
)
def test_days_that_cannot_be(org, cast, given, field):
    assert set(refused(org, cast.service_office, staff=make_staff(unit=org.a1), **given)) == {field}


def test_kinds_and_units_that_cannot_be(org, cast):
    office, staff = cast.service_office, make_staff(unit=org.a1)
    idle = kind_of(org.branch, "A02")
    ViolationKind.objects.filter(pk=idle.pk).update(is_active=False)
    idle.refresh_from_db()
    assert set(refused(org, office, staff=staff, kind=idle)) == {"kind"}
    assert set(refused(org, office, staff=staff, kind=kind_of(org.other))) == {"kind"}
    assert set(refused(org, office, staff=staff, unit=org.other)) == {"unit"}


class TestEvidence:
    def by_answer(self, answer, **kw):
        return {"source": "INSPECTION", "answer": answer, "inspection": answer.inspection} | kw

    def test_a_lost_mark(self, org, cast):
        staff = make_staff(unit=org.a1)
        answer = lost_mark(org.a1, staff)
        row = violation_record(
            facts=facts(org, staff=staff, **self.by_answer(answer)), actor=cast.service_office
        )
        assert (row.answer, row.inspection) == (answer, answer.inspection)
        with pytest.raises(RecordRefused, match="已经记录过"):
            violation_record(
                facts=facts(org, staff=staff, **self.by_answer(answer)), actor=cast.service_office
            )
        violation_revoke(violation=row, reason="录像不清", actor=cast.service_office)
        violation_record(
            facts=facts(org, staff=staff, **self.by_answer(answer)), actor=cast.service_office
        )

    def test_a_mark_lost_by_nobody_in_particular(self, org, cast):
        answer = lost_mark(org.a1, None)
        head = make_staff(unit=org.a1, post=Post.OUTLET_HEAD)
        assert violation_record(
            facts=facts(org, staff=head, **self.by_answer(answer)), actor=cast.service_office
        ).answer

    @pytest.mark.parametrize("what", ["full", "another", "submitted", "other", "none", "mixed"])
    def test_what_shows_nothing(self, org, cast, what):
        staff = make_staff(unit=org.a1)
        about = make_staff(unit=org.a1) if what == "another" else staff
        state = {"state": "SUBMITTED"} if what == "submitted" else {}
        answer = lost_mark(org.other if what == "other" else org.a1, about, **state)
        if what == "full":
            answer.earned = answer.possible
            answer.save()
        given = self.by_answer(answer)
        if what == "none":
            given["answer"] = None
        if what == "mixed":
            given["inspection"] = lost_mark(org.a2, staff).inspection
        assert set(refused(org, cast.service_office, staff=staff, **given)) == {"answer"}

    def test_a_valid_complaint(self, org, cast):
        staff = make_staff(unit=org.a1)
        letter = make_letter(org.a1)
        given = {"staff": staff, "source": "LETTER", "letter": letter}
        assert set(refused(org, cast.service_office, **given)) == {"letter"}
        find(letter, "BANK", DAY)
        assert violation_record(facts=facts(org, **given), actor=cast.service_office).letter
        with pytest.raises(RecordRefused, match="已经记录过"):
            violation_record(facts=facts(org, **given), actor=cast.service_office)

    @pytest.mark.parametrize("what", ["customer", "other_branch", "none"])
    def test_letters_that_show_nothing(self, org, cast, what):
        staff = make_staff(unit=org.a1)
        letter = complaint(org.other if what == "other_branch" else org.a1)
        if what == "customer":
            find(letter, "CUSTOMER", DAY)
        given = {"staff": staff, "source": "LETTER", "letter": None if what == "none" else letter}
        assert set(refused(org, cast.service_office, **given)) == {"letter"}


def test_many_by_a_constant_number_of_statements(org, cast):
    people = [make_staff(unit=unit) for unit in (org.a1, org.a2, org.b1) * 4]
    make_leader(org.a)

    def count(some):
        given = [facts(org, staff=one) for one in some]
        with CaptureQueriesContext(connection) as captured:
            violations_record(facts=given, actor=cast.service_office)
        return len(captured)

    count(people[:1])
    assert count(people[:2]) == count(people)


def test_all_or_nothing(org, cast):
    good, bad = make_staff(unit=org.a1), make_staff(unit=org.a1, start=date(2011, 6, 1))
    with pytest.raises(ValidationError), transaction.atomic():
        violations_record(
            facts=[facts(org, staff=good), facts(org, staff=bad)], actor=cast.service_office
        )
    assert not Violation.objects.exists()


class TestRevoking:
    def test_with_a_reason_once(self, org, cast):
        row = make_violation(org.a1)
        with pytest.raises(ValidationError):
            violation_revoke(violation=row, reason="  ", actor=cast.service_office)
        violation_revoke(violation=row, reason="认错了人", actor=cast.service_office)
        assert (row.state, row.revoked_reason) == ("REVOKED", "认错了人")
        assert row.revoked_on == timezone.localdate()
        with pytest.raises(RecordRefused, match="已经撤销"):
            violation_revoke(violation=row, reason="再来", actor=cast.service_office)

    def test_not_while_a_penalty_stands_on_it(self, org, cast):
        row = make_violation(org.a1)
        propose(row)
        with pytest.raises(RecordRefused, match="处罚"):
            violation_revoke(violation=row, reason="认错了人", actor=cast.service_office)


def test_the_database_keeps_dates_and_sources_straight(org):
    row = make_violation(org.a1)
    for wrong in (
        {"state": "REVOKED"},
        {"revoked_on": DAY},
        {"recorded_on": DAY - timedelta(days=1)},
        {"source": "INSPECTION"},
        {"source": "LETTER"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Violation.objects.filter(pk=row.pk).update(**wrong)


class TestCatalogue:
    def test_seeded_once(self, org):
        assert catalogue_seed(branch=org.branch) == len(SHIPPED)
        assert catalogue_seed(branch=org.branch) == 0

    def test_own_entries_and_severities_of_then(self, org, cast):
        row = make_violation(org.a1)
        kind = row.kind
        kind.severity = "GRAVE"
        violation_kind_save(kind=kind, actor=cast.service_office)
        row.refresh_from_db()
        assert row.severity == "MINOR"
        own = ViolationKind(branch=org.branch, code="D01", name="其他", severity="MINOR")
        violation_kind_save(kind=own, actor=cast.service_office)
        with pytest.raises(RecordRefused, match="已经有了"):
            violation_kind_save(
                kind=ViolationKind(branch=org.branch, code="D01", name="又", severity="MINOR"),
                actor=cast.service_office,
            )
