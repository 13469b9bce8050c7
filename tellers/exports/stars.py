"""The star list, the allowance sheet and the pacesetters as files (S16)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Final

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


def allowance_file(rules: StarRules, ratings: Sequence[StarRating], months: int) -> bytes:
    """What every star brings over so many months, and the sums by unit, as .xlsx."""
    held = [one for one in ratings if one.star]
    return write_xlsx(
        [
            SheetOut("津贴", _ALLOWANCE_COLUMNS, _allowance_lines(rules, held, months)),
            SheetOut("按机构汇总", _SUM_COLUMNS, _allowance_sums(rules, held, months)),
        ]
    )


def _allowance_lines(
    rules: StarRules, ratings: Sequence[StarRating], months: int
) -> Iterator[list[Value]]:
    total = Decimal(0)
    for one in sorted(ratings, key=lambda one: (one.unit.path, one.staff.number)):
        each = rules.allowances[str(one.star)]
        total += each * months
        yield [
            one.unit.code, one.unit.name, one.staff.number, one.staff.name, STAR_LABELS[one.star],
            each, months, each * months,
        ]  # fmt: skip
    yield ["合计", None, None, None, None, None, None, total]


def _allowance_sums(
    rules: StarRules, ratings: Sequence[StarRating], months: int
) -> Iterator[list[Value]]:
    held: defaultdict[tuple[str, str, str], list[Decimal]] = defaultdict(list)
    for one in ratings:
        held[one.unit.path, one.unit.code, one.unit.name].append(rules.allowances[str(one.star)])
    for (_, code, name), each in sorted(held.items()):
        yield [code, name, len(each), sum(each, Decimal(0)), sum(each, Decimal(0)) * months]
    every = [amount for each in held.values() for amount in each]
    yield ["合计", None, len(every), sum(every, Decimal(0)), sum(every, Decimal(0)) * months]


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
