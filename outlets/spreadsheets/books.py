"""Opening .xlsx and .csv safely: from bytes to a grid of cells with line numbers."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import IO, Final, Protocol, cast

import python_calamine

from outlets.spreadsheets.errors import ImportRefused

Cell = str | int | float | bool | date | datetime | time | timedelta | None
Span = tuple[tuple[int, int], tuple[int, int]]

MAX_ROWS: Final = 200_000
MAX_CELLS: Final = 10_000_000
MAX_BYTES: Final = 200 * 1024 * 1024
# Text in XML shrinks some twenty-fold; nothing honest shrinks two-hundred-fold beyond a few MB.
MAX_RATIO: Final = 200
SMALL_BYTES: Final = 20 * 1024 * 1024

_OLE: Final = b"\xd0\xcf\x11\xe0"
_ZIP: Final = b"PK\x03\x04"
_CELL: Final = re.compile(rb"<(?:\w+:)?c[\s/>]")
_REFERENCE: Final = re.compile(
    rb"""<(?:\w+:)?c\s(?:[^>]*?\s)?r\s*=\s*["']([A-Z]{1,3})(\d{1,7})["']([^>]*)>"""
)
_FAULTY: Final = re.compile(rb"""<(?:\w+:)?c\s[^>]*?\br=["']([A-Z]+\d+)["'][^>]*?\bt=["']e["']""")
_UNCOUNTED: Final = re.compile(
    rb"""<(?:\w+:)?c\s[^>]*?\br=["']([A-Z]+\d+)["'][^>/]*>\s*<(?:\w+:)?f\b"""
    rb"""(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*(?:<(?:\w+:)?v\s*/>|</(?:\w+:)?c>)"""
)
_LETTERS: Final = 26


class Upload(Protocol):
    """What Django hands over for an uploaded file."""

    name: str | None

    def read(self) -> bytes: ...


Source = Path | str | Upload | IO[bytes]


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of one sheet: (line as Excel counts it, cells); merged areas, zero-based."""

    rows: list[tuple[int, list[Cell]]]
    merged: list[Span] = field(default_factory=list)

    def is_covered(self, line: int, column: int) -> bool:
        """Whether the cell lies in a merged area but is not the one that holds its value."""
        row = line - 1
        return any(
            top <= row <= bottom and left <= column <= right and (row, column) != (top, left)
            for (top, left), (bottom, right) in self.merged
        )


class Book:
    """An opened file. A .csv is a book with one nameless sheet."""

    def __init__(
        self,
        sheets: dict[str, bool],
        workbook: "python_calamine.CalamineWorkbook | None" = None,
        grid: Grid | None = None,
    ) -> None:
        self._sheets = sheets  # name → visible
        self._workbook = workbook
        self._grids: dict[str, Grid] = {} if grid is None else {"": grid}

    @property
    def sheet_names(self) -> list[str]:
        """The visible sheets, in the order of the file; empty for a .csv."""
        return [name for name, visible in self._sheets.items() if visible]

    def grid(self, sheet: str | None = None) -> Grid:
        """One sheet's cells; the first visible one unless named. ImportRefused if there is none."""
        if self._workbook is None and sheet is not None:
            raise ImportRefused.whole(f"需要名为“{sheet}”的工作表，请使用 .xlsx 文件")
        name = sheet if sheet is not None else next(iter(self.sheet_names), "")
        if name not in self._grids:
            self._grids[name] = self._read(name)
        return self._grids[name]

    def _read(self, name: str) -> Grid:
        if self._workbook is None or name not in self._sheets:
            names = "、".join(self.sheet_names)
            raise ImportRefused.whole(f"文件中没有名为“{name}”的工作表，只有：{names}")
        return _sheet_grid(self._workbook, name)


def open_book(source: Source, name: str | None = None) -> Book:
    """Open a path or an upload (`name` overrides its file name).

    ImportRefused, in Chinese, for anything that is not a sound .xlsx or .csv of bearable size.
    """
    name = name or _name_of(source)
    content = _content(source)
    suffix = Path(name).suffix.lower()
    if suffix not in {".xlsx", ".csv"}:
        raise ImportRefused.whole(f"只支持 .xlsx 和 .csv 文件，不支持“{suffix or name}”")
    if not content.strip():
        raise ImportRefused.whole("文件是空的")
    if content.startswith(_OLE):
        raise ImportRefused.whole(
            "文件是旧版 .xls（或加了密码），只是改了扩展名；请在 Excel 中另存为 .xlsx 后再导入"
        )
    return _open_xlsx(content) if suffix == ".xlsx" else _open_csv(content)


def _name_of(source: Source) -> str:
    return str(source) if isinstance(source, str | Path) else (source.name or "")


def _content(source: Source) -> bytes:
    if isinstance(source, str | Path):
        path = Path(source)
        if not path.is_file():
            raise ImportRefused.whole(f"没有找到文件：{source}")
        if path.stat().st_size > MAX_BYTES:
            raise ImportRefused.whole(_too_large())
        return path.read_bytes()
    content = source.read()
    if len(content) > MAX_BYTES:
        raise ImportRefused.whole(_too_large())
    return content


def _too_large() -> str:
    return f"文件过大，展开后超过{MAX_BYTES // 1024 // 1024} MB，请拆分后再导入"


def _open_csv(content: bytes) -> Book:
    if content.startswith(_ZIP):
        raise ImportRefused.whole("文件其实是 .xlsx，只是改了扩展名；请改回 .xlsx 后再导入")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ImportRefused.whole("文件编码是 UTF-16，请另存为“CSV UTF-8”后再导入")
    rows = list(_csv_rows(_decoded(content)))
    return Book({}, grid=Grid(rows))


def _decoded(content: bytes) -> str:
    """UTF-8 (with or without BOM), else GB18030, which also reads GBK and GB2312."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        sound = error.start
    try:
        return content.decode("gb18030")
    except UnicodeDecodeError as error:
        line = content[: max(sound, error.start)].count(b"\n") + 1
        raise ImportRefused.whole(
            "无法识别的编码，请另存为“CSV UTF-8”后再导入", line=line
        ) from None


def _csv_rows(text: str) -> Iterator[tuple[int, list[Cell]]]:
    """Records with the line each begins on: quoted cells may run over several lines."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line, count = 1, 0
    try:
        for record in reader:
            if any(cell.strip() for cell in record):
                count += 1
                _check_rows(count)
                yield line, cast("list[Cell]", record)
            line = reader.line_num + 1
    except csv.Error:
        raise ImportRefused.whole(
            "引号不配对或内容过长，无法读出这一行之后的内容", line=line
        ) from None


def _check_rows(rows: int) -> None:
    if rows > MAX_ROWS + 1:
        raise ImportRefused.whole(f"超过{MAX_ROWS:,}行，请拆分后再导入")


def _open_xlsx(content: bytes) -> Book:
    safe = _measured_copy(content)
    try:
        workbook = python_calamine.load_workbook(safe)
    except python_calamine.CalamineError:
        raise ImportRefused.whole(_not_xlsx()) from None
    visible = python_calamine.SheetVisibleEnum.Visible
    sheets = {sheet.name: sheet.visible == visible for sheet in workbook.sheets_metadata}
    return Book(sheets, workbook)


def _not_xlsx() -> str:
    return "文件不是有效的 .xlsx（可能损坏，或是其他格式改了扩展名），请在 Excel 中另存为 .xlsx"


def _measured_copy(content: bytes) -> io.BytesIO:
    """A copy of the archive made of what was measured here.

    The sizes a zip directory declares can lie to one library and not to another; after this the
    reader sees exactly the bytes that were counted, and none but the XML parts.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_sizes(archive, len(content))
            return _copied(archive)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError):
        raise ImportRefused.whole(_not_xlsx()) from None


def _check_sizes(archive: zipfile.ZipFile, packed: int) -> None:
    parts = archive.infolist()
    if "xl/workbook.xml" not in {part.filename for part in parts}:
        raise ImportRefused.whole(_not_xlsx())
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MAX_BYTES or (unpacked > SMALL_BYTES and unpacked > MAX_RATIO * packed):
        raise ImportRefused.whole(_too_large())


def _copied(archive: zipfile.ZipFile) -> io.BytesIO:
    copy = io.BytesIO()
    with zipfile.ZipFile(copy, "w", zipfile.ZIP_STORED) as target:
        for part in archive.infolist():
            if not part.filename.endswith((".xml", ".rels")):
                continue
            body = archive.read(part)
            if part.filename.startswith("xl/worksheets/"):
                _check_sheet(body)
            target.writestr(part.filename, body)
    copy.seek(0)
    return copy


def _check_sheet(xml: bytes) -> None:
    """Refuse what the reader would turn into an enormous grid, or would read as silently empty."""
    right = bottom = references = 0
    for found in _REFERENCE.finditer(xml):
        references += 1
        if not found[3].endswith(b"/"):
            right, bottom = max(right, _number(found[1])), max(bottom, int(found[2]))
    if references != len(_CELL.findall(xml)):
        raise ImportRefused.whole("表格的单元格没有坐标，请用 Excel 打开并另存后再导入")
    _check_rows(bottom)
    if right * bottom > MAX_CELLS:
        raise ImportRefused.whole(f"表格过大：{bottom:,}行、{right:,}列，请删去多余的列后再导入")
    if faulty := _FAULTY.search(xml):
        cell = faulty[1].decode()
        raise ImportRefused.whole(f"单元格 {cell} 是错误值（如 #N/A、#REF!），请先改正")
    if uncounted := _UNCOUNTED.search(xml):
        cell = uncounted[1].decode()
        raise ImportRefused.whole(
            f"单元格 {cell} 的公式没有计算结果，请用 Excel 打开并保存后再导入"
        )


def _number(letters: bytes) -> int:
    """Column letters as a number: A 1, Z 26, AA 27."""
    number = 0
    for letter in letters:
        number = number * _LETTERS + letter - 64
    return number


def _sheet_grid(workbook: "python_calamine.CalamineWorkbook", name: str) -> Grid:
    try:
        sheet = workbook.get_sheet_by_name(name)
        cells = sheet.to_python(skip_empty_area=False)
    except python_calamine.CalamineError:
        raise ImportRefused.whole(_not_xlsx()) from None
    rows: list[tuple[int, list[Cell]]] = [
        (line, cast("list[Cell]", row))
        for line, row in enumerate(cells, 1)
        if not all(_is_blank(one) for one in row)
    ]
    _check_rows(len(rows))
    return Grid(rows, sheet.merged_cell_ranges or [])


def _is_blank(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())
