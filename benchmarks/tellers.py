"""The nation's 300,000 tellers: postings, a year of device months, tests, violations."""

from typing import Final

from django.db import connection, transaction

from outlets.services.calendar import calendar_seed

TELLERS: Final = 300_000
YEAR: Final = 2011

# Twenty-eight or twenty-nine tellers a unit, a thousand a branch; one in fifty moved in the summer.
# Everybody is asked in a knowledge quiz once a year. The id of a teller is that of the unit and a
# number: marks of `nation` are attributed by it.
FILL: Final = """
SET session_replication_role = replica;
SELECT setseed(0.42);

INSERT INTO outlets_staff (id, branch_id, number, name)
SELECT u.id * 100 + k, u.branch_id, 'T' || u.id * 100 + k, '柜员' || u.id * 100 + k
FROM outlets_unit u, generate_series(1, 29) k
WHERE u.serves_customers AND (k < 29 OR u.id % 7 < 4)
ORDER BY 1;

INSERT INTO outlets_posting (staff_id, unit_id, post, start, "end")
SELECT s.id, s.id / 100, 'TELLER', '2005-01-01', CASE WHEN s.id % 50 = 0 THEN '2011-06-30'::date END
FROM outlets_staff s ORDER BY s.id;

INSERT INTO outlets_posting (staff_id, unit_id, post, start)
SELECT s.id, s.branch_id + 1 + s.id / 50 % 7, 'TELLER', '2011-07-01'
FROM outlets_staff s WHERE s.id % 50 = 0;

INSERT INTO tellers_devicemonth (branch_id, staff_id, month, transactions, evaluations,
    very_satisfied, satisfied, neutral, dissatisfied)
SELECT branch_id, id, month, done, asked, asked - asked / 5 - asked / 20, asked / 5, asked / 20, 0
FROM (
    SELECT s.id, s.branch_id, (make_date(2011, m, 1)) AS month, 600 + (s.id * 7 + m * 31) % 900 AS done,
        ((600 + (s.id * 7 + m * 31) % 900) * (0.5 + random() / 2))::int AS asked
    FROM outlets_staff s, generate_series(1, 12) m
) counted
ORDER BY month, id;

INSERT INTO tellers_quiz (branch_id, staff_id, date, kind, score)
SELECT branch_id, id, make_date(2011, 1 + (id % 12)::int, 20), 'KNOWLEDGE', 60 + id * 13 % 41
FROM outlets_staff
UNION ALL
SELECT branch_id, id, '2011-11-19', 'SKILL', 60 + id * 17 % 41 FROM outlets_staff;

INSERT INTO tellers_violationkind (id, branch_id, code, name, severity, basis, is_active)
SELECT b.id * 10 + k, b.id, 'A0' || k, '违规事项' || k, CASE WHEN k = 3 THEN 'SERIOUS' ELSE 'MINOR' END, '', true
FROM outlets_unit b, generate_series(1, 3) k WHERE b.kind = 'BRANCH';

INSERT INTO tellers_violation (branch_id, staff_id, unit_id, unit_path, kind_id, severity, day,
    recorded_on, source, note, state, revoked_reason, created_at)
SELECT s.branch_id, s.id, u.id, u.path, s.branch_id * 10 + 1 + s.id % 3,
    CASE WHEN s.id % 3 = 2 THEN 'SERIOUS' ELSE 'MINOR' END, make_date(2011, 1 + (s.id / 10 % 12)::int, 8),
    make_date(2011, 1 + (s.id / 10 % 12)::int, 9), 'MANUAL', '', 'RECORDED', '', now()
FROM outlets_staff s JOIN outlets_unit u ON u.id = s.id / 100
WHERE s.id % 10 = 0;

SELECT setval(pg_get_serial_sequence(t, 'id'), 3000000000)
FROM unnest(ARRAY['outlets_staff', 'tellers_violationkind']) t;
SET session_replication_role = origin;
"""


def fill() -> None:
    """Fill the tables unless they are filled already."""
    calendar_seed(year=YEAR)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM tellers_devicemonth")
        if cursor.fetchone() == (TELLERS * 12,):
            return
        with transaction.atomic():
            cursor.execute(FILL)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
