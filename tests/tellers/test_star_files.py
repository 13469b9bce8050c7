"""What stars become on paper: the star list, allowances, pacesetters, badges."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from accounts.jobs import job_run
from outlets.models import Staff
from reports.documents import html_of
from reports.models import Document
from tellers.models import Penalty, StarRating
from tests.tellers.rated import a_teller, a_year, computed, moved_to, rating_of, violate

pytestmark = pytest.mark.django_db
COLUMNS = [
    "周期", "员工号", "姓名", "机构号", "服务技能", "服务质量", "服务效率", "服务规范", "服务纪律", "总分", "星级", "状态", "原因",
]  # fmt: skip


@pytest.fixture
def people(org):
    """Five stars at `b1`, four at `a1`; one not to be rated, whose name would be a formula."""
    best, good = a_teller(org, unit=org.b1), a_teller(org, score=80)
    barred = a_teller(org)
    Staff.objects.filter(pk=barred.pk).update(name="=1+1")
    violate(org, barred, "GRAVE")
    return best, good, barred


@pytest.fixture
def final(org, people):
    return moved_to(computed(org.branch), "FINAL")


def get(client, user, name, *args, **query):
    client.force_login(user)
    return client.get(reverse(name, args=args), query)


def sheets_of(content):
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_the_star_list_as_excel(client, cast, final, people):
    best, good, barred = people
    found = get(client, cast.service_office, "tellers:star_export", final.pk, "xlsx")
    assert "%E6%98%9F%E7%BA%A7%E5%90%8D%E5%8D%95.xlsx" in found["Content-Disposition"]
    head, *rows = sheets_of(found.content)["星级名单"]
    assert head == COLUMNS
    assert {row[1]: (row[3], row[9], row[10], row[11]) for row in rows} == {
        best.number: ("ASB1", 98.76, 5, "已评定"),
        good.number: ("ASA1", 95.76, 4, "已评定"),
        barred.number: ("ASA1", "", "", "不予评定"),
        cast.teller.staff.number: ("ASA1", "", "", "数据不足"),
    }
    assert b"<f>" not in found.content
    reasons = {row[1]: row[12] for row in rows}
    assert reasons[good.number] == "五星名额1人已满，降一星"


def test_the_star_list_by_command(org, final, tmp_path, capsys):
    file = tmp_path / "stars.csv"
    call_command("stars", "2011", str(file), unit="AS")
    assert "已导出2011星级名单，3人" in capsys.readouterr().out
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].split(",") == COLUMNS
    assert any("'=1+1" in line for line in lines)
    for label, name, reason in (
        ("2012", "a.xlsx", "没有评定周期2012"),
        ("十一", "a.xlsx", "不是有效的评定周期"),
        ("2011", "a.pdf", ".xlsx 或 .csv"),
        ("2011", "nowhere/a.csv", "没有目录"),
    ):
        with pytest.raises(CommandError, match=reason):
            call_command("stars", label, str(tmp_path / name), unit=org.branch.code)


def test_a_period_that_was_not_computed_has_no_list(client, org, cast, tmp_path):
    period = a_year(org.branch)
    found = get(client, cast.service_office, "tellers:star_export", period.pk, "csv")
    assert found.status_code == 404
    with pytest.raises(CommandError, match="还没有测算"):
        call_command("stars", "2011", str(tmp_path / "a.csv"), unit="AS")


def test_allowances(client, cast, final, people):
    found = get(client, cast.leadership, "tellers:star_allowances", final.pk, months="3")
    sheets = sheets_of(found.content)
    head, *rows = sheets["津贴"]
    assert head[-4:] == ["星级", "元/月", "月数", "金额（元）"]
    assert [row[2:] for row in rows[:-1]] == [
        [people[1].number, people[1].name, "四星", 50, 3, 150],
        [people[0].number, people[0].name, "五星", 50, 3, 150],
    ]
    assert (rows[-1][0], rows[-1][-1]) == ("合计", 300)
    assert sheets["按机构汇总"][1:] == [
        ["ASA1", "甲一网点", 1, 50, 150], ["ASB1", "乙一网点", 1, 50, 150], ["合计", "", 2, 100, 300],
    ]  # fmt: skip
    for months in ("0", "13", "x"):
        bad = get(client, cast.leadership, "tellers:star_allowances", final.pk, months=months)
        assert bad.status_code == 404


def barring(staff, unit, year=2011, state="NOTIFIED", kind="NO_PACESETTER"):
    return Penalty.objects.create(
        branch=unit.branch, staff=staff, unit=unit, kind=kind, ground="OFFENDER", year=year,
        reason="多次违规", state=state, proposed_on="2011-11-01", approved_on="2011-11-02",
    )  # fmt: skip


def test_pacesetters_and_who_lost_the_right(client, org, cast, people):
    best, good, barred = people
    minor, short = a_teller(org, satisfied=985), a_teller(org, score=61, satisfied=500)
    violate(org, minor, "MINOR", "语言")
    barring(good, org.a1)
    barring(best, org.b1, state="REVOKED")
    barring(best, org.b1, year=2010)
    computed(org.branch)
    found = get(client, cast.service_office, "tellers:pacesetters").context["found"]
    assert [one.staff for one in found.candidates] == [best]
    assert {one.staff: one.reasons for one in found.disqualified} == {
        good: ["受处罚取消标兵评选资格", "三星，至少四星"],
        barred: ["2011-07-01严重违规“着装”", "没有评定星级"],
        minor: ["2011-07-01轻微违规“语言”"],
    }
    assert found.short == 2
    assert rating_of(short).star < 4
    file = get(client, cast.service_office, "tellers:pacesetters_export", "2011")
    sheets = sheets_of(file.content)
    assert sheets["候选人"][1][1:3] == [best.number, best.name]
    assert len(sheets["取消资格"]) == 4
    assert get(client, cast.service_office, "tellers:pacesetters", year="2010").status_code == 404


def test_pacesetters_cost_the_same_for_many(client, org, cast, people, django_assert_num_queries):
    computed(org.branch)
    get(client, cast.service_office, "tellers:pacesetters")
    with django_assert_num_queries(6):
        client.get(reverse("tellers:pacesetters"))
    for _ in range(3):
        violate(org, a_teller(org), "MINOR")
    computed(org.branch)
    with django_assert_num_queries(6):
        client.get(reverse("tellers:pacesetters"))


def test_badges_from_the_page_to_the_pdf(client, org, cast, final, people, settings):
    settings.PUBLIC_URL = "https://mingcha.example.bank/"
    best, _, barred = people
    where = reverse("reports:badges", args=[final.pk])
    client.force_login(cast.service_office)
    assert "2 人评上星级：五星1人，四星1人" in client.get(where).content.decode()
    refused = client.post(where, {"stars": ["1"]})
    assert (refused.status_code, "没有符合条件" in refused.content.decode()) == (409, True)
    client.post(where, {"unit": org.b.pk})
    made = Document.objects.get()
    token = rating_of(best).token
    assert made.figures["cards"] == [
        {
            "number": best.number, "name": best.name, "unit": "乙一网点", "star": 5,
            "url": f"https://mingcha.example.bank/tellers/stars/verify/{token}/",
        }
    ]  # fmt: skip
    client.post(where, {})
    everybody = Document.objects.order_by("pk").last()
    job_run(everybody.job_id)
    everybody.refresh_from_db()
    with everybody.file.open("rb") as file:
        text = PdfReader(file).pages[0].extract_text()
    assert all(
        word in text.replace(" ", "") for word in ("★★★★★", "五星", best.number, "2011年度评定")
    )
    assert barred.number not in text
    assert html_of("BADGES", made.figures).count("<article>") == 1


def test_no_badges_before_stars_are_final(client, org, cast, people):
    period = moved_to(computed(org.branch), "PUBLIC")
    where = reverse("reports:badges", args=[period.pk])
    client.force_login(cast.service_office)
    assert client.get(where).status_code == 404
    body = {"period": period.pk}
    refused = client.post(reverse("star-badges-list"), body, content_type="application/json")
    assert (refused.status_code, refused.json()["detail"]) == (
        409, "2011的星级还没有生效，生效后才能制作工号牌",
    )  # fmt: skip
    assert StarRating.objects.filter(token__isnull=False).count() == 0
