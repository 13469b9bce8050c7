"""A month of the evaluation device as a workbook: units, people, who does not use it (S15)."""

from typing import Final

from outlets.spreadsheets import Column, SheetOut, Value, write_xlsx
from tellers.selectors.device_statistics import Compared, DeviceStatistics, Person
from tellers.usage import Counts

_COUNTED: Final = (
    *[
        Column(name, kind="integer", width=11)
        for name in ("业务笔数", "评价笔数", "非常满意", "满意", "一般", "不满意")
    ],
    *[
        Column(name, kind="decimal", width=15)
        for name in ("使用率（%）", "使用率较上月", "满意度（%）", "满意度较上月")
    ],
)
_PERSON: Final = (Column("员工号", width=12), Column("姓名", width=12), Column("机构", width=20))
UNIT_COLUMNS: Final = (
    Column("机构号", width=18), Column("机构", width=20), Column("柜员人数", kind="integer"),
    *_COUNTED,
)  # fmt: skip
TELLER_COLUMNS: Final = (*_PERSON, *_COUNTED, Column("请核对", width=48))
IDLE_COLUMNS: Final = (*_PERSON, Column("情况", width=36))


def devices_file(statistics: DeviceStatistics) -> bytes:
    """The workbook; where people are shown it has no sheet of units."""
    units = [
        [row.unit.code, row.unit.short_name, row.tellers, *_cells(row)] for row in statistics.units
    ]
    people = [[*_who(row.person), *_cells(row), "；".join(row.jumps)] for row in statistics.people]
    idle = [[*_who(row.person), row.why] for row in statistics.idle]
    sheets = [
        SheetOut("机构", UNIT_COLUMNS, units),
        SheetOut("柜员", TELLER_COLUMNS, people),
        SheetOut("未使用", IDLE_COLUMNS, idle),
    ]
    return write_xlsx(sheets if units else sheets[1:])


def _who(person: Person) -> list[Value]:
    return [person.number, person.name, person.unit]


def _cells(row: Compared) -> list[Value]:
    return [*_numbers(row.counts), row.counts.usage, row.usage_change,
            row.counts.satisfaction, row.satisfaction_change]  # fmt: skip


def _numbers(counts: Counts) -> list[Value]:
    return [
        counts.transactions, counts.evaluations, counts.very_satisfied, counts.satisfied,
        counts.neutral, counts.dissatisfied,
    ]  # fmt: skip
