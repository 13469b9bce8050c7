"""The statistics of letters as a workbook."""

from outlets.spreadsheets import Column, SheetOut, write_xlsx
from reports.letters.page import LetterStatistics
from reports.letters.scope import Heading, Table

_WIDE = 24
_NARROW = 12


def statistics_file(statistics: LetterStatistics) -> bytes:
    """A sheet a table of the page, in its order, each with its sum and its note below."""
    return write_xlsx([_sheet(table) for table in statistics.tables])


def _sheet(table: Table) -> SheetOut:
    rows = [
        [cell.value for cell in row] for row in [*table.rows, *([table.foot] if table.foot else [])]
    ]
    note = table.note if table.rows else table.empty
    if note:
        rows += [[], [note]]
    return SheetOut(table.title, [_column(one) for one in table.columns], rows)


def _column(heading: Heading) -> Column:
    return Column(heading.label, width=_NARROW if heading.is_figure else _WIDE)
