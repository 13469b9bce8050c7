"""Accounts' tables, by noun."""

from accounts.models.audit import AuditEntry
from accounts.models.jobs import Job
from accounts.models.tokens import ApiToken
from accounts.models.users import User

__all__ = ["ApiToken", "AuditEntry", "Job", "User"]
