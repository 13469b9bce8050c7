"""Two schedulers and two workers at the same reminders: each is written down once."""

from collections import Counter

import pytest

from tests.faults.lab import Lab, until

pytestmark = pytest.mark.faults


@pytest.fixture(scope="module")
def lab():
    """An installation whose schedulers ask for reminders every second."""
    lab = Lab()
    lab.env["LETTERS_REMIND_SECONDS"] = "1"
    try:
        lab.run("manage.py", "migrate", "-v0")
        lab.scenario("load")
        lab.scenario("letters")
        yield lab
    finally:
        lab.close()


def reminders(lab):
    return lab.sql("SELECT letter_id, stage FROM complaints_letterreminder")


def asked(lab):
    """When the job was asked for last."""
    ((at,),) = lab.sql("SELECT max(asked_at) FROM accounts_job WHERE kind = 'letters_remind'")
    return at


def test_two_schedulers_and_two_workers_remind_once(lab):
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
