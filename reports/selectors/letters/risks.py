"""Inquiries that may become complaints, or have: escalated, near their deadline, or sounding so."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone

from complaints.models import Kind, Letter, LetterLink
from reports.periods import Span
from reports.selectors.letters.counts import received_in

# An inquiry in whose text one of these stands sounds like a complaint.
RISK_WORDS: Final = (
    "投诉", "监管", "银监", "银保监", "人民银行", "人行", "12378", "12363", "12345", "信访", "举报",
    "媒体", "记者", "曝光", "律师", "起诉", "法院", "赔偿",
)  # fmt: skip
NEAR: Final = timedelta(days=1)
SHOWN: Final = 50
_OPEN: Final = (Letter.State.RECEIVED, Letter.State.ASSIGNED)


class Risk(NamedTuple):
    """An inquiry with why it stands here."""

    id: int
    reference: str
    unit: str
    day: date
    due_on: date | None
    state: str
    reasons: str


@dataclass(frozen=True, slots=True)
class Risks:
    """Of all inquiries of a span, those that carry risk; the worst of them by name."""

    inquiries: int
    risky: int
    escalated: int
    near: int
    worded: int
    shown: list[Risk]


def risky_inquiries(letters: QuerySet[Letter], span: Span, as_of: date) -> Risks:
    """The inquiries that came in a span, of what a user sees; open ones first. Two statements.

    What came as an inquiry counts, whatever it has become since.
    """
    came = letters.filter(first_kind=Kind.INQUIRY, **received_in(span))
    flags = _flags(as_of)
    risky = flags["escalated"] | flags["near"] | flags["worded"]
    asked = {"inquiries": Q(), "risky": risky, **flags}
    numbers = came.order_by().aggregate(
        **{name: Count("pk", filter=condition) for name, condition in asked.items()}
    )
    if not numbers["risky"]:
        return Risks(**numbers, shown=[])
    named = came.filter(risky).annotate(**{name: _flag(flag) for name, flag in flags.items()})
    rows = named.order_by(_ENDED, "due_on", "-received_at", "-pk")[:SHOWN]
    return Risks(**numbers, shown=[_risk(row, as_of) for row in rows])


def _flags(as_of: date) -> dict[str, Q]:
    """What makes an inquiry risky."""
    grown = LetterLink.objects.filter(other=OuterRef("pk"), kind=LetterLink.Kind.ESCALATED)
    return {
        "escalated": Q(kind=Kind.COMPLAINT) | Q(Exists(grown)),
        "near": Q(kind=Kind.INQUIRY, state__in=_OPEN, due_on__lte=as_of + NEAR),
        "worded": Q(text__regex="|".join(RISK_WORDS)),
    }


def _flag(condition: Q) -> Case:
    return Case(When(condition, then=Value(value=True)), default=Value(value=False))


def _risk(letter: Any, as_of: date) -> Risk:
    due = letter.due_on
    reasons = (
        (letter.escalated, "已转为投诉"),
        (letter.near, "已逾期" if due and due < as_of else "临近期限"),
        (letter.worded, "内容有投诉风险"),
    )
    return Risk(
        id=letter.pk,
        reference=letter.reference,
        unit=letter.unit.short_name if letter.unit else "",
        day=timezone.localdate(letter.received_at),
        due_on=due,
        state=letter.get_state_display(),
        reasons="、".join(reason for held, reason in reasons if held),
    )


# Those somebody can still do something about come first.
_ENDED: Final = Case(When(state__in=_OPEN, then=Value(0)), default=Value(1))
