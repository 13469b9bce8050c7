"""Ratings of a period: facts from the tables by one statement, quotas within the branch."""

from datetime import UTC, date, datetime

import pytest

from complaints.models import Responsibility
from complaints.services.letters import LetterFacts, letter_receive
from outlets.models import Posting
from outlets.services.calendar import calendar_seed
from tellers.models import Penalty, StarAdjustment, StarPeriod, StarRating, StarScheme
from tellers.services.ratings import periods_compute, tokens_give
from tellers.services.refusals import PeriodMoved
from tellers.stars import DEFAULT_STARS
from tests.tellers.rated import a_teller, attributed, violate

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2011, 1, 1), date(2011, 12, 31)


@pytest.fixture
def period(org):
    calendar_seed(year=2011)
    scheme = StarScheme.objects.create(
        branch=org.branch, label="2011年办法", rules=DEFAULT_STARS.to_json()
    )
    return StarPeriod.objects.create(
        branch=org.branch, label="2011", first_day=FIRST, last_day=LAST, scheme=scheme
    )


def rated(period, staff):
    return StarRating.objects.get(period=period, staff=staff)


def test_the_evidence_of_a_year_becomes_a_star(org, period):
    staff = a_teller(org, score=93, marks=("9", "10"))
    assert periods_compute(period_ids=[period.pk]) == 1
    row = rated(period, staff)
    figures = [row.skill, row.quality, row.efficiency, row.standards, row.discipline]
    assert [str(one) for one in figures] == ["93.00", "98.80", "100.00", "90.00", "100.00"]
    assert (str(row.total), row.star, row.computed_star, row.status) == ("96.36", 5, 5, "RATED")
    assert (row.unit, row.unit_path, row.post) == (org.a1, org.a1.path, "TELLER")
    rules = [rule for rule, *_ in row.lines]
    assert rules == ["R8.skill", "R8.quality", "R8.efficiency", "R8.standards", "R8.discipline",
                     "R8.total", "R8.star"]  # fmt: skip


def test_letters_and_violations_count(org, period, cast):
    staff = a_teller(org)
    for finding, kind in (("BANK", "COMPLAINT"), ("VERIFIED", "PRAISE"), ("CUSTOMER", "COMPLAINT")):
        facts = LetterFacts(
            channel="HOTLINE", source="FORM", received_at=datetime(2011, 3, 1, 1, tzinfo=UTC), body="来信",
            kind=kind, unit=org.a1, staff=staff,
        )  # fmt: skip
        letter = letter_receive(branch=org.branch, facts=facts, actor=cast.service_office)
        Responsibility.objects.create(
            branch=org.branch, letter=letter, finding=finding, unit=org.a1, staff=staff,
            grounds="", state="CONFIRMED", decided_on=date(2011, 3, 9),
        )  # fmt: skip
    violate(org, staff, "MINOR")
    periods_compute(period_ids=[period.pk])
    row = rated(period, staff)
    assert (str(row.quality), str(row.discipline)) == ("92.80", "95.00")  # 0.6×98+0.4×85


def test_disqualified_by_violations_and_penalties(org, period, cast):
    grave, twice, barred, forgiven = (a_teller(org) for _ in range(4))
    violate(org, grave, "GRAVE")
    violate(org, twice, "MINOR", "语言")
    violate(org, twice, "MINOR", "语言", day=date(2011, 8, 1))
    Penalty.objects.create(
        branch=org.branch, staff=barred, unit=org.a1, kind="NO_STAR", ground="OFFENDER", year=2011,
        reason="多次违规", state="APPROVED", proposed_on=LAST, approved_on=LAST,
    )  # fmt: skip
    violate(org, forgiven, "GRAVE", state="REVOKED", revoked_on=date(2011, 7, 9))
    periods_compute(period_ids=[period.pk])
    assert [rated(period, one).status for one in (grave, twice, barred, forgiven)] == [
        "DISQUALIFIED", "DISQUALIFIED", "DISQUALIFIED", "RATED",
    ]  # fmt: skip


def test_too_little_evidence(org, period):
    few, unseen = a_teller(org, months=2), a_teller(org, marks=None)
    periods_compute(period_ids=[period.pk])
    assert {rated(period, one).status for one in (few, unseen)} == {"INSUFFICIENT"}


def test_only_released_inspections_within_the_period_count(org, period):
    staff = a_teller(org, marks=("10", "10"))
    attributed(org, staff, org.a1, "0", "10", day=date(2012, 1, 5))
    attributed(org, staff, org.a1, "0", "10", state="SUBMITTED")
    periods_compute(period_ids=[period.pk])
    assert str(rated(period, staff).standards) == "100.00"


def test_who_moved_is_rated_once_where_they_are_now(org, period):
    staff = a_teller(org, unit=org.a2)
    Posting.objects.filter(staff=staff).update(end=date(2011, 6, 30))
    Posting.objects.create(staff=staff, unit=org.b1, post="TELLER", start=date(2011, 7, 1))
    periods_compute(period_ids=[period.pk])
    assert rated(period, staff).unit == org.b1


def test_quotas_within_the_branch(org, period):
    people = [a_teller(org, satisfied=990 - n) for n in range(21)]
    periods_compute(period_ids=[period.pk])
    stars = [rated(period, one).star for one in people]
    assert stars == [5] + [4] * 3 + [3] * 17  # 21 rated: one five-star place, three four-star
    assert rated(period, people[1]).reason == "五星名额1人已满，降一星"


def test_again_changes_nothing_and_who_left_goes(org, period):
    stays, leaves = a_teller(org), a_teller(org)
    periods_compute(period_ids=[period.pk])
    before = StarRating.objects.get(staff=stays)
    Posting.objects.filter(staff=leaves).update(end=date(2011, 12, 30))
    assert periods_compute(period_ids=[period.pk]) == 1
    assert list(period.ratings.values_list("pk", "total")) == [(before.pk, before.total)]


def test_a_shown_period_is_not_computed_again(org, period):
    StarPeriod.objects.update(state="PUBLIC")
    with pytest.raises(PeriodMoved, match="评定周期2011公示中，不能重新测算"):
        periods_compute(period_ids=[period.pk])


def test_the_same_number_of_statements_for_many(org, period, django_assert_num_queries):
    a_teller(org)
    with django_assert_num_queries(9):
        periods_compute(period_ids=[period.pk])
    for _ in range(3):
        a_teller(org, unit=org.b1)
    with django_assert_num_queries(9):
        periods_compute(period_ids=[period.pk])


def test_stars_get_tokens(org, period):
    staff, none = a_teller(org), a_teller(org, months=1)
    periods_compute(period_ids=[period.pk])
    tokens_give(period)
    assert len(rated(period, staff).token) == 22
    assert rated(period, none).token is None


def test_what_the_committee_agreed_to_holds_for_new_figures(org, period, cast):
    up, leaves = a_teller(org, score=80), a_teller(org)
    periods_compute(period_ids=[period.pk])
    for staff in (up, leaves):
        StarAdjustment.objects.create(
            rating=rated(period, staff), step=-1, grounds="迟到", state="CONFIRMED",
            proposed_by=cast.service_office, confirmed_by=cast.leadership,
        )  # fmt: skip
    Posting.objects.filter(staff=leaves).update(end=date(2011, 12, 30))
    periods_compute(period_ids=[period.pk])
    row = rated(period, up)
    assert (row.computed_star, row.star) == (5, 4)
    assert StarAdjustment.objects.get().rating == row
