"""Rows about letters that are known already: the same, something more, or something else."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from django.utils import timezone

from complaints.imports.columns import (
    BODY,
    BUSINESS,
    CAUSE,
    CHANNEL,
    CLOSED,
    FINDING,
    KIND,
    NAME,
    NUMBER,
    OUTCOME,
    PHONE,
    RECEIVED,
    STAFF,
    UNIT,
)
from complaints.models import Letter, Responsibility
from complaints.redaction import redact
from complaints.services.arrivals import Arrival, Filling
from complaints.services.letters import LetterFacts
from complaints.taxonomy import BUSINESSES, CAUSES
from outlets.spreadsheets import Row

State = Letter.State

_ENDED: Final = {State.MERGED, State.WITHDRAWN}


def filling_of(
    row: Row, letter: Letter, arrival: Arrival, found: Responsibility | None
) -> Filling | None:
    """What the row adds to the letter; None when it was refused.

    A blank cell says nothing. What the letter lacks is filled in; what differs is refused by name.
    """
    facts = arrival.facts
    differing = [*_differing(letter, facts), *_differing_end(letter, arrival, found)]
    if differing:
        row.refuse(NUMBER, f"系统中已有这个工单号，内容不同：{'、'.join(differing)}")
        return None
    if letter.state in _ENDED and facts.closed_at and letter.closed_at is None:
        row.refuse(CLOSED, f"系统中这封来信“{letter.get_state_display()}”，不能办结")
        return None
    if found is not None and found.state == Responsibility.State.PROPOSED and arrival.finding:
        row.refuse(FINDING, "系统中这封来信已有责任认定等待复核")
        return None
    return Filling(
        letter,
        kind="" if letter.kind else facts.kind,
        unit=None if letter.unit_id else facts.unit,
        staff=None if letter.staff_id else facts.staff,
        business="" if letter.business else facts.business,
        cause="" if letter.cause else facts.cause,
        closed_at=None if letter.closed_at else facts.closed_at,
        outcome="" if letter.outcome else facts.outcome,
        finding="" if found else arrival.finding,
    )


def _differing(letter: Letter, facts: LetterFacts) -> Iterator[str]:
    """The columns that say something else than the letter; what names the customer is not told."""
    unit = facts.unit.pk if facts.unit else None
    staff = facts.staff.pk if facts.staff else None
    shown = {
        CHANNEL: (facts.channel == letter.channel, letter.get_channel_display()),
        KIND: (
            not letter.kind or facts.kind in {"", letter.kind, letter.first_kind},
            letter.get_kind_display(),
        ),
        RECEIVED: (_same_minute(facts.received_at, letter.received_at), _told(letter.received_at)),
        UNIT: (unit is None or letter.unit_id in {None, unit}, ""),
        STAFF: (staff is None or letter.staff_id in {None, staff}, ""),
        BUSINESS: (
            not facts.business or letter.business in {"", facts.business},
            BUSINESSES.get(letter.business, ""),
        ),
        CAUSE: (not facts.cause or letter.cause in {"", facts.cause}, CAUSES.get(letter.cause, "")),
    }
    for column, (same, held) in shown.items():
        if not same:
            yield f"{column}（系统中为{held}）" if held else column
    yield from _differing_texts(letter, facts)


def _differing_texts(letter: Letter, facts: LetterFacts) -> Iterator[str]:
    if letter.redacted_at:
        return
    texts = {
        NAME: (facts.customer_name, letter.customer_name),
        PHONE: (facts.customer_phone, letter.customer_phone),
        BODY: (facts.body, letter.body),
    }
    yield from (column for column, (given, held) in texts.items() if given and given != held)


def _differing_end(letter: Letter, arrival: Arrival, found: Responsibility | None) -> Iterator[str]:
    facts = arrival.facts
    if letter.closed_at and facts.closed_at and not _same_minute(letter.closed_at, facts.closed_at):
        yield f"{CLOSED}（系统中为{_told(letter.closed_at)}）"
    in_force = found is not None and found.state == Responsibility.State.CONFIRMED
    if in_force and found is not None and arrival.finding not in {"", found.finding}:
        yield f"{FINDING}（系统中为{found.get_finding_display()}）"
    outcome = redact(facts.outcome, letter.customer_name)
    if outcome and letter.outcome not in {"", outcome} and not letter.redacted_at:
        yield OUTCOME


def _same_minute(one: datetime, other: datetime) -> bool:
    return one.replace(second=0, microsecond=0) == other.replace(second=0, microsecond=0)


def _told(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"
