"""The one reader and writer of .xlsx and .csv files; every app's imports and exports go through it.

    table = read_table(source, COLUMNS, mapping=read_map(path))   # ImportRefused: the file itself
    for row in table.rows:
        code = row.text("机构号", required=True, max_length=32)    # faults collect in table.errors
        opened = row.date("开业日期")
        if code not in units:
            row.refuse("机构号", "没有这个机构")
    table.check()                                                  # ImportRefused: every bad row

`source` is a path or an uploaded file; `open_book` opens a workbook once when several sheets are
read (`read_table(book, COLUMNS, sheet="项目")`). Templates: `write_template([SheetOut(...)])`;
exports: `write_file(name, [SheetOut(...)])`.
"""

from outlets.spreadsheets.books import MAX_BYTES, MAX_ROWS, Book, Cell, Source, open_book
from outlets.spreadsheets.errors import ImportRefused, RowError
from outlets.spreadsheets.maps import ColumnMap, parse_map, read_map
from outlets.spreadsheets.tables import Column, Row, Table, read_table
from outlets.spreadsheets.writing import (
    CSV_TYPE,
    XLSX_TYPE,
    SheetOut,
    Value,
    content_type,
    write_csv,
    write_file,
    write_template,
    write_xlsx,
)

__all__ = [
    "CSV_TYPE",
    "MAX_BYTES",
    "MAX_ROWS",
    "XLSX_TYPE",
    "Book",
    "Cell",
    "Column",
    "ColumnMap",
    "ImportRefused",
    "Row",
    "RowError",
    "SheetOut",
    "Source",
    "Table",
    "Value",
    "content_type",
    "open_book",
    "parse_map",
    "read_map",
    "read_table",
    "write_csv",
    "write_file",
    "write_template",
    "write_xlsx",
]
