"""`manage.py redact_letters`: take customers' data out of letters whose years are over."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from complaints.services.retention import letters_due, letters_redact


class Command(BaseCommand):
    """The scheduled job does the same every night."""

    help = "清除办结超过保存年限（RETENTION_YEARS）的来信中的客户信息，统计数字不变"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whether only to count."""
        parser.add_argument("--dry-run", action="store_true", help="只报告有多少封，不清除")

    def handle(self, *_: Any, **options: Any) -> None:
        """Say how many letters were redacted, or would be."""
        today = timezone.localdate()
        years = settings.RETENTION_YEARS
        if options["dry_run"]:
            self.stdout.write(f"办结超过{years}年、待脱敏的来信：{letters_due(today).count()}封")
            return
        self.stdout.write(f"已脱敏办结超过{years}年的来信{letters_redact(today)}封")
