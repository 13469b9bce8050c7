"""Which teller records a user sees."""

from django.db.models import QuerySet

from accounts.models import User
from outlets.selectors import staff_visible_to
from tellers.models import Quiz


def quizzes_visible_to(user: User) -> QuerySet[Quiz]:
    """The results of the people a user may look up, newest first."""
    return (
        Quiz.objects.filter(staff__in=staff_visible_to(user))
        .select_related("staff")
        .order_by("-date", "staff__number")
    )
