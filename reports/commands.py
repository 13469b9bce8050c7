"""What the commands of reports share: their arguments, and running a job at once."""

import time
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.jobs import job_run
from accounts.models import Job
from outlets.models import Unit
from outlets.months import InvalidMonth, Month
from outlets.selectors import branches

_POLL_SECONDS: Final = 0.2
_NAMED: Final = 5


class BranchCommand(BaseCommand):
    """A command about one branch."""

    def add_arguments(self, parser: CommandParser) -> None:
        """The branch where there are several."""
        parser.add_argument("--unit", metavar="CODE", help="分行机构号；只有一家分行时可省略")

    def branch(self, options: dict[str, Any]) -> Unit:
        """The branch asked for, or the only one; CommandError when that is unclear."""
        code = options["unit"]
        if code:
            return self._named(code)
        found = list(branches().order_by("code")[: _NAMED + 1])
        if not found:
            raise CommandError("还没有分行，请先导入机构（manage.py import units）")
        if len(found) > 1:
            codes = "、".join(branch.code for branch in found[:_NAMED])
            more = "等" if len(found) > _NAMED else ""
            raise CommandError(f"有多家分行（{codes}{more}），请用 --unit 指定机构号")
        return found[0]

    def _named(self, code: str) -> Unit:
        unit = Unit.objects.filter(code=code).first()
        if unit is None:
            raise CommandError(f"没有机构号为“{code}”的机构")
        if unit.kind != Unit.Kind.BRANCH:
            raise CommandError(f"“{unit.name}”（{code}）是{unit.get_kind_display()}，不是分行")
        return unit


class MonthCommand(BranchCommand):
    """A command about one month of one branch."""

    def add_arguments(self, parser: CommandParser) -> None:
        """The month, and the branch where there are several."""
        parser.add_argument("month", metavar="YYYY-MM", help="月份，如 2011-04")
        super().add_arguments(parser)

    def month(self, options: dict[str, Any]) -> Month:
        """The month asked for; CommandError when it is none."""
        try:
            return Month.parse(options["month"])
        except InvalidMonth as error:
            raise CommandError(str(error)) from error


def file_put(file: Path, content: bytes) -> None:
    """Write all of a file or nothing; CommandError that says why not."""
    if not file.parent.is_dir():
        raise CommandError(f"没有目录“{file.parent}”")
    if file.is_dir():
        raise CommandError(f"“{file}”是目录，不是文件")
    part = file.with_name(f".{file.name}.part")
    try:
        part.write_bytes(content)
        part.replace(file)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise CommandError(f"无法写入“{file}”：{error.strerror}") from error


def job_finish(job: Job) -> Job:
    """Do a job here and now, or wait for the worker that has it; CommandError when it failed."""
    job_run(job.pk)
    job.refresh_from_db()
    while job.state == Job.State.RUNNING:
        time.sleep(_POLL_SECONDS)
        job.refresh_from_db()
    if job.state == Job.State.QUEUED:
        raise CommandError("任务没有完成，稍后会自动重试；原因见日志")
    if job.state == Job.State.FAILED:
        raise CommandError(job.error)
    return job
