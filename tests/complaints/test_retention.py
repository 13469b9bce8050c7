from datetime import date, datetime, timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection
from django.db.models import Count
from django.utils import timezone

from accounts.jobs import HANDLERS, Progress
from accounts.models import AuditEntry, Job
from complaints.models import (
    Attachment,
    Letter,
    LetterEvent,
    LetterLink,
    LetterNote,
    LetterNumber,
    Mail,
    Reply,
    Responsibility,
)
from complaints.redaction import GONE
from complaints.sealed_files import file_seal
from complaints.services import retention
from complaints.services.retention import REDACT, letters_due, letters_redact
from complaints.tasks import letters_redact as schedule
from reports.periods import year_period
from reports.selectors.letters.counts import letter_counts, spans_of
from tests.complaints.letters import NAME, make_letter, make_letters
from tests.complaints.lived import live

TODAY = date(2016, 5, 1)


@pytest.fixture(autouse=True)
def _five_years(settings):
    """As in production."""
    settings.RETENTION_YEARS = 5


def ended(day: date, **kw):
    at = timezone.make_aware(datetime.combine(day, datetime.min.time()))
    return {"state": "CLOSED", "kind": "COMPLAINT", "closed_at": at} | kw


@pytest.mark.parametrize(
    ("closed", "today", "due"),
    [
        (date(2011, 4, 30), date(2016, 4, 30), False),
        (date(2011, 4, 30), date(2016, 5, 1), True),
        (date(2012, 2, 29), date(2017, 3, 1), True),
        (date(2011, 2, 28), date(2016, 2, 29), True),
    ],
)
def test_a_letter_is_due_when_its_years_are_over(org, closed, today, due):
    make_letter(branch=org.branch, **ended(closed))
    assert letters_due(today).exists() == due


def test_the_years_are_a_setting(org, settings):
    make_letter(branch=org.branch, **ended(date(2011, 4, 30)))
    settings.RETENTION_YEARS = 10
    assert not letters_due(TODAY).exists()


@pytest.mark.parametrize("state", ["RECEIVED", "ASSIGNED", "ANSWERED"])
def test_an_open_letter_is_never_due(org, state):
    make_letter(branch=org.branch, **ended(date(2001, 1, 1), state=state))
    assert not letters_due(TODAY).exists()


def test_a_withdrawn_one_counts_from_its_event_and_a_merged_one_goes_with_its_case(org):
    at = datetime(2010, 1, 1, tzinfo=timezone.get_default_timezone())
    withdrawn = make_letter(branch=org.branch, state="WITHDRAWN")
    merged = make_letter(branch=org.branch, state="MERGED")
    into = make_letter(branch=org.branch, **ended(date(2016, 1, 1)))
    LetterLink.objects.create(letter=merged, other=into, kind="MERGED")
    for letter, kind in ((withdrawn, "WITHDRAWN"), (merged, "MERGED")):
        LetterEvent.objects.create(branch=org.branch, letter=letter, kind=kind, at=at)
    assert list(letters_due(TODAY)) == [withdrawn]
    Letter.objects.filter(pk=into.pk).update(redacted_at=at)
    assert set(letters_due(TODAY)) == {withdrawn, merged}


@pytest.fixture
def lived(org, cast):
    found = live(org, cast)
    at = datetime(2010, 1, 1, tzinfo=timezone.get_default_timezone())
    Letter.objects.filter(pk=found.letter.pk).update(closed_at=at)
    Letter.objects.filter(pk=found.mailed.pk).update(state="CLOSED", kind="INQUIRY", closed_at=at)
    return found


def figures():
    """What statistics are made of."""
    names = (
        "kind",
        "first_kind",
        "channel",
        "business",
        "cause",
        "unit",
        "staff",
        "state",
        "is_late",
        "severity",
    )
    counted = [
        list(Letter.objects.order_by(name).values_list(name).annotate(Count("pk")))
        for name in names
    ]
    found = list(
        Responsibility.objects.order_by("pk").values("finding", "unit", "state", "decided_on")
    )
    days = list(
        Letter.objects.order_by("pk").values("received_at", "due_on", "answered_on", "unit_path")
    )
    links = list(LetterLink.objects.order_by("pk").values("letter", "other", "kind"))
    return counted, found, days, links, _statistics()


def _statistics():
    """The statistics page's own figures of every letter."""
    today = timezone.localdate()
    spans = spans_of(year_period(today.year, today))
    return letter_counts(Letter.objects.all(), spans, today).cells


def test_everything_of_the_customer_is_gone_and_every_figure_stays(
    lived, django_capture_on_commit_callbacks
):
    before = figures()
    files = [
        *Attachment.objects.values_list("file", flat=True),
        *Mail.objects.values_list("file", flat=True),
    ]
    assert all(default_storage.exists(name) for name in files)
    with django_capture_on_commit_callbacks(execute=True):
        assert letters_redact(timezone.localdate()) == 2
    assert figures() == before
    assert not any(default_storage.exists(name) for name in files)
    for letter in Letter.objects.all():
        assert letter.redacted_at
        assert (letter.body, letter.text) == (GONE, GONE)
        assert letter.outcome in {"", GONE}
        fields = (
            letter.customer_name,
            letter.customer_phone,
            letter.customer_card,
            letter.customer_identity,
        )
        assert fields == ("", "", "", "")
    assert not LetterNumber.objects.exists()
    assert {one.body for one in [*LetterNote.objects.all(), *Reply.objects.all()]} == {GONE}
    finding = Responsibility.objects.get()
    assert (finding.grounds, finding.opinion, finding.objection) == (GONE, GONE, GONE)
    assert finding.objection_answer == ""
    assert Attachment.objects.get().name == GONE
    assert {(one.subject, one.sender, one.message_id, one.file) for one in Mail.objects.all()} == {
        (GONE, GONE, "", "")
    }
    assert LetterEvent.objects.filter(kind="REDACTED").count() == 2
    assert AuditEntry.objects.filter(event="letter.redact").count() == 2
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM complaints_letter WHERE text LIKE %s", [f"%{NAME[1:]}%"]
        )
        assert cursor.fetchone() == (0,)


def test_again_there_is_nothing_to_do(lived):
    letters_redact(timezone.localdate())
    assert letters_redact(timezone.localdate()) == 0
    assert LetterEvent.objects.filter(kind="REDACTED").count() == 2


def test_others_are_not_touched(org):
    make_letter(branch=org.branch, **ended(date(2011, 1, 1)))
    kept = make_letter(branch=org.branch, **ended(date(2015, 1, 1)))
    letters_redact(TODAY)
    kept.refresh_from_db()
    assert (kept.customer_name, kept.redacted_at) == (NAME, None)
    assert kept.numbers.exists()


def test_in_batches_that_go_on_where_they_were_interrupted(org, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 2)
    make_letters(5, branch=org.branch)
    Letter.objects.update(**ended(date(2011, 1, 1)))
    calls, note = [], retention._note

    def interrupted(letters):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        note(letters)

    monkeypatch.setattr(retention, "_note", interrupted)
    with pytest.raises(KeyboardInterrupt):
        letters_redact(TODAY)
    assert Letter.objects.filter(redacted_at=None).count() == 3
    assert letters_redact(TODAY) == 3


def test_mails_that_never_became_letters_go_too(org, django_capture_on_commit_callbacks):
    kept = {"branch": org.branch, "digest": "d", "size": 1, "state": "IGNORED", "subject": NAME}
    old, new = (
        Mail.objects.create(origin=one, file=file_seal("mail", b"x"), **kept) for one in "ab"
    )
    Mail.objects.filter(pk=old.pk).update(received_at=timezone.now() - timedelta(days=6 * 366))
    file = old.file
    with django_capture_on_commit_callbacks(execute=True):
        letters_redact(timezone.localdate())
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.subject, old.file, new.subject) == (GONE, "", NAME)
    assert not default_storage.exists(file)
    assert default_storage.exists(new.file)


def test_the_command_the_schedule_and_the_job(org, capsys):
    make_letter(branch=org.branch, **ended(date(2011, 1, 1)))
    call_command("redact_letters", dry_run=True)
    assert "待脱敏的来信：1封" in capsys.readouterr().out
    schedule()
    schedule()
    job = Job.objects.get(kind=REDACT)
    assert HANDLERS[REDACT](job, Progress()) == {"letters": 1}
    call_command("redact_letters")
    assert "的来信0封" in capsys.readouterr().out
