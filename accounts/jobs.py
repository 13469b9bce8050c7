"""Jobs that cannot be lost (docs/architecture.md).

A job is a row, written in the business transaction. The message on the queue carries its id only
and may be lost, repeated or delivered twice at once: a worker first claims the row by a conditional
UPDATE and takes an advisory lock; the sweeper sends again whatever is due or whose lease ran out.
Handlers are registered by kind and must be safe to run again: their writes are upserts.
"""

import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import OperationalError, connection, connections, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import Job, User

log = structlog.get_logger(__name__)

MAX_ATTEMPTS = 5
RETRY_SECONDS = 10
# A message older than this is taken for lost.
RESEND_SECONDS = 60
LOCK_SPACE = 704172


class JobError(Exception):
    """The job cannot be done, and trying again will not help; the text is for the user."""


@dataclass(slots=True)
class Progress:
    """How far a running job is; the heartbeat writes it outside the job's transaction."""

    percent: int = 0
    message: str = ""
    changed: threading.Event = field(default_factory=threading.Event)

    def __call__(self, percent: int, message: str) -> None:
        """Report; the browser sees it within a moment."""
        self.percent, self.message = percent, message
        self.changed.set()


Handler = Callable[[Job, Progress], dict[str, Any]]
HANDLERS: dict[str, Handler] = {}


def handles(kind: str) -> Callable[[Handler], Handler]:
    """Register the function that does jobs of a kind; what it returns becomes the job's result."""

    def register(handler: Handler) -> Handler:
        HANDLERS[kind] = handler
        return handler

    return register


@transaction.atomic
def job_request(
    *,
    kind: str,
    scope: str,
    period: str,
    actor: User | None = None,
    queue: str = "default",
    params: dict[str, Any] | None = None,
) -> Job:
    """Ask for a job. Asked again while open it is the same job; once ended it is done anew."""
    wanted: dict[str, Any] = {"params": params or {}, "queue": queue, "requested_by": actor}
    job, created = Job.objects.get_or_create(
        key=f"{kind}:{scope}:{period}",
        defaults={"kind": kind, "scope": scope, "period": period, **wanted},
    )
    if not created:
        ended = Job.objects.filter(pk=job.pk, state__in=[Job.State.DONE, Job.State.FAILED])
        ended.update(
            state=Job.State.QUEUED, progress=0, message="", error="", result={}, attempts=0,
            due_at=Now(), asked_at=Now(), finished_at=None, **wanted,
        )  # fmt: skip
        job.refresh_from_db()
    transaction.on_commit(lambda: publish(job))
    return job


def publish(job: Job) -> None:
    """Send the job's id to its queue; when the broker is away the sweeper will."""
    from accounts.tasks import job_run  # noqa: PLC0415  (tasks import this module)

    try:
        job_run.apply_async((job.pk,), queue=job.queue, retry=False)
    except job_run.OperationalError as error:
        log.warning("job not published, the sweeper will", job=job.pk, reason=str(error))


def jobs_sweep() -> int:
    """Send again what is due or was abandoned; how many."""
    stale = Job.objects.filter(
        Q(state=Job.State.QUEUED, due_at__lte=Now())
        | Q(state=Job.State.RUNNING, lease_until__lt=Now())
    )
    due = list(stale)
    pushed_back = Now() + timedelta(seconds=RESEND_SECONDS)
    Job.objects.filter(pk__in=[job.pk for job in due], state=Job.State.QUEUED).update(
        due_at=pushed_back
    )
    for job in due:
        publish(job)
    return len(due)


def job_run(job_id: int) -> None:
    """Claim the job and do it; returns at once when somebody else has it or it is done."""
    claim = uuid.uuid4()
    with _advisory_lock(job_id) as held:
        if not held or not _claim(job_id, claim):
            return
        job = Job.objects.get(pk=job_id)
        progress = Progress()
        with Heartbeat(job_id, claim, progress):
            outcome = _attempt(job, progress)
        _finish(job_id, claim, outcome)


def _claim(job_id: int, claim: uuid.UUID) -> bool:
    free = Q(state=Job.State.QUEUED) | Q(state=Job.State.RUNNING, lease_until__lt=Now())
    return bool(
        Job.objects.filter(free, pk=job_id).update(
            state=Job.State.RUNNING,
            claim=claim,
            lease_until=_lease_end(),
            attempts=F("attempts") + 1,
        )
    )


def _lease_end() -> Any:
    return Now() + timedelta(seconds=settings.JOB_LEASE_SECONDS)


def _attempt(job: Job, progress: Progress) -> dict[str, Any]:
    """Do the work; the columns to store for how it ended."""
    try:
        result = HANDLERS[job.kind](job, progress)
    except JobError as error:
        return _ended(Job.State.FAILED, error=str(error))
    except OperationalError:
        raise  # the database is away: the lease runs out and the sweeper sends the job again
    except Exception:
        log.exception("job attempt failed", job=job.pk, kind=job.kind, attempt=job.attempts)
        if job.attempts >= MAX_ATTEMPTS:
            return _ended(Job.State.FAILED, error="任务多次执行失败，请联系系统管理员。")
        later = Now() + timedelta(seconds=RETRY_SECONDS * job.attempts)
        return {"state": Job.State.QUEUED, "due_at": later, "message": "稍后重试"}
    return _ended(Job.State.DONE, progress=100, message="", result=result)


def _ended(state: Job.State, **columns: Any) -> dict[str, Any]:
    return {"state": state, "finished_at": Now(), "lease_until": None, **columns}


def _finish(job_id: int, claim: uuid.UUID, outcome: dict[str, Any]) -> None:
    Job.objects.filter(pk=job_id, claim=claim, state=Job.State.RUNNING).update(**outcome)


class _advisory_lock:  # noqa: N801  (reads as a function)
    """Session lock of one job; a dead worker's goes with its connection."""

    def __init__(self, job_id: int) -> None:
        self.job_id = job_id
        self.held = False

    def __enter__(self) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_SPACE, self.job_id])
            (self.held,) = cursor.fetchone()
        return self.held

    def __exit__(self, *_: object) -> None:
        if self.held and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_SPACE, self.job_id])


class Heartbeat:
    """A thread with its own connection that renews the lease and writes progress."""

    def __init__(self, job_id: int, claim: uuid.UUID, progress: Progress) -> None:
        self.rows = Job.objects.filter(pk=job_id, claim=claim, state=Job.State.RUNNING)
        self.progress = progress
        self.over = False
        self.thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *_: object) -> None:
        self.over = True
        self.progress.changed.set()
        self.thread.join()

    def _beat(self) -> None:
        try:
            while not self.over:
                self.progress.changed.wait(settings.JOB_LEASE_SECONDS / 3)
                self.progress.changed.clear()
                if not self.over:
                    self._write()
        finally:
            connections.close_all()

    def _write(self) -> None:
        try:
            self.rows.update(
                lease_until=_lease_end(),
                progress=self.progress.percent,
                message=self.progress.message,
            )
        except OperationalError as error:
            log.warning("heartbeat missed", reason=str(error))
            connections.close_all()
