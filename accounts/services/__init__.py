"""The writers of accounts and of the audit trail, by noun."""

from accounts.services.audit import audit_add, audit_add_each

__all__ = ["audit_add", "audit_add_each"]
