"""Submitting an inspection of 60 answers, 32 clients at once, against a bare DRF view."""

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.services.tokens import token_create
from benchmarks.measure import Line
from inspections.models import Channel, ChecklistVersion, Visit
from outlets.models import Unit

CLIENTS, EACH, ROUNDS = 32, 8, 3
DAY = "2011-05-10"
Payload = dict[str, Any]


def people() -> tuple[User, str]:
    """An inspector and a token for the API."""
    branch = Unit.objects.filter(kind="BRANCH").order_by("pk")[10]
    user, _ = User.objects.get_or_create(
        username="bench-inspector", defaults={"name": "督导", "role": "INSPECTOR", "unit": branch}
    )
    return user, token_create(user=user, name="bench", days=1)[1]


def payloads(user: User, count: int) -> list[Payload]:
    """That many inspections to submit, each with a visit of its own."""
    version = ChecklistVersion.objects.get(checklist__branch=user.unit)
    items = list(version.items.values_list("pk", flat=True))
    unit = Unit.objects.filter(branch=user.unit, kind="OUTLET").order_by("pk")[0]
    visits = Visit.objects.bulk_create(
        Visit(
            branch_id=unit.branch_id, unit=unit, channel=Channel.OPEN, version=version,
            inspector=user, not_before="2011-05-01", not_after="2011-05-31",
        )
        for _ in range(count)
    )  # fmt: skip
    answers = [{"item": item, "value": "pass" if item % 9 else "fail"} for item in items]
    facts = {"date": DAY, "branch": unit.branch_id, "unit": unit.pk, "version": version.pk}
    return [
        {**facts, "uuid": str(uuid.uuid4()), "visit": visit.pk, "answers": answers}
        for visit in visits
    ]


@contextmanager
def server() -> Iterator[int]:
    """The site under gunicorn on a port of loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py", "benchmarks.wsgi"],
        cwd=settings.BASE_DIR,
        env=os.environ | {"BIND": f"127.0.0.1:{port}", "LOG_LEVEL": "ERROR"},
        stderr=subprocess.DEVNULL,
    )
    try:
        _until_up(port)
        yield port
    finally:
        process.terminate()
        process.wait()


def _until_up(port: int) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("gunicorn did not start")


def post(port: int, path: str, key: str, batch: list[Payload]) -> None:
    """One client: submit a batch over one connection."""
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Content-Type": "application/json", "Authorization": f"Token {key}"}
    for payload in batch:
        client.request("POST", path, json.dumps(payload), headers)
        response = client.getresponse()
        body = response.read()
        if response.status != 201:
            raise AssertionError(f"{path}: {response.status} {body[:300]!r}")
    client.close()


def rate(port: int, path: str, user: User, key: str) -> float:
    """Submissions a second with all clients at work."""
    waiting = payloads(user, CLIENTS * EACH)
    failures: list[BaseException] = []

    def client(batch: list[Payload]) -> None:
        try:
            post(port, path, key, batch)
        except (AssertionError, OSError) as error:
            failures.append(error)

    threads = [threading.Thread(target=client, args=(waiting[i::CLIENTS],)) for i in range(CLIENTS)]
    start = time.perf_counter()
    _together(threads)
    if failures:
        raise failures[0]
    return len(waiting) / (time.perf_counter() - start)


def _together(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def query_count(user: User, key: str) -> int:
    """Statements of one submission, sign-in by token included."""
    (payload,) = payloads(user, 1)
    send: Callable[[], Any] = lambda: Client().post(  # noqa: E731
        "/api/v1/inspections/",
        json.dumps(payload),
        content_type="application/json",
        headers={"Authorization": f"Token {key}"},
    )
    with CaptureQueriesContext(connection) as captured:
        response = send()
    if response.status_code != 201:
        raise AssertionError(response.content)
    return sum("SAVEPOINT" not in query["sql"] for query in captured)


def lines() -> Iterator[Line]:
    """The line about submitting."""
    user, key = people()
    query_count(user, key)
    queries = query_count(user, key)
    bare, ours = [], []
    with server() as port:
        rate(port, "/bench/insert/", user, key)
        for _ in range(ROUNDS):
            bare.append(rate(port, "/bench/insert/", user, key))
            ours.append(rate(port, "/api/v1/inspections/", user, key))
    share = sorted(ours)[ROUNDS // 2] / sorted(bare)[ROUNDS // 2]
    yield Line(
        f"提交一次 60 项的检查，{CLIENTS} 个客户端同时",
        f"每秒 {sorted(ours)[ROUNDS // 2]:.0f} 次，{queries} 条语句；为对照的 {share:.0%}",
        f"同样的行由一个最简 DRF 视图在一个事务里写入，每秒 {sorted(bare)[ROUNDS // 2]:.0f} 次",
        "≥ 60%，≤ 10 条语句",
        share >= 0.6 and queries <= 10,
    )
