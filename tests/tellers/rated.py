"""Tellers with a year of evidence, put in directly, and a period rated from it."""

from datetime import date
from decimal import Decimal
from typing import Any

from inspections.models import Answer, Item
from outlets.models import Staff, Unit
from outlets.services.calendar import calendar_seed
from tellers.models import (
    DeviceMonth,
    Quiz,
    StarPeriod,
    StarRating,
    StarScheme,
    Violation,
    ViolationKind,
)
from tellers.services.ratings import periods_compute, tokens_give
from tellers.services.star_periods import period_open
from tellers.services.star_schemes import star_scheme_draft, star_scheme_publish
from tellers.stars import DEFAULT_STARS, StarRules
from tests.factories import make_staff, make_user
from tests.inspections.builders import make_version
from tests.reports.rows import make_inspection

SHOWN, UNTIL, AFTER = date(2012, 1, 10), date(2012, 1, 17), date(2012, 1, 18)


def a_teller(org, *, satisfied=980, months=12, score=95, marks=("10", "10"), unit=None, staff=None):
    """A teller of `a1` with device months, a quiz and the marks of one inspection."""
    unit = unit or org.a1
    staff = staff or make_staff(unit=unit)
    DeviceMonth.objects.bulk_create(
        DeviceMonth(
            branch=org.branch, staff=staff, month=date(2011, n, 1), transactions=1400,
            evaluations=1000, very_satisfied=satisfied, satisfied=0, neutral=1000 - satisfied,
            dissatisfied=0,
        )
        for n in range(1, months + 1)
    )  # fmt: skip
    Quiz.objects.create(
        branch=org.branch, staff=staff, date=date(2011, 5, 20), kind="KNOWLEDGE", score=score
    )
    if marks:
        attributed(org, staff, unit, *marks)
    return staff


def attributed(org, staff, unit, earned, possible, day=date(2011, 6, 1), **kw):
    """A released inspection with one answer attributed to the teller."""
    item = Item.objects.filter(version__checklist__branch=org.branch).first()
    item = item or make_version(org.branch, name="规范").items.first()
    inspection = make_inspection(unit, day=day, **kw)
    Answer.objects.create(
        inspection=inspection, item=item, value="pass", staff=staff,
        possible=Decimal(possible), earned=Decimal(earned),
    )  # fmt: skip
    return inspection


def violate(org, staff, severity, name="着装", **kw):
    """A violation recorded by hand."""
    kind, _ = ViolationKind.objects.get_or_create(
        branch=org.branch, code=name, name=name, defaults={"severity": severity}
    )
    day = kw.pop("day", date(2011, 7, 1))
    return Violation.objects.create(
        branch=org.branch, staff=staff, unit=org.a1, unit_path=org.a1.path, kind=kind,
        severity=severity, day=day, recorded_on=day, source="MANUAL", **kw,
    )  # fmt: skip


def published(
    branch: Unit, label: str = "2011年办法", rules: StarRules = DEFAULT_STARS
) -> StarScheme:
    """A published star scheme of the branch."""
    found = StarScheme.objects.filter(branch=branch, label=label).first()
    if found is None:
        actor = make_user(role="SERVICE_OFFICE", unit=branch)
        draft = star_scheme_draft(branch=branch, label=label, rules=rules, actor=actor)
        found = star_scheme_publish(scheme=draft, actor=actor)
    return found


def a_year(branch: Unit, label: str = "2011") -> StarPeriod:
    """The rating period, open; its calendar and the next year's are known."""
    found = StarPeriod.objects.filter(branch=branch, label=label).first()
    if found is None:
        for year in (2011, 2012):
            calendar_seed(year=year)
        found = period_open(branch=branch, label=label, scheme=published(branch), actor=None)
    return found


def computed(branch: Unit, label: str = "2011") -> StarPeriod:
    """The period rated from what there is."""
    period = a_year(branch, label)
    periods_compute(period_ids=[period.pk])
    period.refresh_from_db()
    return period


def moved_to(period: StarPeriod, state: str) -> StarPeriod:
    """The period in a later state, put there directly: shown from 10 January on, long past."""
    days: dict[str, Any] = {"public_on": SHOWN, "objections_until": UNTIL}
    if state == "FINAL":
        days["final_on"] = AFTER
    StarPeriod.objects.filter(pk=period.pk).update(state=state, **days)
    period.refresh_from_db()
    if state == "FINAL":
        tokens_give(period)
    return period


def rating_of(staff: Staff, period: StarPeriod | None = None) -> StarRating:
    """The person's only rating, or that of the period."""
    return StarRating.objects.get(staff=staff, **({"period": period} if period else {}))
