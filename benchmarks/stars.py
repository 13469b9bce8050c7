"""Rating the nation's 300,000 tellers for a year, and a per-object loop beside it."""

import multiprocessing
import multiprocessing.pool
import time
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Final

from django.db import connection, connections
from django.db.models import Avg, Sum
from django.utils import timezone

from benchmarks import rollup, tellers
from benchmarks.measure import Line, seconds
from complaints.models import Responsibility
from inspections.models import Answer
from outlets.models import Staff, Unit
from tellers.jobs import STEP
from tellers.models import DeviceMonth, Quiz, StarPeriod, StarRating, StarScheme, Violation
from tellers.services.ratings import periods_compute
from tellers.stars import DEFAULT_STARS

WORKERS: Final = 2
SAMPLE: Final = 600
BAR: Final = 60  # seconds
FIRST, LAST = date(tellers.YEAR, 1, 1), date(tellers.YEAR, 12, 31)
_POINTS: Final = {"MINOR": 5, "SERIOUS": 20, "GRAVE": 60}
_CUTS: Final = ((95, 5), (90, 4), (80, 3), (70, 2), (60, 1))


def periods() -> list[int]:
    """The ids of the year's period of every branch, none of them computed."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE tellers_starperiod, tellers_starscheme CASCADE")
    branches = Unit.objects.filter(kind="BRANCH").order_by("pk")
    schemes = StarScheme.objects.bulk_create(
        StarScheme(
            branch=branch,
            label="办法",
            rules=DEFAULT_STARS.to_json(),
            published_at=timezone.now(),
        )
        for branch in branches
    )
    made = StarPeriod.objects.bulk_create(
        StarPeriod(
            branch_id=scheme.branch_id,
            label=str(tellers.YEAR),
            first_day=FIRST,
            last_day=LAST,
            scheme=scheme,
        )
        for scheme in schemes
    )
    return [period.pk for period in made]


def compute(period_ids: list[int]) -> int:
    """What one worker does for one step of its job."""
    return periods_compute(period_ids=period_ids)


def national_rating(pool: multiprocessing.pool.Pool, period_ids: list[int]) -> tuple[float, int]:
    """Seconds for rating everybody with the pool's workers, every rating stored; how many."""
    steps = [period_ids[i : i + STEP] for i in range(0, len(period_ids), STEP)]
    start = time.perf_counter()
    rated = sum(pool.imap_unordered(compute, steps, chunksize=1))
    return time.perf_counter() - start, rated


def object_loop(people: list[Staff], period: StarPeriod) -> None:
    """The ratings of some tellers as a straightforward Django loop computes them, without quotas."""
    for person in people:
        figures = dict(
            zip(
                ("skill", "quality", "efficiency", "standards", "discipline"),
                _figures(person),
                strict=True,
            )
        )
        total = sum(figures.values(), Decimal(0)) / len(figures)
        star = next((star for cut, star in _CUTS if total >= cut), 0)
        posting = person.postings.get(start__lte=LAST, end=None)
        StarRating.objects.update_or_create(
            period=period,
            staff=person,
            defaults={
                "branch_id": person.branch_id, "unit": posting.unit, "unit_path": posting.unit.path,
                "post": posting.post, "total": total, "star": star, "computed_star": star,
                "status": "RATED", **figures,
            },
        )  # fmt: skip


def _figures(person: Staff) -> tuple[Decimal, ...]:
    year = (FIRST, LAST)
    tests = Quiz.objects.filter(staff=person, date__range=year).aggregate(mean=Avg("score"))
    device = DeviceMonth.objects.filter(staff=person, month__range=year).aggregate(
        done=Sum("transactions"),
        asked=Sum("evaluations"),
        pleased=Sum("very_satisfied") + Sum("satisfied"),
    )
    marks = Answer.objects.filter(
        staff=person, inspection__state="RELEASED", inspection__date__range=year
    ).aggregate(earned=Sum("earned"), possible=Sum("possible"))
    letters = Responsibility.objects.filter(
        staff=person, state="CONFIRMED", superseded_on=None, decided_on__range=year
    )
    bad, good = (letters.filter(finding=finding).count() for finding in ("BANK", "VERIFIED"))
    lost = Violation.objects.filter(staff=person, state="RECORDED", day__range=year)
    return (
        tests["mean"] or Decimal(0),
        Decimal(60) * device["pleased"] / device["asked"]
        + Decimal("0.4") * min(100, 100 - 20 * bad + 5 * good),
        min(Decimal(100), Decimal(100) * device["done"] / 250 / 60),
        100 * marks["earned"] / marks["possible"] if marks["possible"] else Decimal(0),
        Decimal(max(0, 100 - sum(_POINTS[one.severity] for one in lost))),
    )


def lines() -> Iterator[Line]:
    """The lines about the star rating."""
    tellers.fill()
    rollup.findings()
    period_ids = periods()
    connections.close_all()
    with multiprocessing.get_context("fork").Pool(WORKERS) as pool:
        taken, rated = national_rating(pool, period_ids)
        again, _ = national_rating(pool, period_ids)
    yield Line(
        f"全国星级评定（300 家分行、{rated:,} 名柜员，一年：360 万条评价数据、60 万次测试、126 万条归属本人的答案、"
        "来信认定、违规；五个维度、算式、名额全部入库）",
        f"{taken:.1f} 秒，{WORKERS} 个进程；数据未变时重新测算 {again:.1f} 秒",
        "逐个对象的循环，见下一行",
        f"≤ {BAR} 秒",
        taken <= BAR,
    )
    sample = list(Staff.objects.order_by("?")[:SAMPLE])
    (period,) = StarPeriod.objects.filter(pk=period_ids[0])
    loop = seconds(lambda: object_loop(sample, period)) * rated / SAMPLE
    yield Line(
        "同上，对照逐个对象的循环",
        f"快 {loop / taken:.0f} 倍",
        f"Django 逐人循环，抽样 {SAMPLE} 人折算为 {loop:.0f} 秒（未作名额比较）",
        "快于逐个对象",
        loop > taken,
    )
