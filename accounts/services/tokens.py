"""Making and revoking API tokens."""

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import ApiToken, User
from accounts.services.audit import audit_add

HINT_LENGTH = 8


def digest(key: str) -> str:
    """What is stored of a key. It is random and long, so one SHA-256 is enough."""
    return hashlib.sha256(key.encode()).hexdigest()


@transaction.atomic
def token_create(*, user: User, name: str, days: int) -> tuple[ApiToken, str]:
    """A new token and its key, which is never shown again."""
    key = f"mc_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        user=user,
        name=name,
        hint=key[:HINT_LENGTH],
        digest=digest(key),
        expires_at=timezone.now() + timedelta(days=days),
    )
    audit_add(event="token.create", actor=user, subject=str(token), days=days)
    return token, key


@transaction.atomic
def token_revoke(*, token: ApiToken, actor: User) -> None:
    """End a token at once."""
    audit_add(event="token.revoke", actor=actor, subject=str(token))
    token.delete()
