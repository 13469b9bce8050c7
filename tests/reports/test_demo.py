"""The demonstration branch: what it promises, and that it ends as the reports it grew from say."""

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from complaints.models import Kind, Letter, Responsibility
from inspections.models import Evidence, Inspection, Visit
from outlets.models import Staff, Unit
from reports.demo import build, months, today
from reports.demo.letters import FIRST_LETTERS, HOLIDAY, letters_import
from reports.models import MonthlyScore, Season
from reports.selectors.league import season_so_far

pytestmark = pytest.mark.django_db


@pytest.fixture
def branch(settings, tmp_path):
    """The branch with its nine months."""
    settings.MEDIA_ROOT = tmp_path
    branch = build.ground(lambda _text: None)
    office = User.objects.get(username="fuwuban")
    letters_import(branch, FIRST_LETTERS.range_to(build.FIRST.previous), office)
    for month in build.FIRST.range_to(build.LAST):
        months.build(branch, month)
    return branch


def test_the_season_of_2011(branch):
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


def test_two_years_of_letters(branch):
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


def test_built_again_nothing_changes(branch):
    before = Inspection.objects.count(), MonthlyScore.objects.count(), User.objects.count()
    assert build.ground(lambda _text: None) == branch
    assert all(months.is_closed(branch, month) for month in build.FIRST.range_to(build.LAST))
    day = timezone.localdate()
    today.plan(branch, day)
    visits = Visit.objects.count()
    today.plan(branch, day)
    assert Visit.objects.count() == visits
    assert before == (
        Inspection.objects.count(), MonthlyScore.objects.count(), User.objects.count(),
    )  # fmt: skip
