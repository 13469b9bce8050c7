"""A nation in a database of its own: 300 branches, 10,500 outlets, 42,000 inspections, 2.52 M answers."""

import hashlib
import os
from pathlib import Path

import psycopg2

from config import servers

PREFIX = "bench_mingcha_"
BRANCHES = 300
INSTITUTIONS = 7  # a branch
OUTLETS = 28  # a branch, besides its institutions, all of which serve customers
ITEMS = 60
MONTH = "2011-04-01"


def database_url() -> str:
    """The URL of the benchmark database, created empty when it is not there.

    Its name carries the fingerprint of the tables; those of older tables are dropped.
    """
    url = os.environ.get("DATABASE_URL") or servers.database_url()
    base, _, query = url.partition("?")
    server, _, _ = base.rpartition("/")
    name = PREFIX + _fingerprint()
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
        present = {row[0] for row in cursor.fetchall()}
        for old in present - {name}:
            cursor.execute(f"DROP DATABASE {old} WITH (FORCE)")
        if name not in present:
            cursor.execute(f"CREATE DATABASE {name}")
    connection.close()
    return f"{server}/{name}" + (f"?{query}" if query else "")


def _fingerprint() -> str:
    root = Path(__file__).resolve().parent.parent
    here = Path(__file__)
    files = sorted([*root.glob("*/migrations/0*.py"), here, here.with_name("tellers.py")])
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:8]


# Every second mark is attributed to one of the unit's tellers, who come later (`tellers`). Filled as
# a bulk load is: constraints and triggers are the product's, tested elsewhere.
FILL = f"""
SET session_replication_role = replica;
SELECT setseed(0.42);

INSERT INTO outlets_unit (id, code, name, short_name, kind, branch_id, parent_id, path,
    serves_customers, windows, district, address, peer_group, opened_on)
SELECT b * 1000, 'B' || b, '第' || b || '分行', '第' || b || '分行', 'BRANCH', b * 1000, NULL,
    'B' || b || '/', false, 0, '', '', '', '2000-01-01'
FROM generate_series(1, {BRANCHES}) b;

INSERT INTO outlets_unit (id, code, name, short_name, kind, branch_id, parent_id, path,
    serves_customers, windows, district, address, peer_group, opened_on)
SELECT b * 1000 + i, 'B' || b || 'I' || i, i || '支行', i || '支行', 'INSTITUTION', b * 1000,
    b * 1000, 'B' || b || '/B' || b || 'I' || i || '/', true, 3 + i % 5, '', '',
    CASE WHEN i % 3 = 0 THEN '县域' ELSE '城区' END, '2000-01-01'
FROM generate_series(1, {BRANCHES}) b, generate_series(1, {INSTITUTIONS}) i;

INSERT INTO outlets_unit (id, code, name, short_name, kind, branch_id, parent_id, path,
    serves_customers, windows, district, address, peer_group, opened_on)
SELECT b * 1000 + 100 + o, 'B' || b || 'O' || o, o || '网点', o || '网点', 'OUTLET', b * 1000,
    b * 1000 + 1 + o % {INSTITUTIONS},
    'B' || b || '/B' || b || 'I' || (1 + o % {INSTITUTIONS}) || '/B' || b || 'O' || o || '/',
    true, 3 + o % 6, '', '', CASE WHEN o % 3 = 0 THEN '县域' ELSE '城区' END, '2000-01-01'
FROM generate_series(1, {BRANCHES}) b, generate_series(1, {OUTLETS}) o;

INSERT INTO outlets_unitmove (unit_id, parent_id, effective_on)
SELECT id, parent_id, opened_on FROM outlets_unit;

INSERT INTO inspections_checklist (id, branch_id, name)
SELECT b, b * 1000, '营业网点服务检查标准' FROM generate_series(1, {BRANCHES}) b;

INSERT INTO inspections_checklistversion
    (id, checklist_id, label, scoring, effective_on, published_at)
SELECT b, b, '2011版', 'POINTS', '2011-01-01', '2011-01-01'
FROM generate_series(1, {BRANCHES}) b;

INSERT INTO inspections_section (id, version_id, position, name)
SELECT b * 100 + s, b, s, '模块' || s
FROM generate_series(1, {BRANCHES}) b, generate_series(1, 6) s;

INSERT INTO inspections_item (id, version_id, section_id, position, code, text, points, mode,
    parameters, allows_na, photo, red_line, channels, attribution, is_hot, stage)
SELECT b * 100 + n, b, b * 100 + 1 + (n - 1) / 10, n, ((n - 1) / 10 + 1) || '.' || n,
    '检查内容' || n, 10, 'ALL_OR_NOTHING', '', false, 'NO', 'NO', '{{OPEN,COVERT}}', 'OUTLET',
    false, ''
FROM generate_series(1, {BRANCHES}) b, generate_series(1, {ITEMS}) n;

INSERT INTO inspections_inspection (id, uuid, number, branch_id, unit_id, unit_path, channel,
    version_id, inspector_name, date, methods, note, state, score, possible, earned, sections,
    content_hash, submitted_at, released_at, returned_reason)
SELECT row_number() OVER (), gen_random_uuid(), 'M' || u.id || '-' || k, u.branch_id, u.id,
    u.path, CASE WHEN k % 2 = 0 THEN 'OPEN' ELSE 'COVERT' END, u.branch_id / 1000, '督导',
    '2011-04-05'::date + k * 5, '{{}}', '', 'RELEASED', round((80 + random() * 20)::numeric, 2),
    600, 540, '[]', '', now(), now(), ''
FROM outlets_unit u, generate_series(1, 4) k
WHERE u.serves_customers;

INSERT INTO inspections_answer (inspection_id, item_id, value, possible, earned, note, staff_id)
SELECT i.id, i.version_id * 100 + n, CASE WHEN random() < 0.9 THEN 'pass' ELSE 'fail' END,
    10, CASE WHEN random() < 0.9 THEN 10 ELSE 0 END, '',
    CASE WHEN n % 2 = 0 THEN i.unit_id * 100 + 1 + (i.id * 30 + n / 2) % 28 END
FROM inspections_inspection i, generate_series(1, {ITEMS}) n;

SELECT setval(pg_get_serial_sequence(t, 'id'), 10000000)
FROM unnest(ARRAY['outlets_unit', 'inspections_checklist', 'inspections_checklistversion',
    'inspections_section', 'inspections_item', 'inspections_inspection']) t;
SET session_replication_role = origin;
"""


def fill() -> None:
    """Fill the database unless it is filled already."""
    from django.db import connection  # noqa: PLC0415  (Django is set up by then)

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM inspections_answer")
        (answers,) = cursor.fetchone()
        if answers >= BRANCHES * (INSTITUTIONS + OUTLETS) * 4 * ITEMS:
            return
        tables = "outlets_unit, outlets_staff, accounts_user, accounts_job"
        cursor.execute(f"TRUNCATE {tables} CASCADE")
        cursor.execute(FILL)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
