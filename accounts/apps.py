"""Users, roles, sign-in, jobs and the audit trail."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Users, roles, sign-in, jobs and the audit trail."""

    name = "accounts"
    verbose_name = "用户与权限"

    def ready(self) -> None:
        """Connect the receivers."""
        from accounts import receivers  # noqa: F401, PLC0415  (models must be loaded)
