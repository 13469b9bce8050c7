from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.jobs import job_run
from accounts.models import Job
from reports.models import Correction, MonthClose
from reports.services.months import months_close
from tests.reports.letters import complaint, find
from tests.reports.rows import APRIL, make_inspection, quiz, release, stored

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client, cast):
    client.force_login(cast.service_office)
    return client


def url(name, *args):
    return reverse(f"reports:{name}", args=args)


def post(client, name, *args, **data):
    response = client.post(url(name, *args), data, follow=True)
    return response.status_code, response.content.decode()


def run_job():
    job_run(Job.objects.get().pk)


def test_the_list(office, org):
    release(org.a1)
    make_inspection(org.a2, state="SUBMITTED")
    html = office.get(url("months")).content.decode()
    assert "1 个月已结束而未封账，最早的是2011年4月。" in html
    assert "统计中" in html
    assert url("month", APRIL) in html


def test_from_open_to_closed(office, org):
    make_inspection(org.a1)
    _, html = post(office, "month_rollup", APRIL)
    assert "已开始汇总2011年4月" in html
    assert f'id="job-{Job.objects.get().pk}"' in html
    run_job()
    assert stored(org.a1).rank == 1
    _, html = post(office, "month_publish", APRIL)
    assert "已内部公示" in html
    _, html = post(office, "month_close", APRIL)
    assert "已开始封账2011年4月" in html
    job_run(Job.objects.get(kind="close").pk)
    record = MonthClose.objects.get()
    assert (record.state, record.closed_by.username) == ("CLOSED", "service_office")
    html = office.get(url("month", APRIL)).content.decode()
    assert "发更正" in html
    assert url("month_rollup", APRIL) not in html


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("month_rollup", "2011年4月已封账，不能重新汇总"),
        ("month_publish", "月份不能由“已封账”变为“内部公示”"),
        ("month_close", "月份不能由“已封账”变为“已封账”"),
    ],
)
def test_a_closed_month_says_no(office, org, name, message):
    months_close(branch_ids=[org.branch.pk], month=APRIL, actor=None)
    status, html = post(office, name, APRIL)
    assert status == 200
    assert message in html
    assert Job.objects.count() == 0


def test_an_open_month_is_not_closed_at_once(office, org):
    release(org.a1)
    _, html = post(office, "month_close", APRIL)
    assert "月份不能由“统计中”变为“已封账”" in html


def test_twice_is_one_job(office, org):
    for _ in range(2):
        post(office, "month_rollup", APRIL)
    assert Job.objects.count() == 1


def test_a_correction(office, org):
    release(org.a1, score="90.00")
    months_close(branch_ids=[org.branch.pk], month=APRIL, actor=None)
    release(org.b1, "COVERT", score="95.00")
    quiz(org.b1, "70")
    html = office.get(url("month", APRIL)).content.decode()
    assert "待更正（2 项）" in html
    assert office.post(url("month_correct", APRIL), {"reason": ""}).status_code == 422
    status, html = post(office, "month_correct", APRIL, reason="暗访结果迟报")
    assert status == 200
    assert "第1号更正" in html
    assert "暗访结果迟报" in html
    assert "90.83" in html  # (25×95+5×70)/30
    assert [each.reason for each in Correction.objects.all()] == ["暗访结果迟报"]
    response = office.post(url("month_correct", APRIL), {"reason": "再发一次"})
    assert response.status_code == 422
    assert "没有需要更正的内容" in response.content.decode()
    assert "再发一次" in response.content.decode()


def test_corrections_are_read_by_the_line(client, office, org, cast):
    release(org.a1, score="90.00")
    months_close(branch_ids=[org.branch.pk], month=APRIL, actor=None)
    release(org.b1, score="95.00")
    post(office, "month_correct", APRIL, reason="迟报")
    client.force_login(cast.outlet_head)
    assert "迟报" in client.get(url("corrections")).content.decode()
    html = client.get(url("correction", Correction.objects.get().pk)).content.decode()
    assert "乙一网点" in html
    assert url("score", APRIL, org.a1.pk) in html
    assert url("score", APRIL, org.b1.pk) not in html


def test_correcting_a_month_without_a_record(office, org):
    assert office.get(url("month_correct", APRIL)).status_code == 404


@pytest.mark.parametrize("name", ["month_rollup", "month_publish", "month_close"])
def test_wrong_method(office, name):
    assert office.get(url(name, APRIL)).status_code == 405


def test_outsiders(client, cast):
    for user in (cast.leadership, cast.outlet_head, cast.system_admin):
        client.force_login(user)
        assert client.get(url("months")).status_code == 403
        assert client.post(url("month_close", APRIL)).status_code == 403


def test_a_constant_number_of_queries(office, org):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            office.get(url("months"))
        return len(captured)

    release(org.a1)
    queries()
    few = queries()
    for day in ("2011-05-02", "2011-06-02"):
        release(org.a1, day=date.fromisoformat(day))
    assert queries() == few


def test_waiting_letters_open_from_month_correction_and_corrections(office, org, cast):
    release(org.a1, score="90.00")
    gone = complaint(org.a1, reference="LX-1")
    months_close(branch_ids=[org.branch.pk], month=APRIL, actor=None)
    find(gone, "CUSTOMER", date(2011, 5, 3))
    new = complaint(org.b1, date(2011, 4, 9), reference="LX-2")
    for page in (url("month", APRIL), url("month_correct", APRIL), url("corrections")):
        html = office.get(page).content.decode()
        assert "待更正（2 项）" in html
        for letter, change in ((gone, "撤销"), (new, "新增")):
            address = reverse("complaints:letter", args=[letter.pk])
            assert (
                f'<a href="{address}">{letter.reference}</a></td><td class="nowrap">{change}'
                in html
            )
        assert "有效投诉" in html
    assert "另有 2 封来信在封账之后变动" in html
    assert "封账之后另有 2 项结果（检查、测试或来信）" in office.get(url("league")).content.decode()
    office.force_login(cast.outlet_head)
    html = office.get(url("corrections")).content.decode()
    assert "LX-1" in html
    assert "LX-2" not in html
    office.force_login(cast.service_office)
    post(office, "month_correct", APRIL, reason="改判")
    assert "待更正" not in office.get(url("corrections")).content.decode()


def test_corrections_cost_a_constant_number_of_queries(office, org):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            office.get(url("corrections"))
        return len(captured)

    months = [APRIL + n for n in range(4)]
    release(org.a1)
    for month in months[:1]:
        months_close(branch_ids=[org.branch.pk], month=month, actor=None)
    complaint(org.a1)
    office.get(url("corrections"))
    few = queries()
    for month in months[1:]:
        months_close(branch_ids=[org.branch.pk], month=month, actor=None)
        complaint(org.b1, month.first)
    assert queries() == few
