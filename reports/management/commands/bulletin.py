"""`manage.py bulletin YYYY-MM FILE [--unit CODE] [--date YYYY-MM-DD]`: a month's bulletin as PDF."""

import shutil
from argparse import ArgumentTypeError
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from outlets.models import Unit
from outlets.months import Month
from reports.bulletins.figures import BulletinError
from reports.commands import MonthCommand, job_finish
from reports.models import Bulletin
from reports.services.bulletins import bulletin_issue
from reports.services.files import is_whole


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"“{text}”不是日期，应如“2012-01-06”") from error


class Command(MonthCommand):
    """Issues the bulletin if that was not done, makes its file here and now, and copies it."""

    help = "把一个月的《服务工作简报》存为 PDF；还没有编发的，先编发"

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to, and the date a new bulletin carries."""
        super().add_arguments(parser)
        parser.add_argument("file", metavar="FILE", type=Path, help="PDF 文件")
        parser.add_argument("--date", type=_day, metavar="YYYY-MM-DD", help="印发日期，默认今天")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        """Issue, render, copy, say where it is."""
        month, branch = self.month(options), self.branch(options)
        issued = self._issued(branch, month, options["date"] or timezone.localdate())
        target: Path = options["file"]
        try:
            shutil.copyfile(issued.file.path, target)
        except OSError as error:
            raise CommandError(f"无法写入{target}：{error.strerror}") from error
        self.stdout.write(f"{issued}，{issued.pages}页：{target.resolve()}")

    def _issued(self, branch: Unit, month: Month, day: date) -> Bulletin:
        try:
            issued = bulletin_issue(branch=branch, month=month, actor=None, issued_on=day)
        except BulletinError as error:
            raise CommandError(str(error)) from error
        if not is_whole(issued) and issued.job:
            job_finish(issued.job)
            issued.refresh_from_db()
        return issued
