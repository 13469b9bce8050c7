"""`manage.py createadmin`: the first three administrators of a new installation."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.services.users import AccountError, administrators_open


class Command(BaseCommand):
    """Opens one account for each of 三员 and prints its first password, once."""

    help = "建立首批系统管理员、安全管理员、审计员（每岗一名），打印一次性初始密码"

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        """Refuse where administrators exist already: from then on the pages are the way."""
        try:
            passwords = administrators_open()
        except AccountError as error:
            raise CommandError(str(error)) from error
        for user, password in passwords.items():
            self.stdout.write(f"{user.get_role_display()}\t{user.username}\t{password}")
        self.stdout.write("首次登录后须立即修改密码，并建议启用两步验证。")
