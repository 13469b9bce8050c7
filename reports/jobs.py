"""The long tasks of reports: rolling up and closing months, and making documents."""

from typing import Any, Final

from accounts.jobs import JobError, Progress, handles
from accounts.models import Job
from outlets.models import Unit
from outlets.months import Month
from reports.closing import figures_move
from reports.models import MonthClose
from reports.services.bulletins import BULLETIN, bulletin_render
from reports.services.documents import DOCUMENT, document_render
from reports.services.months import CLOSE, ROLLUP, months_close
from reports.services.rollup import RollUp, months_roll_up

# Branches per transaction: short locks, visible progress, little to do again after a crash.
STEP: Final = 5


@handles(ROLLUP)
def rollup(job: Job, progress: Progress) -> dict[str, Any]:
    """Recompute the month of the job's branches; running it again changes nothing."""
    month, branches = _asked(job)
    _check_open(branches, month)
    done = RollUp(0, 0, 0, 0)
    for start in range(0, len(branches), STEP):
        step = branches[start : start + STEP]
        progress(100 * start // len(branches), f"正在汇总{_names(step)}")
        parts = months_roll_up(branch_ids=[branch.pk for branch in step], month=month)
        done = RollUp(*(a + b for a, b in zip(done, parts, strict=True)))
    return done._asdict()


@handles(CLOSE)
def close(job: Job, progress: Progress) -> dict[str, Any]:
    """Close the month of the job's branches; those closed already stay as they are."""
    month, branches = _asked(job)
    closed = 0
    for start in range(0, len(branches), STEP):
        step = branches[start : start + STEP]
        progress(100 * start // len(branches), f"正在封账{_names(step)}")
        ids = [branch.pk for branch in step]
        closed += len(months_close(branch_ids=ids, month=month, actor=job.requested_by))
    return {"branches": len(branches), "closed": closed}


@handles(BULLETIN)
def bulletin(job: Job, progress: Progress) -> dict[str, Any]:
    """Make the job's bulletin into a file; one that is there is left as it is."""
    return bulletin_render(bulletin_id=job.params["bulletin"], progress=progress)


@handles(DOCUMENT)
def document(job: Job, progress: Progress) -> dict[str, Any]:
    """Make the job's document into a file; one that is there is left as it is."""
    return document_render(document_id=job.params["document"], progress=progress)


def _asked(job: Job) -> tuple[Month, list[Unit]]:
    branches = Unit.objects.filter(pk__in=job.params["branches"], kind=Unit.Kind.BRANCH)
    return Month.parse(job.period), list(branches.order_by("pk"))


def _check_open(branches: list[Unit], month: Month) -> None:
    """JobError when there is nothing to recompute because every branch is closed."""
    states = MonthClose.objects.filter(branch__in=branches, month=month.first).values_list(
        "state", flat=True
    )
    if len(states) == len(branches) and not any(map(figures_move, states)):
        raise JobError(f"{month.label}已封账，不能重新汇总；如有新的结果，请发更正。")


def _names(step: list[Unit]) -> str:
    return step[0].short_name if len(step) == 1 else f"{step[0].short_name}等{len(step)}家分行"
