"""The audit trail: who did what, chained so that a removed or altered row shows."""

import pgtrigger
from django.conf import settings
from django.db import models

# The chain is made by the database itself: rows are numbered without gaps, in the order they are
# committed, and each row's hash covers its content and the hash before.
_CHAIN = """
PERFORM pg_advisory_xact_lock(704173);
SELECT id, hash INTO NEW.id, NEW.previous FROM accounts_auditentry ORDER BY id DESC LIMIT 1;
NEW.id := coalesce(NEW.id, 0) + 1;
NEW.previous := coalesce(NEW.previous, '');
NEW.at := clock_timestamp();
NEW.hash := encode(sha256(convert_to(concat_ws('|', NEW.previous, NEW.id, NEW.event,
    NEW.actor_id, NEW.actor_name, NEW.subject, NEW.detail, NEW.ip,
    extract(epoch from NEW.at)::text), 'UTF8')), 'hex');
RETURN NEW;
"""


class AuditEntry(models.Model):
    """One audited act. Rows are only ever added, by `accounts.services.audit_add`."""

    at = models.DateTimeField("时间", db_default=models.functions.Now(), editable=False)
    event = models.CharField("事件", max_length=64, db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="操作人"
    )
    actor_name = models.CharField("操作人姓名", max_length=64, default="")
    subject = models.CharField("对象", max_length=200, default="")
    detail = models.JSONField("内容", default=dict)
    ip = models.GenericIPAddressField("来源地址", null=True)
    previous = models.CharField(max_length=64, default="", editable=False)
    hash = models.CharField(max_length=64, default="", editable=False)

    class Meta:
        verbose_name = "审计记录"
        verbose_name_plural = "审计记录"
        ordering = ["-id"]
        triggers = [
            pgtrigger.Trigger(
                name="chain", operation=pgtrigger.Insert, when=pgtrigger.Before, func=_CHAIN
            ),
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.at:%F %T} {self.event} {self.subject}"
