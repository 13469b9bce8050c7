"""A branch's bulletin through a real worker against a bare WeasyPrint of the same HTML."""

import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.conf import settings
from django.db import connection
from weasyprint import HTML

from accounts.models import Job
from benchmarks.measure import Line, seconds
from benchmarks.rollup import MONTH, close_chunk, forget
from outlets.models import Unit
from reports.bulletins.render import bulletin_html, bulletin_pdf
from reports.models import Bulletin
from reports.pdf import OwnFilesFetcher, pdf_pages
from reports.services.bulletins import bulletin_issue

BULLETINS, ROUNDS = 4, 5


def side_by_side(figures: dict[str, Any]) -> tuple[float, float, int]:
    """Seconds for the bulletin, seconds for WeasyPrint alone on the same HTML, and the pages."""
    html = bulletin_html(figures)

    def bare() -> None:
        HTML(string=html, url_fetcher=OwnFilesFetcher(), base_url="none:").write_pdf()

    bare()  # both are warm from here on
    pages = pdf_pages(bulletin_pdf(figures))
    taken = [(seconds(lambda: bulletin_pdf(figures)), seconds(bare)) for _ in range(ROUNDS)]
    ours, theirs = (statistics.median(column) for column in zip(*taken, strict=True))
    return ours, theirs, pages


@contextmanager
def worker() -> Iterator[None]:
    """A PDF worker in a process group of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "config", "worker", "-Q", "pdf", "-c", "1",
         "-n", "bench@%h", "--loglevel", "error", "--without-gossip", "--without-mingle"],
        cwd=settings.BASE_DIR, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True, env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"},
    )  # fmt: skip
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def queue_to_file(branch: Unit) -> float:
    """Seconds from asking for a branch's bulletin to its file."""
    start = time.perf_counter()
    bulletin = bulletin_issue(branch=branch, month=MONTH, actor=None, issued_on=date(2011, 5, 10))
    asked = Job.objects.filter(pk=bulletin.job_id or 0)
    while not asked.filter(state=Job.State.DONE).exists():
        if time.perf_counter() - start > 120:
            raise TimeoutError(f"bulletin of {branch}")
        time.sleep(0.01)
    return time.perf_counter() - start


def lines() -> Iterator[Line]:
    """The two lines about the bulletin."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE reports_bulletin CASCADE")
    forget()
    branches = list(Unit.objects.filter(kind="BRANCH").order_by("pk")[: BULLETINS + 1])
    close_chunk([branch.pk for branch in branches])
    with worker():
        queue_to_file(branches[0])  # the worker is warm from here on
        whole = statistics.median(queue_to_file(branch) for branch in branches[1:])
    figures = Bulletin.objects.latest("pk").figures
    ours, bare, pages = side_by_side(figures)
    yield Line(
        f"分行简报（{pages} 页，含图）",
        f"{ours:.2f} 秒；为对照的 {ours / bare:.2f} 倍",
        f"同一 HTML 直接用 WeasyPrint 排版 {bare:.2f} 秒",
        "≤ 1.2 倍",
        ours <= 1.2 * bare,
    )
    yield Line(
        "从排队到文件（真实的任务进程，已预热）",
        f"{whole:.2f} 秒，比直接排版多 {whole - bare:.2f} 秒",
        f"同一 HTML 直接用 WeasyPrint 排版 {bare:.2f} 秒",
        "多不过 1 秒",
        whole - bare <= 1,
    )
