"""The processes of a running installation, started and ended together on one machine."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from django.conf import settings

CELERY = (sys.executable, "-m", "celery", "-A", "config")
QUIET = ("--loglevel", "warning", "--without-gossip", "--without-mingle", "--without-heartbeat")

COMMANDS: dict[str, tuple[str, ...]] = {
    "web": (sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py", "config.wsgi"),
    "worker": (*CELERY, "worker", "-Q", "default", "-c", "2", "-n", "worker@%h", *QUIET),
    # Rendering is heavy and must not slow down pages: a queue and a priority of its own.
    "pdf-worker": ("nice", "-n", "10", *CELERY, "worker", "-Q", "pdf", "-c", "1", "-n", "pdf@%h", *QUIET),
    "beat": (*CELERY, "beat", "--schedule", str(Path(settings.VAR_DIR) / "beat"), "--loglevel", "warning"),
}  # fmt: skip
GRACE_SECONDS = 15


class Processes:
    """Runs the named processes; leaving the block ends them in reverse order."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        for name in self.names:
            self.start(name)
        return self

    def start(self, name: str) -> None:
        """Start one process; it logs into var/logs/<name>.log."""
        logs = Path(settings.VAR_DIR) / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        with (logs / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                COMMANDS[name],
                cwd=settings.BASE_DIR,
                stdout=log,
                stderr=log,
                env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"},
                start_new_session=True,
            )

    def until_up(self, url: str, seconds: int = 60) -> None:
        """Wait until the web process answers; TimeoutError when it does not."""
        host, _, port = url.removeprefix("http://").partition(":")
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                socket.create_connection((host, int(port)), 1).close()
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise TimeoutError(f"{url} 没有在 {seconds} 秒内启动，见 var/logs/web.log")

    def wait(self) -> str:
        """Until one of them ends; its name."""
        while True:
            for name, process in self.running.items():
                if process.poll() is not None:
                    return name
            time.sleep(0.5)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for process in reversed(self.running.values()):
            process.terminate()
        for process in self.running.values():
            try:
                process.wait(GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
