"""`manage.py createadmin`: the first three administrators of a new installation."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.models import User
from accounts.passwords import temporary_password
from accounts.roles import ADMINISTRATORS
from accounts.services import audit_add


class Command(BaseCommand):
    """Opens one account for each of 三员 and prints its first password, once."""

    help = "建立首批系统管理员、安全管理员、审计员（每岗一名），打印一次性初始密码"

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        """Refuse where administrators exist already: from then on the pages are the way."""
        if User.objects.filter(role__in=ADMINISTRATORS).exists():
            raise CommandError("已有管理员账号；其余账号请由系统管理员在页面上建立。")
        for role in ADMINISTRATORS:
            password = temporary_password()
            user = User(
                username=role.value.lower(), name=role.label, role=role, must_change_password=True
            )
            user.set_password(password)
            user.save()
            audit_add(event="user.bootstrap", actor=None, subject=user.username, role=role.label)
            self.stdout.write(f"{role.label}\t{user.username}\t{password}")
        self.stdout.write("首次登录后须立即修改密码并启用两步验证。")
