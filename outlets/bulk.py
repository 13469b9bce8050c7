"""Many rows by one statement: the columns of objects as SQL arrays, and an upsert that skips equals."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection


@dataclass(frozen=True, slots=True)
class BulkTable:
    """A table written in bulk: its key and other columns with their SQL types, in their order."""

    name: str
    keys: Mapping[str, str]
    figures: Mapping[str, str]

    @property
    def columns(self) -> dict[str, str]:
        """All columns, the keys first."""
        return {**self.keys, **self.figures}

    def array(self, name: str, rows: Iterable[Any]) -> str:
        """One column of the rows (attributes of that name) as the text of an SQL array."""
        values: list[Any] = [getattr(row, name) for row in rows]
        kind = self.columns[name]
        if kind == "jsonb":
            values = [json.dumps(value or [], ensure_ascii=False) for value in values]
        spell = _quoted if kind in {"text", "jsonb"} else str
        return "{" + ",".join(["NULL" if value is None else spell(value) for value in values]) + "}"

    def unnest(self, names: Iterable[str]) -> str:
        """What to hand to unnest, for these columns."""
        return ", ".join(f"%s::{self.columns[name]}[]" for name in names)

    def upsert(self, rows: Sequence[Any]) -> int:
        """Write whole rows by one statement; those that already say so stay. How many wrote."""
        columns, figures = self.columns, self.figures
        statement = f"""
INSERT INTO {self.name} AS s ({", ".join(columns)})
SELECT * FROM unnest({self.unnest(columns)}) AS t ({", ".join(columns)})
ON CONFLICT ({", ".join(self.keys)}) DO UPDATE
SET {", ".join(f"{name} = excluded.{name}" for name in figures)}
WHERE ({columns_of("s", figures)}) IS DISTINCT FROM ({columns_of("excluded", figures)})
"""  # noqa: S608  (names of our own)
        with connection.cursor() as cursor:
            cursor.execute(statement, [self.array(name, rows) for name in columns])
            return int(cursor.rowcount)


def columns_of(table: str, names: Iterable[str]) -> str:
    """The columns qualified by a table's name."""
    return ", ".join(f"{table}.{name}" for name in names)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
