"""`manage.py rotate_keys`: seal everything with the first key of FIELD_KEYS."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from complaints.services.rotation import keys_rotate, rotation_request


class Command(BaseCommand):
    """Afterwards the older keys may be removed; interrupted, run again, it goes on."""

    help = "用 FIELD_KEYS 的第一把密钥和现行算法重新加密全部客户信息和附件"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whether a worker does it."""
        parser.add_argument("--queue", action="store_true", help="交给任务进程去做")

    def handle(self, *_: Any, **options: Any) -> None:
        """Say how much was done; exit 1 when something cannot be opened."""
        if options["queue"]:
            job = rotation_request(actor=None)
            self.stdout.write(f"已交给任务进程（任务 {job.pk}）")
            return
        done = keys_rotate()
        self.stdout.write(f"重新加密 {done.values} 项内容、{done.files} 个文件")
        if done.broken:
            self.stderr.write(f"{done.broken} 项无法解开，保持原样：旧密钥不能移除，详见日志")
            sys.exit(1)
        self.stdout.write("全部内容都用现行密钥加密，旧密钥可以移除")
