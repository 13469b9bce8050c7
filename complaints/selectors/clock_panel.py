"""A letter's deadline as its page shows it: where it stands, why, and what can be done about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from accounts.models import User
from complaints.deadlines import COMPLAINT, LEVEL_LABELS, Clock
from complaints.models import Letter
from complaints.selectors.standing import Standing

SOON: Final = 3
_SETTLED: Final = (Letter.State.ANSWERED, Letter.State.CLOSED)


@dataclass(frozen=True, slots=True)
class ClockPanel:
    """What the card of the deadline shows; `acts` are codes of `complaints.views.clock`."""

    clock: Clock
    words: str  # how things stand, in a few words
    tone: str  # good, soon, bad or quiet
    asked: str  # the extension that waits, in words
    review: str
    acts: tuple[str, ...]


def clock_panel(
    *, letter: Letter, clock: Clock, standing: Standing, today: date, user: User
) -> ClockPanel:
    """The card of a letter's deadline for a user who may see the letter. No query."""
    words, tone = standing_words(clock, today)
    return ClockPanel(
        clock=clock,
        words=words,
        tone=tone,
        asked=_asked(clock),
        review=_review(clock, today),
        acts=(
            *_deciding(letter, clock, standing, user),
            *_handling(letter, clock, standing, today),
        ),
    )


def standing_words(clock: Clock, today: date) -> tuple[str, str]:
    """How a clock stands in a few words, and the tone: good, soon, bad or quiet."""
    if clock.stopped_on:
        return "鉴定中，期限停止计算", "quiet"
    left = clock.days_left(today)
    if left is not None:
        return days_words(left), tone_of(left)
    if clock.answered_on and clock.due:
        late = (clock.answered_on - clock.due).days
        return (f"逾期{late}天答复", "bad") if late > 0 else ("按期答复", "good")
    if clock.ended:
        return "期限已终止", "quiet"
    if clock.kind:
        return "期限暂不能推算，见计算过程", "soon"
    return "定类后开始计算", "quiet"


def days_words(left: int) -> str:
    """还有5天, 今天到期, 已逾期2天."""
    return f"还有{left}天" if left > 0 else "今天到期" if left == 0 else f"已逾期{-left}天"


def tone_of(left: int) -> str:
    """The tone of a deadline so many days away: good, soon or bad."""
    return "bad" if left < 0 else "soon" if left <= SOON else "good"


def _asked(clock: Clock) -> str:
    if clock.asked is None:
        return ""
    level = LEVEL_LABELS.get(str(clock.asked.detail.get("level")), "")
    reason = clock.asked.detail.get("reason", "")
    return f"{clock.asked.day}申请延期（{level}），待另一人审批：{reason}"


def _review(clock: Clock, today: date) -> str:
    review = clock.review
    if review is None:
        return ""
    if review.asked_on is None:
        past = "已过" if today > review.ask_by else "可在此前申请"
        return f"申请核查的期限{review.ask_by}，{past}"
    if review.decided_on:
        return f"{review.decided_on}已作出核查决定"
    left = days_words((review.due - today).days) if review.due else ""
    return f"{review.asked_on}申请核查，应于{review.due}前决定，{left}"


def _deciding(letter: Letter, clock: Clock, standing: Standing, user: User) -> Iterator[str]:
    if not standing.confirms:
        return
    if clock.asked and clock.asked.detail.get("user") != user.pk and letter.is_open:
        yield "extension_decide"
    if clock.review and clock.review.is_open and letter.handler_id != user.pk:
        yield "review_decide"


def _handling(letter: Letter, clock: Clock, standing: Standing, today: date) -> Iterator[str]:
    if not standing.handles:
        return
    review = clock.review
    if letter.state in _SETTLED and review and not review.asked_on and today <= review.ask_by:
        yield "review_ask"
    if not letter.is_open or not clock.running:
        return
    yield from _complaint(clock, not clock.overdue(today))
    if not clock.overdue(today):
        yield "new_facts"
    yield "withdraw"


def _complaint(clock: Clock, in_time: bool) -> Iterator[str]:  # noqa: FBT001  (no door of its own)
    if clock.kind != COMPLAINT:
        return
    if clock.stopped_on:
        yield "appraisal_end"
    elif in_time:
        yield "appraisal"
    if in_time and clock.to_notify:
        yield "extension_notify"
    if in_time and not clock.asked and clock.next_level:
        yield "extension"
