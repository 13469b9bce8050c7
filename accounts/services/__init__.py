"""The writers of accounts and of the audit trail, by noun."""

from accounts.services.audit import audit_add

__all__ = ["audit_add"]
