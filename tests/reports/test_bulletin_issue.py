"""Issuing: numbers, figures stored once, the file made by a job, the same bytes ever after."""

import errno
import hashlib
import json
import os
import resource
import subprocess
import sys
import threading
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings as project
from django.core.management import CommandError, call_command
from django.db import connections
from django.utils import timezone

from accounts import jobs
from accounts.jobs import Progress, job_run
from accounts.models import AuditEntry, Job
from inspections.models import Answer, Inspection
from outlets.months import Month
from reports.bulletins.figures import BulletinError, IssueDateError
from reports.models import Bulletin, Correction, MonthClose, MonthlyScore
from reports.services import bulletins as service
from reports.services import files
from reports.services.bulletins import bulletin_issue, bulletin_render, bulletin_request
from tests.reports.bulletin_months import (
    CLOSED,
    ITEMS,
    PROVISIONAL,
    make_close,
    make_inspection,
    make_score,
    make_version,
)

APRIL, MAY = Month(2011, 4), Month(2011, 5)
DAY = date(2011, 5, 10)


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def close_month(org, month=APRIL, state=CLOSED):
    """A month of two ranked outlets and their institutions."""
    make_close(org.branch, month, state)
    version = Inspection.objects.values_list("version", flat=True).first()
    version = make_version(org.branch, ITEMS) if version is None else None
    lines = []
    if version:
        lines = [
            ["R3.open", [make_inspection(org.a1, version, month, failed=["2.01"]).pk], "", None]
        ]
    make_score(org.a1, month, rank=1, total="95.00", open="96.00", covert="94.00", lines=lines)
    make_score(org.b1, month, rank=2, total="92.00", open="93.00", covert="91.00")
    make_score(org.a, month, kind="INSTITUTION", institution=org.a, rank=1, total="95.00")
    make_score(org.b, month, kind="INSTITUTION", institution=org.b, rank=2, total="92.00")


def issue(org, month=APRIL, day=DAY, actor=None):
    return bulletin_issue(branch=org.branch, month=month, actor=actor, issued_on=day)


def render(bulletin):
    bulletin_render(bulletin_id=bulletin.pk, progress=Progress())
    bulletin.refresh_from_db()
    return Path(bulletin.file.path).read_bytes()


@pytest.mark.django_db
class TestIssuing:
    def test_a_bulletin_is_numbered_stored_asked_for_and_recorded(self, org, cast):
        close_month(org)
        made = issue(org, actor=cast.service_office)
        assert (made.year, made.number, made.edition) == (2011, 1, 0)
        assert made.figures["outlets"][0]["total"] == "95.00"
        job = Job.objects.get(kind="bulletin")
        assert (job.queue, job.scope, job.period) == ("pdf", "AS", "2011-04")
        assert job == made.job
        entry = AuditEntry.objects.get(event="bulletin.issue")
        assert entry.actor == cast.service_office

    def test_asked_again_it_is_the_same_one(self, org):
        close_month(org)
        first = issue(org)
        again = issue(org, day=date(2011, 5, 20))
        assert again.pk == first.pk
        assert again.issued_on == DAY
        assert Job.objects.filter(kind="bulletin").count() == 1
        assert AuditEntry.objects.filter(event="bulletin.issue").count() == 1

    def test_numbers_follow_one_another_within_a_year_and_a_branch(self, org):
        for month in (APRIL, MAY, MAY.next):
            close_month(org, month)
        make_close(org.other, APRIL)
        make_score(org.other, APRIL, institution=org.other, rank=1, total="90.00")
        days = [(APRIL, DAY), (MAY, date(2012, 1, 5)), (MAY.next, date(2011, 7, 5))]
        made = [issue(org, month, day) for month, day in days]
        assert [(each.year, each.number) for each in made] == [(2011, 1), (2012, 1), (2011, 2)]
        other = bulletin_issue(branch=org.other, month=APRIL, actor=None, issued_on=DAY)
        assert (other.year, other.number) == (2011, 1)

    def test_a_correction_is_an_issue_of_its_own(self, org):
        close_month(org)
        first = issue(org)
        close = MonthClose.objects.get(branch=org.branch)
        Correction.objects.create(month_close=close, number=1, reason="补录")
        make_score(org.b1, APRIL, edition=1, rank=1, total="96.00")
        second = issue(org)
        assert (second.edition, second.number) == (1, 2)
        assert second.figures["outlets"][0]["name"] == "乙一网点"
        first.refresh_from_db()
        assert first.figures["outlets"][0]["name"] == "甲一网点"
        assert set(Job.objects.values_list("period", flat=True)) == {"2011-04", "2011-04-1"}

    def test_a_preliminary_one_gets_the_final_figures_under_its_number(self, org):
        close_month(org, state=PROVISIONAL)
        first = issue(org)
        before = render(first)
        assert not first.figures["final"]
        assert render(issue(org)) == before  # still published only: nothing changes
        MonthlyScore.objects.filter(unit=org.a1).update(total="99.00")
        MonthClose.objects.update(state=CLOSED)
        final = issue(org, day=date(2011, 5, 20))
        assert (final.pk, final.number) == (first.pk, first.number)
        assert final.figures["final"]
        assert final.figures["outlets"][0]["total"] == "99.00"
        assert final.figures["masthead"]["issued_on"] == "2011-05-20"
        assert render(final) != before
        assert AuditEntry.objects.filter(event="bulletin.finalise").count() == 1
        assert issue(org).figures == final.figures

    @pytest.mark.parametrize(
        ("day", "reason"),
        [
            (date(2011, 3, 31), "早于2011年4月"),
            (timezone.localdate() + timedelta(days=1), "晚于今天"),
        ],
    )
    def test_dates_that_cannot_be_are_refused(self, org, day, reason):
        close_month(org)
        with pytest.raises(IssueDateError, match=reason):
            issue(org, day=day)
        assert not Bulletin.objects.exists()

    def test_a_refused_month_leaves_nothing(self, org):
        with pytest.raises(BulletinError):
            issue(org)
        assert not Bulletin.objects.exists()
        assert not Job.objects.exists()


@pytest.mark.django_db
class TestTheFile:
    def test_it_says_what_the_figures_say(self, org):
        close_month(org)
        text = pdf_text(render(issue(org)))
        for said in ("服务工作简报", "第1期", "示例分行服务办公室", "2011年5月10日", "甲一网点", "95.00",
                     "举手招迎", "报：", "送：", "发：", "印发"):  # fmt: skip
            assert said in text

    def test_changing_what_lies_behind_does_not_change_it(self, org):
        close_month(org)
        made = issue(org)
        before = render(made)
        Answer.objects.update(earned=0)
        Inspection.objects.update(score="10.00")
        MonthlyScore.objects.update(total="10.00")
        org.a1.name = org.a1.short_name = "改名网点"
        org.a1.save()
        Path(made.file.path).unlink()
        assert render(made) == before

    def test_a_file_that_is_there_is_left_alone_and_a_missing_one_made_again(self, org, tmp_path):
        close_month(org)
        made = issue(org)
        render(made)
        path = Path(made.file.path)
        stamp = path.stat().st_mtime_ns
        render(made)
        assert path.stat().st_mtime_ns == stamp
        path.unlink()
        assert issue(org).job.state == "QUEUED"
        render(made)
        assert path.exists()
        assert hashlib.sha256(path.read_bytes()).hexdigest() == made.sha256

    def test_a_fresh_process_makes_the_same_bytes(self, org, tmp_path):
        close_month(org)
        made = issue(org)
        render(made)
        source = tmp_path / "figures.json"
        source.write_text(json.dumps(made.figures))
        for seed in ("1", "2"):
            done = subprocess.run(
                [sys.executable, "-c", AGAIN, str(source)], capture_output=True, text=True,
                cwd=project.BASE_DIR, env=os.environ | {"PYTHONHASHSEED": seed}, check=False,
            )  # fmt: skip
            assert done.returncode == 0, done.stderr
            assert done.stdout.split()[-1] == made.sha256

    def test_a_full_disk_leaves_nothing_behind_and_the_next_try_succeeds(self, org, tmp_path):
        close_month(org)
        made = issue(org)
        kept = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, kept[1]))
        try:
            with pytest.raises(jobs.JobError, match="磁盘已满"):
                bulletin_render(bulletin_id=made.pk, progress=Progress())
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, kept)
        made.refresh_from_db()
        assert (made.sha256, made.pages, str(made.file)) == ("", 0, "")
        assert files_below(tmp_path / "media") == []
        assert render(made).startswith(b"%PDF")

    def test_the_real_device_of_a_full_disk_is_understood(self, tmp_path):
        full = Path("/dev/full")
        assert full.exists()
        with (
            pytest.raises(OSError, match="No space") as caught,
            full.open("wb", buffering=0) as file,
        ):
            file.write(b"x")
        assert caught.value.errno in files._FULL
        assert errno.ENOSPC in files._FULL

    def test_what_a_dead_worker_left_half_written_is_cleared(self, org, tmp_path):
        close_month(org)
        made = issue(org)
        render(made)
        path = Path(made.file.path)
        path.unlink()
        path.with_suffix(".part").write_bytes(b"half")
        render(made)
        assert files_below(tmp_path / "media") == [path]


AGAIN = """
import hashlib, json, os, pathlib, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
import django
django.setup()
from reports.bulletins.render import bulletin_pdf
figures = json.loads(pathlib.Path(sys.argv[1]).read_text())
print(hashlib.sha256(bulletin_pdf(figures)).hexdigest())
"""


def files_below(directory):
    return [path for path in Path(directory).rglob("*") if path.is_file()]


def pdf_text(data):
    import io

    from pypdf import PdfReader

    pages = PdfReader(io.BytesIO(data)).pages
    return "".join(page.extract_text() for page in pages).replace("\n", "")


@pytest.mark.django_db(transaction=True)
class TestTheJob:
    def test_the_job_makes_the_file_and_a_second_delivery_changes_nothing(self, org):
        close_month(org)
        made = issue(org)
        job_run(made.job_id)
        job_run(made.job_id)
        made.refresh_from_db()
        job = Job.objects.get()
        assert (job.state, job.attempts) == ("DONE", 1)
        assert job.result == {"bulletin": made.pk, "sha256": made.sha256, "pages": made.pages}
        assert made.pages == len(_pages(made))

    def test_a_failed_job_says_why_and_can_be_asked_for_again(self, org, tmp_path):
        close_month(org)
        made = issue(org)
        (tmp_path / "media").mkdir()
        (tmp_path / "media" / "bulletins").write_text("not a directory")
        job_run(made.job_id)
        assert Job.objects.get().state == "QUEUED"  # an unexpected error is tried again
        (tmp_path / "media" / "bulletins").unlink()
        Job.objects.update(state="FAILED")
        job_run(bulletin_request(bulletin=made, actor=None).pk)
        made.refresh_from_db()
        assert made.sha256

    def test_issued_at_once_by_many_it_is_one(self, org):
        close_month(org)
        close_month(org, MAY)
        barrier = threading.Barrier(6)
        found = []

        def ask(month):
            try:
                barrier.wait()
                found.append(issue(org, month).number)
            finally:
                connections.close_all()

        threads = [threading.Thread(target=ask, args=(m,)) for m in (APRIL, MAY) * 3]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(found) == [1, 1, 1, 2, 2, 2]
        assert Bulletin.objects.count() == Job.objects.count() == 2

    def test_figures_replaced_while_the_file_is_made_are_drawn_anew(self, org, monkeypatch):
        close_month(org)
        made = issue(org)
        drawn = []
        real = service._pdf

        def slow(bulletin):
            data = real(bulletin)
            if not drawn:
                figures = dict(bulletin.figures, edition=9)
                Bulletin.objects.filter(pk=bulletin.pk).update(figures=figures)
            drawn.append(data)
            return data

        monkeypatch.setattr(service, "_pdf", slow)
        render(made)
        assert len(drawn) == 2
        assert made.sha256 == hashlib.sha256(drawn[1]).hexdigest()
        assert len(files_below(project.MEDIA_ROOT)) == 1

    def test_the_command_issues_renders_and_copies(self, org, tmp_path, capsys):
        close_month(org)
        target = tmp_path / "out.pdf"
        call_command("bulletin", "2011-04", str(target), "--unit", "AS", "--date", "2011-05-10")
        made = Bulletin.objects.get()
        assert hashlib.sha256(target.read_bytes()).hexdigest() == made.sha256
        assert str(target) in capsys.readouterr().out
        again = tmp_path / "again.pdf"
        call_command("bulletin", "2011-04", str(again), "--unit", "AS")
        assert again.read_bytes() == target.read_bytes()
        assert Bulletin.objects.count() == 1

    @pytest.mark.parametrize(
        ("arguments", "reason"),
        [
            (["2011-06", "x.pdf", "--unit", "AS"], "还没有成绩"),
            (["2011-13", "x.pdf", "--unit", "AS"], "月份应在1至12之间"),
            (["2011-04", "x.pdf"], "多家分行"),
            (["2011-04", "x.pdf", "--unit", "ASA"], "不是分行"),
            (["2011-04", "/no/such/place/x.pdf", "--unit", "AS"], "无法写入"),
            (["2011-04", "x.pdf", "--unit", "AS", "--date", "2011"], "不是日期"),
        ],
    )
    def test_the_command_says_what_is_wrong(self, org, arguments, reason, capsys):
        close_month(org)
        with pytest.raises((CommandError, SystemExit)) as caught:
            call_command("bulletin", *arguments)
        assert reason in f"{caught.value}{capsys.readouterr().err}"


def _pages(bulletin):
    from pypdf import PdfReader

    return PdfReader(bulletin.file.path).pages
