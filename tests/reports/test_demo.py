"""The demonstration branch: what it promises, and that it ends as the reports it grew from say."""

import re

import pytest
from django.db.models import F
from django.utils import timezone

from accounts.jobs import job_run
from accounts.models import User
from accounts.roles import Role
from complaints.models import Kind, Letter, LetterLink, Mail, Reply, Responsibility
from complaints.selectors.clocks import clocks_of
from inspections.models import Evidence, Inspection, Visit
from outlets.models import CalendarDay, Posting, Staff, Unit
from reports.demo import build, months, today
from reports.demo.circulars import circulars_issue
from reports.demo.letters import FIRST_LETTERS, HOLIDAY, letters_grown, letters_import
from reports.demo.mails import mails_open
from reports.demo.open_letters import OPEN, letters_open
from reports.demo.stars import stars_compute, stars_decide
from reports.demo.tellers import before_season, season_completed
from reports.models import MonthClose, MonthlyScore, Season
from reports.selectors.league import season_so_far
from tellers.models import (
    Attendance,
    DeviceMonth,
    Objection,
    Penalty,
    Quiz,
    StarAdjustment,
    StarPeriod,
    Training,
    Violation,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def branch(settings, tmp_path):
    """The branch with its nine months."""
    settings.MEDIA_ROOT = tmp_path
    branch = build.ground(lambda _text: None)
    office = User.objects.get(username="fuwuban")
    letters_import(branch, FIRST_LETTERS.range_to(build.FIRST.previous), office)
    before_season(branch, office)
    for month in build.FIRST.range_to(build.LAST):
        months.build(branch, month)
    season_completed(branch, office)
    return branch


def test_as_it_is_built_and_built_again(branch):
    """One test, because building takes its time."""
    the_season(branch)
    two_years_of_letters()
    no_customer_in_the_clear()
    what_is_known_of_tellers(branch)
    a_year_of_discipline(branch)
    its_circulars(branch)
    the_stars(branch)
    # Built again it lacks nothing and has nothing twice.
    nothing_changes(branch)
    what_an_older_one_lacks(branch)
    complaints_that_grew_out_of_inquiries(branch)
    letters_of_these_days(branch)
    no_customer_in_the_clear()


def the_season(branch):
    units = Unit.objects.filter(branch=branch)
    assert units.filter(kind="INSTITUTION").count() == 11
    assert units.filter(serves_customers=True).count() == 48
    assert 400 <= Staff.objects.count() <= 440
    per_channel = Inspection.objects.filter(state="RELEASED", channel="OPEN")
    assert per_channel.count() == Inspection.objects.filter(channel="COVERT").count() == 48 * 9
    assert not MonthlyScore.objects.filter(kind="OUTLET", rank=None).exists()
    assert Evidence.objects.exclude(inspection=None).exists()

    office = User.objects.get(username="fuwuban")
    standing = season_so_far(office, Season.objects.get(branch=branch), "INSTITUTION")
    first = [row.name for row in standing.rows if row.standing.rewarded]
    assert first == ["海城支行", "道西支行", "对炉支行"]
    assert sum(row.standing.named for row in standing.rows) == 2

    assert set(User.objects.values_list("role", flat=True)) == set(Role.values)


def counts(year, **kw):
    letters = Letter.objects.filter(received_at__year=year, **kw)
    return {kind: letters.filter(kind=kind).count() for kind in Kind.values}


def two_years_of_letters():
    assert counts(2010) == {"INQUIRY": 110, "SUGGESTION": 7, "PRAISE": 61, "COMPLAINT": 38}
    assert counts(2011) == {"INQUIRY": 96, "SUGGESTION": 3, "PRAISE": 10, "COMPLAINT": 26}
    found = Responsibility.objects.filter(letter__kind="COMPLAINT", superseded_on=None)
    for year, bank, customer in ((2010, 19, 19), (2011, 2, 24)):
        held = found.filter(letter__received_at__year=year)
        assert held.filter(finding="BANK").count() == bank
        assert held.filter(finding="CUSTOMER").count() == customer
    holiday = found.filter(letter__received_at__date__range=HOLIDAY)
    assert holiday.filter(finding="CUSTOMER").exists()
    assert not holiday.filter(finding="BANK").exists()
    assert Letter.objects.filter(is_late=True).count() == 10


def its_circulars(branch):
    office = User.objects.get(username="fuwuban")
    issued = circulars_issue(branch, office)
    assert [(one.year, one.number) for one in issued] == [(2011, n) for n in range(1, 7)]
    assert not Penalty.objects.filter(approved_on__year=2011, circular_number=None).exists()
    assert circulars_issue(branch, office) == issued


def what_is_known_of_tellers(branch):
    season = build.FIRST.range_to(build.LAST)
    for month in (*season, build.FIRST.previous):
        posted = Posting.objects.filter(post="TELLER", start__lte=month.last)
        people = posted.values("staff").distinct().count()
        assert DeviceMonth.objects.filter(month=month.first).count() == people
    scores = MonthlyScore.objects.filter(branch=branch)
    assert not scores.filter(device=None).exists()
    assert not MonthClose.objects.filter(waiting__gt=0).exists()
    assert Quiz.objects.filter(kind="SKILL").values("date").distinct().count() == 2
    assert Training.objects.count() == 3
    assert Attendance.objects.filter(attended=False).exists()


def a_year_of_discipline(branch):
    violations = Violation.objects.filter(branch=branch, day__year=2011, state="RECORDED")
    assert violations.values("staff").distinct().count() == 82
    assert violations.count() == 92
    assert set(violations.values_list("source", flat=True)) == {"INSPECTION", "LETTER", "MANUAL"}
    fines = Penalty.objects.filter(kind="ECONOMIC")
    assert fines.values("staff").distinct().count() == fines.count() == 19
    leaders, again = fines.filter(ground="LEADER"), fines.filter(ground="REPEAT")
    assert (leaders.count(), again.count()) == (9, 10)
    assert all(one.violations.count() == 2 for one in again)
    held = Penalty.objects.filter(branch=branch)
    assert not held.filter(state__in=["PROPOSED", "APPROVED"]).exists()
    assert held.exclude(appeal="").get().state == "UPHELD"
    assert not held.filter(approved_by=F("proposed_by")).exists()


def the_stars(branch):
    office = User.objects.get(username="fuwuban")
    job = stars_compute(branch, office)
    job_run(job.pk)
    job.refresh_from_db()
    assert job.state == "DONE"
    stars_decide(branch, office)
    period = StarPeriod.objects.get(branch=branch, label="2011")
    assert period.state == "FINAL"
    rated = period.ratings.filter(status="RATED")
    spread = [rated.filter(star=star).count() for star in range(6)]
    assert all(spread[1:]), spread
    assert spread[5] <= rated.count() * 0.05
    assert 10 <= period.ratings.filter(status="DISQUALIFIED").count() <= 50
    assert period.ratings.filter(status="INSUFFICIENT").count() == 3
    assert StarAdjustment.objects.get(rating__period=period).state == "CONFIRMED"
    assert Objection.objects.get(rating__period=period).decision == "DISMISSED"
    assert stars_compute(branch, office) is None
    stars_decide(branch, office)


def nothing_changes(branch):
    before = counted()
    office = User.objects.get(username="fuwuban")
    before_season(branch, office)
    season_completed(branch, office)
    assert build.ground(lambda _text: None) == branch
    assert all(months.is_closed(branch, month) for month in build.FIRST.range_to(build.LAST))
    day = timezone.localdate()
    today.plan(branch, day)
    visits = Visit.objects.count()
    today.plan(branch, day)
    assert Visit.objects.count() == visits
    assert counted() == before


def counted():
    models = (Inspection, MonthlyScore, User, DeviceMonth, Quiz, Violation, Penalty, Attendance)
    return [model.objects.count() for model in models]


def complaints_that_grew_out_of_inquiries(branch):
    office = User.objects.get(username="fuwuban")
    letters_grown(branch, office)
    grown = LetterLink.objects.filter(kind="ESCALATED").count()
    assert 3 <= grown <= 15
    letters_grown(branch, office)
    assert LetterLink.objects.filter(kind="ESCALATED").count() == grown
    assert counts(2010)["COMPLAINT"] == 38


def letters_of_these_days(branch):
    day = timezone.localdate()
    before = counts(2010), counts(2011)
    letters_open(branch, day)
    mails_open(branch, day)
    held = Letter.objects.filter(received_at__year__gte=2012)
    assert held.count() == len(OPEN) + 2
    states = {state: held.filter(state=state).count() for state in Letter.State.values}
    assert states["RECEIVED"] == 5
    assert states["ASSIGNED"] == 8
    assert (states["ANSWERED"], states["CLOSED"]) == (1, 1)
    clocks = clocks_of(list(held))
    assert any(one.overdue(day) for one in clocks.values())
    assert any(one.asked for one in clocks.values())
    assert any(one.level == "COMPLEX" for one in clocks.values())
    assert any(one.stopped_on for one in clocks.values())
    assert Reply.objects.filter(sent_at=None).count() == 1
    assert Responsibility.objects.filter(state="PROPOSED").count() == 1
    assert held.filter(first_kind="INQUIRY", kind="COMPLAINT").count() == 1
    assert Mail.objects.filter(state="SET_ASIDE").count() == 1
    assert (counts(2010), counts(2011)) == before
    letters_open(branch, day)
    mails_open(branch, day)
    assert held.count() == len(OPEN) + 2


def what_an_older_one_lacks(branch):
    User.objects.filter(username="fuwuban2").delete()
    CalendarDay.objects.filter(date__year=2010).delete()
    letters = Letter.objects.count()
    office = User.objects.get(username="fuwuban")
    build.ground(lambda _text: None)
    letters_import(branch, FIRST_LETTERS.range_to(build.LAST), office)
    assert User.objects.filter(username="fuwuban2").exists()
    assert CalendarDay.objects.filter(date__year=2010).exists()
    assert Letter.objects.count() == letters


def no_customer_in_the_clear():
    for text, outcome in Letter.objects.values_list("text", "outcome"):
        assert not re.search(r"1380000\d{4}", text + outcome)
