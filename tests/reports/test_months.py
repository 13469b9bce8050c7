from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.jobs import job_run
from accounts.models import AuditEntry, Job
from accounts.selectors.audit import audit_chain_verify
from reports.closing import STATE_LABELS, IllegalTransition
from reports.models import MonthClose, MonthlyScore, SchemeVersion
from reports.scheme import DEFAULT_SCHEME
from reports.selectors.waiting import pending_of
from reports.services.months import (
    CLOSE,
    ROLLUP,
    job_for_months,
    month_close,
    month_open,
    month_publish,
    months_close,
)
from reports.services.rollup import months_roll_up
from tests.factories import make_branch, make_outlet, make_staff
from tests.reports.rows import APRIL, MAY, make_inspection, quiz, release, stored, table

pytestmark = pytest.mark.django_db


def test_opening_a_month_twice_is_once(org):
    first = month_open(branch=org.branch, month=APRIL)
    assert month_open(branch=org.branch, month=APRIL) == first
    assert first.scheme.rules == DEFAULT_SCHEME.to_json()


def test_states_have_one_name():
    assert dict(MonthClose.State.choices) == STATE_LABELS


def test_a_month_before_the_first_scheme_goes_by_it(org):
    may = month_open(branch=org.branch, month=MAY)
    assert month_open(branch=org.branch, month=APRIL).scheme == may.scheme
    assert SchemeVersion.objects.count() == 1


def test_publish_then_close(org, cast):
    make_inspection(org.a1)
    with pytest.raises(IllegalTransition, match="“统计中”变为“已封账”"):
        month_close(branch=org.branch, month=APRIL, actor=cast.service_office)
    month_publish(branch=org.branch, month=APRIL, actor=cast.service_office)
    assert stored(org.a1).rank == 1
    assert not stored(org.a1).frozen
    release(org.a1, score="80.00")  # an appeal's month still moves
    assert stored(org.a1).total == Decimal("85.00")
    record = month_close(branch=org.branch, month=APRIL, actor=cast.service_office)
    assert (record.state, record.closed_by) == ("CLOSED", cast.service_office)
    assert MonthlyScore.objects.filter(frozen=False).count() == 0
    events = AuditEntry.objects.filter(event__startswith="month.").order_by("id")
    assert [each.event for each in events] == ["month.publish", "month.close"]
    assert events[0].subject == "示例分行 2011年4月"


def test_many_closes_keep_the_audit_chain(org):
    months_close(branch_ids=[org.branch.pk, org.other.pk], month=APRIL, actor=None)
    events = AuditEntry.objects.order_by("id").values_list("event", "subject")
    assert list(events) == [
        (event, f"{name} 2011年4月")
        for event in ("month.publish", "month.close")
        for name in ("示例分行", "别处分行")
    ]
    assert audit_chain_verify().intact


@pytest.mark.parametrize("again", [month_publish, month_close])
def test_a_closed_month_goes_nowhere(org, again):
    months_close(branch_ids=[org.branch.pk], month=APRIL, actor=None)
    with pytest.raises(IllegalTransition):
        again(branch=org.branch, month=APRIL, actor=None)


def test_closing_again_changes_nothing(org):
    make_inspection(org.a1)
    assert len(months_close(branch_ids=[org.branch.pk], month=APRIL, actor=None)) == 1
    before = table(org.branch)
    record = MonthClose.objects.get()
    assert months_close(branch_ids=[org.branch.pk], month=APRIL, actor=None) == []
    assert table(org.branch) == before
    assert MonthClose.objects.get().closed_at == record.closed_at


def test_what_comes_late_waits_visibly(org):
    release(org.a1)
    staff = make_staff(unit=org.a2)
    quiz(org.a2, "80", staff=staff)
    months_close(branch_ids=[org.branch.pk], month=APRIL, actor=None)
    record = MonthClose.objects.get()
    assert pending_of(record) == []
    late = release(org.b1, "COVERT", date(2011, 4, 20))
    release(org.b1, "COVERT", date(2011, 4, 20), score=None)
    release(org.b1, "COVERT", date(2011, 4, 20), state="SUBMITTED")
    release(org.b1, "SELF", date(2011, 4, 20))
    quiz(org.b2, "90", date(2011, 4, 21))
    found = pending_of(record)
    assert [(one.kind, one.unit, one.label) for one in found][:1] == [
        ("COVERT", org.b1.short_name, late.number)
    ]
    assert [one.kind for one in found] == ["COVERT", "QUIZ"]


def test_a_quiz_changed_after_the_close_waits(org):
    staff = make_staff(unit=org.a2)
    quiz(org.a2, "80", staff=staff)
    months_close(branch_ids=[org.branch.pk], month=APRIL, actor=None)
    record = MonthClose.objects.get()
    quiz(org.a2, "80", staff=staff)
    assert pending_of(record) == []
    quiz(org.a2, "95", staff=staff)
    assert [one.kind for one in pending_of(record)] == ["QUIZ"]


def test_many_branches_are_jobs_by_chunks(db):
    branches = [make_branch() for _ in range(30)]
    for branch in branches:
        make_inspection(make_outlet(parent=branch))
    jobs = job_for_months(kind=ROLLUP, branches=branches, month=APRIL, actor=None)
    assert [len(job.params["branches"]) for job in jobs] == [25, 5]
    for job in jobs:
        job_run(job.pk)
    done = Job.objects.filter(state="DONE")
    assert sum(job.result["outlets"] for job in done) == 30
    assert MonthlyScore.objects.filter(rank=1).count() == 30


def test_jobs_close_and_may_run_twice(org, cast):
    make_inspection(org.a1)
    for expected in (1, 0):
        (job,) = job_for_months(
            kind=CLOSE, branches=[org.branch], month=APRIL, actor=cast.service_office
        )
        job_run(job.pk)
        job.refresh_from_db()
        assert (job.state, job.result) == ("DONE", {"branches": 1, "closed": expected})
    assert MonthClose.objects.get().closed_by == cast.service_office


def test_a_closed_month_cannot_be_rolled_up(org):
    months_close(branch_ids=[org.branch.pk], month=APRIL, actor=None)
    (job,) = job_for_months(kind=ROLLUP, branches=[org.branch], month=APRIL, actor=None)
    job_run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.error) == (
        "FAILED",
        "2011年4月已封账，不能重新汇总；如有新的结果，请发更正。",
    )
    assert months_roll_up(branch_ids=[org.branch.pk], month=APRIL).branches == 0


def run(name, *args):
    out = StringIO()
    call_command(name, *args, stdout=out)
    return out.getvalue().strip()


@pytest.fixture
def alone(org):
    """The only branch there is."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM outlets_unitmove WHERE unit_id = %s", [org.other.pk])
        cursor.execute("DELETE FROM outlets_unit WHERE id = %s", [org.other.pk])
    return org


def test_rollup_command(alone):
    make_inspection(alone.a1, score="91.00")
    make_inspection(alone.a1, "COVERT", score="91.00")
    assert run("rollup", "2011-04") == (
        "已汇总：示例分行2011年4月，网点4家，参评1家（明查到1家，暗访到1家），机构2家；第一名甲一网点 91.00分"
    )


def test_close_command(alone):
    make_inspection(alone.a1, score="91.00")
    assert run("close", "2011-04").startswith("已封账：示例分行2011年4月，网点4家，参评1家")
    assert MonthClose.objects.get().state == "CLOSED"
    with pytest.raises(CommandError, match="示例分行2011年4月已经封账"):
        run("close", "2011-04")
    with pytest.raises(CommandError, match="2011年4月已封账，不能重新汇总"):
        run("rollup", "2011-04")


def test_several_branches_need_a_name(org):
    with pytest.raises(CommandError, match="有多家分行（AS、BX），请用 --unit 指定机构号"):
        run("rollup", "2011-04")
    assert run("rollup", "2011-04", "--unit", "BX").startswith("已汇总：别处分行2011年4月，网点0家")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["2011-13"], "月份应在1至12之间"),
        (["2011/4"], "“2011/4”不是有效的月份，应如“2011-04”"),
        (["2011-04", "--unit", "XX"], "没有机构号为“XX”的机构"),
        (["2011-04", "--unit", "ASA"], "“甲支行”（ASA）是机构，不是分行"),
    ],
)
@pytest.mark.parametrize("command", ["rollup", "close"])
def test_commands_say_what_is_wrong(org, command, args, message):
    with pytest.raises(CommandError, match=message):
        run(command, *args)


def test_without_a_branch(db):
    with pytest.raises(CommandError, match="还没有分行"):
        run("rollup", "2011-04")
