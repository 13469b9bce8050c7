"""From a grid to rows that are asked for text, dates, numbers and choices by column name."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final, TypeVar

from outlets.months import InvalidMonth, Month
from outlets.spreadsheets.books import Book, Cell, Grid, Source, open_book
from outlets.spreadsheets.errors import ImportRefused, RowError
from outlets.spreadsheets.maps import ColumnMap, Origin, check_columns

T = TypeVar("T")

FIRST_DAY: Final = date(1900, 1, 1)
LAST_DAY: Final = date(2999, 12, 31)
# Excel keeps 15 digits; a longer number has already lost its last ones.
_PRECISE: Final = 10**15
_EPOCH: Final = date(1899, 12, 30)
_MIDNIGHT: Final = datetime.combine(_EPOCH, time())
_DATE: Final = re.compile(
    r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|\.(\d{1,2})\.(\d{1,2})"
    r"|年(\d{1,2})月(\d{1,2})日|(\d{2})(\d{2}))(?:[ T]00?:00(?::00(?:\.0+)?)?)?"
)
_CLOCK: Final = re.compile(
    r"(.+?)(?:[ T]+|(?<=日))(\d{1,2})[:时](\d{1,2})(?:分|[:分](\d{1,2})(?:\.\d+)?秒?)?"
)
_MONTH: Final = re.compile(r"(\d{4})(?:[-/](\d{1,2})|年(\d{1,2})月|(\d{2}))")
_NUMBER: Final = re.compile(r"[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?")
_GUARDED: Final = re.compile(r"\A'(?=[=+\-@\t\r])")
_FLAGS: Final = {"是": True, "否": False}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of one of our files: for reading, for templates and for exports.

    `kind` is text, date, moment, integer or decimal; `choices` become a drop-down list.
    """

    name: str
    required: bool = False
    kind: str = "text"
    choices: tuple[str, ...] = ()
    example: str | int | Decimal | date = ""
    width: int = 14
    hint: str = ""


@dataclass(slots=True)
class Row:
    """One line of a file. Each reader notes a fault in the table's errors and then returns None.

    `line` is the line as Excel counts it.
    """

    line: int
    cells: Mapping[str, Cell]
    errors: list[RowError]
    covered: frozenset[str] = frozenset()
    faults: int = 0

    @property
    def is_sound(self) -> bool:
        """Whether no fault was found in this row so far."""
        return not self.faults

    def has(self, column: str) -> bool:
        """Whether the column exists and the cell holds anything."""
        return bool(self.shown(column))

    def shown(self, column: str) -> str:
        """The cell as the user sees it, for messages and as text; empty when blank."""
        return _shown(self.cells.get(column))

    def refuse(self, column: str, reason: str) -> None:
        """Note a fault of this row."""
        self.faults += 1
        self.errors.append(RowError(self.line, column, self.shown(column), reason))

    def text(self, column: str, *, required: bool = False, max_length: int = 200) -> str:
        """Trimmed text, empty when blank; whole numbers lose Excel's “.0”."""
        cell = self.cells.get(column)
        if isinstance(cell, int | float) and not isinstance(cell, bool) and abs(cell) >= _PRECISE:
            self.refuse(column, "数字超过15位，Excel 已丢失末几位，请把该列设为文本后重填")
            return ""
        value = _shown(cell)
        if not value:
            self._blank(column, required=required)
        elif len(value) > max_length:
            self.refuse(column, f"过长，最多{max_length}个字")
        elif any(unicodedata.category(c) == "Cc" and c not in "\n\t" for c in value):
            self.refuse(column, "含有不可见的控制字符")
        else:
            return value
        return ""

    def date(self, column: str, *, required: bool = False) -> date | None:
        """A date written 2011-04-30, 2011/4/30, 2011年4月30日 or 20110430, or an Excel date."""
        cell = self.cells.get(column)
        value = _shown(cell)
        if not value:
            self._blank(column, required=required)
            return None
        found = _date(cell, value)
        if found is None:
            self.refuse(column, "不是有效的日期，应如 2011-04-30")
        elif not FIRST_DAY <= found <= LAST_DAY:
            self.refuse(column, "日期超出范围")
            return None
        return found

    def moment(self, column: str, *, required: bool = False) -> datetime | None:
        """A date as above with a time of day (2011-04-30 9:15), local; midnight without one."""
        cell = self.cells.get(column)
        value = _shown(cell)
        if not value:
            self._blank(column, required=required)
            return None
        found = _moment(cell, value)
        if found is None:
            self.refuse(column, "不是有效的时间，应如 2011-04-30 09:15")
        elif not FIRST_DAY <= found.date() <= LAST_DAY:
            self.refuse(column, "日期超出范围")
            return None
        return found

    def month(self, column: str, *, required: bool = False) -> Month | None:
        """A month written 2011-04, 2011/4, 2011年4月 or 201104, or any date in it."""
        value = _shown(self.cells.get(column))
        if not value:
            self._blank(column, required=required)
            return None
        found = _month(self.cells.get(column), value)
        if found is None:
            self.refuse(column, "不是有效的月份，应如 2011-04")
        return found

    def decimal(
        self,
        column: str,
        *,
        required: bool = False,
        minimum: Decimal | int | None = None,
        maximum: Decimal | int | None = None,
        places: int = 2,
    ) -> Decimal | None:
        """A number, also when written as text; at most `places` decimals, within the bounds."""
        cell = self.cells.get(column)
        value = _shown(cell)
        if not value:
            self._blank(column, required=required)
            return None
        number = _decimal(cell, value)
        reason = "不是数字" if number is None else _bounds(number, minimum, maximum, places)
        if reason:
            self.refuse(column, reason)
            return None
        return number

    def integer(
        self, column: str, *, required: bool = False, minimum: int = 0, maximum: int = 2**31 - 1
    ) -> int | None:
        """A whole number within the bounds."""
        number = self.decimal(column, required=required, minimum=minimum, maximum=maximum, places=0)
        return None if number is None else int(number)

    def flag(self, column: str, *, required: bool = False) -> bool | None:
        """是 or 否 (or Excel's TRUE and FALSE)."""
        cell = self.cells.get(column)
        if isinstance(cell, bool):
            return cell
        return self.choice(column, _FLAGS, required=required)

    def choice(self, column: str, values: Mapping[str, T], *, required: bool = False) -> T | None:
        """One of the listed words, as what it stands for."""
        value = _shown(self.cells.get(column))
        if not value:
            self._blank(column, required=required)
        elif value in values:
            return values[value]
        else:
            self.refuse(column, f"应是：{'、'.join(values)}")
        return None

    def _blank(self, column: str, *, required: bool) -> None:
        if column in self.covered:
            self.refuse(column, "为空：合并单元格只有第一格有值，请取消合并后逐行填写")
        elif required:
            self.refuse(column, "不能为空")


@dataclass(slots=True)
class Table:
    """The rows of a sheet below its header, and every fault found in them so far."""

    rows: list[Row]
    errors: list[RowError] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)  # headers that were not asked for
    present: frozenset[str] = frozenset()  # our columns that the file fills

    def check(self) -> None:
        """ImportRefused with all faults, by line, if there are any."""
        if self.errors:
            raise ImportRefused(sorted(self.errors, key=lambda error: error.line))

    def unique(self, *columns: str) -> None:
        """Note every row whose columns together repeat an earlier row's."""
        seen: dict[tuple[str, ...], int] = {}
        for row in self.rows:
            key = tuple(row.shown(column) for column in columns)
            first = seen.setdefault(key, row.line)
            if first != row.line and any(key):
                row.refuse(columns[-1], f"与第{first}行重复")


def read_table(
    source: Source | Book,
    columns: Sequence[Column],
    *,
    mapping: ColumnMap | None = None,
    sheet: str | None = None,
    name: str | None = None,
) -> Table:
    """Read one sheet by its header row (line 1).

    Blank rows are skipped, spaces in headers do not matter, columns not asked for are listed in
    `ignored`. ImportRefused when the file cannot be read, a required column is missing or a wanted
    one appears twice. Row faults are collected in the table, to be raised by `Table.check`.
    """
    book = source if isinstance(source, Book) else open_book(source, name)
    mapping = mapping or {}
    check_columns(mapping, (column.name for column in columns))
    grid = book.grid(sheet)
    headers = _headers(grid)
    origins = {c.name: mapping.get(c.name) or Origin(column=c.name) for c in columns}
    places = _places(headers, columns, origins, mapping)
    used = set(places.values())
    table = Table(
        rows=[],
        ignored=[text for n, text in enumerate(headers) if text and n not in used],
        present=frozenset(places) | {name for name, o in origins.items() if o.column is None},
    )
    constants: dict[str, Cell] = {
        name: origin.constant for name, origin in origins.items() if origin.column is None
    }
    for line, cells in grid.rows[1:]:
        table.rows.append(
            _row(table, grid, line, constants | _values(cells, places, origins), places)
        )
    return table


def _headers(grid: Grid) -> list[str]:
    if not grid.rows or grid.rows[0][0] != 1:
        raise ImportRefused.whole("第1行应是表头")
    if len(grid.rows) == 1:
        raise ImportRefused.whole("表头之下没有内容")
    return [_squeezed(_shown(cell)) for cell in grid.rows[0][1]]


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _places(
    headers: list[str],
    columns: Sequence[Column],
    origins: Mapping[str, Origin],
    mapping: ColumnMap,
) -> dict[str, int]:
    """Our column → its position; ImportRefused for missing and double ones, all at once."""
    places: dict[str, int] = {}
    reasons: list[RowError] = []
    for column in columns:
        theirs = origins[column.name].column
        if theirs is None:
            continue
        wanted = _squeezed(theirs)
        count = headers.count(wanted)
        if count:
            places[column.name] = headers.index(wanted)
        if count > 1:
            reasons.append(RowError(1, wanted, "", f"表头中有{count}个“{wanted}”列"))
        elif not count and (column.required or column.name in mapping):
            reasons.append(RowError(1, wanted, "", f"表头中没有“{wanted}”列"))
    if reasons:
        raise ImportRefused(reasons)
    return places


def _values(
    cells: list[Cell], places: Mapping[str, int], origins: Mapping[str, Origin]
) -> dict[str, Cell]:
    values: dict[str, Cell] = {}
    for name, place in places.items():
        cell = cells[place] if place < len(cells) else None
        origin = origins[name]
        values[name] = origin.translate(_shown(cell)) if origin.translates else cell
    return values


def _row(
    table: Table, grid: Grid, line: int, values: dict[str, Cell], places: Mapping[str, int]
) -> Row:
    covered = frozenset(
        name for name, place in places.items() if grid.merged and grid.is_covered(line, place)
    )
    return Row(line, values, table.errors, covered)


def _shown(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case str():
            return _GUARDED.sub("", cell.strip().strip("\ufeff\u200b"), count=1) if cell else ""
        case bool():
            return "是" if cell else "否"
        case float():
            return _plain(Decimal(f"{cell:.15g}"))
        case datetime() if cell.time() == datetime.min.time():
            return cell.date().isoformat()
    return str(cell)


def _plain(number: Decimal) -> str:
    return str(int(number)) if number == number.to_integral_value() else f"{number:f}"


def _date(cell: Cell, value: str) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        return _serial(cell)
    found = _DATE.fullmatch(unicodedata.normalize("NFKC", value))
    if found is None:
        return None
    year, month, day = (int(part) for part in found.groups() if part is not None)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _month(cell: Cell, value: str) -> Month | None:
    found = _MONTH.fullmatch(unicodedata.normalize("NFKC", value))
    if found is None:
        day = _date(cell, value)
        return Month.of(day) if day and FIRST_DAY <= day <= LAST_DAY else None
    try:
        return Month(*(int(part) for part in found.groups() if part is not None))
    except InvalidMonth:
        return None


def _serial(number: float) -> date | None:
    """A day number that lost its date format; 20110430 typed as a number is a date too."""
    whole = int(number)
    if whole != number:
        return None
    if whole > (LAST_DAY - _EPOCH).days:
        return _date(None, str(whole))
    return _EPOCH + timedelta(days=whole) if whole > 0 else None


def _moment(cell: Cell, value: str) -> datetime | None:
    """To the second: Excel's fractions of a day miss it by some microseconds."""
    if isinstance(cell, float) and not cell.is_integer():
        last = (LAST_DAY - _EPOCH).days
        return _second(_MIDNIGHT + timedelta(days=cell)) if 0 < cell <= last else None
    if isinstance(cell, datetime):
        return _second(cell) if cell.date() <= LAST_DAY else cell
    clocked = _CLOCK.fullmatch(unicodedata.normalize("NFKC", value))
    day = _date(None, clocked[1]) if clocked else _date(cell, value)
    if day is None:
        return None
    hour, minute, second = clocked.groups()[1:] if clocked else (0, 0, 0)
    try:
        return datetime.combine(day, time(int(hour), int(minute), int(second or 0)))
    except ValueError:
        return None


def _second(moment: datetime) -> datetime:
    return (moment + timedelta(milliseconds=500)).replace(microsecond=0)


def _decimal(cell: Cell, value: str) -> Decimal | None:
    if isinstance(cell, bool | date):
        return None
    text = unicodedata.normalize("NFKC", value).replace(" ", "")
    if not _NUMBER.fullmatch(text):
        return None
    try:
        return Decimal(text.replace(",", ""))
    except InvalidOperation:
        return None


def _bounds(
    number: Decimal, minimum: Decimal | int | None, maximum: Decimal | int | None, places: int
) -> str:
    if minimum is not None and number < minimum:
        return f"不能小于{minimum}"
    if maximum is not None and number > maximum:
        return f"不能大于{maximum}"
    exponent = number.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > places:
        return f"最多{places}位小数" if places else "应是整数"
    return ""
