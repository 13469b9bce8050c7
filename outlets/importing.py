"""What can be imported from files: each app registers its kinds from its own `imports`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from django.db import connection, transaction
from django.utils.module_loading import autodiscover_modules

from accounts.models import User
from accounts.services import audit_add
from outlets.spreadsheets import (
    Book,
    ColumnMap,
    ImportRefused,
    RowError,
    SheetOut,
    Source,
    open_book,
    write_template,
)

LOCK_SPACE: Final = 704174


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRequest:
    """An opened file and how to take it. Without an actor (the command) every branch is open."""

    book: Book
    mapping: ColumnMap | None = None
    actor: User | None = None
    as_of: date | None = None  # the day from which changes of place hold; default: today


@dataclass(slots=True)
class ImportResult:
    """How many things were new, changed or already so; headers that were not used.

    `warnings` name what was taken in although somebody should look at it.
    """

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    ignored: list[str] = field(default_factory=list)
    warnings: list[RowError] = field(default_factory=list)

    def __str__(self) -> str:
        return f"新增{self.created}，更新{self.updated}，未变{self.unchanged}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of file: its name on the command line, in Chinese, its sheets, what takes it in.

    `run` checks everything first, raises ImportRefused with every bad row, and writes in the
    caller's transaction. `sheets` (name, columns, no rows or example rows) make the template.
    """

    key: str
    label: str
    sheets: tuple[SheetOut, ...]
    run: Callable[[ImportRequest], ImportResult]


KINDS: Final[dict[str, Kind]] = {}


def register(kind: Kind) -> None:
    """Make a kind known; called when an app's `imports` module is loaded."""
    KINDS[kind.key] = kind


def kinds() -> dict[str, Kind]:
    """Every kind of every installed app."""
    autodiscover_modules("imports")
    return KINDS


def file_import(
    *,
    kind: Kind,
    source: Source | Book,
    mapping: ColumnMap | None = None,
    actor: User | None = None,
    as_of: date | None = None,
    dry_run: bool = False,
) -> ImportResult:
    """Take in a file, all or nothing; a dry run does everything and then undoes it.

    ImportRefused names every bad row with line, column, value and reason.
    """
    book = source if isinstance(source, Book) else open_book(source)
    request = ImportRequest(book=book, mapping=mapping, actor=actor, as_of=as_of)
    with transaction.atomic():
        _queue_up(kind)
        result = kind.run(request)
        if dry_run:
            transaction.set_rollback(True)
            return result
        audit_add(event=f"import.{kind.key}", actor=actor, subject=kind.label, result=str(result))
    return result


def _queue_up(kind: Kind) -> None:
    """One import of a kind at a time: two that bring the same new thing must not collide."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [LOCK_SPACE, kind.key])


def template_of(kind: Kind) -> bytes:
    """The .xlsx to fill in for a kind."""
    return write_template(kind.sheets)


__all__ = [
    "KINDS",
    "ImportRefused",
    "ImportRequest",
    "ImportResult",
    "Kind",
    "file_import",
    "kinds",
    "register",
    "template_of",
]
