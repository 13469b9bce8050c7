"""What the first page says of letters that wait for the user."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.notices import Notice, notices
from complaints.selectors.todo import todo_counts


@notices
def letters_waiting(user: User) -> Iterator[Notice]:
    """How many letters wait for the user, and how many of them are overdue. One query."""
    waiting, overdue = todo_counts(user, timezone.localdate())
    if waiting:
        late = f"，其中{overdue}封已逾期" if overdue else ""
        text = f"{waiting}封来信等待您处理{late}"
        yield Notice(text, reverse("complaints:mine"), "mail", urgent=bool(overdue))
