"""A month's tables as files: `scores` (outlets), `institutions`, `letters` and `violations`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from django.db.models import F

from complaints.exports import letters_of_month
from complaints.imports.columns import LETTER_COLUMNS
from outlets.months import Month
from outlets.spreadsheets import Column, SheetOut, Value, write_file
from reports.models import MonthlyScore
from reports.selectors.figures import scores_latest
from tellers.exports.violations import VIOLATION_COLUMNS, violations_of_month

ENDINGS: Final = (".xlsx", ".csv")


class ExportError(ValueError):
    """Nothing can be exported as asked; the text is Chinese."""


@dataclass(frozen=True, slots=True)
class Export:
    """One kind of file: its name for people, its columns, its rows of a branch's month."""

    label: str
    columns: tuple[Column, ...]
    rows: Callable[[int, Month], Iterator[list[Value]]]
    nothing: str = "还没有汇总，没有可导出的成绩"


def export_file(kind: str, branch_id: int, month: Month, name: str) -> bytes:
    """The file's bytes, .xlsx or .csv by the ending of its name; ExportError otherwise."""
    export = EXPORTS.get(kind)
    if export is None:
        raise ExportError(f"没有“{kind}”这种导出，可用：{'、'.join(EXPORTS)}")
    if not name.lower().endswith(ENDINGS):
        raise ExportError(f"文件名“{name}”应以 .xlsx 或 .csv 结尾")
    rows = list(export.rows(branch_id, month))
    if not rows:
        raise ExportError(f"{month.label}{export.nothing}")
    return write_file(name, [SheetOut(export.label, export.columns, rows)])


def _scores(branch_id: int, month: Month) -> Iterator[list[Value]]:
    for row in _rows(branch_id, month, MonthlyScore.Kind.OUTLET):
        *_, parent, _code, _ = ["", *row.unit_path.split("/")]
        yield _line(row, parent)


def _institutions(branch_id: int, month: Month) -> Iterator[list[Value]]:
    for row in _rows(branch_id, month, MonthlyScore.Kind.INSTITUTION):
        yield _line(row, row.windows)


def _rows(branch_id: int, month: Month, kind: str) -> Iterator[MonthlyScore]:
    rows = scores_latest(branch_id).filter(month=month.first, kind=kind).select_related("unit")
    yield from rows.order_by(F("rank").asc(nulls_last=True), "unit__code")


def _line(row: MonthlyScore, third: Value) -> list[Value]:
    return [
        str(Month.of(row.month)),
        row.rank,
        row.unit.code,
        row.unit.name,
        third,
        row.peer_group,
        row.open,
        row.covert,
        row.special,
        row.device,
        row.quiz,
        row.adjustment,
        row.total,
        row.previous_rank,
        row.change,
    ]


def _columns(third: Column) -> tuple[Column, ...]:
    figures = ("明查", "暗访", "专项", "星级柜员牌", "业务知识", "加减分", "总分")
    return (
        Column("月份", width=10),
        Column("名次", kind="integer", width=8),
        Column("机构号", width=18),
        Column("机构名称", width=30),
        third,
        Column("组别", width=10),
        *[Column(name, kind="decimal", width=12) for name in figures],
        Column("上月名次", kind="integer", width=10),
        Column("名次变化", kind="integer", width=10),
    )


EXPORTS: Final[dict[str, Export]] = {
    "scores": Export("网点成绩", _columns(Column("上级机构号", width=18)), _scores),
    "institutions": Export(
        "机构成绩", _columns(Column("窗口数", kind="integer", width=10)), _institutions
    ),
    "letters": Export("来信", LETTER_COLUMNS, letters_of_month, "没有收到来信，没有可导出的内容"),
    "violations": Export(
        "违规记录", VIOLATION_COLUMNS, violations_of_month, "没有违规记录，没有可导出的内容"
    ),
}
