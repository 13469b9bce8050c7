"""The two Celery tasks: run a job, and see that none is forgotten."""

from celery import shared_task

from accounts import jobs


@shared_task
def job_run(job_id: int) -> None:
    """Do the job if it is still to be done."""
    jobs.job_run(job_id)


@shared_task
def jobs_sweep() -> None:
    """Send again what is due or was abandoned."""
    jobs.jobs_sweep()
