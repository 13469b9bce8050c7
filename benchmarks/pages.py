"""The league table page, with 10,500 outlets behind it, against a page of the frame alone."""

import time
from collections.abc import Iterator

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from benchmarks.measure import Line, percentile
from benchmarks.rollup import MONTH, close_chunk, forget
from outlets.models import Unit

RUNS = 60

# The eight months before, so that the season and the small curves have something to show.
EARLIER = """
INSERT INTO reports_monthlyscore (branch_id, month, kind, edition, unit_id, unit_path,
    institution_id, peer_group, windows, open, covert, special, device, quiz, base, adjustment,
    complaints, total, rank, group_rank, previous_rank, lines, frozen)
SELECT branch_id, month - make_interval(months => n), kind, edition, unit_id, unit_path,
    institution_id, peer_group, windows, open, covert, special, device, quiz, base, adjustment,
    complaints, total, rank, group_rank, previous_rank, lines, frozen
FROM reports_monthlyscore, generate_series(1, 3) n;
INSERT INTO reports_monthclose (branch_id, month, state, scheme_id, rolled_up_at, closed_at, waiting)
SELECT branch_id, month - make_interval(months => n), state, scheme_id, rolled_up_at, closed_at,
    waiting
FROM reports_monthclose, generate_series(1, 3) n;
"""


def signed_in(branch: Unit) -> Client:
    """A client of the branch's service office."""
    user, _ = User.objects.get_or_create(
        username="bench-office",
        defaults={"name": "服务办", "role": "SERVICE_OFFICE", "unit": branch},
    )
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def page_times(client: Client, path: str) -> list[float]:
    """Seconds of repeated requests, warmed up."""
    taken = []
    for run in range(RUNS + 5):
        start = time.perf_counter()
        response = client.get(path)
        if response.status_code != 200:
            raise AssertionError(f"{path}: {response.status_code}")
        if run >= 5:
            taken.append(time.perf_counter() - start)
    return taken


def lines() -> Iterator[Line]:
    """The line about the page."""
    forget()
    branches = list(Unit.objects.filter(kind="BRANCH").order_by("pk"))
    close_chunk([branch.pk for branch in branches])
    with connection.cursor() as cursor:
        cursor.execute(EARLIER)
        cursor.execute("ANALYZE reports_monthlyscore")
    client = signed_in(branches[150])
    league = f"{reverse('reports:league')}?month={MONTH}"
    frame, page = page_times(client, "/bench/frame/"), page_times(client, league)
    with CaptureQueriesContext(connection) as captured:
        client.get(league)
    ratio = percentile(page, 0.95) / percentile(frame, 0.95)
    yield Line(
        "排名页（全国 10,500 家网点中一家分行的 35 家）",
        f"p95 {percentile(page, 0.95) * 1000:.1f} 毫秒，{len(captured)} 条查询；为对照的 {ratio:.1f} 倍",
        f"只有页框的页面 p95 {percentile(frame, 0.95) * 1000:.1f} 毫秒",
        "≤ 3 倍，≤ 12 条查询",
        ratio <= 3 and len(captured) <= 12,
    )
