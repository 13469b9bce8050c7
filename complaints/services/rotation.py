"""Sealing anew what older keys or another cipher sealed, so that those can be taken away.

Every sealed column of every model is found by introspection, and every sealed file. It goes on where
it was interrupted: what is sealed with the current key is left alone.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import structlog
from django.apps import apps
from django.db import connection, models, transaction

from accounts.jobs import job_request
from accounts.models import Job, User
from complaints.models import Attachment, Mail
from complaints.sealed_files import file_head, file_reseal
from complaints.sealing import SealBroken, SealedTextField, seal, seal_head, unseal

log = structlog.get_logger(__name__)

ROTATE: Final = "rotate_keys"
BATCH: Final = 500
FILES: Final[tuple[type[models.Model], ...]] = (Attachment, Mail)  # each with a column `file`


@dataclass(slots=True)
class Rotation:
    """What was done: values and files sealed anew, and what could not be opened."""

    values: int = 0
    files: int = 0
    broken: int = 0


Report = Callable[[int, str], None]


def rotation_request(*, actor: User | None) -> Job:
    """Ask for everything to be sealed anew."""
    return job_request(kind=ROTATE, scope="all", period="once", actor=actor)


def keys_rotate(report: Report | None = None) -> Rotation:
    """Seal everything with the current key and cipher, in small transactions; safe to interrupt."""
    done = Rotation()
    columns = list(sealed_columns())
    for place, (model, fields) in enumerate(columns):
        if report:
            report(90 * place // len(columns), f"正在重新加密{model._meta.verbose_name}")  # noqa: SLF001
        _model_reseal(model, fields, done)
    for model in FILES:
        if report:
            report(90, f"正在重新加密{model._meta.verbose_name}文件")  # noqa: SLF001
        _files_reseal(model, done)
    return done


def sealed_columns() -> Iterator[tuple[type[models.Model], list[SealedTextField]]]:
    """Every model that holds something sealed, with the fields that do."""
    for model in apps.get_models():
        fields = [
            one
            for one in model._meta.local_fields  # noqa: SLF001
            if isinstance(one, SealedTextField)
        ]
        if fields and not model._meta.proxy:  # noqa: SLF001
            yield model, fields


def _model_reseal(model: type[models.Model], fields: list[SealedTextField], done: Rotation) -> None:
    after = 0
    while (last := _batch_reseal(model, fields, after, done)) is not None:
        after = last


@transaction.atomic
def _batch_reseal(
    model: type[models.Model], fields: list[SealedTextField], after: int, done: Rotation
) -> int | None:
    """Seal a batch of stale rows anew under their locks; the last id looked at, None at the end."""
    table, columns = model._meta.db_table, [str(field.column) for field in fields]  # noqa: SLF001
    with connection.cursor() as cursor:
        cursor.execute(
            _stale(table, columns), {"after": after, "head": seal_head(), "batch": BATCH}
        )
        rows = cursor.fetchall()
        anew = [(pk, *_resealed(fields, values, done)) for pk, *values in rows]
        if anew:
            cursor.execute(_store(table, columns, len(anew)), [one for row in anew for one in row])
    return rows[-1][0] if rows else None


def _stale(table: str, columns: list[str]) -> str:
    """SQL for the next rows with a value that is not sealed as values are now."""
    stale = " OR ".join(f'substring("{one}" FOR 2) <> %(head)s' for one in columns)
    names = ", ".join(f'"{one}"' for one in columns)
    return (
        f'SELECT id, {names} FROM "{table}" WHERE id > %(after)s AND ({stale})'  # noqa: S608
        " ORDER BY id LIMIT %(batch)s FOR NO KEY UPDATE"
    )


def _store(table: str, columns: list[str], rows: int) -> str:
    """SQL that stores so many rows of an id and its values."""
    places = ", ".join(["(%s::bigint" + ", %s::bytea" * len(columns) + ")"] * rows)
    named = ", ".join(f'"{one}"' for one in columns)
    sets = ", ".join(f'"{one}" = anew."{one}"' for one in columns)
    return (
        f'UPDATE "{table}" AS held SET {sets} FROM (VALUES {places}) AS anew (id, {named})'  # noqa: S608
        " WHERE held.id = anew.id"
    )


def _resealed(
    fields: list[SealedTextField], values: list[Any], done: Rotation
) -> Iterator[bytes | None]:
    for field, value in zip(fields, values, strict=True):
        sealed = None if value is None else bytes(value)
        if sealed is None or sealed[:2] == seal_head():
            yield sealed
            continue
        try:
            yield seal(unseal(sealed, field.purpose), field.purpose)
            done.values += 1
        except SealBroken as broken:
            log.warning("value not resealed", column=field.purpose, reason=str(broken))
            done.broken += 1
            yield sealed


def _files_reseal(model: type[models.Model], done: Rotation) -> None:
    names = model._default_manager.exclude(file="").order_by("pk").values_list("file", flat=True)  # noqa: SLF001
    for name in names.iterator(BATCH):
        if file_head(name) == seal_head():
            continue
        try:
            file_reseal(name)
            done.files += 1
        except SealBroken as broken:
            log.warning("file not resealed", file=name, reason=str(broken))
            done.broken += 1
