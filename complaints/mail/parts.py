"""The text and files of a mail: what is read of its parts, and what is wrong with them. Pure.

The standard library takes the mail apart (from bytes, without decoding anything); bytes, charsets
and names are read here. Whatever is doubtful is a `problem`: such a mail is set aside, not guessed.
"""

import quopri
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import errors
from email.message import Message
from typing import Final

from complaints.mail.charsets import Undecodable, decode, decode_roughly
from complaints.mail.headers import (
    AnyMessage,
    base64_bytes,
    charset_of,
    field_text,
    file_name,
    parameters,
    raw_field,
)
from complaints.mail.html import html_text

MAX_DEPTH: Final = 20
MAX_PARTS: Final = 200
MAX_TEXT: Final = 200_000  # characters
MAX_FILE: Final = 50 * 1024 * 1024  # bytes; of a larger file only the size is told
FORWARDED: Final = "---------- 转发的邮件 ----------"

_BROKEN: Final = {
    errors.CloseBoundaryNotFoundDefect: "邮件不完整：缺少结束分界，可能在传输中被截断",
    errors.StartBoundaryNotFoundDefect: "邮件各部分的分界与声明不符，无法分开",
    errors.NoBoundaryInMultipartDefect: "邮件没有声明各部分的分界，无法分开",
}
# What may stand in text: no control characters but line ends and tabs, no half characters.
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff]")
_IDENTITY: Final = frozenset({"", "7bit", "8bit", "binary"})
_QUOTED: Final = frozenset({"quoted-printable", "quotedprintable", "qp"})


@dataclass(frozen=True, slots=True)
class File:
    """A file of a mail; `data` is None when it is larger than `MAX_FILE`."""

    name: str
    said_type: str
    size: int
    data: bytes | None


@dataclass(slots=True)
class Content:
    """What a mail says and carries, and in Chinese what is wrong with it."""

    texts: list[str] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    parts: int = 0

    @property
    def text(self) -> str:
        """Everything it says, the parts apart by an empty line."""
        return "\n\n".join(text for text in self.texts if text)

    def wrong(self, problem: str) -> None:
        """Note a problem once."""
        if problem not in self.problems:
            self.problems.append(problem)


def content_of(message: AnyMessage) -> Content:
    """Read every part of a mail."""
    content = Content()
    _read(message, content, 0)
    if len(content.text) > MAX_TEXT:
        content.wrong(f"正文超过{MAX_TEXT // 10_000}万字")
        content.texts = [content.text[:MAX_TEXT]]
    return content


def _read(part: AnyMessage, content: Content, depth: int) -> None:
    content.parts += 1
    if depth > MAX_DEPTH or content.parts > MAX_PARTS:
        content.wrong(f"邮件嵌套超过{MAX_DEPTH}层或部分多于{MAX_PARTS}个")
        return
    for defect in part.defects:
        if type(defect) in _BROKEN:
            content.wrong(_BROKEN[type(defect)])
    reader = _READERS.get(part.get_content_type()) or _READERS.get(part.get_content_maintype())
    if reader is None or not _children(part):
        _leaf(part, content)
    else:
        reader(part, content, depth)


def _children(part: AnyMessage) -> list[AnyMessage]:
    payload = part.get_payload()
    return [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []


def _each(part: AnyMessage, content: Content, depth: int) -> None:
    for child in _children(part):
        _read(child, content, depth + 1)


def _alternative(part: AnyMessage, content: Content, depth: int) -> None:
    """One text of several: the plain one unless it is empty, else the next that says something.

    The files of the others are kept.
    """
    read = []
    for child in _children(part):
        one = Content(parts=content.parts)
        _read(child, one, depth + 1)
        content.parts = one.parts
        content.files += one.files
        read.append((child, one))
    plain = [one for child, one in read if child.get_content_type() == "text/plain" and one.text]
    chosen = next(iter(plain), None) or next((one for _, one in read[::-1] if one.text), None)
    for one in [chosen] if chosen else [one for _, one in read]:
        content.texts += one.texts
        for problem in one.problems:
            content.wrong(problem)


def _forward(part: AnyMessage, content: Content, depth: int) -> None:
    """A mail inside the mail: its subject and what it says follow a line that tells so."""
    (inner,) = _children(part)[:1]
    head = [FORWARDED] if content.text else []
    subject = field_text(inner, "Subject")
    content.texts.append("\n".join([*head, f"主题：{subject}"]) if subject else "\n".join(head))
    _read(inner, content, depth + 1)


_READERS: Final[dict[str, Callable[[AnyMessage, Content, int], None]]] = {
    "multipart/alternative": _alternative,
    "multipart": _each,
    "message/rfc822": _forward,
}


def _leaf(part: AnyMessage, content: Content) -> None:
    data, whole = _decoded(part)
    kind, name = part.get_content_type(), file_name(part, charset_of(part))
    if kind.startswith("multipart/"):
        content.texts.append(
            clean(decode_roughly(data))
        )  # its parts were not found; for looking at
    elif kind in {"text/plain", "text/html"} and not _is_file(part, name):
        content.texts.append(_text(part, data, content))
        if not whole:
            content.wrong("正文的传输编码已损坏，文字可能不全")
    elif data or name:
        content.files.append(File(name, kind, len(data), data if len(data) <= MAX_FILE else None))
        if not whole:
            content.wrong(f"第{len(content.files)}个附件的传输编码已损坏")


def _is_file(part: AnyMessage, name: str) -> bool:
    return bool(name) or part.get_content_disposition() == "attachment"


def _text(part: AnyMessage, data: bytes, content: Content) -> str:
    """The text of a part; what cannot be decoded is marked and noted."""
    label = charset_of(part)
    try:
        text = decode(data, label)
    except Undecodable:
        content.wrong("正文无法按声明的编码或任何中文编码完整解出")
        text = decode_roughly(data, label)
    if part.get_content_type() == "text/html":
        return clean(html_text(text))
    return clean(_unflowed(part, text))


def clean(text: str) -> str:
    """Text as it is kept: line ends as one character, no control characters, no empty end."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).rstrip()


def _unflowed(part: AnyMessage, text: str) -> str:
    """Lines that a mail program broke for the way are one again (RFC 3676)."""
    said = parameters(raw_field(part, "Content-Type"))
    if said.get("format", (b"", ""))[0].lower() != b"flowed":
        return text
    glue = "" if said.get("delsp", (b"", ""))[0].lower() == b"yes" else " "
    return "\n".join(_paragraphs(text.replace("\r\n", "\n").split("\n"), glue))


def _paragraphs(lines: list[str], glue: str) -> Iterator[str]:
    held = ""
    for line in lines:
        held += line.removeprefix(" ")
        if line.endswith(" ") and line != "-- ":
            held = held[:-1] + glue
            continue
        yield held
        held = ""
    if held:
        yield held


def _decoded(part: AnyMessage) -> tuple[bytes, bool]:
    """The bytes of a part, and whether their transfer encoding was whole.

    Without its field the library hands the bytes out as they came, neither decoded nor guessed at.
    """
    if _children(part):
        return _inner_bytes(part)
    encoding = (
        raw_field(part, "Content-Transfer-Encoding").decode("ascii", "replace").lower().strip()
    )
    del part["Content-Transfer-Encoding"]
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return b"", True
    if encoding == "base64":
        return base64_bytes(data)
    if encoding in _QUOTED:
        return quopri.decodestring(data), True
    return data, encoding in _IDENTITY


def _inner_bytes(part: AnyMessage) -> tuple[bytes, bool]:
    """A part that holds messages nobody reads, such as a delivery status, as it came."""
    return b"\n".join(child.as_bytes() for child in _children(part)), True
