"""Reading mail in a process apart, so that no mail can hold up or bring down whoever reads it.

A signal cannot do this: Celery's and gunicorn's threads get none, and neither a timer nor an
exception stops a C loop or gives memory back. A process can be ended by anybody, at any moment.
One process reads a batch of mails and is replaced when it was ended.
"""

import os
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from complaints.mail.message import Reading
from complaints.mail.recognise import Ours
from complaints.mail.wire import WireBroken, ours_to_text, reading_from_bytes, receive, send

SECONDS: Final = 20.0  # for one mail; a mail of the largest size takes about three
_ROOT: Final = Path(__file__).resolve().parent.parent.parent


class MailUnreadable(Exception):
    """The mail cannot be read at all; the text says why, in Chinese."""


class MailReader:
    """Reads mails one by one; use it in a `with` statement, in one thread."""

    def __init__(self, ours: Ours | None = None, seconds: float = SECONDS) -> None:
        self.ours = ours or Ours()
        self.seconds = seconds
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _at: TracebackType | None,
    ) -> None:
        self._end()

    def read(self, raw: bytes) -> Reading:
        """The mail's reading; MailUnreadable when it breaks the parser or takes too long."""
        process = self._running()
        overdue = threading.Event()

        def stop() -> None:
            overdue.set()
            process.kill()

        timer = threading.Timer(self.seconds, stop)
        timer.start()
        try:
            answer = _ask(process, raw)
        finally:
            timer.cancel()
        if answer is None:
            self._end()
            raise MailUnreadable(
                f"解析超过{self.seconds:g}秒，已中止" if overdue.is_set() else "解析时进程异常结束"
            )
        if not answer:
            raise MailUnreadable("邮件结构异常，无法解析")
        return reading_from_bytes(answer)

    def _running(self) -> subprocess.Popen[bytes]:
        if self.process is None or self.process.poll() is not None:
            self._end()
            self.process = subprocess.Popen(
                [sys.executable, "-m", "complaints.mail.worker", ours_to_text(self.ours)],
                cwd=_ROOT,
                env={"PATH": os.environ.get("PATH", ""), "PYTHONDONTWRITEBYTECODE": "1"},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        return self.process

    def _end(self) -> None:
        if self.process is None:
            return
        self.process.kill()
        self.process.communicate()
        self.process = None


def _ask(process: "subprocess.Popen[bytes]", raw: bytes) -> bytes | None:
    """The answer of the process; None when it ended."""
    if process.stdin is None or process.stdout is None:
        return None
    try:
        send(process.stdin, raw)  # type: ignore[arg-type]
        return receive(process.stdout)  # type: ignore[arg-type]
    except (WireBroken, BrokenPipeError):
        return None
