"""What happens to units by itself: moves take effect on their day."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from accounts.jobs import Progress, handles, job_request
from accounts.models import Job
from outlets.services.tree import units_apply_moves

MOVES = "unit_moves"


@shared_task
def moves_apply() -> None:
    """Ask for today's moves to be applied; asked by two schedules at once it is one job."""
    job_request(kind=MOVES, scope="all", period=str(timezone.localdate()))


@handles(MOVES)
def moves_applied(_job: Job, _progress: Progress) -> dict[str, Any]:
    """The job itself; running it again changes nothing."""
    return {"units": units_apply_moves()}
