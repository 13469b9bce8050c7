"""Writing .xlsx and .csv: exports, and templates with drop-down lists and an example row."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import xlsxwriter

from outlets.spreadsheets.tables import Column

Value = str | int | Decimal | date | bool | None

XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV_TYPE: Final = "text/csv; charset=utf-8"
_RUNS: Final = ("=", "+", "-", "@", "\t", "\r")
_CELL_LIMIT: Final = 32_767
_TEMPLATE_ROWS: Final = 5_000


@dataclass(frozen=True, slots=True)
class SheetOut:
    """One sheet to write."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Value]]


def write_file(name: str, sheets: Sequence[SheetOut]) -> bytes:
    """The bytes of a .xlsx or .csv, by the ending of the name; a .csv takes the first sheet."""
    return write_csv(sheets[0]) if name.lower().endswith(".csv") else write_xlsx(sheets)


def content_type(name: str) -> str:
    """The media type that goes with the ending of the name."""
    return CSV_TYPE if name.lower().endswith(".csv") else XLSX_TYPE


def write_csv(sheet: SheetOut) -> bytes:
    """UTF-8 with BOM, so that Excel opens it as Chinese; text that would run is guarded."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([column.name for column in sheet.columns])
    for row in sheet.rows:
        writer.writerow([_csv_value(value) for value in row])
    return out.getvalue().encode("utf-8-sig")


def write_xlsx(sheets: Sequence[SheetOut]) -> bytes:
    """A workbook with frozen headers; every text is a text, never a formula."""
    return _workbook(sheets, template=False)


def write_template(sheets: Sequence[SheetOut]) -> bytes:
    """A workbook to fill in: drop-down lists, notes on the headers, text columns kept as text.

    A sheet without rows gets one example row made of the columns' examples.
    """
    filled = [
        SheetOut(s.name, s.columns, list(s.rows) or [[c.example for c in s.columns]])
        for s in sheets
    ]
    return _workbook(filled, template=True)


def _csv_value(value: Value) -> str:
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_RUNS) else value
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return "" if value is None else str(value)


def _workbook(sheets: Sequence[SheetOut], *, template: bool) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        formats = _formats(book)
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            page.freeze_panes(1, 0)
            for place, column in enumerate(sheet.columns):
                _write_header(page, place, column, formats, template=template)
            for line, row in enumerate(sheet.rows, 1):
                for place, value in enumerate(row):
                    _write(page, (line, place), value, formats)
    return out.getvalue()


def _formats(book: Any) -> dict[str, Any]:
    return {
        "head": book.add_format(
            {"bold": True, "bg_color": "#F1EDEA", "bottom": 1, "align": "center", "valign": "vcenter"}
        ),
        "must": book.add_format(
            {
                "bold": True, "bg_color": "#F1EDEA", "bottom": 1, "align": "center",
                "valign": "vcenter", "font_color": "#A8322A",
            }
        ),
        "text": book.add_format({"num_format": "@"}),
        "guarded": book.add_format({"num_format": "@", "quote_prefix": True}),
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        "decimal": book.add_format({"num_format": "0.00"}),
        "integer": book.add_format({"num_format": "0"}),
    }  # fmt: skip


def _write_header(
    page: Any, place: int, column: Column, formats: dict[str, Any], *, template: bool
) -> None:
    page.set_column(place, place, column.width, formats[column.kind] if template else None)
    must = template and column.required
    page.write_string(0, place, column.name, formats["must" if must else "head"])
    if template and column.hint:
        page.write_comment(0, place, column.hint)
    if template and column.choices:
        page.data_validation(
            1, place, _TEMPLATE_ROWS, place,
            {
                "validate": "list", "source": list(column.choices),
                "error_title": "请从列表中选择", "error_message": "、".join(column.choices),
            },
        )  # fmt: skip


def _write(page: Any, cell: tuple[int, int], value: Value, formats: dict[str, Any]) -> None:
    line, place = cell
    match value:
        case None | "":
            return
        case bool():
            page.write_string(line, place, "是" if value else "否")
        case str():
            style = formats["guarded"] if value.startswith(_RUNS) else formats["text"]
            page.write_string(line, place, value[:_CELL_LIMIT], style)
        case int():
            page.write_number(line, place, value)
        case Decimal():
            page.write_number(line, place, float(value), formats["decimal"])
        case datetime():
            page.write_datetime(line, place, value.replace(tzinfo=None), formats["moment"])
        case date():
            page.write_datetime(line, place, value, formats["date"])
