"""The one writer of the audit trail."""

from collections.abc import Iterable
from typing import Any

from accounts.models import AuditEntry, User
from accounts.origin import client_ip


def audit_add(
    *, event: str, actor: User | None, subject: str = "", ip: str | None = None, **detail: Any
) -> None:
    """Add one entry to the audit trail, in the caller's transaction.

    The event is one of `accounts.events.EVENTS`; the address is that of the current request.
    """
    audit_add_each(event=event, actor=actor, acts=[(subject, detail)], ip=ip)


def audit_add_each(
    *,
    event: str,
    actor: User | None,
    acts: Iterable[tuple[str, dict[str, Any]]],
    ip: str | None = None,
) -> None:
    """Add an entry for each (subject, detail) by one statement, chained in their order."""
    AuditEntry.objects.bulk_create(
        AuditEntry(
            event=event,
            actor=actor,
            actor_name=actor.name if actor else "",
            subject=subject[:200],
            detail=detail,
            ip=ip or client_ip(),
        )
        for subject, detail in acts
    )
