"""Letters as files, in the columns they are imported by, with customers masked."""

from collections.abc import Iterator
from datetime import datetime, time
from typing import Final

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from complaints.imports.columns import FINDINGS, LETTER_COLUMNS
from complaints.models import Letter, Responsibility
from complaints.redaction import mask_name, mask_number, normalised
from complaints.taxonomy import BUSINESSES
from outlets.months import Month
from outlets.spreadsheets import SheetOut, Value, write_file

CHUNK: Final = 2_000
_FINDINGS: Final = {finding: word for word, finding in FINDINGS.items()}
_UNREAD: Final = ("body", "customer_card", "customer_identity")


def letters_file(letters: QuerySet[Letter], name: str) -> bytes:
    """These letters as .xlsx or .csv, by the ending of the name."""
    return write_file(name, [SheetOut("来信", LETTER_COLUMNS, letter_rows(letters))])


def letters_of_month(branch_id: int, month: Month) -> Iterator[list[Value]]:
    """Rows of the letters that a branch received in a month, oldest first."""
    first, after = (
        timezone.make_aware(datetime.combine(one.first, time())) for one in (month, month.next)
    )
    letters = Letter.objects.filter(
        branch=branch_id, received_at__gte=first, received_at__lt=after
    ).select_related("unit", "staff")
    return letter_rows(letters.order_by("received_at", "pk"))


def letter_rows(letters: QuerySet[Letter]) -> Iterator[list[Value]]:
    """Rows of LETTER_COLUMNS; names and numbers masked, texts as pages show them."""
    found = Responsibility.objects.filter(
        letter=OuterRef("pk"), state=Responsibility.State.CONFIRMED, superseded_on=None
    )
    rows = letters.defer(None).defer(*_UNREAD)
    judged = rows.annotate(finding=Subquery(found.values("finding")[:1]))
    yield from map(_row, judged.iterator(chunk_size=CHUNK))


def _row(letter: Letter) -> list[Value]:
    return [
        letter.reference,
        letter.get_channel_display(),
        letter.get_kind_display(),
        timezone.localtime(letter.received_at),
        mask_name(letter.customer_name),
        mask_number(normalised(letter.customer_phone)) if letter.customer_phone else "",
        letter.unit.code if letter.unit else "",
        letter.staff.number if letter.staff else "",
        BUSINESSES.get(letter.business, ""),
        letter.text,
        timezone.localtime(letter.closed_at) if letter.closed_at else None,
        _FINDINGS.get(getattr(letter, "finding", None) or "", ""),
        letter.outcome,
    ]
