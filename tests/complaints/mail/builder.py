"""Mails put together byte by byte, so that nothing of what reads them has made them."""

import base64
import quopri
from dataclasses import dataclass, field
from typing import Final

BOUNDARY: Final = "----=_Part_2011_0415"
SENDER: Final = b"From: 95566 <service@95566.example>\r\n"


def letter_text(number: int, *, traditional: bool = False, tail: str = "") -> str:
    """A ticket's text with a number of its own."""
    if traditional:
        return (
            f"【工單編號】GD20110415{number:04d}\n【工單類型】投訴\n【受理時間】2011-04-15 10:{number % 60:02d}:05\n"
            f"【客戶姓名】許功蓋\n【聯絡電話】1384123{number:04d}\n【涉及網點】甲支行\n"
            f"【客戶訴求】客戶反映櫃員辦理業務時態度不佳，等候一個多小時，請協助瞭解並回覆。{tail}"
        )
    return (
        f"【工单编号】GD20110415{number:04d}\n【工单类型】投诉\n【受理时间】2011-04-15 10:{number % 60:02d}:05\n"
        f"【客户姓名】王建国\n【联系电话】1384123{number:04d}\n【涉及网点】甲一网点\n【业务类型】借记卡\n"
        f"【客户诉求】客户称在网点排队一个多小时，柜员态度生硬，要求道歉。{tail}"
    )


def word(text: str, charset: str, how: str = "B", label: str = "") -> bytes:
    """An encoded word (RFC 2047)."""
    return raw_word(text.encode(charset), label or charset, how)


def raw_word(data: bytes, label: str, how: str = "B") -> bytes:
    """An encoded word of any bytes."""
    quoted = b"".join(b"=%02X" % byte for byte in data)
    said = base64.b64encode(data) if how == "B" else quoted
    return b"=?" + label.encode() + b"?" + how.encode() + b"?" + said + b"?="


def split_words(text: str, charset: str, every: int) -> bytes:
    """A text as folded encoded words of so many bytes each, wherever characters end."""
    data = text.encode(charset)
    pieces = [data[at : at + every] for at in range(0, len(data), every)]
    return b"\r\n ".join(raw_word(piece, charset) for piece in pieces)


def encoded(data: bytes, cte: str) -> bytes:
    """Bytes in a transfer encoding."""
    if cte == "base64":
        return base64.encodebytes(data).replace(b"\n", b"\r\n")
    if cte == "quoted-printable":
        return quopri.encodestring(data).replace(b"\n", b"\r\n")
    return data.replace(b"\n", b"\r\n")


def part(
    text: str,
    charset: str = "utf-8",
    cte: str = "8bit",
    *,
    label: str | None = None,
    kind: str = "text/plain",
    extra: str = "",
) -> bytes:
    """A text part with its fields; a label of "" leaves the charset out."""
    said = charset if label is None else label
    claim = f"; charset={said}" if said else ""
    head = f"Content-Type: {kind}{claim}{extra}\r\nContent-Transfer-Encoding: {cte}\r\n\r\n"
    return head.encode() + encoded(text.encode(charset), cte)


def file_part(name: bytes, data: bytes, kind: str = "application/octet-stream") -> bytes:
    """An attachment; `name` is the whole filename parameter as it stands in the field."""
    return (
        f"Content-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n".encode()
        + b"Content-Disposition: attachment; "
        + name
        + b"\r\n\r\n"
        + encoded(data, "base64")
    )


def multipart(*parts: bytes, kind: str = "mixed", boundary: str = BOUNDARY) -> bytes:
    """Parts in one body, with its own fields."""
    line = f"--{boundary}\r\n".encode()
    body = b"".join(line + one + b"\r\n" for one in parts)
    head = f'MIME-Version: 1.0\r\nContent-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'
    return head.encode() + body + f"--{boundary}--\r\n".encode()


def mail(
    content: bytes,
    *,
    subject: bytes = b"GD",
    sender: bytes = SENDER,
    message_id: str = "",
    extra: bytes = b"",
) -> bytes:
    """A whole mail around a part or multipart body."""
    known = f"Message-ID: <{message_id}@95566.example>\r\n".encode() if message_id else b""
    return (
        b"Return-Path: <service@95566.example>\r\n"
        + sender
        + b"To: letters@bank.example\r\nSubject: "
        + subject
        + b"\r\nDate: Fri, 15 Apr 2011 17:30:00 +0800\r\n"
        + known
        + extra
        + content
    )


def as_html(text: str, head: str = "") -> str:
    """The text as a page: a line a block."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    lines = "".join(f"<div>{line}</div>" for line in escaped.split("\n"))
    return f"<html><head>{head}<title>x</title></head><body>{lines}</body></html>"


@dataclass(frozen=True)
class Sent:
    """A mail and what must become of it; `text` None: no letter."""

    name: str
    raw: bytes
    text: str | None
    state: str = "TAKEN"
    files: tuple[str, ...] = ()
    reason: str = ""
    fields: dict[str, str] = field(default_factory=dict)
