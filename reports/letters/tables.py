"""The tables of the statistics, alike on the page, in Excel and through the API."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from django.urls import reverse

from complaints.models import Channel
from complaints.selectors.search import NONE
from complaints.taxonomy import BUSINESSES, CAUSES
from outlets.months import Month
from reports.letters.scope import (
    COMPLAINT,
    FINDINGS,
    NOBODY,
    Heading,
    Scope,
    Shown,
    Table,
    letters_url,
    opened,
)
from reports.periods import Span
from reports.selectors.letters import BEFORE, NOW, TREND, YEAR, Cell, Rates, Risks
from reports.selectors.letters.counts import (
    BUSINESS,
    CAUSE,
    CHANNEL,
    MONTH,
    STAFF,
    Kinds,
    summed,
)

_Filters = dict[str, Any]
_Named = Callable[[Any], tuple[str, _Filters]]
NO_UNIT: Final = "未涉及机构"
NO_INSTITUTION: Final = "不属任何机构"


class Measure(NamedTuple):
    """A row of the summary: which figure of the letters of which types, and what opens it."""

    label: str
    kinds: tuple[str, ...]
    figure: str
    filters: _Filters

    def of(self, scope: Scope, span: str) -> int:
        """The figure in a span."""
        number: int = getattr(scope.counts.total(span, *self.kinds), self.figure)
        return number


def measures(scope: Scope) -> list[Measure]:
    """Every type, then whose fault the complaints were found to be."""
    complaint = {"kind": COMPLAINT}
    types = {
        kind: Measure(label, (kind,), "letters", {"kind": kind or NONE})
        for kind, label in scope.kinds.items()
    }
    untriaged = [types.pop("")] if "" in types else []
    found = [
        Measure(f"其中：{label}", (COMPLAINT,), name, complaint | {"responsibility": finding})
        for name, (finding, label) in (*FINDINGS.items(), ("undecided", NOBODY))
    ]
    return [*types.values(), *found, *untriaged]


def summary(scope: Scope) -> Table:
    """By type and finding, against a year before and against the period before."""
    spans = [
        (span, then, change)
        for span, then, change in ((YEAR, "上年同期", "同比"), (BEFORE, "上期", "环比"))
        if span in scope.counts.spans
    ]
    columns = [
        Heading("类型", is_figure=False),
        Heading("本期"),
        Heading("去重后", on_phones=False),
        *(
            heading
            for _, then, change in spans
            for heading in (Heading(then, on_phones=False), Heading(change))
        ),
    ]
    everything = Measure("合计", (), "letters", {})
    compared = [span for span, _, _ in spans]
    return Table(
        key="summary",
        title="总体情况",
        columns=tuple(columns),
        rows=[_measured(scope, each, compared) for each in measures(scope)],
        foot=_measured(scope, everything, compared),
        note=scope.period.note,
        sorts=False,
    )


def months(scope: Scope) -> Table:
    """Month by month, oldest first."""
    days = scope.counts.spans[TREND]
    column = scope.counts.column(TREND, MONTH)
    rows = []
    for month in Month.of(days.first).range_to(Month.of(days.last)):
        span = Span(max(month.first, days.first), min(month.last, days.last))
        rows.append([Shown(month.label), *_counted(scope, column.get(month.first, {}), {}, span)])
    return Table("months", "逐月情况", _columns(scope, "月份", compared=False), rows, sorts=False)


def institutions(scope: Scope) -> Table:
    """By the institution the unit belonged to when the letter came."""
    return _breakdown(
        scope,
        _Dimension(
            key="institutions",
            title="各机构",
            heading="机构",
            held=scope.counts.institutions,
            named=_institution(scope),
            note="按来信受理时网点的隶属关系统计。",
        ),
    )


def units(scope: Scope) -> Table:
    """By unit."""
    places = scope.counts.unit_of

    def named(key: int | None) -> tuple[str, _Filters]:
        return (places[key].name if key else NO_UNIT), {"unit": key or NONE}

    return _breakdown(
        scope, _Dimension("units", "各网点", "单位", held=scope.counts.units, named=named)
    )


def staff(scope: Scope, names: Mapping[int, str]) -> Table:
    """By employee, of those the reader may look up."""

    def held(span: str) -> Mapping[int, Kinds]:
        column = scope.counts.column(span, STAFF)
        return {key: kinds for key, kinds in column.items() if key in names}

    return _breakdown(
        scope,
        _Dimension(
            key="staff",
            title="涉及员工",
            heading="员工",
            held=held,
            named=lambda key: (names[key], {"staff": key}),
            note="只计指明了员工的来信。",
            is_whole=False,
        ),
    )


def topics(scope: Scope) -> list[Table]:
    """By business, cause and channel."""
    labels: tuple[tuple[str, str, Mapping[str, str]], ...] = (
        (BUSINESS, "业务类别", BUSINESSES),
        (CAUSE, "原因", CAUSES),
        (CHANNEL, "来源", dict(Channel.choices)),
    )
    return [_breakdown(scope, _topic(scope, *each)) for each in labels]


def responsibility(scope: Scope) -> Table:
    """Whose fault complaints were found to be, by institution."""
    named, now = _institution(scope), scope.counts.institutions(NOW)
    rows = []
    for key in _ordered(now, {}, named):
        cell = now[key].get(COMPLAINT, Cell())
        label, filters = named(key)
        if cell.letters:
            rows.append([Shown(label), *_judged(scope, cell, filters)])
    whole = _judged(scope, scope.counts.total(NOW, COMPLAINT), {})
    labels = ("投诉", *(label for _, label in (*FINDINGS.values(), NOBODY)))
    return Table(
        key="responsibility",
        title="投诉责任认定",
        columns=(Heading("机构", is_figure=False), *map(Heading, labels)),
        rows=rows,
        foot=[Shown("合计"), *whole] if rows else None,
        empty="本期没有投诉。",
    )


def risks(found: Risks) -> Table:
    """The inquiries that carry risk, each opening its letter."""
    labels = ("工单号", "涉及单位", "受理", "期限", "状态", "风险")
    rows = [
        [
            Shown(one.reference, reverse("complaints:letter", args=[one.id])),
            Shown(one.unit or NO_UNIT),
            Shown(one.day),
            Shown(one.due_on),
            Shown(one.state),
            Shown(one.reasons),
        ]
        for one in found.shown
    ]
    return Table(
        key="risks",
        title="有投诉风险的协查",
        columns=tuple(
            Heading(one, is_figure=False, on_phones=one not in {"受理", "状态"}) for one in labels
        ),
        rows=rows,
        note=f"只列出前{len(rows)}件。" if found.risky > len(rows) else "",
        empty="本期没有这样的协查。",
    )


def rates(found: Rates) -> Table:
    """Complaints per 10,000 transactions, drawn towards the branch's rate."""
    labels = ("单位", "业务笔数", "投诉", "每万笔", "收缩后", "90%区间")
    rows = [
        [
            Shown(one.name),
            Shown(one.transactions),
            Shown(one.complaints, _rated_url(one.unit_id, one.months) if one.complaints else ""),
            Shown(one.rate.plain),
            Shown(one.rate.mean),
            Shown(f"{one.rate.low}–{one.rate.high}"),
        ]
        for one in found.rows
    ]
    note = (
        f"全行每万笔{found.branch}件，按{found.units}个有业务量的单位拟合。业务量越小，收缩后的投诉率越靠近全行；"
        "区间宽的不宜比较。只供参考，不影响评比名次。"
    )
    return Table(
        key="rates",
        title="每万笔业务的投诉",
        columns=tuple(
            Heading(one, is_figure=bool(place), on_phones=one in {"单位", "投诉", "收缩后"})
            for place, one in enumerate(labels)
        ),
        rows=rows,
        note=note if rows else "",
        empty=found.why_not,
    )


def _measured(scope: Scope, measure: Measure, compared: Sequence[str]) -> list[Shown]:
    """A row of the summary: now, without repeats, and each span it is compared with."""
    now = measure.of(scope, NOW)
    days = scope.counts.spans[NOW]
    shown = [Shown(measure.label), opened(now, days, measure.filters), Shown(None)]
    if measure.figure == "letters":
        unique = scope.counts.total(NOW, *measure.kinds).unique
        shown[-1] = opened(unique, days, measure.filters | {"repeats": NONE})
    for span in compared:
        then = measure.of(scope, span)
        shown += [scope.base(span, then, **measure.filters), scope.change(span, now, then)]
    return shown


@dataclass(frozen=True, slots=True)
class _Dimension:
    """What a breakdown is by: its letters in a span by value, and a value's name and filters.

    `is_whole`: every letter has some value, so that the sum is that of all.
    """

    key: str
    title: str
    heading: str
    held: Callable[[str], Mapping[Any, Kinds]]
    named: _Named
    note: str = ""
    is_whole: bool = True


def _institution(scope: Scope) -> _Named:
    names = scope.counts.institution_of
    return lambda key: (names[key] if key else NO_INSTITUTION, {"institution": key or NONE})


def _topic(scope: Scope, name: str, title: str, labels: Mapping[str, str]) -> _Dimension:
    def held(span: str) -> Mapping[str, Kinds]:
        return scope.counts.column(span, name)

    def named(key: str) -> tuple[str, _Filters]:
        return labels.get(key, key) or "未填", {name: key or NONE}

    return _Dimension(name, f"按{title}", title, held=held, named=named)


def _breakdown(scope: Scope, by: _Dimension) -> Table:
    """A row a value, those with most letters first, and the sum."""
    now, then = by.held(NOW), by.held(YEAR)
    rows = []
    for key in _ordered(now, then, by.named):
        label, filters = by.named(key)
        rows.append(_line(scope, label, (now.get(key, {}), then.get(key, {})), filters))
    sums = (scope.counts.kinds(NOW), scope.counts.kinds(YEAR))
    foot = _line(scope, "合计", sums, {}) if rows and by.is_whole else None
    columns = _columns(scope, by.heading, compared=YEAR in scope.counts.spans)
    return Table(by.key, by.title, columns, rows, foot, by.note)


def _ordered(now: Mapping[Any, Kinds], then: Mapping[Any, Kinds], named: _Named) -> list[Any]:
    """The values of both spans: most letters now, then most before, then by name."""
    return sorted(
        now.keys() | then.keys(),
        key=lambda key: (
            -summed(now.get(key, {})).letters,
            -summed(then.get(key, {})).letters,
            named(key)[0],
        ),
    )


def _columns(scope: Scope, first: str, *, compared: bool) -> tuple[Heading, ...]:
    """The columns of a breakdown: the sum, the types, valid complaints, the year before."""
    types = [Heading(label, on_phones=kind == COMPLAINT) for kind, label in scope.kinds.items()]
    after = [Heading("上年同期", on_phones=False), Heading("同比", on_phones=False)]
    return (
        Heading(first, is_figure=False),
        Heading("合计"),
        *types,
        Heading(FINDINGS["bank"][1]),
        *(after if compared else []),
    )


def _line(scope: Scope, label: str, kinds: tuple[Kinds, Kinds], filters: _Filters) -> list[Shown]:
    """A row of a breakdown, now and a year before."""
    now, then = kinds
    shown = [Shown(label), *_counted(scope, now, filters, scope.counts.spans[NOW])]
    if YEAR in scope.counts.spans:
        number, before = summed(now).letters, summed(then).letters
        shown += [scope.base(YEAR, before, **filters), scope.change(YEAR, number, before)]
    return shown


def _counted(scope: Scope, kinds: Kinds, filters: _Filters, days: Span) -> list[Shown]:
    """The sum, each type, valid complaints: every number opens the letters of these days."""
    complaint = {"kind": COMPLAINT}
    numbers = [(summed(kinds).letters, filters)]
    numbers += [
        (kinds.get(kind, Cell()).letters, filters | {"kind": kind or NONE}) for kind in scope.kinds
    ]
    valid = filters | complaint | {"responsibility": FINDINGS["bank"][0]}
    numbers.append((kinds.get(COMPLAINT, Cell()).bank, valid))
    return [opened(number, days, asked) for number, asked in numbers]


def _judged(scope: Scope, cell: Cell, filters: _Filters) -> list[Shown]:
    """Complaints, and each finding of them."""
    asked = filters | {"kind": COMPLAINT}
    found = [
        (getattr(cell, name), asked | {"responsibility": finding})
        for name, (finding, _) in (*FINDINGS.items(), ("undecided", NOBODY))
    ]
    days = scope.counts.spans[NOW]
    return [opened(number, days, each) for number, each in ((cell.letters, asked), *found)]


def _rated_url(unit_id: int, months: Sequence[Month]) -> str:
    days = Span(months[0].first, months[-1].last)
    return letters_url(days, {"unit": unit_id, "kind": COMPLAINT})
