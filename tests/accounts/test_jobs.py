"""Jobs: claimed once, done once, retried, given up, asked for again."""

import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from accounts import jobs
from accounts.models import Job

HOUR = timedelta(hours=1)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def handler():
    """Registers handlers for this test only."""
    before = dict(jobs.HANDLERS)
    yield jobs.handles
    jobs.HANDLERS.clear()
    jobs.HANDLERS.update(before)


def request(**kw):
    return jobs.job_request(**({"kind": "probe", "scope": "AS", "period": "2011-04"} | kw))


def test_a_job_is_done_once_and_keeps_its_result(handler):
    calls = []

    @handler("probe")
    def probe(job, progress):
        calls.append(job.params)
        progress(50, "一半")
        return {"rows": 3}

    job = request(params={"a": 1})
    jobs.job_run(job.pk)
    jobs.job_run(job.pk)
    job.refresh_from_db()
    assert calls == [{"a": 1}]
    assert (job.state, job.progress, job.result) == ("DONE", 100, {"rows": 3})
    assert job.finished_at is not None


def test_asking_twice_while_open_is_one_job_and_after_the_end_it_is_done_anew(handler):
    calls = []
    handler("probe")(lambda job, progress: calls.append(1) or {})
    first = request()
    assert request().pk == first.pk
    jobs.job_run(first.pk)
    again = request(params={"again": True})
    assert (again.pk, again.state, again.attempts) == (first.pk, "QUEUED", 0)
    jobs.job_run(again.pk)
    assert len(calls) == 2


def test_delivered_twice_at_once_it_runs_once(handler):
    running, go_on = threading.Event(), threading.Event()
    calls = []

    @handler("probe")
    def probe(job, progress):
        calls.append(1)
        running.set()
        assert go_on.wait(10)
        return {}

    job = request()
    first = threading.Thread(target=run_in_thread, args=(job.pk,))
    first.start()
    assert running.wait(10)
    jobs.job_run(job.pk)  # the same message again, while the first is at it
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now())  # even with its lease gone
    jobs.job_run(job.pk)
    go_on.set()
    first.join()
    assert len(calls) == 1
    job.refresh_from_db()
    assert job.state == "DONE"


def run_in_thread(pk):
    try:
        jobs.job_run(pk)
    finally:
        connections.close_all()


def test_a_user_error_fails_at_once_with_its_text(handler):
    @handler("probe")
    def probe(job, progress):
        raise jobs.JobError("2011-04 尚未汇总")

    job = request()
    jobs.job_run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.error, job.attempts) == ("FAILED", "2011-04 尚未汇总", 1)


def test_an_unexpected_error_is_retried_later_and_given_up_in_the_end(handler):
    @handler("probe")
    def probe(job, progress):
        raise ZeroDivisionError

    job = request()
    for attempt in range(1, jobs.MAX_ATTEMPTS + 1):
        Job.objects.filter(pk=job.pk).update(due_at=timezone.now())
        jobs.job_run(job.pk)
        job.refresh_from_db()
        assert job.attempts == attempt
    assert job.state == "FAILED"
    assert "系统管理员" in job.error


def test_the_sweeper_finds_the_due_and_the_abandoned_only(handler):
    handler("probe")(lambda job, progress: {})
    due = request(scope="due")
    later = request(scope="later")
    abandoned = request(scope="abandoned")
    alive = request(scope="alive")
    past, future = timezone.now() - HOUR, timezone.now() + HOUR
    Job.objects.filter(pk=due.pk).update(due_at=past)
    Job.objects.filter(pk=later.pk).update(due_at=future)
    Job.objects.filter(pk=abandoned.pk).update(state="RUNNING", lease_until=past)
    Job.objects.filter(pk=alive.pk).update(state="RUNNING", lease_until=future)
    assert jobs.jobs_sweep() == 2
    assert jobs.jobs_sweep() == 1  # the due one was just sent, the abandoned one still waits


def test_an_abandoned_job_is_taken_over(handler):
    handler("probe")(lambda job, progress: {"by": "second"})
    job = request()
    past = timezone.now() - timedelta(seconds=1)
    Job.objects.filter(pk=job.pk).update(state="RUNNING", lease_until=past, attempts=1)
    jobs.job_run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts, job.result) == ("DONE", 2, {"by": "second"})


def test_a_job_nobody_begins_says_that_it_waits_long(handler):
    job = request()
    assert not job.is_waiting_long
    Job.objects.filter(pk=job.pk).update(asked_at=timezone.now() - HOUR)
    job.refresh_from_db()
    assert job.is_waiting_long
