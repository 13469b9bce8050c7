"""Header fields from bytes: encoded words (RFC 2047), parameters (RFC 2231), raw 8-bit text. Pure.

Bytes are joined first and decoded once: a character may be split between two encoded words or two
continuations of a parameter.
"""

import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from itertools import groupby
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote_to_bytes

from complaints.mail.charsets import charsets_of, decode_roughly

if TYPE_CHECKING:
    AnyMessage = Message[str, str]
else:
    AnyMessage = Message  # generic for the type checker only

_WORD: Final = re.compile(rb"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
_FOLD: Final = re.compile(rb"\r?\n(?=[ \t])")
_ESCAPE: Final = re.compile(rb"=([0-9A-Fa-f]{2})")
_NOT_BASE64: Final = re.compile(rb"[^A-Za-z0-9+/]")
_CONTROL: Final = re.compile("[\x00-\x1f\x7f\u2028\u2029]+")
# Marks that turn the direction of writing, by which a file name hides its ending.
_TURNS: Final = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_NAME: Final = re.compile(rb"\s*;?\s*([^\s=;\"]+?)\s*=\s*")
_PIECE: Final = re.compile(r"([^*]+)\*(?:(\d{1,3})(\*)?)?")
_LONGEST: Final = 20_000  # bytes of one field that are read
_QUOTE, _BACKSLASH, _SEMICOLON = b'"', b"\\", b";"


@dataclass(frozen=True, slots=True)
class Chunk:
    """Bytes and the charset they claim; what was no encoded word claims none."""

    data: bytes
    label: str
    encoded: bool


def raw_fields(message: AnyMessage, name: str) -> list[bytes]:
    """The bytes of every field of a name, unfolded, as they came."""
    wanted = name.lower()
    return [
        _FOLD.sub(b"", value.encode("ascii", "surrogateescape"))[:_LONGEST].strip()
        for key, value in message.raw_items()
        if key.lower() == wanted
    ]


def raw_field(message: AnyMessage, name: str) -> bytes:
    """The first field of a name; empty when there is none."""
    return next(iter(raw_fields(message, name)), b"")


def field_text(message: AnyMessage, name: str, hint: str = "") -> str:
    """A field as one line of text; `hint` is the charset of raw 8-bit text, such as the body's."""
    return text_of(raw_field(message, name), hint)


def text_of(raw: bytes, hint: str = "") -> str:
    """The text of a field's bytes, on one line whatever was encoded in it."""
    text = "".join(decode_roughly(chunk.data, chunk.label or hint) for chunk in joined(raw))
    return _CONTROL.sub(" ", text).strip()


def joined(raw: bytes) -> Iterator[Chunk]:
    """The chunks of a field, neighbouring encoded words of one charset as one."""
    held: Chunk | None = None
    for chunk in _chunks(raw):
        if held and chunk.encoded and held.encoded and _same(held.label, chunk.label):
            held = Chunk(held.data + chunk.data, held.label, encoded=True)
            continue
        if held:
            yield held
        held = chunk
    if held:
        yield held


def _same(one: str, other: str) -> bool:
    return one.lower() == other.lower() or (
        charsets_of(one) != () and charsets_of(one) == charsets_of(other)
    )


def _chunks(raw: bytes) -> Iterator[Chunk]:
    """Encoded words and what stands between them; blanks between two of them are none of the text."""
    last, was_word = 0, False
    for match in _WORD.finditer(raw):
        between = raw[last : match.start()]
        if between.strip() or (between and not was_word):
            yield Chunk(between, "", encoded=False)
        label = match[1].decode("ascii", "replace").partition("*")[0]
        yield Chunk(_word_bytes(match[2], match[3]), label, encoded=True)
        last, was_word = match.end(), True
    if raw[last:]:
        yield Chunk(raw[last:], "", encoded=False)


def _word_bytes(encoding: bytes, data: bytes) -> bytes:
    if encoding in b"qQ":
        return _ESCAPE.sub(lambda code: bytes.fromhex(code[1].decode()), data.replace(b"_", b" "))
    return base64_bytes(data)[0]


def base64_bytes(data: bytes) -> tuple[bytes, bool]:
    """What base64 stands for, as far as it goes, and whether it was whole.

    Blocks that were encoded one by one and put together are read on; anything but the alphabet,
    padding and blanks, and an end in the middle of a byte, is damage.
    """
    stripped = data.translate(None, b" \t\r\n\f\v")
    try:
        return binascii.a2b_base64(stripped, strict_mode=True), True
    except binascii.Error:
        return _pieced_together(stripped)


def _pieced_together(stripped: bytes) -> tuple[bytes, bool]:
    """What can be read block by block, and whether that was everything."""
    blocks = [block for block in re.split(rb"=+", stripped) if block]
    read = [_block_bytes(_NOT_BASE64.sub(b"", block)) for block in blocks]
    damaged = bool(re.search(rb"[^A-Za-z0-9+/=]", stripped))
    return b"".join(part for part, _ in read), not damaged and all(whole for _, whole in read)


def _block_bytes(block: bytes) -> tuple[bytes, bool]:
    whole = len(block) % 4 != 1
    usable = block if whole else block[:-1]
    return binascii.a2b_base64(usable + b"=" * (-len(usable) % 4)), whole


def parameters(raw: bytes) -> Mapping[str, tuple[bytes, str]]:
    """The parameters of a field: lower-case name → bytes and the charset they claim (RFC 2231).

    Continuations are joined; percent signs are undone where the name says so.
    """
    pieces: dict[str, list[tuple[int, bytes, bool]]] = {}
    found: dict[str, tuple[bytes, str]] = {}
    for name, value in _pairs(raw):
        piece = _PIECE.fullmatch(name)
        if piece is None:
            found.setdefault(name, (value, ""))
        else:
            extended = piece[2] is None or piece[3] is not None
            pieces.setdefault(piece[1], []).append((int(piece[2] or 0), value, extended))
    return found | {name: _assembled(parts) for name, parts in pieces.items()}


def _assembled(parts: list[tuple[int, bytes, bool]]) -> tuple[bytes, str]:
    """The pieces joined before percent signs are undone: even an escape may be cut in two."""
    ordered = sorted(parts, key=lambda part: part[0])
    label, first = "", ordered[0]
    if first[2] and first[1].count(b"'") > 1:
        said, _, rest = first[1].split(b"'", 2)
        label = said.decode("ascii", "replace")
        ordered[0] = (first[0], rest, first[2])
    runs = groupby(ordered, key=lambda part: part[2])
    joined_runs = [(extended, b"".join(value for _, value, _ in run)) for extended, run in runs]
    return b"".join(
        unquote_to_bytes(run) if extended else run for extended, run in joined_runs
    ), label


def _pairs(raw: bytes) -> Iterator[tuple[str, bytes]]:
    """Name and value of each parameter, in order; what is no parameter is passed over."""
    start = raw.find(_SEMICOLON)
    while 0 <= start < len(raw):
        match = _NAME.match(raw, start)
        if match is None:
            start = _after(raw, start + 1, _SEMICOLON)
            continue
        name = match[1].decode("ascii", "replace").lower()
        value, start = _value(raw, match.end())
        yield name, value


def _after(raw: bytes, start: int, mark: bytes) -> int:
    found = raw.find(mark, start)
    return found if found >= 0 else len(raw)


def _value(raw: bytes, start: int) -> tuple[bytes, int]:
    """A value and where the next parameter begins."""
    if raw[start : start + 1] == _QUOTE:
        value, end = _quoted(raw, start + 1)
        return value, _after(raw, end, _SEMICOLON)
    end = _after(raw, start, _SEMICOLON)
    return raw[start:end].strip(), end


def _quoted(raw: bytes, start: int) -> tuple[bytes, int]:
    """A quoted value; a backslash that is the second byte of a Chinese character escapes nothing."""
    value, place = bytearray(), start
    while place < len(raw) and raw[place : place + 1] != _QUOTE:
        width = _width(raw, place)
        if width == 1 and raw[place : place + 1] == _BACKSLASH and place + 1 < len(raw):
            place += 1
        value += raw[place : place + width]
        place += width
    return bytes(value), place + 1


def _width(raw: bytes, place: int) -> int:
    """How many bytes belong together: two of GBK or Big5, else one."""
    pair = raw[place : place + 2]
    return 2 if len(pair) > 1 and pair[0] > 0x80 and pair[1] in _TRAILS else 1  # noqa: PLR2004


_TRAILS: Final = frozenset((*range(0x40, 0x7F), *range(0x80, 0xFF)))


def file_name(message: AnyMessage, hint: str = "") -> str:
    """What a part's file is called: of Content-Disposition, else Content-Type; empty when unnamed.

    Only the name: no directories, control characters or marks that turn the direction of writing.
    """
    for field, name in (("Content-Disposition", "filename"), ("Content-Type", "name")):
        data, label = parameters(raw_field(message, field)).get(name, (b"", ""))
        if data:
            said = decode_roughly(data, label) if label else text_of(data, hint)
            return _plain_name(said)
    return ""


def _plain_name(said: str) -> str:
    name = re.split(r"[/\\]", _CONTROL.sub("", _TURNS.sub("", said)))[-1]
    return name.strip(" .\"'")[:120]


def charset_of(message: AnyMessage) -> str:
    """The charset a part claims; empty when it claims none."""
    data, _ = parameters(raw_field(message, "Content-Type")).get("charset", (b"", ""))
    return data.decode("ascii", "replace").strip("\"' ")
