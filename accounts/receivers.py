"""Sign-ins and second factors happen inside Django and allauth; their signals reach the audit trail."""

from typing import Any

from allauth.mfa import signals as second_factor
from django.contrib.auth import signals as auth
from django.dispatch import receiver

from accounts.models import User
from accounts.services.audit import audit_add


@receiver(auth.user_logged_in)
def signed_in(user: User, **_: Any) -> None:
    audit_add(event="signin", actor=user, subject=user.username)


@receiver(auth.user_logged_out)
def signed_out(user: User | None, **_: Any) -> None:
    if user is not None:
        audit_add(event="signout", actor=user, subject=user.username)


@receiver(auth.user_login_failed)
def sign_in_failed(credentials: dict[str, Any], **_: Any) -> None:
    audit_add(event="signin.failed", actor=None, subject=str(credentials.get("username", "")))


@receiver(second_factor.authentication_failed)
def second_factor_failed(user: User, **_: Any) -> None:
    audit_add(event="signin.second_factor_failed", actor=user, subject=user.username)


@receiver(second_factor.authenticator_added)
def second_factor_added(user: User, authenticator: Any, **_: Any) -> None:
    _second_factor("add", user, authenticator)


@receiver(second_factor.authenticator_removed)
def second_factor_removed(user: User, authenticator: Any, **_: Any) -> None:
    _second_factor("remove", user, authenticator)


@receiver(second_factor.authenticator_reset)
def second_factor_renewed(user: User, authenticator: Any, **_: Any) -> None:
    _second_factor("renew", user, authenticator)


def _second_factor(what: str, user: User, authenticator: Any) -> None:
    kind = str(authenticator.type)
    audit_add(event=f"second_factor.{what}", actor=user, subject=user.username, kind=kind)
