"""What can be done with a letter next, most important first. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from complaints.judging import FINDINGS

RECEIVED, ASSIGNED, ANSWERED, CLOSED = "RECEIVED", "ASSIGNED", "ANSWERED", "CLOSED"
_HANDLED: Final = {ASSIGNED, ANSWERED}
_SETTLED: Final = {ANSWERED, CLOSED}
_JUDGED: Final = {ASSIGNED, ANSWERED, CLOSED}

# Of these the first possible is what the page offers before everything else; the rest are at hand.
LEADING: Final = (
    "triage", "decide", "settle", "object", "state", "send", "draft", "judge", "close",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Situation:
    """The letter's state and kind, and how the user stands to it and to its findings."""

    state: str
    kind: str = ""
    triages: bool = False
    holds: bool = False
    handles: bool = False
    speaks: bool = False
    has_statement: bool = False
    has_draft: bool = False
    is_judged: bool = False  # a finding waits or holds
    may_decide: bool = False  # a finding of somebody else's waits for a second signature
    may_object: bool = False
    may_settle: bool = False
    may_record: bool = False  # a valid complaint in force names somebody


def acts(here: Situation) -> list[str]:
    """The codes of what the user can do now, the leading one first."""
    possible = {
        *_findings(here),
        *_of_discipline(here),
        *_as_head(here),
        *_as_handler(here),
        *_sorting(here),
    }
    leading = [code for code in LEADING if code in possible]
    return leading + sorted(possible.difference(leading))


def _findings(here: Situation) -> Iterator[str]:
    if here.may_decide:
        yield "decide"
    if here.may_settle:
        yield "settle"
    if here.may_object:
        yield "object"


def _of_discipline(here: Situation) -> Iterator[str]:
    if here.may_record:
        yield "violation"


def _as_head(here: Situation) -> Iterator[str]:
    if here.speaks and here.state in _HANDLED and not (here.handles or here.has_statement):
        yield "state"


def _sorting(here: Situation) -> Iterator[str]:
    if here.triages and here.state in _JUDGED:
        yield "reclassify"
    if here.state == ASSIGNED and here.holds:
        yield "reassign" if here.triages else "return"


def _as_handler(here: Situation) -> Iterator[str]:
    if here.triages and here.state == RECEIVED:
        yield "triage"
    if here.holds and here.state in {RECEIVED, *_HANDLED}:
        yield "recuse"
    if not here.handles:
        return
    yield "remark"
    yield "attach"
    yield "relate"
    yield from _handling(here)
    yield from _settled(here)
    if here.kind == "INQUIRY" and here.state in {RECEIVED, *_JUDGED}:
        yield "escalate"


def _handling(here: Situation) -> Iterator[str]:
    if here.state in _HANDLED:
        yield "investigate"
    if here.state == ASSIGNED:
        yield "draft"
        if here.has_draft:
            yield "send"
    if here.state == ANSWERED or (here.state == ASSIGNED and here.kind == "PRAISE"):
        yield "close"
    if here.state in _JUDGED and here.kind in FINDINGS and not here.is_judged:
        yield "judge"


def _settled(here: Situation) -> Iterator[str]:
    if here.state in _SETTLED:
        yield "call_back"
        yield "reopen"
