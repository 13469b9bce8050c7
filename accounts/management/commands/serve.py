"""`manage.py serve`: the web server, the workers and the scheduler, until Ctrl-C."""

import signal
import sys
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from accounts.processes import Processes


class Command(BaseCommand):
    """Runs everything an installation needs on this machine."""

    help = "启动网站、任务进程与定时器，Ctrl-C 结束"

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        """Migrate, collect the static files, serve."""
        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        try:
            with Processes(["worker", "pdf-worker", "beat", "web"]) as processes:
                processes.until_up("http://127.0.0.1:8000")
                self.stdout.write("明查已启动：http://127.0.0.1:8000  （Ctrl-C 结束）")
                ended = processes.wait()
                raise CommandError(f"{ended} 意外退出，见 var/logs/{ended}.log")
        except KeyboardInterrupt:
            self.stdout.write("已停止。")
