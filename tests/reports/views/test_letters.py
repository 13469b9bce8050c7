"""The statistics of letters: the page, its numbers and what they open, the workbook."""

import io
import re
from datetime import date
from html import unescape
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from complaints.forms.search import LetterSearchForm
from complaints.models import Letter, LetterLink
from complaints.selectors.search import letters_sought
from complaints.taxonomy import CAUSES
from outlets.services.calendar import calendar_seed
from reports.letters.page import VIEWS
from tests.factories import make_staff
from tests.reports.letters import find, make_letter
from tests.reports.rows import APRIL
from tests.reports.test_letter_counts import transact

pytestmark = pytest.mark.django_db
URL = "/reports/letters/"
LINK = re.compile(r'<a href="(/complaints/letters/\?[^"]+|/letters/\?[^"]+)">([\d,]+)</a>')


@pytest.fixture
def year(org):
    """Two years of letters of every sort."""
    org.teller = make_staff(unit=org.a1, number="T1", name="王芳")
    for kind, count in (("INQUIRY", 4), ("SUGGESTION", 1), ("PRAISE", 2), ("COMPLAINT", 3)):
        for n in range(count):
            make_letter(
                [org.a1, org.b1][n % 2], kind, date(2011, 4, 3 + n), cause="C01" if n else "",
                business="B02", staff=org.teller if n == 0 else None,
                channel="VISIT" if n else "HOTLINE",
            )  # fmt: skip
    complaints = list(Letter.objects.filter(kind="COMPLAINT").order_by("id"))
    find(complaints[0], "BANK", date(2011, 4, 20))
    find(complaints[1], "CUSTOMER", date(2011, 4, 21))
    LetterLink.objects.create(letter=complaints[2], other=complaints[0], kind="REPEAT")
    make_letter(org.a, "INQUIRY", date(2011, 3, 5), text="再不办就投诉")
    make_letter(None, "", date(2011, 10, 3), branch_id=org.branch.pk)
    make_letter(org.branch, "SUGGESTION", date(2011, 12, 5))
    for month in (4, 5):
        make_letter(org.a1, "COMPLAINT", date(2010, month, 8))
    make_letter(org.b1, "INQUIRY", date(2010, 4, 9))
    return org


def read(client, user, query=""):
    """The status of the page, and all its views one after the other."""
    client.force_login(user)
    pages = [client.get(f"{URL}?{query.removeprefix('?')}&view={view}") for view in VIEWS]
    (status,) = {page.status_code for page in pages}
    return status, "".join(page.content.decode() for page in pages)


def cells(html, title):
    """The rows of a table by its title, each as the texts of its cells."""
    table = re.search(rf'<caption class="visually-hidden">{title}</caption>(.*?)</table>', html, re.DOTALL)  # fmt: skip
    rows = re.findall(r"<tr>(.*?)</tr>", table[1], re.DOTALL)
    return [
        [unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)]
        for row in rows
    ]  # fmt: skip


def test_the_latest_year_with_letters(client, year, cast):
    status, html = read(client, cast.service_office)
    assert status == 200
    assert "来信统计 · 2011年" in html
    assert (
        "2011年收到来信13件，同比增加333.3%，其中协查5件、建议2件、表扬2件、投诉3件、未定类1件；"
        "投诉中认定有效1件。"
    ) in html
    assert cells(html, "总体情况") == [
        ["类型", "本期", "去重后", "上年同期", "同比"],
        ["协查", "5", "5", "1", "+400.0%"],
        ["建议", "2", "2", "0", "新增"],
        ["表扬", "2", "2", "0", "新增"],
        ["投诉", "3", "2", "2", "+50.0%"],
        ["其中：有效投诉", "1", "—", "0", "新增"],
        ["其中：客户责任", "1", "—", "0", "新增"],
        ["其中：混合责任", "0", "—", "0", "—"],
        ["其中：待认定", "1", "—", "2", "-50.0%"],
        ["未定类", "1", "1", "0", "新增"],
        ["合计", "13", "12", "3", "+333.3%"],
    ]


def test_a_month_against_a_year_and_a_month_before(client, year, cast):
    _, html = read(client, cast.service_office, "?year=2011&part=M04")
    assert "来信统计 · 2011年4月" in html
    rows = cells(html, "总体情况")
    assert rows[0] == ["类型", "本期", "去重后", "上年同期", "同比", "上期", "环比"]
    assert rows[1] == ["协查", "4", "4", "1", "+300.0%", "1", "+300.0%"]
    assert rows[-1] == ["合计", "10", "9", "2", "+400.0%", "1", "+900.0%"]
    assert "上期为2011年3月1日至31日（31天）；天数不同的未作折算。" in html


def test_by_institution_unit_employee_and_topic(client, year, cast):
    _, html = read(client, cast.service_office, "?year=2011&part=M04")
    heading = ["合计", "协查", "建议", "表扬", "投诉", "有效投诉", "上年同期", "同比"]
    assert cells(html, "各机构") == [
        ["机构", *heading],
        ["甲支行", "6", "2", "1", "1", "2", "1", "1", "+500.0%"],
        ["乙支行", "4", "2", "0", "1", "1", "0", "1", "+300.0%"],
        ["合计", "10", "4", "1", "2", "3", "1", "2", "+400.0%"],
    ]
    assert cells(html, "各网点")[1][0] == "甲一网点"
    assert cells(html, "涉及员工") == [
        ["员工", *heading], ["王芳（T1）", "4", "1", "1", "1", "1", "1", "0", "新增"],
    ]  # fmt: skip
    assert cells(html, "按业务类别")[1][:2] == ["借记卡", "10"]
    assert [row[:2] for row in cells(html, "按原因")[1:3]] == [
        [CAUSES["C01"], "6"],
        ["未填", "4"],
    ]
    assert [row[0] for row in cells(html, "按来源")[1:3]] == ["来访", "95566"]
    assert cells(html, "投诉责任认定") == [
        ["机构", "投诉", "有效投诉", "客户责任", "混合责任", "待认定"],
        ["甲支行", "2", "1", "0", "0", "1"],
        ["乙支行", "1", "0", "1", "0", "0"],
        ["合计", "3", "1", "1", "0", "1"],
    ]


def test_month_by_month(client, year, cast):
    _, html = read(client, cast.service_office, "?year=2011&part=M04")
    rows = cells(html, "逐月情况")
    assert [rows[1][0], rows[-1][0], len(rows)] == ["2010年5月", "2011年4月", 13]
    assert rows[-1] == ["2011年4月", "10", "4", "1", "2", "3", "1"]


@pytest.mark.parametrize("who", ["service_office", "institution_head", "outlet_head"])
@pytest.mark.parametrize("query", ["", "?year=2011&part=M04", "?year=2011&part=Q2", "?year=2010"])
def test_every_number_opens_its_letters(client, year, cast, who, query):
    for unit in (year.a1, year.a2, year.b1):
        transact(unit, [10_000])
    # One that moved since: its letters of 2010 and 2011 came to the institution it left.
    year.b1.parent, year.b1.path = year.a, "AS/ASA/ASB1/"
    year.b1.save()
    user = getattr(cast, who)
    _, html = read(client, user, query)
    links = [(unescape(url), number) for url, number in LINK.findall(html)]
    assert len(links) > 20
    for url, number in links:
        form = LetterSearchForm(QueryDict(urlsplit(url).query), user=user)
        assert form.is_valid(), (url, form.errors)
        found = letters_sought(user, form.sought(), timezone.localdate())
        assert found.count() == int(number.replace(",", "")), url


def test_the_list_is_there(client, year, cast):
    _, html = read(client, cast.service_office)
    url, _ = LINK.findall(html)[0]
    assert client.get(unescape(url)).status_code == 200


def test_nothing_to_compare_with_before_the_first_letter(client, org, cast):
    make_letter(org.a1, day=date(2011, 4, 8))
    _, html = read(client, cast.service_office, "?year=2011&part=M04")
    assert cells(html, "总体情况")[-1] == ["合计", "1", "1", "—", "—", "—", "—"]


def test_the_national_day_holiday(client, year, cast):
    for known in (2010, 2011):
        calendar_seed(year=known)
    _, html = read(client, cast.service_office, "?year=2011&part=NATIONAL")
    assert "来信统计 · 2011年国庆长假" in html
    assert "上年同期为2010年10月1日至7日（7天），上期为2011年9月24日至30日（7天）。" in html
    assert cells(html, "总体情况")[-1][:2] == ["合计", "1"]
    assert "2011年国庆长假收到来信1件" in html
    _, spring = read(client, cast.service_office, "?year=2011&part=SPRING")
    assert "本期为2011年2月2日至8日（7天），上年同期为2010年2月13日至19日（7天）" in spring
    assert "2011年春节没有收到来信。" in spring


def test_any_days(client, year, cast):
    _, html = read(client, cast.service_office, "?from=2011-04-03&to=2011-04-04")
    assert "来信统计 · 2011年4月3日至4日" in html
    assert cells(html, "总体情况")[-1][:2] == ["合计", "7"]


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("?from=2011-04-03", "请填写截止日期"),
        ("?to=2011-04-03", "请填写起始日期"),
        ("?from=2011-04-05&to=2011-04-03", "截止日期不能早于起始日期"),
        ("?from=1950-04-05&to=2011-04-03", "期间最长十年"),
        ("?from=2999-01-01&to=2999-01-02", "起始日期在将来"),
        ("?from=x&to=2011-04-03", "输入一个有效的日期"),
        ("?year=2011&part=SPRING", "工作日历中没有2011年春节的安排"),
        ("?year=1066", "不在可用的选项中"),
        ("?part=M13", "不在可用的选项中"),
    ],
)
def test_what_cannot_be_asked_says_why_and_shows_the_year(client, year, cast, query, reason):
    status, html = read(client, cast.service_office, query)
    assert status == 200
    assert reason in html
    assert "来信统计 · 2011年" in html


def test_a_part_that_has_not_begun(client, org, cast):
    make_letter(org.a1, day=timezone.localdate())
    year = timezone.localdate().year
    later = "M12" if timezone.localdate().month < 12 else "M01"
    _, html = read(client, cast.service_office, f"?year={year}&part={later}")
    assert ("这一期间还没有开始" in html) == (later == "M12")


def test_inquiries_that_carry_risk_open_their_letters(client, year, cast):
    _, html = read(client, cast.service_office)
    assert "以协查受理的5件来信中，1件有投诉风险，占20.0%：内容有投诉风险1件。" in html
    risky = Letter.objects.get(text="再不办就投诉")
    assert reverse("complaints:letter", args=[risky.pk]) in html


def test_rates_or_why_there_are_none(client, year, cast):
    _, html = read(client, cast.service_office)
    assert "本期没有业务量数据（星级柜员牌），不计算投诉率。" in html
    for unit in (year.a1, year.a2, year.b1):
        transact(unit, [10_000])
    _, html = read(client, cast.service_office)
    rows = cells(html, "每万笔业务的投诉")
    assert rows[0] == ["单位", "业务笔数", "投诉", "每万笔", "收缩后", "90%区间"]
    assert rows[1][:4] == ["甲一网点", "10,000", "2", "2.000"]
    assert 1 < float(rows[1][4]) < 2
    assert "按3个有业务量的单位拟合" in html


def test_one_view_at_a_time(client, year, cast):
    client.force_login(cast.service_office)
    html = client.get(f"{URL}?year=2011&view=topics").content.decode()
    assert "按业务类别" in html
    assert "总体情况" not in html
    assert '<input type="hidden" name="view" value="topics"' in html  # kept by the filter
    assert "?year=2011&amp;view=rates" in html
    assert "总体情况" in client.get(f"{URL}?view=x").content.decode()


def test_charts(client, year, cast):
    _, html = read(client, cast.service_office)
    for name in ("months", "year", "responsibility"):
        assert f'id="chart-{name}" type="application/json"' in html
    assert "逐月来信件数，按类型堆叠" in html


def test_no_letters_at_all(client, org, cast):
    status, html = read(client, cast.service_office)
    assert status == 200
    assert f"{timezone.localdate().year}年没有收到来信。" in html
    assert "chart-months" not in html


def test_everybody_reads_their_own(client, year, cast):
    _, html = read(client, cast.outlet_head)
    assert "乙支行" not in html
    assert "乙一网点" not in html
    assert cells(html, "各网点")[1][:2] == ["甲一网点", "6"]
    assert "导出 Excel" not in html
    for name in ("inspector", "teller", "department", "auditor"):
        assert read(client, getattr(cast, name))[0] == 403
    assert client.post(URL).status_code in {403, 405}


def test_a_constant_number_of_queries(client, year, cast):
    def queries(query):
        client.force_login(cast.service_office)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(f"{URL}{query}").status_code == 200
        return len(captured)

    make_letter(year.a1, "INQUIRY", date(2011, 4, 9), text="投诉")
    queries("")  # signed in, its session known
    few = [queries("?year=2011"), queries("?year=2011&part=M04")]
    for n in range(12):
        make_letter([year.a2, year.b2, year.a][n % 3], "INQUIRY", date(2011, 4, 9), cause="C03",
                    staff=make_staff(unit=year.a2), text="投诉")  # fmt: skip
    assert [queries("?year=2011"), queries("?year=2011&part=M04")] == few
    assert max(few) <= 12


# The workbook -------------------------------------------------------------------------------------


def book(client, user, query="?year=2011&part=M04"):
    client.force_login(user)
    response = client.get(f"{URL}statistics.xlsx{query}")
    return response, CalamineWorkbook.from_filelike(io.BytesIO(response.content))


def test_the_workbook_says_what_the_page_says(client, year, cast):
    response, workbook = book(client, cast.leadership)
    assert "2011%E5%B9%B44%E6%9C%88.xlsx" in response["Content-Disposition"]
    assert workbook.sheet_names == [
        "总体情况", "逐月情况", "各机构", "投诉责任认定", "各网点", "按业务类别", "按原因", "按来源",
        "涉及员工", "有投诉风险的协查", "每万笔业务的投诉",
    ]  # fmt: skip
    rows = workbook.get_sheet_by_name("总体情况").to_python()
    assert rows[1][:3] == ["协查", 4.0, 4.0]
    assert rows[9][:5] == ["合计", 10.0, 9.0, 2.0, "+400.0%"]
    assert rows[-1][0].startswith("本期为2011年4月1日至30日（30天）")
    rows = workbook.get_sheet_by_name("涉及员工").to_python()
    assert rows[1][:2] == ["王芳（T1）", 4.0]
    assert "没有业务量数据" in workbook.get_sheet_by_name("每万笔业务的投诉").to_python()[-1][0]


def test_the_workbook_is_for_those_who_may_export(client, year, cast):
    for name in ("institution_head", "outlet_head", "department"):
        client.force_login(getattr(cast, name))
        assert client.get(f"{URL}statistics.xlsx").status_code == 403


def test_no_customer_in_page_or_workbook(client, org, cast):
    body = "客户赵明诚电话13912345678反映投诉"
    make_letter(org.a1, "INQUIRY", APRIL.first, body=body, text="客户赵**电话139****5678反映投诉",
                customer_name="赵明诚", customer_phone="13912345678")  # fmt: skip
    _, html = read(client, cast.service_office, "?year=2011")
    response, _ = book(client, cast.service_office)
    for secret in ("13912345678", "赵明诚"):
        assert secret not in html
        assert secret.encode() not in response.content
