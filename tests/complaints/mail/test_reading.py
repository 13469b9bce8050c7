"""Every mail of the collections, read without a database; and what a reader does with the rest."""

import os
import signal
import time
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from complaints.mail.message import Reading, read
from complaints.mail.reader import MailReader, MailUnreadable
from complaints.mail.recognise import Ours
from complaints.mail.wire import reading_from_bytes, reading_to_bytes
from tests.complaints.mail.builder import (
    Sent,
    as_html,
    file_part,
    letter_text,
    mail,
    multipart,
    part,
    word,
)
from tests.complaints.mail.good import good_mails
from tests.complaints.mail.hostile import OWN_ADDRESS, hostile_mails

OURS = Ours(frozenset({OWN_ADDRESS}), frozenset({"mingcha.bank.example"}))
GOOD, HOSTILE = good_mails(), hostile_mails()
READABLE = [one for one in (*GOOD, *HOSTILE) if one.text is not None]
NOBODY = Ours()


@pytest.mark.parametrize("sent", READABLE, ids=lambda one: one.name)
def test_the_text_is_what_was_written(sent: Sent):
    reading = read(sent.raw, OURS)
    assert reading.text == sent.text
    assert reading.problem == ""
    assert {name: getattr(reading, name) for name in sent.fields} == sent.fields


@pytest.mark.parametrize("sent", GOOD, ids=lambda one: one.name)
def test_files_have_their_names(sent: Sent):
    assert tuple(file.name for file in read(sent.raw, OURS).files) == sent.files


@pytest.mark.parametrize("sent", [*GOOD, *HOSTILE], ids=lambda one: one.name)
def test_line_ends_on_the_way_change_nothing(sent: Sent):
    """But where a transfer encoding keeps them: what it says is the same mail."""
    if len(sent.raw) > 1_000_000:
        return
    bare = read(sent.raw.replace(b"\r\n", b"\n"), OURS)
    assert (bare.text, bare.subject) == (
        read(sent.raw, OURS).text,
        read(sent.raw, OURS).subject,
    )


def test_what_is_read_passes_between_processes_unchanged():
    raw = mail(multipart(part("甲"), file_part(b"filename=a.pdf", b"\x00\xff%PDF")), message_id="x")
    reading = read(raw, OURS)
    assert reading_from_bytes(reading_to_bytes(reading)) == reading
    assert reading.sent_at == datetime.fromisoformat("2011-04-15T17:30:00+08:00")
    assert reading.message_id == "<x@95566.example>"


@pytest.mark.parametrize(
    "said", [b"", b"Date: yesterday\r\n", b"Date: Fri, 99 Apr 20111 77:00 +9999\r\n"]
)
def test_a_date_that_is_none(said):
    assert read(said + b"Subject: x\r\n\r\nx", OURS).sent_at is None


def test_the_same_content_has_the_same_digest_however_it_came():
    text = letter_text(1)
    ways = [
        mail(part(text, charset, cte), message_id=f"{charset}{cte}", extra=b"Received: a\r\n")
        for charset in ("gbk", "gb18030", "utf-8")
        for cte in ("8bit", "base64", "quoted-printable")
    ]
    digests = {read(raw, OURS).digest for raw in ways}
    assert len(digests) == 1
    other = mail(multipart(part(text), file_part(b"filename=a.pdf", b"%PDF")))
    assert read(other, OURS).digest not in digests


@hypothesis_settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=400), st.sampled_from([b"", b"Content-Type: multipart/mixed; boundary=a\n\n--a\n",
       b"Subject: =?gb2312?B?", b"Content-Type: text/html\nContent-Transfer-Encoding: base64\n\n"]))  # fmt: skip
def test_no_bytes_break_the_reading(tail, head):
    reading = read(head + tail, OURS)
    assert "\x00" not in reading.text + reading.subject + reading.sender
    (reading.text + reading.subject).encode()


# Shapes of mail


def test_a_page_inside_a_related_part_with_pictures():
    page = as_html(letter_text(2))
    inner = multipart(
        part(page, "gbk", "base64", kind="text/html"),
        b"Content-Type: image/png\r\nContent-ID: <a>\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=",
        kind="related",
        boundary="inner",
    )
    reading = read(mail(multipart(inner, kind="alternative")), OURS)
    assert reading.text == letter_text(2)
    assert [file.said_type for file in reading.files] == ["image/png"]


def test_a_file_of_text_is_a_file_and_two_texts_are_one():
    note = part("附件里的字").replace(
        b"\r\n", b'\r\nContent-Disposition: attachment; filename="a.txt"\r\n', 1
    )
    reading = read(mail(multipart(part("上"), note, part("下"))), OURS)
    assert reading.text == "上\n\n下"
    assert [file.name for file in reading.files] == ["a.txt"]


def test_a_name_does_not_lead_out_of_its_folder_nor_hide_its_ending():
    names = [b'filename="..\\\\..\\\\etc/passwd"', 'filename="账单\u202efdp.exe"'.encode()]
    parts = [file_part(name, b"x") for name in names]
    assert [file.name for file in read(mail(multipart(*parts)), OURS).files] == [
        "passwd",
        "账单fdp.exe",
    ]


def test_a_file_larger_than_is_kept_is_told_by_its_size():
    big = mail(multipart(part("甲"), file_part(b"filename=a.bin", bytes(51 * 1024 * 1024))))
    (file,) = read(big, OURS).files
    assert (file.data, file.size) == (None, 51 * 1024 * 1024)


def test_a_text_without_end_is_cut_and_told():
    reading = read(mail(part("长" * 250_000)), OURS)
    assert len(reading.text) == 200_000
    assert "正文超过20万字" in reading.problem


# A process apart


@pytest.fixture
def reader():
    with MailReader(OURS, seconds=20) as one:
        yield one


def test_a_reader_reads_mail_after_mail(reader):
    first = reader.read(GOOD[0].raw)
    assert isinstance(first, Reading)
    process = reader.process
    assert reader.read(GOOD[1].raw).text == GOOD[1].text
    assert reader.process is process


def test_a_mail_that_takes_too_long_is_given_up_and_the_next_is_read(monkeypatch):
    with MailReader(OURS, seconds=0.3) as reader:
        reader._running()
        os.kill(reader.process.pid, signal.SIGSTOP)
        began = time.monotonic()
        with pytest.raises(MailUnreadable, match=r"解析超过0\.3秒，已中止"):
            reader.read(GOOD[0].raw)
        assert time.monotonic() - began < 3
        reader.seconds = 20
        assert reader.read(GOOD[1].raw).text == GOOD[1].text


def test_a_process_that_dies_is_replaced(reader):
    reader.read(GOOD[0].raw)
    os.kill(reader.process.pid, signal.SIGKILL)
    reader.process.wait()
    assert reader.read(GOOD[1].raw).text == GOOD[1].text


@pytest.mark.parametrize(
    "raw",
    [
        b"Content-Type: message/rfc822\n\n" * 3000,
        b"".join(
            b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3000)
        ),
        b"Subject: x\n\n" + b"a\n" * 40_000_000,
    ],
    ids=["deep messages", "deep parts", "more memory than it has"],
)
def test_what_breaks_the_parser_is_said_and_the_next_is_read(reader, raw):
    with pytest.raises(MailUnreadable, match=r"结构异常|异常结束|已中止"):
        reader.read(raw)
    assert reader.read(GOOD[1].raw).text == GOOD[1].text


def test_the_process_knows_no_secrets(reader, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "secret")
    reader.read(GOOD[0].raw)
    with open(f"/proc/{reader.process.pid}/environ", "rb") as file:  # noqa: PTH123
        assert b"SECRET" not in file.read()


# Mail that nobody wrote


def signs(head: bytes, body: bytes = b"", ours: Ours = OURS) -> tuple[str, str]:
    found = read(head + b"\r\n" + (body or part("您好")), ours).signs
    return found.strong, found.weak


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (b"Auto-Submitted: auto-replied (vacation)\r\n", "自动回复"),
        (b"X-Autoreply: yes\r\n", "自动回复"),
        (b"X-Autorespond: Out\r\n", "自动回复"),
        (b"Precedence: auto_reply\r\n", "自动回复"),
        (b"Subject: " + word("自动回复: 关于投诉", "gb2312") + b"\r\n", "自动回复"),
        (b"Subject: " + word("【自动回复】休假中", "utf-8") + b"\r\n", "自动回复"),
        (b"Subject: Automatic reply: letter\r\n", "自动回复"),
        (b"Subject: Out of Office\r\n", "自动回复"),
        (b"From: MAILER-DAEMON@mx\r\nSubject: Undelivered Mail Returned to Sender\r\n", "退信"),
        (b"Return-Path: <>\r\nSubject: " + word("系统退信", "gbk") + b"\r\n", "退信"),
        (b"X-Failed-Recipients: a@b.example\r\n", "退信"),
        (b"From: " + OWN_ADDRESS.upper().encode() + b"\r\n", "回路"),
        (b"X-Loop: " + OWN_ADDRESS.encode() + b"\r\n", "回路"),
        (b"Message-ID: <1@mingcha.bank.example>\r\n", "回路"),
        (b"List-Id: <letters.mingcha.bank.example>\r\n", "回路"),
        (b"Received: a\r\n" * 51, "回路"),
    ],
)
def test_strong_signs(head, said):
    assert signs(head[:-2])[0].startswith(said)


@pytest.mark.parametrize(
    "head",
    [
        b"Return-Path: <>",
        b"Auto-Submitted: auto-generated",
        b"X-Auto-Response-Suppress: DR, OOF, AutoReply",
        b"Precedence: bulk",
    ],
)
def test_weak_signs(head):
    strong, weak = signs(head)
    assert (strong, weak != "") == ("", True)


@pytest.mark.parametrize(
    "head",
    [
        b"Auto-Submitted: no",
        b"Subject: " + word("自动回复太慢，客户投诉", "utf-8"),
        b"Subject: " + word("关于自动柜员机退信一事", "utf-8"),
        b"From: postmaster@bank.example\r\nSubject: letter",
        b"Message-ID: <1@other.bank.example>",
        b"Received: a\r\n" * 49 + b"X: y",
        b"Return-Path: <a@b.example>",
    ],
)
def test_no_sign(head):
    assert signs(head) == ("", "")


def test_a_bounce_told_by_what_it_says():
    said = (
        b"Hi. This is the qmail-send program at mx.example.\r\nI'm afraid I wasn't able to deliver"
        b" your message.\r\n\r\n<somebody@example.com>:\r\nUser unknown.\r\n"
    )
    head = b"From: MAILER-DAEMON@mx.example\r\nSubject: x\r\n"
    assert signs(head, said, NOBODY)[0] == "退信：邮件系统通知投递失败"
    assert signs(b"From: somebody@mx.example\r\n", said, NOBODY) == ("", "")
