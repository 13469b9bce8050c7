"""The writers of accounts and of the audit trail."""

from typing import Any

from accounts.models import AuditEntry, User


def audit_add(
    *, event: str, actor: User | None, subject: str = "", ip: str | None = None, **detail: Any
) -> None:
    """Add one entry to the audit trail, in the caller's transaction."""
    AuditEntry.objects.create(
        event=event,
        actor=actor,
        actor_name=actor.name if actor else "",
        subject=subject,
        detail=detail,
        ip=ip,
    )
