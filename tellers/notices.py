"""What the first page says of records that wait for the user."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.notices import Notice, notices
from accounts.roles import Capability
from tellers.models import Penalty
from tellers.selectors.discipline import (
    penalties_visible_to,
    penalties_waiting_for,
    unfounded,
    violations_visible_to,
)

# So long after being told somebody is reminded that they may appeal.
_TOLD: Final = timedelta(days=30)


@notices
def penalties_waiting(user: User) -> Iterator[Notice]:
    """How many penalties wait for the user to decide, or to tell somebody. One query."""
    if waiting := penalties_waiting_for(user).order_by().count():
        url = f"{reverse('tellers:penalties')}?waiting=on"
        yield Notice(f"{waiting}项处罚等待您办理", url, "gavel")


@notices
def violations_unfounded(user: User) -> Iterator[Notice]:
    """How many violations stand on letters that were found otherwise since. One query at most."""
    if not user.can(Capability.RECORDS_EDIT):
        return
    if number := unfounded(violations_visible_to(user)).order_by().count():
        url = f"{reverse('tellers:violations')}?unfounded=on"
        yield Notice(f"{number}项违规所依据的来信认定已经变更，请核实", url, "alert-triangle")


@notices
def penalties_told(user: User) -> Iterator[Notice]:
    """Own penalties told of lately, which may be appealed. One query at most."""
    if not user.staff_id:
        return
    own = penalties_visible_to(user).filter(
        staff=user.staff_id,
        state=Penalty.State.NOTIFIED,
        notified_on__gte=timezone.localdate() - _TOLD,
    )
    if told := own.order_by().count():
        yield Notice(f"有{told}项处罚已告知您，可以申诉", reverse("tellers:penalties"), "gavel")
