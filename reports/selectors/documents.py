"""Which documents may be read."""

from typing import Final

from django.db.models import Q, QuerySet

from accounts.models import User
from accounts.roles import Capability
from reports.models import Document

Kind = Document.Kind
# Who reads a branch's documents of a kind; the others are read by who had them made.
_READERS: Final = {
    Kind.CIRCULAR: Capability.BULLETINS_READ,
    Kind.BADGES: Capability.RECORDS_CONFIRM,
}


def documents_visible_to(user: User) -> QuerySet[Document]:
    """The documents the user may read, newest first, with branch and job; figures left unread."""
    if user.unit is None:
        return Document.objects.none()
    readable = [kind for kind, capability in _READERS.items() if user.can(capability)]
    own = Q(created_by=user) & ~Q(kind__in=_READERS)
    return (
        Document.objects.filter(Q(kind__in=readable) | own, branch_id=user.unit.branch_id)
        .select_related("branch", "job")
        .defer("figures")
        .order_by("-pk")
    )
