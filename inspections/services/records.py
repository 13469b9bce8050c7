"""Inspections into the database: any number of them, the answers of all by one statement."""

import base64
import hashlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db import connection
from django.utils import timezone

from inspections.models import Channel, Inspection
from inspections.selectors.forms import VersionForm
from inspections.services.sheets import ScoredSheet, Sheet, content_hash

# Answers a statement: large enough to be fast, small enough for the server's memory.
BATCH: Final = 20_000
_LETTERS: Final[Mapping[str, str]] = {
    Channel.OPEN: "M",
    Channel.COVERT: "A",
    Channel.SPECIAL: "Z",
    Channel.SELF: "S",
}
_ID_BITS: Final = 52  # whole numbers that JavaScript, too, keeps exactly

_ANSWERS: Final = """
INSERT INTO inspections_answer (inspection_id, item_id, value, possible, earned, staff_id, note)
SELECT * FROM unnest(
    %s::bigint[], %s::bigint[], %s::text[], %s::numeric[], %s::numeric[], %s::bigint[], %s::text[]
)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A checked and scored sheet with where it belongs; `facts` are the inspection's other columns."""

    uuid: uuid.UUID
    form: VersionForm
    sheet: Sheet
    scored: ScoredSheet
    facts: Mapping[str, Any]


def identity(key: uuid.UUID, attempt: int = 0) -> tuple[int, str]:
    """Row id and number code of an inspection, drawn from its UUID.

    Neither tells the order in which inspections came in: a covert one must not be datable by its
    neighbours. Another attempt gives another draw, should one be taken.
    """
    digest = hashlib.sha256(f"{key}:{attempt}".encode()).digest()
    row_id = int.from_bytes(digest[:8], "big") >> (64 - _ID_BITS)
    return row_id or 1, base64.b32encode(digest[8:13]).decode()[:7]


def number_of(channel: str, day: date, code: str) -> str:
    """The number people quote: M201104-7KQ2XWA."""
    return f"{_LETTERS[channel]}{day:%Y%m}-{code}"


def records_insert(records: Sequence[Record], *, attempt: int = 0) -> list[Inspection]:
    """Store the inspections and all their answers; IntegrityError when one is there already."""
    now = timezone.now()
    inspections = [_inspection(record, attempt) for record in records]
    for inspection in inspections:
        inspection.submitted_at = now
    Inspection.objects.bulk_create(inspections, batch_size=1_000)
    rows = (
        (inspection.pk, one.item, one.value, one.possible, one.earned, one.staff, one.note)
        for inspection, record in zip(inspections, records, strict=True)
        for one in record.scored.replies
    )
    _answers_insert(rows)
    return inspections


def _inspection(record: Record, attempt: int) -> Inspection:
    row_id, code = identity(record.uuid, attempt)
    facts, sheet, result = dict(record.facts), record.sheet, record.scored.result
    facts.setdefault("number", number_of(facts["channel"], sheet.date, code))
    return Inspection(
        pk=row_id,
        uuid=record.uuid,
        version_id=record.form.version_id,
        date=sheet.date,
        methods=sorted(set(sheet.methods)),
        note=sheet.note.strip(),
        score=result.score,
        possible=result.possible,
        earned=result.earned,
        sections=record.scored.sections,
        content_hash=content_hash(record.form, sheet),
        **facts,
    )


def _answers_insert(rows: Iterable[tuple[Any, ...]]) -> None:
    waiting = list(rows)
    with connection.cursor() as cursor:
        for start in range(0, len(waiting), BATCH):
            columns = zip(*waiting[start : start + BATCH], strict=True)
            cursor.execute(_ANSWERS, [list(column) for column in columns])
