"""The audit trail: append-only in the database itself, chained, searchable, exported."""

import csv
import io
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, InternalError, ProgrammingError, connection, transaction
from django.utils import timezone

from accounts.events import EVENTS, detail_words
from accounts.models import AuditEntry
from accounts.selectors.audit import audit_chain_verify
from accounts.services import audit_add

REFUSED = (InternalError, ProgrammingError, IntegrityError)


@pytest.fixture
def trail(cast):
    for number in range(5):
        audit_add(event="user.open", actor=cast.system_admin, subject=f"甲{number}", number=number)
    return list(AuditEntry.objects.order_by("id"))


def without_protection(sql, *params):
    """What only somebody with the database superuser's rights can do."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # no triggers
        cursor.execute(sql, params)
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_a_row_cannot_be_changed(trail):
    with pytest.raises(REFUSED, match="Cannot update or delete"):
        AuditEntry.objects.filter(pk=trail[1].pk).update(subject="x")


def test_a_row_cannot_be_removed(trail):
    with pytest.raises(REFUSED, match="Cannot update or delete"):
        AuditEntry.objects.filter(pk=trail[1].pk).delete()


def test_raw_sql_cannot_either(trail):
    with connection.cursor() as cursor, pytest.raises(REFUSED, match="Cannot update or delete"):
        cursor.execute("DELETE FROM accounts_auditentry")


def test_an_untouched_chain_is_intact(trail):
    report = audit_chain_verify()
    assert report.intact
    assert (report.entries, report.last_id) == (len(trail), trail[-1].pk)
    assert report.last_hash == trail[-1].hash


def test_entries_are_numbered_without_gaps(trail, cast):
    with transaction.atomic():
        audit_add(event="user.open", actor=None)
        transaction.set_rollback(True)
    audit_add(event="user.open", actor=None)
    numbers = list(AuditEntry.objects.order_by("id").values_list("id", flat=True))
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_an_empty_chain_is_intact(db):
    report = audit_chain_verify()
    assert (report.intact, report.entries, report.last_id) == (True, 0, None)


@pytest.mark.parametrize("at", [0, 2, 3])
def test_a_removed_row_shows_at_the_next(trail, at):
    without_protection("DELETE FROM accounts_auditentry WHERE id = %s", trail[at].pk)
    assert audit_chain_verify().broken_at == trail[at + 1].pk


@pytest.mark.parametrize(
    "change",
    ["subject = 'x'", "actor_name = 'x'", "event = 'x'", "at = at - interval '1 day'",
     "detail = '{}'", "ip = '1.1.1.1'"],
)  # fmt: skip
def test_an_altered_row_shows(trail, change):
    without_protection(f"UPDATE accounts_auditentry SET {change} WHERE id = %s", trail[2].pk)
    assert audit_chain_verify().broken_at == trail[2].pk


def test_the_database_sets_time_and_chain_itself(trail):
    entry = AuditEntry.objects.create(
        event="x", at=timezone.now() - timedelta(days=9), previous="forged", hash="forged"
    )
    entry.refresh_from_db()
    assert timezone.now() - entry.at < timedelta(minutes=1)
    assert entry.previous == trail[-1].hash
    assert audit_chain_verify().intact


@pytest.fixture
def page(client, cast, trail):
    client.force_login(cast.auditor)
    return lambda path="", **query: client.get(f"/accounts/audit/{path}", query)


def test_the_list_is_newest_first_and_chinese(page):
    text = page().content.decode()
    assert "开立账号" in text
    assert text.index("甲4") < text.index("甲0")


def test_the_list_is_filtered(page):
    assert page(subject="甲3").context["page_obj"].paginator.count == 1
    assert page(event="user.close").context["page_obj"].paginator.count == 0
    assert page(actor="system").context["page_obj"].paginator.count == 5
    today = timezone.localdate()
    assert page(first=today, last=today).context["page_obj"].paginator.count == 6
    assert page(first=today + timedelta(days=1)).context["page_obj"].paginator.count == 0


def test_days_out_of_order_are_named(page):
    text = page(first="2011-05-02", last="2011-05-01").content.decode()
    assert "结束日期不能早于开始日期" in text


def test_the_number_of_queries_does_not_grow(page, django_assert_num_queries, cast):
    page()
    with django_assert_num_queries(3):
        page(subject="甲0")
    with django_assert_num_queries(3):
        page(subject="甲")


def test_verification_says_so_and_is_audited(page, client):
    response = client.post("/accounts/audit/verify/")
    assert "链条完整" in response.content.decode()
    assert AuditEntry.objects.latest("id").event == "audit.verify"


def test_verification_names_the_break(page, client, trail):
    without_protection("DELETE FROM accounts_auditentry WHERE id = %s", trail[1].pk)
    text = client.post("/accounts/audit/verify/").content.decode()
    assert f"第 {trail[2].pk} 号记录处断开" in text


def test_the_export_is_a_csv_that_excel_opens_and_never_runs(page, cast):
    audit_add(event="user.open", actor=cast.system_admin, subject="=cmd|' /C calc'!A0")
    body = b"".join(page("export/", event="user.open").streaming_content).decode()
    assert body.startswith("\ufeff编号")
    rows = list(csv.DictReader(io.StringIO(body.removeprefix("\ufeff"))))
    assert len(rows) == 6
    assert rows[0]["对象"] == "'=cmd|' /C calc'!A0"
    assert rows[0]["事件"] == "开立账号"
    assert AuditEntry.objects.latest("id").event == "audit.export"


def test_every_event_in_the_code_has_a_name():
    root = Path(__file__).resolve().parents[2]
    apps = ("accounts", "outlets", "inspections", "complaints", "tellers", "reports")
    code = "".join(file.read_text() for app in apps for file in (root / app).rglob("*.py"))
    used = set(re.findall(r'\bevent="([a-z_.]+)"', code))
    assert used
    assert used <= set(EVENTS)


def test_details_are_put_into_words():
    detail = {"role": "柜员", "unit": "", "before": {"name": "甲"}, "intact": True}
    assert detail_words(detail) == "岗位：柜员；改前：（姓名：甲）；完整：是"


def test_codes_among_the_details_have_names():
    assert detail_words({"kind": "totp"}) == "种类：验证器应用"
    assert detail_words({"search": {"event": "signin", "actor": "甲"}}) == (
        "条件：（操作人：甲；事件：登录）"
    )
