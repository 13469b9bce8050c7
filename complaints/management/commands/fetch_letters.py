"""`manage.py fetch_letters [--folder DIR] [--unit CODE]`: take letters in from mail."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from complaints.mailboxes import FolderMailbox, MailboxError
from complaints.services.fetching import Fetched, imap_mailbox, mails_fetch
from outlets.models import Unit
from outlets.selectors import branches


class Command(BaseCommand):
    """Fetches here and now; what was taken before an interruption stays taken."""

    help = "从邮箱（或 .eml 文件夹）取来信"

    def add_arguments(self, parser: CommandParser) -> None:
        """The folder, and the branch where there are several."""
        parser.add_argument(
            "--folder", metavar="DIR", type=Path, help="存放 .eml 文件的文件夹；不给则读 IMAP 邮箱"
        )
        parser.add_argument("--unit", metavar="CODE", help="分行机构号；只有一家分行时可省略")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        """Fetch and say what came out; CommandError when something stays untaken."""
        branch = _branch(options["unit"])
        try:
            done = _fetch(branch, options["folder"])
        except MailboxError as error:
            raise CommandError(f"{error}；已取的信不受影响，可重新执行") from error
        self.stdout.write(f"取信完成：{done}")
        if done.failed:
            raise CommandError(f"有{done.failed}封未能处理，原因见日志")


def _fetch(branch: Unit, folder: Path | None) -> Fetched:
    if folder is not None:
        return mails_fetch(branch=branch, mailbox=FolderMailbox(folder))
    if not settings.MAIL_IMAP_URL:
        raise CommandError(
            "没有设置邮箱（MAIL_IMAP_URL 等，见 .env.example），或用 --folder 指定文件夹"
        )
    with imap_mailbox() as mailbox:
        return mails_fetch(branch=branch, mailbox=mailbox)


def _branch(code: str | None) -> Unit:
    """The branch of the code, or the only one; CommandError when that is unclear."""
    found = list(branches().filter(code=code) if code else branches().order_by("code")[:2])
    if len(found) == 1:
        return found[0]
    if code:
        raise CommandError(f"没有机构号为“{code}”的分行")
    raise CommandError(
        "有多家分行，请用 --unit 指定机构号" if found else "还没有分行，请先导入机构"
    )
