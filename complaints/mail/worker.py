"""The process that reads mail: `python -m complaints.mail.worker OURS`, mails in, readings out.

It knows no settings, keys or database, writes no files, and has so much memory and no more. Whoever
started it ends it when a mail takes too long.
"""

import resource
import sys
from typing import BinaryIO, Final

from complaints.mail.message import read
from complaints.mail.recognise import Ours
from complaints.mail.wire import (
    WireBroken,
    ours_from_text,
    reading_to_bytes,
    receive,
    send,
)

MEMORY: Final = (
    3 * 1024**3 // 2
)  # bytes; a mail of the largest size that is fetched takes half of it


def serve(incoming: BinaryIO, outgoing: BinaryIO, ours: Ours) -> None:
    """Answer mail after mail until there are no more; an empty answer: it could not be read."""
    while True:
        try:
            raw = receive(incoming)
        except WireBroken:
            return
        send(outgoing, _answer(raw, ours))


def _answer(raw: bytes, ours: Ours) -> bytes:
    """The reading; nothing when the mail breaks the parser, which then says which error it was."""
    try:
        return reading_to_bytes(read(raw, ours))
    except (Exception, RecursionError, MemoryError) as error:  # noqa: BLE001  (any fault is the mail's)
        print(type(error).__name__, file=sys.stderr)
        return b""


def _confine() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    _confine()
    serve(sys.stdin.buffer, sys.stdout.buffer, ours_from_text(sys.argv[1]))
