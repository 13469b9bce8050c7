"""Letters put in directly, as the services of letters leave them."""

import itertools
from datetime import date, datetime, time
from typing import Any

from django.utils import timezone

from complaints.models import Channel, Letter, Responsibility
from complaints.services.letters import LetterChange, letters_announce
from outlets.models import Unit

_numbers = itertools.count(1)


def noon(day: date) -> datetime:
    """Midday there."""
    return timezone.make_aware(datetime.combine(day, time(12)))


def make_letter(
    unit: Unit | None, kind: str = "COMPLAINT", day: date = date(2011, 4, 8), **kw: Any
) -> Letter:
    """A letter about a unit, known to nobody yet."""
    branch_id = kw.pop("branch_id", unit.branch_id if unit else None)
    body = kw.pop("body", "客户反映排队时间过长。")
    defaults = {
        "channel": Channel.HOTLINE,
        "source": "FORM",
        "first_kind": kind,
        "state": "CLOSED" if kind else "RECEIVED",
        "unit_path": unit.path if unit else "",
        "text": body,
        "received_at": noon(day),
        "reference": f"95566-{next(_numbers):05d}",
    }
    return Letter.objects.create(
        branch_id=branch_id, unit=unit, kind=kind, body=body, **(defaults | kw)
    )


def find(letter: Letter, finding: str, day: date, unit: Unit | None = None) -> Responsibility:
    """A finding in force; one in force before is superseded; the figures are told of both."""
    before = letter.responsibilities.filter(state="CONFIRMED", superseded_on=None).first()
    if before:
        Responsibility.objects.filter(pk=before.pk).update(superseded_on=day)
    made = Responsibility.objects.create(
        branch_id=letter.branch_id,
        letter=letter,
        finding=finding,
        unit=unit or letter.unit,
        grounds="已核实",
        state="CONFIRMED",
        decided_on=day,
    )
    letters_announce(
        LetterChange(one.branch_id, one.unit_id, one.decided_on)
        for one in (before, made)
        if one and one.unit_id and one.decided_on
    )
    return made


def complaint(unit: Unit, day: date = date(2011, 4, 8), **kw: Any) -> Letter:
    """A complaint found valid on a day."""
    letter = make_letter(unit, "COMPLAINT", kw.pop("received", day), **kw)
    find(letter, "BANK", day)
    return letter


def praise(unit: Unit, day: date = date(2011, 4, 12), **kw: Any) -> Letter:
    """A praise verified on a day."""
    letter = make_letter(unit, "PRAISE", day, **kw)
    find(letter, "VERIFIED", day)
    return letter


def late(unit: Unit, day: date = date(2011, 4, 21), kind: str = "INQUIRY", **kw: Any) -> Letter:
    """A letter answered on a day, after its deadline."""
    letter = make_letter(unit, kind, answered_on=day, is_late=True, **kw)
    letters_announce([LetterChange(unit.branch_id, unit.pk, day)])
    return letter
