"""What may be read of bulletins, and the stored facts one is made from."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple

from django.db import connection
from django.db.models import Count, QuerySet, Sum
from django.db.models.fields.json import KeyTransform

from accounts.models import User
from accounts.roles import Capability
from outlets.months import Month
from reports.closing import CLOSED
from reports.models import Bulletin, MonthClose, MonthlyScore
from reports.selectors.figures import scores_latest


class FailedItem(NamedTuple):
    """A checklist item over a month: inspections that asked it, and those that lost marks on it."""

    code: str
    text: str
    section: str
    channels: list[str]
    asked: int
    lost: int


class MonthSums(NamedTuple):
    """Sums over the ranked outlets of a month, with how many there are to each."""

    month: date
    totals: tuple[Decimal, int]
    opens: tuple[Decimal, int]
    coverts: tuple[Decimal, int]


def bulletins_visible_to(user: User) -> QuerySet[Bulletin]:
    """The bulletins of the user's branch, newest first, with branch and job.

    `is_final` says whether closed figures stand in it; the figures themselves are left unread.
    """
    if user.unit is None or not user.can(Capability.BULLETINS_READ):
        return Bulletin.objects.none()
    return (
        Bulletin.objects.filter(branch_id=user.unit.branch_id)
        .select_related("branch", "job")
        .annotate(is_final=KeyTransform("final", "figures"))
        .defer("figures")
        .order_by("-year", "-number")
    )


def months_to_issue(user: User) -> list[Month]:
    """The months a bulletin may be issued for now, newest first: published or closed, without one.

    A month that was closed after its preliminary bulletin may have its final one.
    """
    if user.unit is None or not user.can(Capability.BULLETINS_ISSUE):
        return []
    branch_id = user.unit.branch_id
    issued = Bulletin.objects.filter(branch_id=branch_id)
    final = {
        (month, edition): is_final
        for month, edition, is_final in issued.values_list("month", "edition", "figures__final")
    }
    months = (
        MonthClose.objects.filter(branch_id=branch_id)
        .exclude(state=MonthClose.State.OPEN)
        .annotate(edition=Count("corrections"))
        .order_by("-month")
    )
    found = []
    for each in months:
        key = each.month, each.edition
        if key not in final or (each.state == CLOSED and not final[key]):
            found.append(Month.of(each.month))
    return found


def rows_of(branch_id: int, month: Month) -> list[MonthlyScore]:
    """The month's stored rows in the latest edition, ranked first, with unit and institution."""
    rows = scores_latest(branch_id).filter(month=month.first)
    return list(rows.select_related("unit", "institution").order_by("kind", "rank", "unit__code"))


def month_sums(branch_id: int, months: Collection[Month]) -> list[MonthSums]:
    """The sums of months over their ranked outlets, oldest first."""
    rows = (
        scores_latest(branch_id)
        .filter(
            kind=MonthlyScore.Kind.OUTLET,
            rank__isnull=False,
            month__in=[month.first for month in months],
        )
        .order_by()
        .values("month")
        .annotate(
            totals=Sum("total"), ranked=Count("total"), opens=Sum("open"), opened=Count("open"),
            coverts=Sum("covert"), coverted=Count("covert"),
        )
        .order_by("month")
    )  # fmt: skip
    return [
        MonthSums(
            row["month"],
            (row["totals"], row["ranked"]),
            (row["opens"], row["opened"]),
            (row["coverts"], row["coverted"]),
        )
        for row in rows
    ]


def totals_of(branch_id: int, months: Collection[Month]) -> list[tuple[str, int, str, date, Any]]:
    """(kind, unit id, short name, month, stored total) of every row of these months."""
    rows = scores_latest(branch_id).filter(month__in=[month.first for month in months])
    return list(
        rows.order_by("kind", "unit__code", "month").values_list(
            "kind", "unit_id", "unit__short_name", "month", "total"
        )
    )


def closed_months(branch_id: int, first: Month, last: Month) -> list[Month]:
    """The branch's closed months from one to another, both included."""
    days = MonthClose.objects.filter(
        branch_id=branch_id,
        state=MonthClose.State.CLOSED,
        month__gte=first.first,
        month__lte=last.first,
    )
    return [Month.of(day) for day in days.order_by("month").values_list("month", flat=True)]


def failed_items(inspection_ids: Collection[int], most: int) -> list[FailedItem]:
    """The items most inspections lost marks on; only released ones of released waves count."""
    with connection.cursor() as cursor:
        cursor.execute(_FAILED, {"ids": list(inspection_ids), "most": most})
        return [FailedItem(*row) for row in cursor.fetchall()]


# The same item of two versions of a standard is one item.
_FAILED: Final = """
SELECT item.code, item.text, section.name,
    array_agg(DISTINCT inspection.channel),
    count(*), count(*) FILTER (WHERE answer.earned < answer.possible)
FROM inspections_inspection inspection
LEFT JOIN inspections_wave wave ON wave.id = inspection.wave_id
JOIN inspections_answer answer ON answer.inspection_id = inspection.id
JOIN inspections_item item ON item.id = answer.item_id
JOIN inspections_section section ON section.id = item.section_id
JOIN inspections_checklistversion version ON version.id = item.version_id
WHERE inspection.id = ANY(%(ids)s) AND inspection.state = 'RELEASED'
    AND (inspection.wave_id IS NULL OR wave.released_at IS NOT NULL)
    AND answer.possible > 0
GROUP BY version.checklist_id, item.code, item.text, section.name
HAVING count(*) FILTER (WHERE answer.earned < answer.possible) > 0
ORDER BY 6 DESC, 5, item.code, item.text
LIMIT %(most)s
"""
