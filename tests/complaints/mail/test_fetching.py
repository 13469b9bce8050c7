"""Mail through a real IMAP server: nothing is lost, nothing is double, every text as it was written."""

import base64
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from io import StringIO
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.jobs import job_run
from accounts.models import Job
from complaints.mailboxes import ImapMailbox
from complaints.models import Attachment, Letter, Mail
from complaints.sealed_files import file_unseal
from complaints.services import fetching
from complaints.services.fetching import mail_fetch_request
from complaints.tasks import letters_fetch
from config import servers
from tests.complaints.mail.builder import Sent, letter_text, mail, part
from tests.complaints.mail.good import good_mails
from tests.complaints.mail.hostile import OWN_ADDRESS, hostile_mails
from tests.complaints.mail.imap import PASSWORD

GOOD, HOSTILE = good_mails(), hostile_mails()
ALL = [*GOOD, *HOSTILE]
ROOT = Path(__file__).resolve().parent.parent.parent.parent


@pytest.fixture
def mailbox(settings, imap_server, request):
    """Settings that point at a mailbox of the test's own; its user's name."""
    user = f"user{abs(hash(request.node.nodeid))}"
    settings.MAIL_IMAP_URL = imap_server.url
    settings.MAIL_IMAP_USER = user
    settings.MAIL_IMAP_PASSWORD = PASSWORD
    settings.MAIL_IMAP_CA_PATH = imap_server.certificate
    settings.MAIL_OWN_ADDRESSES = [OWN_ADDRESS]
    return user


def fetch(*options: str) -> str:
    """What the command says."""
    out = StringIO()
    call_command("fetch_letters", "--unit", "AS", *options, stdout=out)
    return out.getvalue()


def states() -> Counter[str]:
    return Counter(Mail.objects.values_list("state", flat=True))


def test_every_mail_ends_somewhere_and_nothing_is_lost(org, mailbox, imap_server):
    imap_server.deliver(mailbox, *(one.raw for one in ALL))

    said = fetch()

    expected = Counter(one.state for one in ALL)
    assert len(GOOD) == 40
    assert len(HOSTILE) >= 20
    assert states() == expected
    assert sum(states().values()) == len(ALL)
    assert Letter.objects.count() == expected["TAKEN"]
    assert said.startswith(f"取信完成：共{len(ALL)}封：已成来信{expected['TAKEN']}，待人工处理")
    assert imap_server.unseen(mailbox) == 0
    mails = dict(zip((one.name for one in ALL), Mail.objects.order_by("id"), strict=True))
    for sent in ALL:
        _as_expected(sent, mails[sent.name])


def _as_expected(sent: Sent, kept: Mail) -> None:
    """The row, the letter with its text and files, and the raw mail."""
    assert (kept.state, sent.reason in kept.reason) == (sent.state, True), (sent.name, kept.reason)
    assert file_unseal(kept.file).replace(b"\r\n", b"\n") == sent.raw.replace(b"\r\n", b"\n")
    if sent.text is None:
        assert kept.letter is None
        return
    assert kept.letter is not None, sent.name
    assert kept.letter.body == sent.text, sent.name
    assert kept.letter.kind == "COMPLAINT"
    names = [one.name for one in kept.letter.attachments.all()]
    assert names == list(sent.files), sent.name


def some(count: int) -> list[bytes]:
    """So many mails, each a letter."""
    return [mail(part(letter_text(700 + n), "gbk", "base64")) for n in range(count)]


def test_fetching_twice_changes_nothing(org, mailbox, imap_server):
    imap_server.deliver(mailbox, *some(3))
    fetch()
    assert fetch() == "取信完成：共0封：已成来信0，待人工处理0，重复邮件0，自动邮件0\n"
    assert states() == {"TAKEN": 3}


def test_mail_that_was_taken_but_not_marked_is_the_row_there_is(org, mailbox, imap_server):
    imap_server.deliver(mailbox, *some(3))
    fetch()
    imap_server.forget_seen(mailbox)
    assert "共3封" in (said := fetch())
    assert said.endswith("此前已取过3\n")
    assert (Letter.objects.count(), states()) == (3, {"TAKEN": 3})
    assert imap_server.unseen(mailbox) == 0


def test_a_connection_that_breaks_before_marking_loses_nothing(
    org, mailbox, imap_server, monkeypatch
):
    imap_server.deliver(mailbox, *some(3))
    taken = ImapMailbox.taken

    def breaks(self, arrival):
        if Mail.objects.count() == 2:
            self.client.shutdown()
        taken(self, arrival)

    with monkeypatch.context() as patch:
        patch.setattr(ImapMailbox, "taken", breaks)
        with pytest.raises(CommandError, match="连接中断"):
            fetch()
    assert states() == {"TAKEN": 2}
    assert fetch().startswith("取信完成：共2封：已成来信1")
    assert (Letter.objects.count(), states()) == (3, {"TAKEN": 3})


def test_one_mail_that_fails_holds_up_no_other(org, mailbox, imap_server, monkeypatch):
    imap_server.deliver(mailbox, *some(3))
    take = fetching.mail_take

    def fails(*, arrival, **rest):
        if letter_text(701).encode("gbk")[:30] in base64.b64decode(
            arrival.raw.split(b"\r\n\r\n")[1]
        ):
            raise RuntimeError
        return take(arrival=arrival, **rest)

    with monkeypatch.context() as patch:
        patch.setattr(fetching, "mail_take", fails)
        with pytest.raises(CommandError, match="有1封未能处理"):
            fetch()
    assert states() == {"TAKEN": 2}
    assert imap_server.unseen(mailbox) == 1
    fetch()
    assert states() == {"TAKEN": 3}


def test_a_folder_of_files_is_taken_once(org, settings, tmp_path):
    settings.MAIL_OWN_ADDRESSES = [OWN_ADDRESS]
    for place, sent in enumerate(ALL):
        (tmp_path / f"{place:03d}.eml").write_bytes(sent.raw)
    (tmp_path / "readme.txt").write_text("not a mail")
    fetch("--folder", str(tmp_path))
    assert states() == Counter(one.state for one in ALL)
    for sent, kept in zip(ALL, Mail.objects.order_by("id"), strict=True):
        _as_expected(sent, kept)
    before = list(Mail.objects.values("pk", "state", "handled_at"))
    assert f"此前已取过{len(ALL)}" in fetch("--folder", str(tmp_path))
    assert list(Mail.objects.values("pk", "state", "handled_at")) == before


@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
def test_killed_in_the_middle_again_and_again(
    transactional_db, org, mailbox, imap_server, settings, tmp_path
):
    """Kill -9 wherever the process happens to be; the last run finishes, and the sums are right."""
    imap_server.deliver(mailbox, *(one.raw for one in ALL))
    settings.MEDIA_ROOT = tmp_path / "media"
    for goal in (3, 18, 55):
        process = _start(settings, tmp_path)
        while Mail.objects.count() < goal and process.poll() is None:
            time.sleep(0.002)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert 55 <= Mail.objects.count() < len(ALL)
    assert _start(settings, tmp_path).wait(timeout=120) == 0
    assert states() == Counter(one.state for one in ALL)
    assert Letter.objects.count() == states()["TAKEN"]
    assert imap_server.unseen(mailbox) == 0
    for sent, kept in zip(ALL, Mail.objects.order_by("id"), strict=True):
        _as_expected(sent, kept)


def _start(settings, directory: Path) -> "subprocess.Popen[bytes]":
    """The command in a process of its own, on the test's database, files and mailbox."""
    url = urlsplit(settings.DATABASE_URL or servers.database_url())
    names = ("MAIL_IMAP_URL", "MAIL_IMAP_USER", "MAIL_IMAP_PASSWORD", "MAIL_IMAP_CA_PATH")
    env = os.environ | {name: getattr(settings, name) for name in names}
    env |= {
        "DATABASE_URL": url._replace(path=f"/{connection.settings_dict['NAME']}").geturl(),
        "VAR_DIR": str(directory),
        "MAIL_OWN_ADDRESSES": OWN_ADDRESS,
        "FIELD_KEYS": ",".join(
            f"{number}:{base64.b64encode(key).decode()}"
            for number, key in settings.FIELD_KEYS.items()
        ),
        "BLIND_INDEX_KEY": f"1:{base64.b64encode(settings.BLIND_INDEX_KEY).decode()}",
    }
    return subprocess.Popen(
        [sys.executable, "manage.py", "fetch_letters", "--unit", "AS"],
        cwd=ROOT, env=env, stdout=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip


def test_the_other_way_to_tls(org, mailbox, imap_server, settings):
    settings.MAIL_IMAP_URL = f"imap://127.0.0.1:{imap_server.plain}"
    imap_server.deliver(mailbox, *some(1))
    assert "已成来信1" in fetch()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("MAIL_IMAP_CA_PATH", "", "证书或加密连接有问题"),
        ("MAIL_IMAP_PASSWORD", "wrong", "拒绝登录"),
        ("MAIL_IMAP_FOLDER", "没有的", "没有文件夹"),
        ("MAIL_IMAP_URL", "imaps://127.0.0.1:1", "连不上邮件服务器"),
        ("MAIL_IMAP_URL", "http://127.0.0.1", "应写成 imaps://"),
        ("MAIL_IMAP_URL", "", "没有设置邮箱"),
    ],
)
def test_what_is_wrong_with_the_mailbox_is_said(org, mailbox, settings, name, value, said):
    setattr(settings, name, value)
    with pytest.raises(CommandError, match=said):
        fetch()


def test_a_folder_that_is_not_there(org):
    with pytest.raises(CommandError, match="没有文件夹"):
        fetch("--folder", "/nowhere")


def test_the_branch_must_be_clear(org):
    with pytest.raises(CommandError, match="有多家分行"):
        call_command("fetch_letters", "--folder", "/nowhere")
    with pytest.raises(CommandError, match="没有机构号"):
        call_command("fetch_letters", "--unit", "ASA", "--folder", "/nowhere")


def test_the_schedule_asks_for_one_job_which_fetches(
    org, mailbox, imap_server, settings, django_capture_on_commit_callbacks
):
    settings.MAIL_IMAP_UNIT = "AS"
    imap_server.deliver(mailbox, *some(2))
    letters_fetch()
    letters_fetch()
    job = Job.objects.get(kind=fetching.FETCH)
    job_run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.result["states"]) == (Job.State.DONE, {"TAKEN": 2})


def test_a_job_says_what_is_wrong_with_the_mailbox(org, mailbox, settings):
    settings.MAIL_IMAP_UNIT, settings.MAIL_IMAP_PASSWORD = "AS", "wrong"
    job = mail_fetch_request()
    job_run(job.pk)
    job.refresh_from_db()
    assert (job.state, "拒绝登录" in job.error) == (Job.State.FAILED, True)


def test_nothing_is_asked_for_when_the_branch_is_unclear(org, mailbox):
    assert mail_fetch_request() is None
    assert not Job.objects.exists()


def test_of_a_mail_too_large_the_head_is_kept_and_it_is_set_aside(
    org, mailbox, imap_server, monkeypatch
):
    monkeypatch.setattr("complaints.mailboxes.MAX_MAIL", 3_000)
    raw = mail(part(letter_text(1), "gbk"), subject=b"GD")
    imap_server.deliver(mailbox, raw + b"x" * 5_000, raw)
    fetch()
    large, small = Mail.objects.order_by("id")
    assert (large.state, small.state) == ("SET_ASIDE", "TAKEN")
    assert "只取了邮件头" in large.reason
    assert large.size > 5_000
    assert file_unseal(large.file).endswith(b"\r\n\r\n")


def test_nothing_of_the_customers_is_in_clear(org, mailbox, imap_server, settings):
    raw = mail(
        part(letter_text(1, tail="证件号210302197001011234"), "gbk"),
        subject="王建国13841230001".encode(),
    )
    imap_server.deliver(mailbox, raw)
    fetch()
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(m)::text FROM complaints_mail m")
        row = cursor.fetchone()[0]
        cursor.execute("SELECT row_to_json(l)::text FROM complaints_letter l")
        row += cursor.fetchone()[0]
    assert "王建国" not in row
    assert "13841230001" not in row
    assert "210302197001011234" not in row
    kept = Path(settings.MEDIA_ROOT) / Mail.objects.get().file
    assert b"13841230001" not in kept.read_bytes()
    assert not Attachment.objects.exists()
