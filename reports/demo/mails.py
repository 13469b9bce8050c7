"""A few mails for the demonstration, fetched from a folder as real ones are from a mailbox."""

import tempfile
from datetime import date
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Final

from django.utils import timezone

from complaints.mailboxes import FolderMailbox
from complaints.models import Mail
from complaints.services.fetching import mails_fetch
from outlets.models import Unit

COMPLAINT: Final = """\
【工单编号】GD{day}0001
【工单类型】投诉
【客户姓名】孙谷雨
【联系电话】13800000101
【涉及网点】海城中街支行
【业务类型】借记卡
【客户诉求】客户称借记卡被吞后多次联系网点无人处理，要求尽快退还。
"""
PRAISE: Final = """\
【工单编号】GD{day}0002
【工单类型】表扬
【客户姓名】吴白露
【联系电话】13800000102
【涉及网点】海城西柳支行
【业务类型】人民币储蓄
【客户诉求】客户表扬柜员耐心帮助其核对存单。
"""
NO_LETTER: Final = "各位同事：本周五下午两点召开服务例会，请准时参加。\n"
# Subject, charset and text; the last is no letter and waits for a person.
MAILS: Final = (
    ("95566工单转办", "utf-8", COMPLAINT),
    ("95566工单转办", "gb18030", PRAISE),
    ("关于召开例会的通知", "utf-8", NO_LETTER),
)


def mails_open(branch: Unit, today: date) -> None:
    """Fetch them, unless mail was fetched before."""
    if Mail.objects.filter(branch=branch).exists():
        return
    with tempfile.TemporaryDirectory() as folder:
        for number, (subject, charset, text) in enumerate(MAILS, 1):
            body = text.format(day=f"{today:%Y%m%d}")
            file = Path(folder) / f"{number}.eml"
            file.write_bytes(_mail(number, subject, charset, body))
        mails_fetch(branch=branch, mailbox=FolderMailbox(Path(folder)))


def _mail(number: int, subject: str, charset: str, body: str) -> bytes:
    mail = EmailMessage()
    mail["From"] = "95566 <service@95566.example>"
    mail["To"] = "fuwuban@branch.example"
    mail["Subject"] = subject
    mail["Date"] = format_datetime(timezone.localtime())
    mail["Message-ID"] = f"<demo-{number}@95566.example>"
    mail.set_content(body, charset=charset)
    return mail.as_bytes()
