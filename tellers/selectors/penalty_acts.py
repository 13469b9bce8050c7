"""What a user can do with a penalty next, and how it came to where it stands."""

from collections.abc import Iterator
from datetime import date
from typing import Final, NamedTuple

from accounts.models import User
from accounts.roles import Capability
from tellers.models import Penalty

State = Penalty.State
DECIDE: Final = "decide"
NOTIFY: Final = "notify"
APPEAL: Final = "appeal"
ANSWER: Final = "answer"


def penalty_acts(user: User, penalty: Penalty) -> list[str]:
    """The codes of what the user can do now; the services ask the same."""
    return list(_acts(user, penalty))


def _acts(user: User, penalty: Penalty) -> Iterator[str]:
    own = user.staff_id is not None and user.staff_id == penalty.staff_id
    decides = user.can(Capability.RECORDS_CONFIRM) and user.pk != penalty.proposed_by_id and not own
    if decides and penalty.state == State.PROPOSED:
        yield DECIDE
    if decides and penalty.state == State.APPEALED:
        yield ANSWER
    if own and penalty.state in {State.APPROVED, State.NOTIFIED}:
        yield APPEAL
    if user.can(Capability.RECORDS_EDIT) and penalty.state == State.APPROVED:
        yield NOTIFY


class Step(NamedTuple):
    """One step of a penalty's way: when, what, by whom, in what words."""

    day: date
    label: str
    icon: str
    who: str = ""
    words: str = ""


def steps_of(penalty: Penalty, *, names: bool) -> list[Step]:
    """The way of a penalty, oldest first; `names`: with who signed (for the branch's own people)."""

    def name(user: User | None) -> str:
        return user.name if names and user else ""

    steps = [Step(penalty.proposed_on, "提出", "file-plus", name(penalty.proposed_by))]
    if penalty.approved_on:
        steps.append(Step(penalty.approved_on, "批准", "check", name(penalty.approved_by)))
    if penalty.notified_on:
        steps.append(Step(penalty.notified_on, "告知本人", "bell"))
    if penalty.appealed_on:
        who = penalty.staff.name
        steps.append(Step(penalty.appealed_on, "申诉", "message-report", who, penalty.appeal))
    if penalty.decided_on:
        label, icon = _DECIDED.get(penalty.state, ("处理", "gavel"))
        who = name(penalty.decided_by)
        steps.append(Step(penalty.decided_on, label, icon, who, penalty.decision))
    return steps


_DECIDED: Final = {
    State.REFUSED.value: ("不批准", "x"),
    State.UPHELD.value: ("申诉不成立，维持处罚", "gavel"),
    State.REVOKED.value: ("申诉成立，撤销处罚", "arrow-back-up"),
}
