"""The national month close against plain SQL over the answers and against a per-object loop."""

import multiprocessing
import multiprocessing.pool
import time
from collections.abc import Iterator
from decimal import Decimal

from django.db import connection, connections, transaction
from django.db.models import Q

from benchmarks import tellers
from benchmarks.measure import Line, database_time, seconds
from benchmarks.sealed import FINDINGS_FROM, sealed_columns
from complaints.models import Responsibility
from inspections.models import Inspection
from outlets.models import Unit
from outlets.months import Month
from reports.models import MonthlyScore
from reports.services.months import CHUNK, months_close
from reports.services.rollup import Change, figures_refresh
from tellers.models import DeviceMonth, Violation

MONTH = Month.parse("2011-04")
WORKERS = 2
_POINTS = {
    "BANK": Decimal(-2), "VERIFIED": Decimal("0.5"), "MINOR": Decimal("-0.5"), "SERIOUS": Decimal(-2),
}  # fmt: skip

# What somebody would write by hand to get the same components from the answers (R2: sums by
# module make an inspection's score; R3: the mean by outlet and channel); nothing is stored.
PLAIN_SQL = """
SELECT unit_id, channel, avg(score)
FROM (
    SELECT inspection_id, unit_id, channel, 100 * sum(earned) / sum(possible) AS score
    FROM (
        SELECT a.inspection_id, i.unit_id, i.channel, t.section_id,
            sum(a.earned) AS earned, sum(a.possible) AS possible
        FROM inspections_answer a
        JOIN inspections_inspection i ON i.id = a.inspection_id
        JOIN inspections_item t ON t.id = a.item_id
        WHERE i.date BETWEEN '2011-04-01' AND '2011-04-30' AND i.state = 'RELEASED'
        GROUP BY a.inspection_id, i.unit_id, i.channel, t.section_id
    ) modules
    GROUP BY inspection_id, unit_id, channel
) inspections
GROUP BY unit_id, channel
"""


# The barest sum over them all, from which no score by R2 can be had; printed beside the other.
BAREST_SQL = """
SELECT i.unit_id, i.channel, sum(a.earned), sum(a.possible)
FROM inspections_answer a JOIN inspections_inspection i ON i.id = a.inspection_id
WHERE i.date BETWEEN '2011-04-01' AND '2011-04-30' AND i.state = 'RELEASED'
GROUP BY i.unit_id, i.channel
"""


# A letter with a finding a unit, so that every row has an adjustment.
FINDINGS = """
SET session_replication_role = replica;
INSERT INTO complaints_letter (id, branch_id, reference, channel, source, kind, first_kind, state,
    severity, received_at, unit_id, unit_path, business, cause, service_channel, body, text,
    customer_name, customer_phone, customer_card, customer_identity, is_late, outcome, created_at)
SELECT %(first)s + id, branch_id, 'F' || id, 'HOTLINE', 'FILE', kinds.kind, kinds.kind, 'CLOSED', 'NORMAL',
    '2011-04-10', id, path, '', '', '', %(body)s, '', %(customer_name)s, %(customer_phone)s,
    %(customer_card)s, %(customer_identity)s, false, '', now()
FROM outlets_unit
CROSS JOIN LATERAL (SELECT CASE WHEN id %% 3 = 0 THEN 'COMPLAINT' ELSE 'PRAISE' END AS kind) kinds
WHERE serves_customers
ON CONFLICT DO NOTHING;
DELETE FROM complaints_responsibility;
INSERT INTO complaints_responsibility (branch_id, letter_id, finding, unit_id, staff_id, grounds,
    state, proposed_at, decided_on, opinion, objection, objection_answer)
SELECT branch_id, %(first)s + id, CASE WHEN id %% 3 = 0 THEN 'BANK' ELSE 'VERIFIED' END, id, id * 100 + 1, '',
    'CONFIRMED', now(), '2011-04-20', '', '', ''
FROM outlets_unit WHERE serves_customers;
ANALYZE complaints_responsibility;
SET session_replication_role = origin;
"""


def findings() -> None:
    """What letters add and deduct this month, one line for each of the nation's outlets."""
    with connection.cursor() as cursor:
        cursor.execute(FINDINGS, {**sealed_columns(), "first": FINDINGS_FROM})


def aggregate(statement: str) -> float:
    """The median seconds of one of the statements, warm."""

    def fetch() -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            cursor.fetchall()

    fetch()
    return seconds(fetch, 3)


def forget() -> None:
    """Back to the state before the month was rolled up."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE reports_monthlyscore, reports_monthclose CASCADE")
        cursor.execute("ANALYZE reports_monthlyscore")


def close_chunk(branch_ids: list[int]) -> None:
    """What one worker does for one job."""
    months_close(branch_ids=branch_ids, month=MONTH, actor=None)


def national_close(pool: multiprocessing.pool.Pool) -> float:
    """Seconds for closing the month of all branches with the pool's workers, every figure stored."""
    branch_ids = list(
        Unit.objects.filter(kind="BRANCH").order_by("pk").values_list("pk", flat=True)
    )
    chunks = [branch_ids[i : i + CHUNK] for i in range(0, len(branch_ids), CHUNK)]
    start = time.perf_counter()
    pool.map(close_chunk, chunks, chunksize=1)
    return time.perf_counter() - start


def object_loop(outlets: list[Unit]) -> None:
    """The month of some outlets as a straightforward Django loop computes it."""
    for outlet in outlets:
        scores: dict[str, list[Decimal]] = {}
        visits = outlet.inspections.filter(
            date__gte=MONTH.first, date__lte=MONTH.last, state="RELEASED"
        )
        for inspection in visits:
            scores.setdefault(inspection.channel, []).append(_score(inspection))
        means = {channel: sum(found, Decimal(0)) / len(found) for channel, found in scores.items()}
        means["DEVICE"] = _device(outlet)
        total = sum(means.values(), Decimal(0)) / len(means) + _adjustments(outlet)
        MonthlyScore.objects.create(
            branch_id=outlet.branch_id, unit=outlet, unit_path=outlet.path, month=MONTH.first,
            kind="OUTLET", windows=outlet.windows, open=means.get("OPEN"), total=total,
            device=means["DEVICE"],
        )  # fmt: skip


def _score(inspection: Inspection) -> Decimal:
    earned = possible = Decimal(0)
    for answer in inspection.answers.select_related("item"):
        earned += answer.earned
        possible += answer.item.points
    return 100 * earned / possible


def _device(outlet: Unit) -> Decimal:
    """Usage and satisfaction of those posted there on the month's last day."""
    there = Q(staff__postings__end=None) | Q(staff__postings__end__gte=MONTH.last)
    held = DeviceMonth.objects.filter(
        there,
        month=MONTH.first,
        staff__postings__unit=outlet,
        staff__postings__start__lte=MONTH.last,
    )
    done = asked = pleased = 0
    for one in held.select_related("staff"):
        done, asked = done + one.transactions, asked + one.evaluations
        pleased += one.very_satisfied + one.satisfied
    return (
        60 * min(Decimal(1), Decimal(asked) / done / Decimal("0.8")) + Decimal(40) * pleased / asked
    )


def _adjustments(outlet: Unit) -> Decimal:
    """What letters and violations of the month add and deduct."""
    days = (MONTH.first, MONTH.last)
    letters = Responsibility.objects.filter(
        unit=outlet, decided_on__range=days, state="CONFIRMED", superseded_on=None
    )
    points = sum((_POINTS[each] for each in letters.values_list("finding", flat=True)), Decimal(0))
    lost = Violation.objects.filter(unit=outlet, recorded_on__range=days, state="RECORDED")
    grades = lost.values_list("severity", flat=True)
    return points + sum((_POINTS[each] for each in grades), Decimal(0))


def lines() -> Iterator[Line]:
    """The lines about the roll-up."""
    tellers.fill()
    findings()
    plain, barest = aggregate(PLAIN_SQL), aggregate(BAREST_SQL)
    connections.close_all()
    with multiprocessing.get_context("fork").Pool(WORKERS) as pool:
        taken = []
        for _ in range(3):
            forget()
            connections.close_all()
            taken.append(national_close(pool))
    closing = sorted(taken)[1]
    stored = MonthlyScore.objects.count()
    yield Line(
        "全国月结（300 家分行、10,500 家网点、42,000 次检查、252 万条答案、"
        "30 万名柜员的评价数据、10,500 次来信认定、2,500 次违规；分量、加减分、名次全部入库）",
        f"{closing:.2f} 秒，{WORKERS} 个进程，入库 {stored:,} 行；为对照的 {closing / plain:.2f} 倍",
        f"对这些答案的一条手写 SQL 汇总（逐模块、逐检查到网点分量，不入库）{plain:.2f} 秒；"
        f"只求网点合计、得不出分数的一条 {barest:.2f} 秒，为它的 {closing / barest:.2f} 倍",
        "≤ 1.0 倍",
        closing <= plain,
    )
    sample = list(Unit.objects.filter(serves_customers=True).order_by("?")[:105])
    forget()
    loop = seconds(lambda: object_loop(sample)) * 100
    yield Line(
        "同上，对照逐个对象的循环",
        f"快 {loop / closing:.0f} 倍",
        f"Django 逐个对象循环，1% 抽样折算 {loop:.0f} 秒",
        "≥ 50 倍",
        loop / closing >= 50,
    )
    yield incremental()


def incremental() -> Line:
    """One released inspection reaching the league table."""
    forget()
    unit = Unit.objects.filter(kind="OUTLET").order_by("pk")[0]
    change = Change(unit.branch_id, unit.pk, MONTH.first)
    figures_refresh([change])  # the first one opens and rolls up the month
    inspection = Inspection.objects.filter(unit=unit).order_by("pk")[0]

    def release_again() -> None:
        with transaction.atomic():
            inspection.score = Decimal(90) if inspection.score != 90 else Decimal(80)
            inspection.save(update_fields=["score"])
            figures_refresh([change])

    spent, statements = database_time(release_again)
    return Line(
        "一次检查发布后进入排名（增量，不重算全月）",
        f"数据库用时 {spent * 1000:.0f} 毫秒，{statements} 条语句",
        "其所在分行 35 家网点、全国 10,500 家",
        "≤ 50 毫秒",
        spent <= 0.05,
    )
