"""Files for import tests, made in memory."""

import io
import zipfile
from collections.abc import Sequence
from typing import Any

import xlsxwriter

from outlets.importing import ImportResult, file_import, kinds


def named(content: bytes, name: str) -> io.BytesIO:
    """Bytes with a file name, as an upload is."""
    file = io.BytesIO(content)
    file.name = name
    return file


def csv_of(*lines: str, encoding: str = "utf-8", end: str = "\n") -> io.BytesIO:
    """A .csv of lines."""
    return named(end.join(lines).encode(encoding), "文件.csv")


def xlsx_of(rows: Sequence[Sequence[Any]], **sheets: Sequence[Sequence[Any]]) -> io.BytesIO:
    """A .xlsx with one sheet of rows, and further ones by name."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, content in {"表": rows, **sheets}.items():
            sheet = book.add_worksheet(name)
            for line, row in enumerate(content):
                for place, value in enumerate(row):
                    style = (day,) if hasattr(value, "year") else ()
                    sheet.write(line, place, value, *style)
    return named(out.getvalue(), "文件.xlsx")


def xlsx_with_sheet(xml: str) -> io.BytesIO:
    """A .xlsx whose only sheet has this XML."""
    source = xlsx_of([["机构号"], ["A"]])
    out = io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.infolist():
            body = xml.encode() if part.filename.endswith("sheet1.xml") else old.read(part)
            new.writestr(part.filename, body)
    return named(out.getvalue(), "文件.xlsx")


def sheet_xml(rows: str) -> str:
    """The XML of a sheet around its rows."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns='
        '"http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{rows}</sheetData></worksheet>"
    )


def imported(kind: str, *lines: str, **kw: Any) -> ImportResult:
    """Import lines of a .csv."""
    return file_import(kind=kinds()[kind], source=csv_of(*lines), **kw)
