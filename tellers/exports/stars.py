"""The star list, the allowance sheet and the pacesetters as files (S16)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from outlets.models import Unit
from outlets.spreadsheets import Column, SheetOut, Value, write_file, write_xlsx
from tellers.models import StarPeriod, StarRating
from tellers.selectors.pacesetters import Pacesetter, Pacesetters
from tellers.stars import STAR_LABELS, StarRules

ENDINGS: Final = (".xlsx", ".csv")
_FIGURES: Final = ("skill", "quality", "efficiency", "standards", "discipline", "total")

STAR_COLUMNS: Final = (
    Column("周期", width=10),
    Column("员工号", width=12),
    Column("姓名", width=12),
    Column("机构号", width=18),
    *[
        Column(name, kind="decimal", width=11)
        for name in ("服务技能", "服务质量", "服务效率", "服务规范", "服务纪律", "总分")
    ],
    Column("星级", kind="integer", width=8),
    Column("状态", width=11),
    Column("原因", width=48),
)


class StarExportError(ValueError):
    """Nothing can be exported as asked; the text is Chinese."""


def star_file(period: StarPeriod, ratings: Iterable[StarRating], name: str) -> bytes:
    """The star list, .xlsx or .csv by the ending of the name; StarExportError otherwise."""
    if not name.lower().endswith(ENDINGS):
        raise StarExportError(f"文件名“{name}”应以 .xlsx 或 .csv 结尾")
    rows = [_star_line(period, one) for one in ratings]
    if not rows:
        raise StarExportError(
            f"评定周期{period.label}还没有测算，或没有符合条件的员工，没有可导出的名单"
        )
    return write_file(name, [SheetOut("星级名单", STAR_COLUMNS, rows)])


def _star_line(period: StarPeriod, one: StarRating) -> list[Value]:
    rated = one.status == StarRating.Status.RATED
    return [
        period.label,
        one.staff.number,
        one.staff.name,
        one.unit.code,
        *(getattr(one, name) for name in _FIGURES),
        one.star if rated else None,
        one.get_status_display(),
        one.reason,
    ]


_ALLOWANCE_COLUMNS: Final = (
    Column("机构号", width=18),
    Column("机构名称", width=26),
    Column("员工号", width=12),
    Column("姓名", width=12),
    Column("星级", width=8),
    Column("元/月", kind="decimal", width=10),
    Column("月数", kind="integer", width=8),
    Column("金额（元）", kind="decimal", width=13),
)
_SUM_COLUMNS: Final = (
    Column("机构号", width=18),
    Column("机构名称", width=26),
    Column("人数", kind="integer", width=8),
    Column("每月合计（元）", kind="decimal", width=15),
    Column("金额（元）", kind="decimal", width=13),
)


class Allowance(NamedTuple):
    """What a star brings over some months, in yuan."""

    rating: StarRating
    monthly: Decimal
    months: int

    @property
    def amount(self) -> Decimal:
        """For all of the months."""
        return self.monthly * self.months


def allowances_of(rules: StarRules, ratings: Iterable[StarRating], months: int) -> list[Allowance]:
    """What everybody with a star gets, by unit and number."""
    held = [one for one in ratings if one.star]
    held.sort(key=lambda one: (one.unit.path, one.staff.number))
    return [Allowance(one, rules.allowances[str(one.star)], months) for one in held]


def allowance_file(rules: StarRules, ratings: Iterable[StarRating], months: int) -> bytes:
    """What every star brings over so many months, and the sums by unit, as .xlsx."""
    held = allowances_of(rules, ratings, months)
    return write_xlsx(
        [
            SheetOut("津贴", _ALLOWANCE_COLUMNS, _allowance_lines(held)),
            SheetOut("按机构汇总", _SUM_COLUMNS, _allowance_sums(held)),
        ]
    )


def _allowance_lines(held: Sequence[Allowance]) -> Iterator[list[Value]]:
    for one in held:
        unit, staff = one.rating.unit, one.rating.staff
        yield [
            unit.code, unit.name, staff.number, staff.name, STAR_LABELS[one.rating.star],
            one.monthly, one.months, one.amount,
        ]  # fmt: skip
    yield ["合计", None, None, None, None, None, None, _sum(one.amount for one in held)]


def _allowance_sums(held: Sequence[Allowance]) -> Iterator[list[Value]]:
    by_unit: defaultdict[Unit, list[Allowance]] = defaultdict(list)
    for one in held:
        by_unit[one.rating.unit].append(one)
    for unit, each in by_unit.items():
        yield [unit.code, unit.name, *_sums(each)]
    yield ["合计", None, *_sums(held)]


def _sums(held: Sequence[Allowance]) -> list[Value]:
    return [len(held), _sum(one.monthly for one in held), _sum(one.amount for one in held)]


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))


_CANDIDATE_COLUMNS: Final = (
    Column("序号", kind="integer", width=8),
    Column("员工号", width=12),
    Column("姓名", width=12),
    Column("机构", width=22),
    Column("星级", width=8),
    Column("总分", kind="decimal", width=10),
)
_DISQUALIFIED_COLUMNS: Final = (*_CANDIDATE_COLUMNS[1:], Column("取消资格的原因", width=60))


def pacesetters_file(found: Pacesetters) -> bytes:
    """The candidates and the disqualified of a year as two sheets, .xlsx."""
    candidates = [[place, *_person(one)] for place, one in enumerate(found.candidates, 1)]
    disqualified = [[*_person(one), "；".join(one.reasons)] for one in found.disqualified]
    return write_xlsx(
        [
            SheetOut("候选人", _CANDIDATE_COLUMNS, candidates),
            SheetOut("取消资格", _DISQUALIFIED_COLUMNS, disqualified),
        ]
    )


def _person(one: Pacesetter) -> list[Value]:
    star = "" if one.star is None else STAR_LABELS[one.star]
    return [one.staff.number, one.staff.name, one.unit, star, one.total]
