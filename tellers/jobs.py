"""The long task of tellers: computing the stars of periods."""

from typing import Any, Final

from accounts.jobs import JobError, Progress, handles
from accounts.models import Job
from outlets.workdays import CalendarMissing
from tellers.services.ratings import periods_compute
from tellers.services.refusals import PeriodMoved
from tellers.services.star_periods import STARS

# Branches per transaction: short locks, visible progress, little to do again after a crash.
STEP: Final = 10


@handles(STARS)
def stars(job: Job, progress: Progress) -> dict[str, Any]:
    """Rate everybody of the job's periods; running it again changes nothing."""
    periods = job.params["periods"]
    rated = 0
    for start in range(0, len(periods), STEP):
        progress(100 * start // len(periods), f"正在测算{job.period}星级")
        try:
            rated += periods_compute(period_ids=periods[start : start + STEP])
        except (PeriodMoved, CalendarMissing) as error:
            raise JobError(str(error)) from error
    return {"rated": rated}
