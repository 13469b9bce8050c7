"""What passes between the program and the process that reads mail: lengths, bytes, JSON. Pure."""

import base64
import json
import struct
from datetime import datetime
from typing import Any, BinaryIO, Final

from complaints.mail.message import Reading
from complaints.mail.parts import File
from complaints.mail.recognise import Ours, Signs

_LENGTH: Final = struct.Struct(">Q")


class WireBroken(EOFError):
    """The other side ended in the middle."""


def send(stream: BinaryIO, data: bytes) -> None:
    """Write bytes with their length before them."""
    stream.write(_LENGTH.pack(len(data)))
    stream.write(data)
    stream.flush()


def receive(stream: BinaryIO) -> bytes:
    """Read what `send` wrote; WireBroken at the end of the stream."""
    (length,) = _LENGTH.unpack(_exactly(stream, _LENGTH.size))
    return _exactly(stream, length)


def _exactly(stream: BinaryIO, length: int) -> bytes:
    data = stream.read(length)
    if len(data) != length:
        raise WireBroken
    return data


def reading_to_bytes(reading: Reading) -> bytes:
    """A reading as JSON."""
    said: dict[str, Any] = {
        name: getattr(reading, name)
        for name in ("message_id", "subject", "sender", "text", "problem", "digest")
    }
    said["sent_at"] = reading.sent_at.isoformat() if reading.sent_at else None
    said["signs"] = [reading.signs.strong, reading.signs.weak]
    said["files"] = [
        [one.name, one.said_type, one.size, _encoded(one.data)] for one in reading.files
    ]
    return json.dumps(said).encode()


def _encoded(data: bytes | None) -> str | None:
    return None if data is None else base64.b64encode(data).decode()


def reading_from_bytes(data: bytes) -> Reading:
    """The reading again."""
    said = json.loads(data)
    sent_at, signs, files = said.pop("sent_at"), said.pop("signs"), said.pop("files")
    return Reading(
        **said,
        sent_at=datetime.fromisoformat(sent_at) if sent_at else None,
        signs=Signs(*signs),
        files=tuple(
            File(name, kind, size, None if held is None else base64.b64decode(held))
            for name, kind, size, held in files
        ),
    )


def ours_to_text(ours: Ours) -> str:
    """What our own mail is known by, for the command line."""
    return json.dumps([sorted(ours.addresses), sorted(ours.domains)])


def ours_from_text(text: str) -> Ours:
    """The same again."""
    addresses, domains = json.loads(text)
    return Ours(frozenset(addresses), frozenset(domains))
