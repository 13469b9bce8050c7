"""`manage.py demo`: the demonstration branch, from an empty database to its bulletins."""

import time
from datetime import date
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.models import Job, User
from accounts.processes import Processes
from outlets.models import Unit
from reports.demo import build, months, today
from reports.demo.accounts import ACCOUNTS, PASSWORD
from reports.demo.circulars import circulars_issue
from reports.demo.letters import FIRST_LETTERS, letters_grown, letters_import
from reports.demo.mails import mails_open
from reports.demo.open_letters import letters_open
from reports.demo.stars import stars_compute, stars_decide
from reports.demo.tellers import before_season, season_completed
from reports.models import Bulletin
from reports.services.bulletins import bulletin_issue

WAIT_SECONDS = 300


class Command(BaseCommand):
    """Builds what is missing and leaves alone what is there."""

    help = "建立演示分行：装入机构与九个月的检查，封账，由真实的任务进程出简报，然后启动网站"

    def add_arguments(self, parser: CommandParser) -> None:
        """Whether to serve afterwards."""
        parser.add_argument("--no-serve", action="store_true", help="建好后不启动网站")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        """Build, render, say how to sign in, serve."""
        call_command("migrate", verbosity=0)
        branch = build.ground(self.say)
        office = User.objects.get(username="fuwuban")
        letters_import(branch, FIRST_LETTERS.range_to(build.FIRST.previous), office)
        before_season(branch, office)
        for month in build.FIRST.range_to(build.LAST):
            if not months.is_closed(branch, month):
                self.say(f"{month.label}：检查、汇总、封账 …")
                months.build(branch, month)
        today.plan(branch, timezone.localdate())
        letters_import(branch, build.FIRST.range_to(build.LAST), office)
        season_completed(branch, office)
        letters_grown(branch, office)
        letters_open(branch, timezone.localdate())
        mails_open(branch, timezone.localdate())
        self.finish(branch, office)
        self.introduce(branch)
        if not options["no_serve"]:
            call_command("serve")

    def say(self, text: str) -> None:
        """A line of progress."""
        self.stdout.write(text)
        self.stdout.flush()

    def finish(self, branch: Unit, office: User) -> None:
        """Have Celery workers compute the stars and make the bulletins and circulars missing."""
        stars = stars_compute(branch, office)
        bulletins, circulars = self.issued(branch, office), circulars_issue(branch, office)
        papers = [*bulletins, *circulars]
        queues = [*(["worker"] if stars else []), *(["pdf-worker"] if papers else [])]
        with Processes([*queues, "beat"] if queues else []):
            if stars is not None:
                self.say("由任务进程测算2011年星级 …")
                self.wait(stars, "2011年星级")
            for bulletin in bulletins:
                if bulletin.job is None:
                    raise CommandError(f"{bulletin} 没有排版任务")
                self.wait(bulletin.job, f"{bulletin}（{bulletin.month:%Y-%m}）")
            for circular in circulars:
                if circular.job is not None:
                    self.wait(circular.job, circular.title)
        stars_decide(branch, office)

    def issued(self, branch: Unit, office: User) -> list[Bulletin]:
        """The bulletins that have no file yet, numbered."""
        return [
            bulletin_issue(
                branch=branch,
                month=month,
                actor=office,
                issued_on=date(month.next.year, month.next.month, 10),
            )
            for month in build.FIRST.range_to(build.LAST)
            if not Bulletin.objects.filter(branch=branch, month=month.first, pages__gt=0).exists()
        ]

    def wait(self, job: Job, what: str) -> None:
        """Until a job has ended; CommandError when it failed."""
        deadline = time.monotonic() + WAIT_SECONDS
        while job.is_open and time.monotonic() < deadline:
            time.sleep(0.2)
            job.refresh_from_db()
        if job.state != Job.State.DONE:
            raise CommandError(f"{what}未能完成：{job.error or '超时，见 var/logs'}")
        self.say(f"  {what}完成")

    def introduce(self, branch: Unit) -> None:
        """Where the last bulletin is, and one sign-in per role."""
        last = Bulletin.objects.get(branch=branch, month=build.LAST.first, edition=0)
        self.say(f"\n登录名（密码都是 {PASSWORD}，仅供演示）：")
        for account in ACCOUNTS:
            self.say(f"  {account.username:<10}{account.role.label}")
        self.say(f"\n{build.LAST.label}简报：{last.file.path}")
