"""`manage.py close YYYY-MM [--unit CODE]`: freeze a month's figures."""

from typing import Any

from django.core.management.base import CommandError

from reports.closing import CLOSED
from reports.commands import MonthCommand, job_finish
from reports.models import MonthClose
from reports.selectors.months import month_summary
from reports.services.months import CLOSE, job_for_months


class Command(MonthCommand):
    """Runs the close as a job, here and now; an open month is published inside on the way."""

    help = "封账：最后汇总一次并固定一个月的成绩"

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        """Ask for the job, do it, say what came out."""
        month, branch = self.month(options), self.branch(options)
        closed = MonthClose.objects.filter(branch=branch, month=month.first, state=CLOSED)
        if closed.exists():
            raise CommandError(f"{branch.short_name}{month.label}已经封账")
        (job,) = job_for_months(kind=CLOSE, branches=[branch], month=month, actor=None)
        job_finish(job)
        self.stdout.write(f"已封账：{month_summary(branch, month)}")
