"""The one writer of the audit trail."""

from typing import Any

from accounts.models import AuditEntry, User
from accounts.origin import client_ip


def audit_add(
    *, event: str, actor: User | None, subject: str = "", ip: str | None = None, **detail: Any
) -> None:
    """Add one entry to the audit trail, in the caller's transaction.

    The event is one of `accounts.events.EVENTS`; the address is that of the current request.
    """
    AuditEntry.objects.create(
        event=event,
        actor=actor,
        actor_name=actor.name if actor else "",
        subject=subject[:200],
        detail=detail,
        ip=ip or client_ip(),
    )
