"""The bulletin's part on letters: its figures, taken when the number is given, and its sentences."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from django.conf import settings
from django.urls import reverse

from complaints.models import Letter
from outlets.charts import Chart
from outlets.models import Unit
from outlets.months import Month
from reports.letters.drawings import by_month
from reports.letters.page import month_name
from reports.letters.scope import COMPLAINT, KINDS
from reports.letters.tables import NO_INSTITUTION
from reports.letters.words import compared, found
from reports.models import MonthlyScore
from reports.monthly import Key
from reports.periods import Span, change, month_period, year_period
from reports.scheme import CAUSE_LABELS
from reports.selectors.facts import LETTER_CAUSES
from reports.selectors.figures import lines_of
from reports.selectors.letters import Cell, Counts, letter_counts, letters_since
from reports.selectors.letters.counts import MONTH, TREND, Kinds, summed

Figures = dict[str, Any]

COUNTED: Final = 60
_JANUARY: Final = 1
# Spans of the figures: the month and the year so far, and the same a year before.
_SPANS: Final = ("month", "month_then", "year", "year_then")


def letter_figures(
    *, branch: Unit, month: Month, as_of: date, rows: Iterable[MonthlyScore]
) -> Figures:
    """What the bulletin says of letters: those that came, as known on a day, and those that counted.

    A span compared with is None where no letters were kept by then.
    """
    letters = Letter.objects.filter(branch=branch)
    spans = _spans(month, as_of)
    counts = letter_counts(letters, spans, as_of)
    known = letters_since(letters)
    held = {
        name: _numbers(counts.kinds(name))
        if (known and spans[name].last >= known[0]) or not name.endswith("_then")
        else None
        for name in _SPANS
    }
    return {
        "as_of": as_of.isoformat(),
        **held,
        "institutions": _institutions(counts),
        "trend": _trend(counts, month),
        "counted": list(_counted(rows)),
    }


def intro(figures: Mapping[str, Any], month: Month) -> str:
    """The month in one sentence, and the year so far in another."""
    letters = figures["letters"]
    now = f"{month.month}月，全行"
    if not letters["year"]["total"]:
        return f"{now}没有收到来信。"
    text = f"{now}{_said(letters['month'], letters['month_then'])}"
    if month.month == _JANUARY:
        return text
    return f"{text}1至{month.month}月，累计{_said(letters['year'], letters['year_then'])}"


def kinds_table(letters: Mapping[str, Any]) -> list[Figures]:
    """A row a type, then valid complaints and the sum: month and year against a year before."""
    measures = [*KINDS.items(), ("bank", "有效投诉"), ("total", "合计")]
    return [
        {"label": label} | {name: _value(letters[name], key) for name in _SPANS}
        | {f"{name}_change": _change(letters, name, key) for name in ("month", "year")}
        for key, label in measures
    ]  # fmt: skip


def chart(letters: Mapping[str, Any]) -> Chart | None:
    """The months of the year so far, stacked by type."""
    months = [Month.parse(point["month"]) for point in letters["trend"]]
    numbers = {kind: [point[kind] for point in letters["trend"]] for kind in KINDS}
    names = [month_name(each, months[0]) for each in months]
    return by_month(names, KINDS, numbers)


def _spans(month: Month, as_of: date) -> dict[str, Span]:
    one, year = month_period(month, as_of), year_period(month.year, min(month.last, as_of))
    then = {"month": one.year_before, "year": year.year_before}
    spans = {"month": one.now, "year": year.now, TREND: year.now}
    return spans | {f"{name}_then": span for name, span in then.items() if span}


def _numbers(kinds: Kinds) -> Figures:
    cell = kinds.get(COMPLAINT, Cell())
    total = summed(kinds)
    numbers = {kind: kinds.get(kind, Cell()).letters for kind in KINDS}
    judged = {"bank": cell.bank, "customer": cell.customer, "mixed": cell.mixed}
    return numbers | judged | {"total": total.letters, "unique": total.unique}


def _institutions(counts: Counts) -> list[Figures]:
    """By the institution then, those with most letters this year first."""
    names = counts.institution_of
    month, year = counts.institutions("month"), counts.institutions("year")
    rows = [
        {
            "name": names[key] if key else NO_INSTITUTION,
            "month": _numbers(month.get(key, {})),
            "year": _numbers(kinds),
        }
        for key, kinds in year.items()
    ]
    return sorted(rows, key=lambda row: (-row["year"]["total"], row["name"]))


def _trend(counts: Counts, month: Month) -> list[Figures]:
    column = counts.column(TREND, MONTH)
    return [
        {"month": str(each)}
        | {kind: column.get(each.first, {}).get(kind, Cell()).letters for kind in KINDS}
        for each in Month(month.year, _JANUARY).range_to(month)
    ]


def _counted(rows: Iterable[MonthlyScore]) -> Iterator[Figures]:
    """The letters that added or deducted this month, by day, from the stored lines."""
    lines = [
        (line.text.partition(" ")[0], line.rule.partition(".")[2], line, row.unit.short_name)
        for row in rows
        for line in lines_of(row)
        if line.rule.partition(".")[2] in LETTER_CAUSES
    ]
    held = Letter.objects.filter(pk__in=[line.ids[0] for *_, line, _ in lines])
    references: dict[Key, str] = dict(held.values_list("pk", "reference"))
    for day, cause, line, unit in sorted(lines, key=lambda one: (*one[:2], one[2].ids)):
        yield {
            "day": day,
            "url": _link(line.ids[0]),
            "reference": references[line.ids[0]],
            "unit": unit,
            "cause": CAUSE_LABELS[cause],
            "value": line.value,
        }


def _link(letter_id: Key) -> str:
    """Where a letter opens, when the installation has an address that can be printed."""
    address = str(settings.PUBLIC_URL).rstrip("/")
    return f"{address}{reverse('complaints:letter', args=[letter_id])}" if address else ""


def _said(now: Mapping[str, int], then: Mapping[str, int] | None) -> str:
    """收到来信12件，同比减少33.3%，其中协查8件……"""
    if not now["total"]:
        return "没有收到来信。"
    against = compared(now["total"], then["total"]) if then else ""
    kinds = "、".join(f"{label}{now[kind]}件" for kind, label in KINDS.items() if now[kind])
    parts = [f"收到来信{now['total']}件", against, f"其中{kinds}" if kinds else ""]
    text = "，".join(part for part in parts if part)
    return f"{text}；{found(now[COMPLAINT], now['bank'])}。"


def _value(numbers: Mapping[str, int] | None, key: str) -> int | None:
    return numbers[key] if numbers else None


def _change(letters: Mapping[str, Any], name: str, key: str) -> str:
    now, then = letters[name], letters[f"{name}_then"]
    return change(now[key], then[key] if then else None)


def shown(counted: Sequence[Figures]) -> tuple[Sequence[Figures], str]:
    """The first letters that counted, and how many there are when not all are listed."""
    more = f"共{len(counted)}件，只列出前{COUNTED}件。" if len(counted) > COUNTED else ""
    return counted[:COUNTED], more
