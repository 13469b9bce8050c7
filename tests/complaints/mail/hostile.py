"""Mails that somebody sends by mistake or on purpose, and what must become of each."""

import io
import random
import zipfile
from collections.abc import Iterator

from tests.complaints.mail.builder import (
    Sent,
    as_html,
    file_part,
    letter_text,
    mail,
    multipart,
    part,
    raw_word,
    split_words,
    word,
)

OWN_ADDRESS = "letters@mingcha.bank.example"
MP4 = b"\x00\x00\x00\x18ftypmp42"


def hostile_mails() -> list[Sent]:
    """All of them; two of them refer to each other by Message-ID, two by content."""
    return [*_texts(), *_broken(), *_files(), *_machines(), *_repeated()]


def _texts() -> Iterator[Sent]:
    text = letter_text(600, tail="😀")
    yield Sent("gb2312 that is UTF-8", mail(part(text, "utf-8", label="gb2312")), text)
    text = letter_text(601, tail="𠮷㐂镕")
    yield Sent(
        "gb2312 that is GB18030", mail(part(text, "gb18030", "base64", label="gb2312")), text
    )
    text = letter_text(602)
    zeros = text.replace("客户", "客\x00户").replace("\n", "\x00\n")
    yield Sent("zero bytes", mail(part(zeros, "utf-8", "base64")), text)
    text = letter_text(603)
    subject = "客户对海城支行排队等候时间过长的投诉"
    yield Sent("split characters", mail(part(text), subject=split_words(subject, "gb2312", 5)), text,
               fields={"subject": subject})  # fmt: skip
    text = letter_text(604)
    injected = raw_word("投诉\r\nBcc: everybody@bank.example\r\n\r\n正文".encode(), "utf-8")
    yield Sent("field injection", mail(part(text), subject=injected), text,
               fields={"subject": "投诉 Bcc: everybody@bank.example 正文"})  # fmt: skip
    text = letter_text(605)
    page = as_html(text, "<style>p{}</style><script>document.write('x')</script>")
    page = page.replace("</body>", "<script>alert(1)</script><img src=x onerror=alert(1)></body>")
    yield Sent("page with scripts", mail(part(page, kind="text/html")), text)
    text = letter_text(606)
    yield Sent("no sender", mail(part(text), sender=b""), text, fields={"sender": ""})
    text = letter_text(607)
    huge = b"".join(b"X-Filler-%d: %s\r\n" % (n, b"x" * 900) for n in range(3000))
    yield Sent(
        "huge fields", mail(part(text), subject=word("长" * 20_000, "utf-8"), extra=huge), text
    )
    text = letter_text(608, tail="\n" + "a" * 3000 + "\n" + "0" * 3000 + "\n" + "电话：" * 2000)
    yield Sent("text against patterns", mail(part(text)), text)


def _broken() -> Iterator[Sent]:
    text = letter_text(620)
    whole = part(text, "gbk", "base64")
    yield Sent("broken base64", mail(whole[:120] + b"!*" + whole[123:]), None, "SET_ASIDE",
               reason="传输编码已损坏")  # fmt: skip
    both = mail(multipart(part(letter_text(621)), file_part(b"filename=a.pdf", b"%PDF-1.4" * 99)))
    yield Sent("truncated", both[: len(both) - 300], None, "SET_ASIDE", reason="缺少结束分界")
    nested = part(letter_text(622))
    for depth in range(50):
        nested = multipart(nested, boundary=f"b{depth}")
    yield Sent("nested", mail(nested), None, "SET_ASIDE", reason="嵌套")
    other = multipart(part(letter_text(623))).replace(b"\r\n\r\n------=_P", b"\r\n\r\n--wrong", 1)
    other = other.replace(b"------=_Part", b"--wrong-mark")
    yield Sent("wrong boundary", mail(other), None, "SET_ASIDE", reason="分界")
    yield Sent("empty", mail(b"\r\n"), None, "SET_ASIDE", reason="没有正文")
    holes = letter_text(624).encode("gbk")
    holes = holes[:60] + b"\xff\xff\xff" + holes[60:]
    undecodable = b"Content-Type: text/plain; charset=gb2312\r\n\r\n" + holes
    yield Sent("undecodable", mail(undecodable), None, "SET_ASIDE", reason="解出")
    yield Sent("not a letter", mail(part("大家好，明天下午两点开会，请准时参加。")), None, "SET_ASIDE",
               reason="提取模式")  # fmt: skip


def _zip(entries: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return held.getvalue()


def _files() -> Iterator[Sent]:
    bomb = _zip({f"{n}.txt": bytes(8 * 1024 * 1024) for n in range(5)})
    program = b"MZ\x90\x00" + bytes(200)
    large = MP4 + random.Random(7).randbytes(30 * 1024 * 1024)
    for place, (name, file, data, reason, kept) in enumerate(
        (
            ("zip bomb", b"filename=a.zip", bomb, "压缩炸弹", ()),
            ("program", b'filename="invoice.pdf.exe"', program, "可执行文件", ()),
            ("program by content", b'filename="photo.jpg"', program, "可执行文件", ()),
            (
                "archive with a program",
                b"filename=b.zip",
                _zip({"x.exe": b"MZ"}),
                "可执行文件的压缩包",
                (),
            ),
            ("30 MB", b"filename=video.mp4", large, "", ("video.mp4",)),
        )
    ):
        text = letter_text(640 + place)
        yield Sent(name, mail(multipart(part(text), file_part(file, data))), text, files=kept,
                   reason=reason)  # fmt: skip


def _machines() -> Iterator[Sent]:
    ours = f"From: {OWN_ADDRESS}\r\n".encode()
    yield Sent("our own", mail(part(letter_text(660)), sender=ours), None, "IGNORED", reason="回路")
    hops = b"".join(
        b"Received: from a%d by b; Fri, 15 Apr 2011 17:30:00 +0800\r\n" % n for n in range(60)
    )
    yield Sent("round and round", mail(part(letter_text(661)), extra=hops), None, "IGNORED",
               reason="回路")  # fmt: skip
    status = (
        b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        b"Final-Recipient: rfc822; x@example.com\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    )
    report = multipart(part("无法投递", "gbk"), status, kind="report; report-type=delivery-status")
    postman = b"From: MAILER-DAEMON@mx.example\r\n"
    yield Sent("bounce", mail(report, sender=postman), None, "IGNORED", reason="退信")
    away = word("自动回复：休假", "gbk")
    yield Sent(
        "auto-reply", mail(part("我在休假。"), subject=away), None, "IGNORED", reason="自动回复"
    )
    marked = b"Auto-Submitted: auto-replied\r\nX-Auto-Response-Suppress: All\r\n"
    yield Sent("marked auto-reply", mail(part(letter_text(662)), extra=marked), None, "IGNORED",
               reason="自动回复")  # fmt: skip
    ticket = letter_text(663)
    made = b"Auto-Submitted: auto-generated\r\nPrecedence: bulk\r\n"
    yield Sent("a ticket sent by a system", mail(part(ticket), extra=made), ticket)


def _repeated() -> Iterator[Sent]:
    first, second = letter_text(680), letter_text(681)
    yield Sent("first of an id", mail(part(first), message_id="same"), first)
    yield Sent("same id, other content", mail(part(second), message_id="same"), None, "SET_ASIDE",
               reason="邮件号")  # fmt: skip
    text = letter_text(682)
    one = mail(part(text, "gbk", "base64"), message_id="m1")
    yield Sent("first of a content", one, text)
    yield Sent("same bytes", one, None, "DUPLICATE", reason="相同")
    again = mail(part(text, "utf-8", "quoted-printable"), message_id="m2")
    yield Sent("same content, otherwise encoded", again, None, "DUPLICATE", reason="相同")
    other = letter_text(682, tail="又及：请尽快。")
    yield Sent("same ticket, other text", mail(part(other)), None, "SET_ASIDE", reason="工单号")
