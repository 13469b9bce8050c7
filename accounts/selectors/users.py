"""Reads of accounts."""

from django.db.models import Q, QuerySet

from accounts.models import ApiToken, User
from accounts.roles import Capability

STATES = {
    User.State.ACTIVE: Q(is_active=True),
    User.State.PENDING: Q(is_active=False, authorised_at=None),
    User.State.CLOSED: Q(is_active=False, authorised_at__isnull=False),
}


def users_visible_to(user: User) -> QuerySet[User]:
    """All accounts to those who run them; nobody else reads accounts."""
    runs = user.can(Capability.USERS_MANAGE) or user.can(Capability.USERS_AUTHORISE)
    rows = User.objects.select_related("unit", "staff").order_by("username")
    return rows if runs else rows.none()


def users_found(rows: QuerySet[User], *, text: str, role: str, state: str) -> QuerySet[User]:
    """Those whose sign-in name, name or unit contains the text, of a role, in a state."""
    if text:
        rows = rows.filter(
            Q(username__icontains=text)
            | Q(name__icontains=text)
            | Q(unit__code__iexact=text)
            | Q(unit__short_name__icontains=text)
        )
    if role:
        rows = rows.filter(role=role)
    return rows.filter(STATES[User.State(state)]) if state else rows


def tokens_visible_to(user: User) -> QuerySet[ApiToken]:
    """The user's own tokens."""
    return ApiToken.objects.filter(user=user)
