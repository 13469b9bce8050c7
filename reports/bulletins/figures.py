"""The figures of a bulletin: one JSON document, and all that its pages are drawn from (R7).

Everything comes from stored rows: the month's scores in their latest edition, and the answers of
just those inspections their lines name. Scores are text with two places.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.conf import settings
from django.db.models import Max
from django.urls import reverse

from accounts.refusals import Refused
from inspections.models import Channel
from inspections.scoring import stored
from outlets.models import Unit
from outlets.months import Month
from reports.bulletins.letters import letter_figures
from reports.closing import CLOSED, OPEN
from reports.models import Correction, MonthClose, MonthlyScore
from reports.ranking import SeasonStanding, season
from reports.scheme import COMPONENTS, SchemeRules
from reports.selectors.bulletins import (
    FailedItem,
    MonthSums,
    closed_months,
    failed_items,
    month_sums,
    rows_of,
    totals_of,
)
from reports.selectors.figures import lines_of
from reports.selectors.months import season_of

Figures = dict[str, Any]

FORMAT: Final = 1
FAILED: Final = 10
MOVERS: Final = 5
_LEAST_SEASON: Final = 2
_TREND: Final = 12
_INSPECTED: Final = {f"R3.{channel.lower()}": channel for channel in ("OPEN", "COVERT", "SPECIAL")}


class BulletinError(Refused):
    """A bulletin cannot be made of a month."""


class IssueDateError(BulletinError):
    """A bulletin cannot carry this date."""

    field = "issued_on"


def bulletin_figures(*, branch: Unit, month: Month, number: int, issued_on: date) -> Figures:
    """Everything the month's bulletin says; BulletinError for an open or unranked month."""
    close = _published(branch, month)
    rows = rows_of(branch.pk, month)
    outlets = [row for row in rows if row.kind == MonthlyScore.Kind.OUTLET]
    if not any(row.rank for row in outlets):
        raise BulletinError(f"{month.label}没有参评的网点，不能编发简报")
    institutions = [row for row in rows if row.kind == MonthlyScore.Kind.INSTITUTION]
    rules = SchemeRules.from_json(close.scheme.rules)
    inspected = _inspected(outlets)
    return {
        "format": FORMAT,
        "branch": {"code": branch.code, "name": branch.name, "short_name": branch.short_name},
        "month": str(month),
        "edition": outlets[0].edition,
        "final": close.state == CLOSED,
        "masthead": _masthead(branch, number, issued_on),
        "distribution": _distribution(branch),
        "link": _link(month),
        "weights": {name: str(rules.weights[name]) for name in COMPONENTS},
        "coverage": _coverage(outlets, institutions, inspected),
        "institutions": [_row(row) | _members(row, outlets) for row in institutions],
        "outlets": [_row(row) for row in outlets],
        "best": {name: _best(outlets, name) for name in ("open", "covert")},
        "movers": _movers(outlets),
        "failed": [_failed(item) for item in failed_items(inspected.keys(), FAILED)],
        "trend": [_sums(each) for each in month_sums(branch.pk, _trend_months(branch, month))],
        "season": _season(branch, month, rules),
        "letters": letter_figures(branch=branch, month=month, as_of=issued_on, rows=rows),
    }


def edition_of(branch: Unit, month: Month) -> int:
    """The latest edition of a month's figures: 0, or the number of its last correction."""
    last = Correction.objects.filter(month_close__branch=branch, month_close__month=month.first)
    return int(last.aggregate(last=Max("number"))["last"] or 0)


def _published(branch: Unit, month: Month) -> MonthClose:
    close = (
        MonthClose.objects.select_related("scheme").filter(branch=branch, month=month.first).first()
    )
    if close is None:
        raise BulletinError(f"{branch.short_name}{month.label}还没有成绩，不能编发简报")
    if close.state == OPEN:
        raise BulletinError(f"{month.label}仍在统计中，公示或封账之后才能编发简报")
    return close


def _masthead(branch: Unit, number: int, issued_on: date) -> Figures:
    return {
        "title": "服务工作简报",
        "number": number,
        "year": issued_on.year,
        "issuer": f"{branch.name}服务办公室",
        "issued_on": issued_on.isoformat(),
    }


def _distribution(branch: Unit) -> Figures:
    return {
        "report": f"{branch.name}领导。",
        "send": "分行各部门，分行工会。",
        "issue": "各经营机构，各营业网点。",
    }


def _link(month: Month) -> str:
    """Where the league table stands, when the installation has an address that can be printed."""
    address = str(settings.PUBLIC_URL).rstrip("/")
    return f"{address}{reverse('reports:league')}?month={month}" if address else ""


def _inspected(outlets: Iterable[MonthlyScore]) -> dict[int, str]:
    """The inspections that the stored scores were made of, by id, with their channels."""
    return {
        int(key): _INSPECTED[line.rule]
        for row in outlets
        for line in lines_of(row)
        if line.rule in _INSPECTED
        for key in line.ids
    }


def _coverage(
    outlets: Sequence[MonthlyScore],
    institutions: Sequence[MonthlyScore],
    inspected: dict[int, str],
) -> Figures:
    channels = Counter(inspected.values())
    return {
        "outlets": len(outlets),
        "ranked": sum(row.rank is not None for row in outlets),
        "institutions": len(institutions),
        "inspections": {channel: channels[channel] for channel in _INSPECTED.values()},
    }


def _row(row: MonthlyScore) -> Figures:
    numbers = (*COMPONENTS, "adjustment", "total")
    return {name: _text(getattr(row, name)) for name in numbers} | {
        "unit": row.unit_id,
        "code": row.unit.code,
        "name": row.unit.short_name,
        "institution": row.institution.short_name if row.institution else "",
        "group": row.peer_group,
        "windows": row.windows,
        "complaints": row.complaints,
        "rank": row.rank,
        "previous": row.previous_rank,
        "change": row.change,
    }


def _members(institution: MonthlyScore, outlets: Iterable[MonthlyScore]) -> Figures:
    own = [row for row in outlets if row.institution_id == institution.unit_id]
    return {"outlets": len(own), "ranked": sum(row.rank is not None for row in own)}


def _best(outlets: Iterable[MonthlyScore], component: str) -> Figures | None:
    """The best score of a component and who has it."""
    scored = [(getattr(row, component), row.unit.short_name) for row in outlets if row.rank]
    scored = [(score, name) for score, name in scored if score is not None]
    if not scored:
        return None
    top = max(score for score, _ in scored)
    return {"score": _text(top), "names": [name for score, name in scored if score == top]}


def _movers(outlets: Iterable[MonthlyScore]) -> Figures:
    moved = [_move(row) for row in outlets if row.change]
    up = sorted((each for each in moved if each["change"] > 0), key=_climb)
    down = sorted((each for each in moved if each["change"] < 0), key=_fall)
    return {"up": up[:MOVERS], "down": down[:MOVERS]}


def _move(row: MonthlyScore) -> Figures:
    names = {"name": row.unit.short_name, "total": _text(row.total)}
    return names | {"rank": row.rank, "previous": row.previous_rank, "change": row.change}


def _climb(move: Figures) -> tuple[int, int]:
    return -move["change"], move["rank"]


def _fall(move: Figures) -> tuple[int, int]:
    return move["change"], -move["rank"]


def _failed(item: FailedItem) -> Figures:
    share = stored(Decimal(100 * item.lost), Decimal(item.asked))
    channels = [channel.label for channel in Channel if channel in item.channels]
    return item._asdict() | {"channels": channels, "share": str(share)}


def _trend_months(branch: Unit, month: Month) -> list[Month]:
    """The closed months before, of the same season where there is one, and the month itself."""
    competition = season_of(branch.pk, month)
    first = Month.of(competition.first_month) if competition else month + (1 - _TREND)
    return [*closed_months(branch.pk, first, month.previous), month]


def _sums(sums: MonthSums) -> Figures:
    means = {"total": sums.totals, "open": sums.opens, "covert": sums.coverts}
    month = str(Month.of(sums.month))
    return {"month": month} | {name: _mean(*each) for name, each in means.items()}


def _mean(total: Decimal | None, count: int) -> str | None:
    return _text(stored(total, Decimal(count))) if total is not None and count else None


def _season(branch: Unit, month: Month, rules: SchemeRules) -> Figures | None:
    """The season so far, closed months up to this one; None before there are two (R6)."""
    competition = season_of(branch.pk, month)
    if competition is None:
        return None
    months = closed_months(branch.pk, Month.of(competition.first_month), month)
    if len(months) < _LEAST_SEASON:
        return None
    rows = totals_of(branch.pk, months)
    return {
        "name": competition.name,
        "over": competition.last_month == month.first,
        "months": [str(each) for each in months],
        "institutions": _standings(rules, rows, MonthlyScore.Kind.INSTITUTION, months),
        "outlets": _standings(rules, rows, MonthlyScore.Kind.OUTLET, months),
    }


def _standings(
    rules: SchemeRules, rows: Iterable[tuple[str, int, str, date, Any]], kind: str,
    months: Sequence[Month],
) -> list[Figures]:  # fmt: skip
    names: dict[int, str] = {}
    totals: dict[int, dict[date, Decimal | None]] = {}
    for row_kind, unit, name, day, total in rows:
        if row_kind == kind:
            names[unit] = name
            totals.setdefault(unit, {})[day] = total
    runs = {unit: [held.get(each.first) for each in months] for unit, held in totals.items()}
    return [_standing(each, names, runs[each.key]) for each in season(rules, runs)]


def _standing(
    standing: SeasonStanding[int], names: dict[int, str], run: Sequence[Decimal | None]
) -> Figures:
    return {
        "unit": standing.key,
        "name": names[standing.key],
        "rank": standing.rank,
        "score": _text(standing.score),
        "rewarded": standing.rewarded,
        "named": standing.named,
        "totals": [_text(total) for total in run],
    }


def _text(number: Decimal | None) -> str | None:
    return None if number is None else str(number)
