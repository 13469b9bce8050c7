"""`manage.py rollup YYYY-MM [--unit CODE]`: recompute a month that is not closed."""

from typing import Any

from reports.commands import MonthCommand, job_finish
from reports.selectors.months import month_summary
from reports.services.months import ROLLUP, job_for_months


class Command(MonthCommand):
    """Runs the roll-up as a job, here and now."""

    help = "重新汇总一个月的成绩和排名（未封账的月份）"

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        """Ask for the job, do it, say what came out."""
        month, branch = self.month(options), self.branch(options)
        (job,) = job_for_months(kind=ROLLUP, branches=[branch], month=month, actor=None)
        job_finish(job)
        self.stdout.write(f"已汇总：{month_summary(branch, month)}")
