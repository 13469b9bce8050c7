"""Penalties: proposed by one, approved by another, told, appealed; who sees what; the figures."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.models import AuditEntry
from accounts.roles import Role
from outlets.services.staff import Place, staff_transfer
from tellers.models import Penalty
from tellers.selectors.discipline import (
    penalties_visible_to,
    repeat_violators,
    violations_visible_to,
)
from tellers.selectors.discipline_figures import discipline_figures, figures_lead
from tellers.services.penalties import (
    PenaltyFacts,
    penalty_appeal,
    penalty_appeal_decide,
    penalty_decide,
    penalty_notify,
    penalty_propose,
)
from tellers.services.refusals import RecordRefused
from tellers.services.violations import violation_revoke
from tests.factories import make_staff, make_user
from tests.tellers.discipline import (
    DAY,
    another,
    approve,
    fine,
    make_leader,
    make_violation,
    propose,
)

pytestmark = pytest.mark.django_db
YEAR = (date(2011, 1, 1), date(2011, 12, 31))


def problems(*violations, **kw):
    with pytest.raises(ValidationError) as error, transaction.atomic():
        propose(*violations, **kw)
    return set(error.value.message_dict)


def own_account(penalty):
    return make_user(role=Role.TELLER, unit=penalty.unit, staff=penalty.staff)


class TestProposing:
    def test_what_is_kept(self, org, cast):
        row = make_violation(org.a1)
        made = propose(row, actor=cast.service_office)
        assert (made.staff, made.unit, made.state) == (row.staff, org.a1, "PROPOSED")
        assert list(made.violations.all()) == [row]
        assert AuditEntry.objects.filter(event="penalty.propose").exists()

    def test_a_leader_answers_where_they_led(self, org):
        leader = make_leader(org.a)
        made = propose(make_violation(org.a1), make_violation(org.a2), ground="LEADER")
        assert (made.staff, made.unit) == (leader, org.a)

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"kind": "ECONOMIC"}, "amount"),
            ({"kind": "ECONOMIC", "amount": Decimal(0)}, "amount"),
            ({"amount": Decimal(5)}, "amount"),
            ({"kind": "NO_STAR"}, "year"),
            ({"year": 2011}, "year"),
            ({"reason": " "}, "reason"),
            ({"ground": "REPEAT"}, "violations"),
        ],
    )
    def test_what_is_missing_or_too_much(self, org, given, field):
        assert problems(make_violation(org.a1), **given) == {field}

    def test_only_on_what_they_did_or_led(self, org):
        make_leader(org.a)
        mine, others = make_violation(org.a1), make_violation(org.b1)
        assert problems(mine, others) == {"violations"}
        assert problems(mine, others, ground="LEADER") == {"violations"}
        assert problems(mine, staff=others.staff) == {"violations"}
        with pytest.raises(ValidationError):
            penalty_propose(
                facts=PenaltyFacts(
                    staff=mine.staff, kind="CRITICISM", ground="OFFENDER", reason="无",
                    violations=[],
                ),
                actor=None,
            )  # fmt: skip

    def test_not_on_what_was_revoked(self, org, cast):
        row = make_violation(org.a1)
        violation_revoke(violation=row, reason="认错了人", actor=cast.service_office)
        assert problems(row) == {"violations"}

    def test_the_same_again(self, org, cast):
        row = make_violation(org.a1)
        made = propose(row)
        with pytest.raises(RecordRefused, match="已对"):
            propose(row)
        penalty_decide(penalty=made, agreed=False, reason="情节轻微", actor=cast.leadership)
        assert propose(row)


class TestTwoSignatures:
    def test_not_by_the_same(self, org, cast):
        made = propose(make_violation(org.a1), actor=cast.service_office)
        with pytest.raises(RecordRefused, match="提出人以外"):
            penalty_decide(penalty=made, agreed=True, actor=cast.service_office)
        with pytest.raises(IntegrityError), transaction.atomic():
            Penalty.objects.filter(pk=made.pk).update(approved_by=made.proposed_by)

    def test_not_by_the_person(self, org):
        made = propose(make_violation(org.a1))
        with pytest.raises(RecordRefused, match="本人"):
            penalty_decide(penalty=made, agreed=True, actor=own_account(made))

    def test_once(self, org, cast):
        made = approve(propose(make_violation(org.a1)), date(2011, 5, 2))
        assert (made.state, made.approved_on) == ("APPROVED", date(2011, 5, 2))
        with pytest.raises(RecordRefused, match="已批准，不能审批"):
            penalty_decide(penalty=made, agreed=True, actor=cast.leadership)

    def test_refused_with_a_reason(self, org, cast):
        made = propose(make_violation(org.a1))
        with pytest.raises(ValidationError):
            penalty_decide(penalty=made, agreed=False, actor=cast.leadership)
        penalty_decide(penalty=made, agreed=False, reason="情节轻微", actor=cast.leadership)
        assert (made.state, made.decision, made.approved_on) == ("REFUSED", "情节轻微", None)


class TestAppeal:
    @pytest.fixture
    def made(self, org):
        return approve(propose(make_violation(org.a1)))

    def test_told_appealed_dismissed(self, made, cast):
        penalty_notify(penalty=made, actor=cast.service_office, today=DAY)
        assert (made.state, made.notified_on) == ("NOTIFIED", DAY)
        penalty_appeal(penalty=made, text="当时不在岗", actor=own_account(made), today=DAY)
        assert made.state == "APPEALED"
        penalty_appeal_decide(penalty=made, upheld=False, reason="录像属实", actor=cast.leadership)
        assert (made.state, made.decision) == ("UPHELD", "录像属实")

    def test_upheld(self, made, cast):
        penalty_appeal(penalty=made, text="当时不在岗", actor=own_account(made))
        penalty_appeal_decide(penalty=made, upheld=True, reason="属实", actor=cast.leadership)
        assert made.state == "REVOKED"

    def test_by_nobody_else_and_once(self, made, cast):
        with pytest.raises(RecordRefused, match="本人"):
            penalty_appeal(penalty=made, text="不服", actor=cast.service_office)
        person = own_account(made)
        with pytest.raises(ValidationError):
            penalty_appeal(penalty=made, text=" ", actor=person)
        penalty_appeal(penalty=made, text="不服", actor=person)
        with pytest.raises(RecordRefused, match="申诉中，不能申诉"):
            penalty_appeal(penalty=made, text="不服", actor=person)

    def test_not_decided_by_who_proposed_or_the_person(self, org, cast):
        made = approve(propose(make_violation(org.a1), actor=cast.service_office))
        person = own_account(made)
        penalty_appeal(penalty=made, text="不服", actor=person)
        for actor in (cast.service_office, person):
            with pytest.raises(RecordRefused, match="以外"):
                penalty_appeal_decide(penalty=made, upheld=True, reason="属实", actor=actor)
        with pytest.raises(ValidationError):
            penalty_appeal_decide(penalty=made, upheld=True, reason="", actor=cast.leadership)

    def test_not_before_approval(self, org):
        made = propose(make_violation(org.a1))
        with pytest.raises(RecordRefused, match="待审批"):
            penalty_appeal(penalty=made, text="不服", actor=own_account(made))


class TestWhoSees:
    @pytest.fixture
    def rows(self, org, cast):
        return {
            "teller": make_violation(org.a1, staff=cast.teller.staff),
            "a1": make_violation(org.a1),
            "a2": make_violation(org.a2),
            "b1": make_violation(org.b1),
            "other": make_violation(org.other),
        }

    @pytest.mark.parametrize(
        ("role", "seen"),
        [
            ("service_office", {"teller", "a1", "a2", "b1"}),
            ("leadership", {"teller", "a1", "a2", "b1"}),
            ("institution_head", {"teller", "a1", "a2"}),
            ("outlet_head", {"teller", "a1"}),
            ("teller", {"teller"}),
            ("inspector", set()),
            ("department", set()),
            ("system_admin", set()),
        ],
    )
    def test_violations_and_penalties(self, rows, cast, role, seen):
        user = getattr(cast, role)
        ids = {rows[name].pk for name in seen}
        assert set(violations_visible_to(user).values_list("pk", flat=True)) == ids
        made = {name: propose(row) for name, row in rows.items()}
        if role in {"service_office", "leadership"}:
            assert penalties_visible_to(user).count() == len(seen)
        else:
            assert not penalties_visible_to(user).exists()
        for penalty in made.values():
            approve(penalty)
        assert set(penalties_visible_to(user)) == {made[name] for name in seen}

    def test_a_leaders_penalty(self, org, cast):
        make_leader(org.a)
        made = fine(make_violation(org.a1), ground="LEADER")
        assert list(penalties_visible_to(cast.institution_head)) == [made]
        assert not penalties_visible_to(cast.outlet_head).exists()
        make_leader(org.branch)
        above = fine(make_violation(org.a, staff=make_leader(org.a, number="L2")), ground="LEADER")
        assert above.unit in {org.a, org.branch}

    def test_somebody_who_moved_is_seen_where_it_was(self, org, cast):
        mover = make_staff(unit=org.a1)
        place = Place(unit=org.b1, post="TELLER", start=date(2011, 5, 1))
        staff_transfer(staff=mover, place=place)
        before = make_violation(org.a1, staff=mover, day=date(2011, 4, 1))
        after = make_violation(org.b1, staff=mover, day=date(2011, 5, 9))
        there = make_user(role=Role.OUTLET_HEAD, unit=org.b1)
        assert list(violations_visible_to(cast.outlet_head)) == [before]
        assert list(violations_visible_to(there)) == [after]
        made = fine(before, after, ground="REPEAT")
        assert list(penalties_visible_to(there)) == [made]
        assert not penalties_visible_to(cast.outlet_head).exists()
        assert list(violations_visible_to(own_account(made))) == [after, before]

    def test_an_unknown_head_sees_the_own_ones_elsewhere(self, org, cast):
        head = make_staff(unit=org.b1, post="OUTLET_HEAD")
        user = make_user(role=Role.OUTLET_HEAD, unit=org.a1, staff=head)
        made = approve(propose(make_violation(org.b1, staff=head)))
        assert made in penalties_visible_to(user)


class TestFigures:
    def test_as_the_report_says(self, org, cast):
        leader = make_leader(org.a)
        often = make_staff(unit=org.a1)
        first, second = (
            make_violation(org.a1, staff=often, day=DAY.replace(day=n)) for n in (1, 2)
        )
        once = make_violation(org.b1, "B01")
        gone = make_violation(org.b1, "C01")
        violation_revoke(violation=gone, reason="认错了人", actor=cast.service_office)
        make_violation(org.b1, day=date(2010, 12, 31))
        fine(first, second, ground="REPEAT")
        fine(first, second, ground="LEADER", amount=500)
        approve(propose(once))
        refused = propose(once, kind="ECONOMIC", amount=Decimal(99))
        penalty_decide(penalty=refused, agreed=False, reason="过重", actor=cast.leadership)
        figures = discipline_figures(cast.leadership, *YEAR)
        assert (figures.violations, figures.violators, figures.repeated) == (3, 2, 1)
        assert (figures.penalised, figures.leaders, figures.repeaters) == (2, 1, 1)
        assert figures.amount == Decimal(700)
        assert figures_lead(figures, "2011年") == (
            "2011年查出违规员工 2 人，受到经济处罚 2 人，其中主管领导 1 人、多次违规员工 1 人。"
        )
        by_unit = [(one.label, one.violations, one.people, one.economic) for one in figures.by_unit]
        assert by_unit == [("甲支行", 2, 1, 2), ("乙支行", 1, 1, 0)]
        assert [(one.key, one.violations) for one in figures.by_severity] == [
            ("MINOR", 2), ("SERIOUS", 1), ("GRAVE", 0),
        ]  # fmt: skip
        assert [one.violations for one in figures.by_kind] == [2, 1]
        assert [one[1:4] for one in figures.by_penalty] == [("通报批评", 1, 1), ("经济处罚", 2, 2)]
        months = {one.key: one.violations for one in figures.by_month}
        assert (len(months), months["2011-04"], months["2011-05"]) == (12, 3, 0)
        assert [(one.pk, one.times) for one in repeat_violators(org.branch.pk, *YEAR)] == [
            (often.pk, 2)
        ]
        assert leader.pk

    def test_of_what_one_sees(self, org, cast):
        make_violation(org.a1)
        make_violation(org.b1)
        assert discipline_figures(cast.institution_head, *YEAR).violators == 1
        nothing = discipline_figures(cast.inspector, *YEAR)
        assert figures_lead(nothing, "2011年") == "2011年没有查出违规员工。"

    def test_the_same_number_of_queries(self, org, cast, django_assert_num_queries):
        fine(make_violation(org.a1))
        with django_assert_num_queries(3):
            discipline_figures(cast.leadership, *YEAR)
        for unit in (org.a2, org.b1):
            fine(make_violation(unit))
        with django_assert_num_queries(3):
            discipline_figures(cast.leadership, *YEAR)


def test_another_office_is_another(org):
    assert another(org.branch) != another(org.branch)
