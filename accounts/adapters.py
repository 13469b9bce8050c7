"""How allauth behaves here."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse

from accounts.lockout import login_key
from accounts.models import User
from accounts.services.audit import audit_add
from accounts.services.users import user_change_password


class ClosedSignupAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are opened by the system administrator, never by signing up."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "too_many_login_attempts": "失败次数过多，账号已锁定 30 分钟。请稍后再试，或联系安全管理员解锁。",
        "rate_limited": "操作过于频繁，请稍后再试。",
        "username_password_mismatch": "登录名或密码不正确。",
        "enter_current_password": "请输入当前密码。",
        "incorrect_password": "密码不正确。",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Never."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse a locked name, and say so in the audit trail."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            subject = str(credentials.get("username", ""))
            audit_add(event="signin.locked", actor=None, subject=subject)
            raise

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:  # noqa: ARG002
        return login_key(str(credentials.get("username", "")))

    def clean_password(self, password: str, user: User | None = None) -> str:
        """Django's validators, and a password that differs from the present one."""
        if user is not None and user.check_password(password):
            raise ValidationError("新密码不能与当前密码相同。")
        return str(super().clean_password(password, user))

    def set_password(self, user: User, password: str) -> None:
        """Through the service, which audits."""
        user_change_password(user=user, password=password)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002
        """To work."""
        return reverse("home")
