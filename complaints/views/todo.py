"""Letters that wait for the user."""

from typing import Final

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import SignedInRequest, allowed
from accounts.roles import Capability
from complaints.selectors.todo import todo_of, todos

PAGE: Final = 50


@allowed(Capability.LETTERS_READ)
@require_safe
def mine(request: SignedInRequest) -> HttpResponse:
    """The letters that wait for the user, those due first at the top, with their reminders."""
    page = Paginator(todo_of(request.user), PAGE).get_page(request.GET.get("page"))
    rows = todos(page.object_list, request.user, timezone.localdate())
    context = {
        "page": page,
        "rows": rows,
        "overdue": sum(one.is_overdue for one in rows),
        "today": sum(one.days_left == 0 for one in rows),
    }
    return render(request, "complaints/mine.html", context)
