"""The bulletin's pages and its API: who may, what they see, what they may not."""

import re
from datetime import date
from pathlib import Path
from urllib.parse import quote

import pytest
from django.urls import reverse

from accounts.jobs import Progress
from accounts.models import Job
from outlets.months import Month
from reports.models import Bulletin, MonthClose
from reports.services.bulletins import bulletin_issue, bulletin_render
from tests.reports.bulletin_months import CLOSED, OPEN, PROVISIONAL, make_close, make_score

pytestmark = pytest.mark.django_db
APRIL = Month(2011, 4)
DAY = date(2011, 7, 10)
LIST, ISSUE = "/reports/bulletins/", "/reports/bulletins/issue/"
API = "/api/v1/bulletins/"


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def office(client, cast):
    client.force_login(cast.service_office)
    return client


def close_month(unit, month=APRIL, state=CLOSED):
    make_close(unit.branch, month, state)
    make_score(unit, month, institution=unit, rank=1, total="95.00", open="96.00", covert="94.00")


def issued(unit, month=APRIL, *, rendered=True):
    close_month(unit, month)
    made = bulletin_issue(branch=unit.branch, month=month, actor=None, issued_on=DAY)
    if rendered:
        bulletin_render(bulletin_id=made.pk, progress=Progress())
        made.refresh_from_db()
    return made


class TestList:
    def test_it_says_what_there_is_and_what_to_do_next(self, office, org):
        page = office.get(LIST).content.decode()
        assert "还没有简报" in page
        assert reverse("reports:months") in page
        close_month(org.a1)
        page = office.get(LIST).content.decode()
        assert "有 1 个月份可以编发" in page
        assert ISSUE in page
        made = bulletin_issue(branch=org.branch, month=APRIL, actor=None, issued_on=DAY)
        page = office.get(LIST).content.decode()
        assert "2011年第1期" in page
        assert "正在生成" in page
        assert ISSUE not in page
        assert reverse("reports:bulletin", args=[made.pk]) in page

    def test_more_bulletins_are_not_more_queries(self, office, org, django_assert_num_queries):
        issued(org.a1, rendered=False)
        office.get(LIST)
        with django_assert_num_queries(6):
            office.get(LIST)
        for month in (APRIL.next, APRIL + 2):
            issued(org.a1, month, rendered=False)
        with django_assert_num_queries(6):
            office.get(LIST)

    def test_readers_see_no_way_to_issue(self, client, cast, org):
        close_month(org.a1)
        client.force_login(cast.outlet_head)
        page = client.get(LIST).content.decode()
        assert ISSUE not in page
        assert "服务办编发后" in page


class TestIssuing:
    def test_it_is_issued_and_its_page_shows_the_progress(self, office, org):
        close_month(org.a1)
        answer = office.post(ISSUE, {"month": "2011-04", "issued_on": "2011-05-10"}, follow=True)
        made = Bulletin.objects.get()
        assert answer.redirect_chain == [(reverse("reports:bulletin", args=[made.pk]), 302)]
        page = answer.content.decode()
        assert f"job-{made.job_id}" in page
        assert "job-ended from:body" in page
        assert made.job.requested_by.username == "service_office"

    def test_repeated_it_is_refused_because_it_is_there(self, office, org):
        close_month(org.a1)
        asked = {"month": "2011-04", "issued_on": "2011-05-10"}
        office.post(ISSUE, asked)
        again = office.post(ISSUE, asked)
        assert again.status_code == 422
        assert Bulletin.objects.count() == Job.objects.count() == 1

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"issued_on": "2011-03-01"}, "早于2011年4月"),
            ({"issued_on": "2999-01-01"}, "晚于今天"),
            ({"issued_on": "昨天"}, "输入一个有效的日期"),
            ({"issued_on": ""}, "该字段是必填项"),
            ({"month": "2011-05"}, "2011-05"),
            ({"month": ""}, "该字段是必填项"),
        ],
    )
    def test_bad_input_is_named_and_kept(self, office, org, change, said):
        close_month(org.a1)
        asked = {"month": "2011-04", "issued_on": "2011-05-10"} | change
        answer = office.post(ISSUE, asked)
        assert answer.status_code == 422
        page = answer.content.decode()
        assert said in page
        assert f'value="{asked["issued_on"]}"' in page or not asked["issued_on"]
        assert not Bulletin.objects.exists()

    def test_only_months_that_can_be_are_offered(self, office, org):
        close_month(org.a1, APRIL, OPEN)
        assert "没有可以编发的月份" in office.get(ISSUE).content.decode()
        close_month(org.a1, APRIL.next, PROVISIONAL)
        page = office.get(ISSUE).content.decode()
        assert re.findall(r'<option value="([^"]*)"', page) == ["2011-05"]

    def test_a_month_closed_after_its_preliminary_issue_is_offered_again(self, office, org):
        close_month(org.a1, APRIL, PROVISIONAL)
        office.post(ISSUE, {"month": "2011-04", "issued_on": "2011-05-10"})
        assert "没有可以编发的月份" in office.get(ISSUE).content.decode()
        MonthClose.objects.update(state=CLOSED)
        assert 'value="2011-04"' in office.get(ISSUE).content.decode()


class TestOne:
    def test_a_whole_one_is_previewed_with_its_checksum(self, office, org):
        made = issued(org.a1)
        page = office.get(reverse("reports:bulletin", args=[made.pk])).content.decode()
        assert made.sha256 in page
        assert f'src="{reverse("reports:bulletin_file", args=[made.pk])}"' in page
        assert "全行1家营业网点全部参评" in page

    def test_the_file_is_shown_inline_or_saved_under_its_chinese_name(self, office, org):
        made = issued(org.a1)
        url = reverse("reports:bulletin_file", args=[made.pk])
        shown = office.get(url)
        assert shown["Content-Type"] == "application/pdf"
        assert shown["Content-Disposition"].startswith("inline")
        assert shown.content == Path(made.file.path).read_bytes()
        assert "private" in shown["Cache-Control"]
        assert "frame-ancestors 'self'" in shown["Content-Security-Policy"]
        saved = office.get(url, {"download": "1"})["Content-Disposition"]
        name = quote("示例分行服务工作简报2011年第1期（2011-04）.pdf")
        assert saved == f"attachment; filename*=utf-8''{name}"

    def test_before_it_is_made_there_is_no_file(self, office, org):
        made = issued(org.a1, rendered=False)
        assert office.get(reverse("reports:bulletin_file", args=[made.pk])).status_code == 404

    def test_a_failed_one_says_why_and_is_made_again_on_demand(self, office, org):
        made = issued(org.a1, rendered=False)
        Job.objects.update(state="FAILED", error="存放文件的磁盘已满")
        url = reverse("reports:bulletin", args=[made.pk])
        page = office.get(url).content.decode()
        assert "存放文件的磁盘已满" in page
        assert "重新生成" in page
        answer = office.post(reverse("reports:bulletin_render", args=[made.pk]))
        assert answer.url == url
        assert Job.objects.get().state == "QUEUED"

    def test_a_whole_one_is_not_made_again(self, office, org):
        made = issued(org.a1)
        Job.objects.update(state="DONE")
        office.post(reverse("reports:bulletin_render", args=[made.pk]))
        assert Job.objects.get().state == "DONE"

    def test_readers_wait_without_the_jobs_details(self, client, cast, org):
        made = issued(org.a1, rendered=False)
        client.force_login(cast.leadership)
        page = client.get(reverse("reports:bulletin", args=[made.pk])).content.decode()
        assert "文件正在生成" in page
        assert "every 3s" in page
        assert "重新生成" not in page


READERS = ["service_office", "leadership", "institution_head", "outlet_head", "department"]
OTHERS = [
    "system_admin",
    "security_admin",
    "auditor",
    "inspector",
    "shopper",
    "coordinator",
    "teller",
]


class TestAccess:
    @pytest.mark.parametrize("role", READERS)
    def test_readers_of_the_branch_read_and_only_the_office_issues(self, client, cast, org, role):
        made = issued(org.a1)
        client.force_login(getattr(cast, role))
        for name in ("bulletin", "bulletin_file"):
            assert client.get(reverse(f"reports:{name}", args=[made.pk])).status_code == 200
        assert client.get(LIST).status_code == 200
        may = role == "service_office"
        assert client.get(ISSUE).status_code == (200 if may else 403)
        again = client.post(reverse("reports:bulletin_render", args=[made.pk]))
        assert again.status_code == (302 if may else 403)
        assert client.get(f"{API}{made.pk}/").status_code == 200
        assert client.get(f"{API}{made.pk}/file/").status_code == 200
        assert client.post(API, {}).status_code == (400 if may else 403)

    @pytest.mark.parametrize("role", OTHERS)
    def test_other_roles_are_kept_out(self, client, cast, org, role):
        made = issued(org.a1, rendered=False)
        client.force_login(getattr(cast, role))
        for url in (LIST, ISSUE, *(reverse(f"reports:{n}", args=[made.pk]) for n in PAGES)):
            assert client.get(url).status_code in (403, 405), url
        for url in (API, f"{API}{made.pk}/", f"{API}{made.pk}/file/"):
            assert client.get(url).status_code == 403

    def test_another_branchs_bulletin_does_not_exist(self, office, org):
        made = issued(org.other, rendered=False)
        for name in ("bulletin", "bulletin_file"):
            assert office.get(reverse(f"reports:{name}", args=[made.pk])).status_code == 404
        assert office.post(reverse("reports:bulletin_render", args=[made.pk])).status_code == 404
        assert office.get(f"{API}{made.pk}/").status_code == 404
        assert office.get(f"{API}{made.pk}/file/").status_code == 404
        assert office.get(API).json()["results"] == []
        assert "第1期" not in office.get(LIST).content.decode()

    def test_strangers_sign_in_first(self, client, org):
        made = issued(org.a1, rendered=False)
        for name in ("bulletin", "bulletin_file"):
            answer = client.get(reverse(f"reports:{name}", args=[made.pk]))
            assert answer.status_code == 302
            assert "login" in answer.url
        assert client.get(API).status_code in (401, 403)

    def test_wrong_methods(self, office, org):
        made = issued(org.a1, rendered=False)
        assert office.post(LIST).status_code == 405
        assert office.put(ISSUE).status_code == 405
        for name in ("bulletin", "bulletin_file"):
            assert office.post(reverse(f"reports:{name}", args=[made.pk])).status_code == 405
        assert office.get(reverse("reports:bulletin_render", args=[made.pk])).status_code == 405
        assert office.delete(f"{API}{made.pk}/").status_code == 405


PAGES = ["bulletin", "bulletin_file", "bulletin_render"]


class TestApi:
    def test_issued_listed_and_fetched(self, office, org):
        close_month(org.a1)
        answer = office.post(API, {"month": "2011-04", "issued_on": "2011-05-10"})
        assert answer.status_code == 201
        body = answer.json()
        assert (body["month"], body["number"], body["state"], body["sha256"]) == (
            "2011-04", 1, "QUEUED", "",
        )  # fmt: skip
        pending = office.get(f"{API}{body['id']}/file/")
        assert pending.status_code == 409
        assert pending.json()["code"] == "conflict"
        bulletin_render(bulletin_id=body["id"], progress=Progress())
        (row,) = office.get(API).json()["results"]
        assert (row["state"], row["final"]) == ("DONE", True)
        assert row["title"] == "2011年4月网点服务质量检查评比情况"
        file = office.get(f"{API}{body['id']}/file/", headers={"accept": "application/pdf"})
        assert file.status_code == 200
        assert file.content.startswith(b"%PDF")

    def test_repeated_it_is_the_same(self, office, org):
        close_month(org.a1)
        asked = {"month": "2011-04", "issued_on": "2011-05-10"}
        assert office.post(API, asked).json()["id"] == office.post(API, asked).json()["id"]

    @pytest.mark.parametrize(
        ("change", "status", "field"),
        [
            ({"month": "2011年4月"}, 400, "month"),
            ({"month": "2011-13"}, 400, "month"),
            ({"month": "2011-04\u0000"}, 400, "month"),
            ({"issued_on": "2011-03-01"}, 400, "issued_on"),
            ({"issued_on": ""}, 400, "issued_on"),
            ({"month": "2011-07", "issued_on": "2011-08-01"}, 409, None),
        ],
    )
    def test_bad_requests_are_problems(self, office, org, change, status, field):
        close_month(org.a1)
        answer = office.post(API, {"month": "2011-04", "issued_on": "2011-05-10"} | change)
        assert answer.status_code == status
        assert answer["Content-Type"] == "application/problem+json"
        if field:
            assert field in answer.json()["errors"]

    def test_a_problem_is_json_even_to_those_who_asked_for_a_pdf(self, office):
        answer = office.get(f"{API}1/file/", headers={"accept": "application/pdf"})
        assert answer.status_code == 404
        assert answer.json()["code"] == "not_found"
