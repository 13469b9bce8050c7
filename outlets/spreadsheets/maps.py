"""`--map` files: how somebody else's columns become ours.

JSON: our column name → theirs; or a constant, {"value": "网点"}; or a table of values,
{"column": "parent", "values": {"B1": "机构"}, "default": "网点"}: listed values are replaced,
others pass through, or become the default where one is given.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from outlets.spreadsheets.errors import ImportRefused


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the values of one of our columns come from."""

    column: str | None = None  # their header; None for a constant
    constant: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    default: str | None = None

    def translate(self, value: str) -> str:
        """Their value as ours: listed ones replaced, others passed through or the default."""
        return self.values.get(value, value if self.default is None else self.default)

    @property
    def translates(self) -> bool:
        """Whether values change at all; a plain renaming keeps numbers and dates as they are."""
        return bool(self.values) or self.default is not None


ColumnMap = Mapping[str, Origin]


def read_map(source: Path | str | bytes) -> ColumnMap:
    """A mapping from a path or from the bytes of an uploaded JSON file; ImportRefused if unsound."""
    if isinstance(source, bytes):
        return parse_map(source)
    path = Path(source)
    if not path.is_file():
        raise ImportRefused.whole(f"没有找到映射文件：{source}")
    return parse_map(path.read_bytes())


def parse_map(content: bytes) -> ColumnMap:
    """A mapping from JSON: our column → theirs, a constant, or a table of values."""
    try:
        data = json.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        line = getattr(error, "lineno", 0)
        raise ImportRefused.whole(f"映射文件不是有效的 JSON（第{line}行）") from None
    if not isinstance(data, dict):
        raise ImportRefused.whole("映射文件应是一个 JSON 对象：我们的列名 → 对方的列名")
    return {name: _origin(name, value) for name, value in data.items()}


def check_columns(mapping: ColumnMap, known: Iterable[str]) -> None:
    """ImportRefused when the mapping fills a column that this kind of file does not have."""
    columns = set(known)
    if unknown := [name for name in mapping if name not in columns]:
        raise ImportRefused.whole(f"映射文件中没有这样的列：{'、'.join(unknown)}")


def _origin(name: str, value: Any) -> Origin:
    match value:
        case str():
            return Origin(column=value)
        case {"value": str() | int() as constant, **rest} if not rest:
            return Origin(constant=str(constant))
        case {"column": str() as column, **rest} if rest.keys() <= {"values", "default"}:
            return Origin(column=column, **_table(name, cast("dict[str, Any]", rest)))
    raise ImportRefused.whole(
        f'映射文件中“{name}”应是对方列名，或 {{"value": …}}，'
        '或 {"column": …, "values": {…}, "default": …}'
    )


def _table(name: str, rest: dict[str, Any]) -> dict[str, Any]:
    values, default = rest.get("values", {}), rest.get("default")
    sound = isinstance(values, dict) and all(isinstance(one, str) for one in values.values())
    if not sound or not isinstance(default, str | None):
        raise ImportRefused.whole(f"映射文件中“{name}”的 values 和 default 应是文字")
    return {"values": values, "default": default}
