"""What patterns would find in a text or mail; nothing is kept."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.utils import timezone

from complaints.mail.drafting import Draft, draft_of
from complaints.mail.extract import FIELDS, extract
from complaints.mail.message import Reading
from complaints.mail.recognise import Signs
from complaints.redaction import mask_name, mask_number, normalised, redact
from complaints.selectors.mail_look import terms_of
from complaints.selectors.mail_page import draft_facts
from outlets.models import Unit


class Trial(NamedTuple):
    """A row a field (label, value, which pattern, whether it ran out of time), what the letter would be.

    `refusal` says why no letter would come of it by itself.
    """

    rows: list[dict[str, Any]]
    facts: Any
    refusal: str


def text_reading(text: str) -> Reading:
    """A text as if it were the body of a mail that came now."""
    return Reading("", "", "", timezone.localtime(), text, "", Signs(), (), "")


def pattern_trial(
    branch: Unit, given: Mapping[str, Sequence[str]], reading: Reading, *, masked: bool
) -> Trial:
    """What each field's patterns find, and the letter that would come of it."""
    extraction = extract(reading.text, given)
    draft = draft_of(reading, terms_of(branch, given), timezone.localtime())
    late = {field for field, _ in extraction.overdue}
    rows = [
        {
            "label": label,
            "value": _shown(field, extraction.value(field), draft, masked=masked),
            "place": extraction.found[field].place if field in extraction.found else 0,
            "late": field in late,
        }
        for field, label in FIELDS.items()
    ]
    facts = draft_facts(draft, masked=masked)
    return Trial(rows, facts, draft.problem)


def _shown(field: str, value: str, draft: Draft, *, masked: bool) -> str:
    if not masked:
        return value
    if field == "name":
        return mask_name(value)
    return mask_number(normalised(value)) if field == "phone" else redact(value, draft.name)
