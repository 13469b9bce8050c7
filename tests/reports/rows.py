"""Rows the months are made of, put in directly: what the services of other apps would store."""

import itertools
import uuid
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from inspections.models import Checklist, ChecklistVersion, Inspection
from outlets.models import Unit
from outlets.months import Month
from reports.models import MonthlyScore
from reports.services.rollup import Change, figures_refresh
from tellers.services.quizzes import QuizFact, quizzes_record
from tests.factories import make_staff

APRIL = Month(2011, 4)
MAY = Month(2011, 5)
_numbers = itertools.count(1)


def make_inspection(
    unit: Unit,
    channel: str = "OPEN",
    day: date = date(2011, 4, 10),
    score: Any = "90.00",
    **kw: Any,
) -> Inspection:
    """A released inspection, known to nobody yet."""
    checklist, _ = Checklist.objects.get_or_create(branch_id=unit.branch_id, name="检查标准")
    version, _ = ChecklistVersion.objects.get_or_create(
        checklist=checklist,
        label="2011",
        scoring="POINTS",
        effective_on=date(2011, 1, 1),
        defaults={"published_at": datetime(2011, 1, 1, tzinfo=UTC)},
    )
    kw = {"state": "RELEASED", "possible": 1000, "earned": 900} | kw
    return Inspection.objects.create(
        uuid=uuid.uuid4(),
        number=f"J{next(_numbers):05d}",
        branch_id=unit.branch_id,
        unit=unit,
        unit_path=unit.path,
        channel=channel,
        version=version,
        inspector_name="督导",
        date=day,
        score=None if score is None else Decimal(score),
        content_hash="",
        **kw,
    )


def release(unit: Unit, *args: Any, **kw: Any) -> Inspection:
    """A released inspection that the figures are told of."""
    inspection = make_inspection(unit, *args, **kw)
    figures_refresh([Change(inspection.branch_id, inspection.unit_id, inspection.date)])
    return inspection


def quiz(unit: Unit, score: str, day: date = date(2011, 4, 12), **kw: Any) -> None:
    """A knowledge quiz of somebody of the unit, through the service."""
    staff = kw.pop("staff", None) or make_staff(unit=unit)
    kind = kw.pop("kind", "KNOWLEDGE")
    quizzes_record(facts=[QuizFact(unit.branch_id, staff.pk, day, kind, Decimal(score))])


def stored(unit: Unit, month: Month = APRIL, **kw: Any) -> MonthlyScore:
    """The stored row of an outlet, or of an institution with kind=…"""
    kw = {"kind": "OUTLET", "edition": 0} | kw
    return MonthlyScore.objects.get(unit=unit, month=month.first, **kw)


def table(branch: Unit, month: Month = APRIL) -> list[dict[str, Any]]:
    """Every stored row of a month in full, to compare."""
    rows = MonthlyScore.objects.filter(branch=branch, month=month.first)
    return [dict(row) for row in rows.order_by("kind", "edition", "unit_id").values()]
