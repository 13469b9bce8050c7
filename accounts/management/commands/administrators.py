"""manage.py administrators: the three administrators of a new installation."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.services.users import AccountError, administrators_open


class Command(BaseCommand):
    """Opens them once and prints their temporary passwords."""

    help = "建立首批系统管理员、安全管理员、审计员（三员），并显示各自的临时密码。"

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Only while there is no account at all."""
        try:
            passwords = administrators_open()
        except AccountError as error:
            raise CommandError(str(error)) from error
        for username, password in passwords.items():
            self.stdout.write(f"{username}\t{password}")
        self.stdout.write("请分别交给三名不同的人，首次登录时须修改密码。")
