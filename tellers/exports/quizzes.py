"""Results of quizzes and skill tests as a file (S14): the columns of the import, and where."""

from collections.abc import Iterable
from typing import Final

from outlets.spreadsheets import Column, SheetOut, write_xlsx
from tellers.models import Quiz

RESULT_COLUMNS: Final = (
    Column("日期", kind="date"),
    Column("员工号"),
    Column("姓名"),
    Column("当时机构", width=20),
    Column("类别", width=8),
    Column("成绩", kind="decimal", width=9),
)


def results_file(quizzes: Iterable[Quiz]) -> bytes:
    """A row a result, in the order given."""
    rows = [
        [
            one.date,
            one.staff.number,
            one.staff.name,
            getattr(one, "place_name", None) or "",
            one.get_kind_display(),
            one.score,
        ]
        for one in quizzes
    ]
    return write_xlsx([SheetOut("测试成绩", RESULT_COLUMNS, rows)])
