"""What the first page says of letters that wait for the user."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.notices import Notice, notices
from accounts.roles import Capability
from complaints.selectors.todo import todo_counts
from complaints.selectors.triage import triage_queue


@notices
def letters_waiting(user: User) -> Iterator[Notice]:
    """How many letters wait for the user, and how many of them are overdue. One query."""
    waiting, overdue = todo_counts(user, timezone.localdate())
    if waiting:
        late = f"，其中{overdue}封已逾期" if overdue else ""
        text = f"{waiting}封来信等待您处理{late}"
        yield Notice(text, reverse("complaints:mine"), "mail", urgent=bool(overdue))


@notices
def letters_unsorted(user: User) -> Iterator[Notice]:
    """How many letters wait for triage. One query."""
    if not user.can(Capability.LETTERS_TRIAGE):
        return
    if waiting := triage_queue(user).order_by().count():
        yield Notice(f"{waiting}封来信等待分派", reverse("complaints:triage"), "inbox")
