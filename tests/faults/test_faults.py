"""Workers killed, Redis flushed, PostgreSQL restarted: nothing lost, nothing double, same figures.

Everything here really happens, in an installation of the test's own (`lab.py`).
"""

import threading
from collections import Counter

import psycopg2
import pytest

from tests.faults.lab import Lab, until

pytestmark = pytest.mark.faults


@pytest.fixture(scope="module")
def lab():
    """An installation with a month of inspections, migrated and loaded once."""
    lab = Lab()
    try:
        lab.run("manage.py", "migrate", "-v0")
        lab.scenario("load")
        yield lab
    finally:
        lab.close()


@pytest.fixture(scope="module")
def clean(lab):
    """The figures of a run that nothing disturbed."""
    lab.run("manage.py", "rollup", "2011-04")
    return lab.figures()


@pytest.fixture(autouse=True)
def _afresh(lab, clean):
    """Each test starts with the month not rolled up and nothing running."""
    lab.sql("TRUNCATE reports_bulletin, reports_monthlyscore, accounts_job CASCADE")
    yield
    for process in lab.processes:
        if process.poll() is None:
            lab.kill(process)
    lab.processes.clear()


@pytest.fixture
def held(lab):
    """Keeps the month's row locked, so that a roll-up stands still in the middle of its work.

    Closing the connection lets it go on.
    """
    connection = psycopg2.connect(lab.dsn, options="-c lock_timeout=20s")
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM reports_monthclose FOR UPDATE")
    yield connection
    connection.close()


def at_work(lab, job):
    until(lambda: lab.job(job)[0] == "RUNNING", "the worker is at the job")


def test_worker_killed_in_the_middle_of_a_rollup(lab, clean, held):
    victim = lab.worker("victim")
    job = lab.scenario("rollup")
    at_work(lab, job)
    lab.kill(victim)
    held.close()
    lab.worker("second")
    lab.beat()
    lab.done(job)
    assert lab.job(job)[1] == 2
    assert lab.figures() == clean


def test_worker_killed_in_the_middle_of_a_pdf(lab, clean):
    lab.run("manage.py", "rollup", "2011-04")
    victim = lab.worker("victim")
    job = lab.scenario("bulletin")
    at_work(lab, job)
    lab.kill(victim)
    assert lab.sql("SELECT sha256 FROM reports_bulletin") == [("",)]
    lab.worker("second")
    lab.beat()
    lab.done(job)
    ((sha256, name),) = lab.sql("SELECT sha256, file FROM reports_bulletin")
    files = [path for path in (lab.directory / "media").rglob("*") if path.is_file()]
    assert [path.relative_to(lab.directory / "media").as_posix() for path in files] == [name]
    assert sha256_of(files[0]) == sha256
    files[0].unlink()


def sha256_of(path):
    import hashlib

    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_redis_flushed_and_restarted_with_a_job_waiting(lab, clean):
    job = lab.scenario("rollup")
    lab.valkey_restart(flush=True)
    assert lab.job(job) == ("QUEUED", 0)
    lab.worker()
    lab.beat()
    lab.done(job)
    assert lab.figures() == clean


def test_redis_restarted_under_a_running_worker(lab, clean):
    lab.worker()
    lab.beat()
    lab.valkey_restart(flush=True)
    job = lab.scenario("rollup")
    lab.done(job)
    assert lab.figures() == clean


def test_postgres_restarted_in_the_middle_of_a_rollup(lab, clean, held):
    lab.worker()
    lab.beat()
    job = lab.scenario("rollup")
    at_work(lab, job)
    lab.postgres_restart()
    lab.done(job)
    assert lab.figures() == clean


def test_the_same_message_delivered_twice_at_once(lab, clean, held):
    lab.worker("one")
    lab.worker("two")
    job = lab.scenario("rollup")
    send = f"from accounts.tasks import job_run; [job_run.delay({job}) for _ in range(5)]"
    lab.run("manage.py", "shell", "-v0", "-c", send)
    at_work(lab, job)
    held.close()
    lab.done(job)
    assert lab.job(job)[1] == 1
    assert lab.figures() == clean


def test_two_schedulers_do_no_harm(lab, clean, held):
    lab.beat("b1")
    lab.beat("b2")
    lab.worker("one")
    lab.worker("two")
    job = lab.scenario("rollup")
    at_work(lab, job)
    held.close()
    lab.done(job)
    assert lab.job(job)[1] == 1
    assert lab.figures() == clean


def test_asked_for_twice_at_once_it_is_one_job(lab, clean):
    asked = []
    threads = [
        threading.Thread(target=lambda: asked.append(lab.scenario("rollup"))) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(asked)) == 1
    lab.worker()
    lab.beat()
    lab.done(asked[0])
    assert lab.figures() == clean


# Two schedulers and two workers at the same reminders: each is written down once.


def reminders(lab):
    return lab.sql("SELECT letter_id, stage FROM complaints_letterreminder")


def asked(lab):
    """When the job was asked for last."""
    ((at,),) = lab.sql("SELECT max(asked_at) FROM accounts_job WHERE kind = 'letters_remind'")
    return at


def test_two_schedulers_and_two_workers_remind_once(lab, monkeypatch):
    monkeypatch.setitem(lab.env, "LETTERS_REMIND_SECONDS", "1")
    lab.scenario("letters")
    for name in ("one", "two"):
        lab.beat(name)
        lab.worker(name)
    until(lambda: len(reminders(lab)) == 3, "the letters are reminded of")
    seen = asked(lab)
    until(lambda: asked(lab) > seen, "the schedulers ask again")
    until(lambda: lab.sql("SELECT 1 FROM accounts_job WHERE state = 'DONE'"), "and it is done")
    assert Counter(stage for _, stage in reminders(lab)) == {
        "UPCOMING": 1,
        "DUE": 1,
        "ESCALATED": 1,
    }
    events = lab.sql("SELECT letter_id FROM complaints_letterevent WHERE kind = 'REMINDED'")
    assert sorted(events) == sorted((letter,) for letter, _ in reminders(lab))
