"""Reads of the audit trail."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import structlog
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import AuditEntry, User
from accounts.roles import Capability

log = structlog.get_logger(__name__)


def audit_visible_to(user: User) -> QuerySet[AuditEntry]:
    """The whole trail to auditors, nothing to others; newest first."""
    rows = AuditEntry.objects.order_by("-id")
    return rows if user.can(Capability.AUDIT_READ) else rows.none()


@dataclass(frozen=True, slots=True)
class AuditSearch:
    """What an auditor looks for; empty fields do not narrow."""

    event: str = ""
    actor: str = ""
    subject: str = ""
    first: date | None = None
    last: date | None = None


def audit_found(rows: QuerySet[AuditEntry], search: AuditSearch) -> QuerySet[AuditEntry]:
    """The entries a search finds; days are those of the bank's time zone, both included."""
    if search.event:
        rows = rows.filter(event=search.event)
    if search.actor:
        rows = rows.filter(actor_name__icontains=search.actor)
    if search.subject:
        rows = rows.filter(subject__icontains=search.subject)
    if search.first:
        rows = rows.filter(at__gte=_midnight(search.first))
    if search.last:
        rows = rows.filter(at__lt=_midnight(search.last + timedelta(days=1)))
    return rows


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


# The same expression as in the trigger that makes the chain (accounts.models.audit).
_CHAIN = """
SELECT count(*), min(id) FILTER (WHERE broken), max(id), (SELECT hash FROM accounts_auditentry ORDER BY id DESC LIMIT 1)
FROM (
    SELECT id, hash,
        previous IS DISTINCT FROM coalesce(lag(hash) OVER (ORDER BY id), '')
        OR hash IS DISTINCT FROM encode(sha256(convert_to(concat_ws('|', previous, id, event,
            actor_id, actor_name, subject, detail, ip,
            extract(epoch from at)::text), 'UTF8')), 'hex') AS broken
    FROM accounts_auditentry
) AS entries
"""


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What a walk along the audit chain found."""

    entries: int
    broken_at: int | None  # the first entry that does not follow from the one before
    last_id: int | None
    last_hash: str | None

    @property
    def intact(self) -> bool:
        """No entry was removed from between, altered or slipped in."""
        return self.broken_at is None


def audit_chain_verify() -> ChainReport:
    """Walk the whole chain in one statement.

    The last entry's hash also goes to the log: entries cut off the end are seen by its absence.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CHAIN)
        report = ChainReport(*cursor.fetchone())
    log.info("audit chain verified", entries=report.entries, last=report.last_id,
             hash=report.last_hash, broken_at=report.broken_at)  # fmt: skip
    return report
