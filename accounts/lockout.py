"""The lock on a sign-in name after too many failures: allauth's rate limit, seen from outside."""

import time
from collections.abc import Iterator

from allauth.core.internal import ratelimit
from django.core.cache import cache

from accounts.models import User

APP, ACTION = "allauth.account", "login_failed"


def login_key(username: str) -> str:
    """What failures of a sign-in name are counted under, whatever host the form was posted to."""
    return f"login:{username.lower()}"


def is_locked(user: User) -> bool:
    """Whether the user would be refused now for earlier failures."""
    return any(
        not ratelimit.apply_rate(cache.get(key, []), time.time(), rate, dry_run=True)[0]
        for rate, key in _counters(user)
    )


def unlock(user: User) -> None:
    """Forget the failures of the user's password and second factor."""
    cache.delete_many([key for _, key in _counters(user)])


def _counters(user: User) -> Iterator[tuple[ratelimit.Rate, str]]:
    second_factor = f"mfa-auth-user-{user.pk}"
    for rate in ratelimit.get_rates(app=APP, action=ACTION):
        if rate.per != "key":
            continue
        for key in (login_key(user.username), second_factor):
            yield (
                rate,
                ratelimit.get_cache_key(None, app=APP, action=ACTION, rate=rate, key=key),
            )
