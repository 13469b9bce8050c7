"""Taking customers' data out of letters whose years are over; what is counted stays.

Gone for good: every sealed text of the letter and of what hangs on it, its redacted text and outcome,
the digests of its numbers, its attachments and mails. The rows, their types, days, units, findings
and events remain.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from functools import partial
from typing import Any, Final

import pgtrigger
from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.jobs import job_request
from accounts.models import Job
from accounts.services import audit_add_each
from complaints.models import Attachment, Letter, LetterEvent, LetterLink, LetterNumber, Mail
from complaints.redaction import GONE
from complaints.sealed_files import file_delete
from complaints.sealing import SHORTEST, SealedTextField, seal
from complaints.services.letters import NewEvent, events_add
from complaints.services.rotation import Report, sealed_columns

REDACT: Final = "redact_letters"
BATCH: Final = 200
_State: Final = Letter.State
_ENDED: Final = (_State.CLOSED, _State.WITHDRAWN, _State.MERGED)
_ENDS: Final = (
    LetterEvent.Kind.CLOSED, LetterEvent.Kind.WITHDRAWN, LetterEvent.Kind.MERGED,
)  # fmt: skip


def redaction_request(today: date) -> Job:
    """Ask for the day's redactions."""
    return job_request(kind=REDACT, scope="all", period=str(today))


def letters_due(today: date) -> QuerySet[Letter]:
    """Letters that ended more than RETENTION_YEARS ago and still hold what they held.

    One merged into another waits for that: together they are one case.
    """
    ends = LetterEvent.objects.filter(letter=OuterRef("pk"), kind__in=_ENDS).order_by("-at")
    case = LetterLink.objects.filter(
        letter=OuterRef("pk"), kind=LetterLink.Kind.MERGED, other__redacted_at=None
    )
    return (
        Letter.objects.filter(state__in=_ENDED, redacted_at=None)
        .annotate(ended_at=Coalesce("closed_at", Subquery(ends.values("at")[:1])))
        .filter(Q(ended_at__lt=_years_ago(today)), ~Q(state=_State.MERGED) | ~Exists(case))
        .order_by("pk")
    )


def _years_ago(today: date) -> datetime:
    year = today.year - settings.RETENTION_YEARS
    leap_day = today.month == 2 and today.day == 29  # noqa: PLR2004
    return timezone.make_aware(
        datetime.combine(date(year, 3, 1) if leap_day else today.replace(year=year), time())
    )


def letters_redact(today: date, report: Report | None = None) -> int:
    """Redact every letter that is due, in small transactions; how many. Safe to interrupt."""
    total, done = letters_due(today).count(), 0
    while count := _batch_redact(today):
        done += count
        if report:
            report(min(99, 100 * done // max(total, 1)), f"已脱敏{done}封来信")
    _strays_redact(today)
    return done


@transaction.atomic
def _strays_redact(today: date) -> None:
    """The same with mails that never became a letter."""
    old = Mail.objects.filter(letter=None, received_at__lt=_years_ago(today)).exclude(file="")
    ids = list(old.values_list("pk", flat=True))
    fields = [one for model, held in sealed_columns() if model is Mail for one in held]
    _blank(Mail, fields, "id", ids)
    _files_delete(Mail.objects.filter(pk__in=ids))
    Mail.objects.filter(pk__in=ids).update(message_id="")


@transaction.atomic
def _batch_redact(today: date) -> int:
    ids = list(letters_due(today).values_list("pk", flat=True)[:BATCH])
    held = Letter.objects.select_for_update(of=("self",), skip_locked=True)
    letters = list(held.filter(pk__in=ids, redacted_at=None).defer(*_sealed_names(Letter)))
    if letters:
        _redact([one.pk for one in letters])
        _note(letters)
    return len(letters)


def _redact(ids: Sequence[int]) -> None:
    with pgtrigger.ignore(*_guards()):
        for model, fields in sealed_columns():
            if model is Letter or _of_letters(model):
                _blank(model, fields, "id" if model is Letter else "letter_id", ids)
    letters = Letter.objects.filter(pk__in=ids)
    letters.exclude(outcome="").update(outcome=GONE)
    letters.update(text=GONE, redacted_at=timezone.now())
    LetterNumber.objects.filter(letter__in=ids).delete()
    Mail.objects.filter(letter__in=ids).update(message_id="")
    _files_delete(Attachment.objects.filter(letter__in=ids))
    _files_delete(Mail.objects.filter(letter__in=ids))


def _note(letters: Sequence[Letter]) -> None:
    now = timezone.now()
    events_add([NewEvent(one, LetterEvent.Kind.REDACTED, now) for one in letters], actor=None)
    audit_add_each(event="letter.redact", actor=None, acts=[(one.reference, {}) for one in letters])


def _sealed_names(model: type[models.Model]) -> Iterator[str]:
    return (
        one.name
        for one in model._meta.local_fields  # noqa: SLF001
        if isinstance(one, SealedTextField)
    )


def _of_letters(model: type[models.Model]) -> bool:
    """Whether the rows of a model hang on letters."""
    return any(
        one.name == "letter" and one.related_model is Letter
        for one in model._meta.local_fields  # noqa: SLF001
    )


def _guards() -> Iterator[str]:
    """The triggers that keep such rows as they were written: for once they give way."""
    for model, _ in sealed_columns():
        for trigger in getattr(model._meta, "triggers", []):  # noqa: SLF001
            if isinstance(trigger, pgtrigger.Protect | pgtrigger.ReadOnly):
                yield f"{model._meta.label}:{trigger.name}"  # noqa: SLF001


def _blank(
    model: type[models.Model], fields: Sequence[SealedTextField], key: str, ids: Sequence[int]
) -> None:
    """Replace what is sealed there by the mark that it is gone; what was empty stays empty."""
    sets: list[str] = []
    params: list[Any] = []
    for field in fields:
        sets.append(
            f'"{field.column}" = CASE WHEN octet_length("{field.column}") > %s THEN %s::bytea'
            f' ELSE "{field.column}" END'
        )
        params += [SHORTEST, seal(_mark(field).encode(), field.purpose)]
    with connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE "{model._meta.db_table}" SET {", ".join(sets)} WHERE {key} = ANY(%s)',  # noqa: S608, SLF001
            [*params, list(ids)],
        )


def _mark(field: SealedTextField) -> str:
    """What stands there afterwards: nothing where the customer's own data stood."""
    return "" if field.name.startswith("customer_") else GONE


def _files_delete(rows: QuerySet[Any]) -> None:
    """Forget the files; they are removed once that is certain."""
    held = rows.exclude(file="")
    for name in held.values_list("file", flat=True):
        transaction.on_commit(partial(file_delete, name))
    held.update(file="")
