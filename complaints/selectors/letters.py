"""Which letters a user sees: the one gate; every read of letters starts here."""

from django.db.models import Q, QuerySet

from accounts.models import User
from accounts.roles import Capability, Role
from complaints.models import Letter

_BRANCH_ROLES = {Role.SERVICE_OFFICE, Role.LEADERSHIP}


def letters_visible_to(user: User) -> QuerySet[Letter]:
    """The letters a user may read, without what is sealed, newest first.

    The service office and leadership see their branch's; the head of an institution those about its
    subtree, the head of an outlet those about it; and everybody those they handle.
    """
    if user.unit is None or not user.can(Capability.LETTERS_READ):
        return Letter.objects.none()
    return (
        Letter.objects.filter(_scope(user))
        .select_related("unit", "staff", "handler")
        .defer("body", "customer_name", "customer_phone", "customer_card", "customer_identity")
        .order_by("-received_at", "-id")
    )


def _scope(user: User) -> Q:
    unit = user.unit
    assert unit is not None  # noqa: S101  (the caller has looked)
    if user.role in _BRANCH_ROLES:
        return Q(branch_id=unit.branch_id)
    handled = Q(handler=user)
    if user.role == Role.INSTITUTION_HEAD:
        return handled | Q(unit__path__startswith=unit.path)
    if user.role == Role.OUTLET_HEAD:
        return handled | Q(unit=unit)
    return handled
