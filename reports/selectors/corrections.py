"""Corrections as people read them: old beside new, unit by unit (R7)."""

from dataclasses import dataclass
from typing import Final, NamedTuple

from django.db.models import QuerySet

from accounts.models import User
from complaints.selectors.letters import letters_visible_to
from outlets.models import Unit
from outlets.months import Month
from outlets.selectors import units_visible_to
from reports.closing import CLOSED
from reports.models import Correction, MonthlyScore
from reports.scheme import COMPONENT_LABELS
from reports.selectors.figures import latest_edition
from reports.selectors.months import months_visible_to
from reports.selectors.waiting import Waiting, letters_waiting

_MONTHS: Final = 24
LABELS: Final = {
    **COMPONENT_LABELS,
    "base": "基础分",
    "adjustment": "加减分",
    "complaints": "有效投诉",
    "total": "总分",
    "rank": "名次",
    "group_rank": "组内名次",
}


class Changed(NamedTuple):
    """One figure, old beside new; a dash where there was none."""

    label: str
    old: str | int
    new: str | int


@dataclass(frozen=True, slots=True)
class DifferenceView:
    """What a correction changes for one unit."""

    kind: str
    kind_label: str
    unit_id: int
    name: str
    is_visible: bool
    changes: list[Changed]
    rank_change: int | None


@dataclass(frozen=True, slots=True)
class CorrectionView:
    """A correction with the counts its line shows."""

    correction: Correction

    @property
    def month(self) -> Month:
        """The month corrected."""
        return Month.of(self.correction.month_close.month)

    @property
    def outlets(self) -> int:
        """How many outlets' figures changed."""
        return self._count(MonthlyScore.Kind.OUTLET)

    @property
    def institutions(self) -> int:
        """How many institutions' figures changed."""
        return self._count(MonthlyScore.Kind.INSTITUTION)

    @property
    def reranked(self) -> int:
        """How many outlets changed places."""
        return sum(
            bool(each["rank_change"])
            for each in self.correction.differences
            if each["kind"] == MonthlyScore.Kind.OUTLET
        )

    def _count(self, kind: str) -> int:
        return sum(each["kind"] == kind for each in self.correction.differences)


def corrections_visible_to(user: User) -> QuerySet[Correction]:
    """The corrections of the branch's months, newest month first."""
    return (
        Correction.objects.filter(month_close__in=months_visible_to(user))
        .select_related("month_close__branch", "issued_by")
        .order_by("-month_close__month", "-number")
    )


def differences_shown(user: User, correction: Correction) -> list[DifferenceView]:
    """Every unit a correction changes, outlets first; units out of sight are named, not linked."""
    ids = {each["unit"] for each in correction.differences}
    names = dict(Unit.objects.filter(pk__in=ids).values_list("pk", "short_name"))
    visible = set(units_visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))
    return [
        DifferenceView(
            kind=each["kind"],
            kind_label=MonthlyScore.Kind(each["kind"]).label,
            unit_id=each["unit"],
            name=names[each["unit"]],
            is_visible=each["unit"] in visible,
            changes=[
                Changed(LABELS.get(name, name), _shown(old), _shown(new))
                for name, old, new in each["changes"]
            ],
            rank_change=each["rank_change"],
        )
        for each in correction.differences
    ]


def letters_awaiting(user: User) -> list[Waiting]:
    """The letters the user may see that wait for a correction, of the latest closed months."""
    closed = months_visible_to(user).filter(state=CLOSED).order_by("-month")
    months = list(closed.annotate(edition=latest_edition("pk"))[:_MONTHS])
    waiting = letters_waiting(months)
    seen = letters_visible_to(user).filter(pk__in=[one.id for one in waiting])
    visible = set(seen.values_list("pk", flat=True)) if waiting else set()
    return [one for one in waiting if one.id in visible]


def _shown(value: str | int | None) -> str | int:
    return "—" if value is None else value
