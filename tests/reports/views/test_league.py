import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reports.models import Season
from reports.services.corrections import correction_issue
from reports.services.months import months_close
from reports.services.rollup import months_roll_up
from tests.factories import make_outlet
from tests.reports.rows import APRIL, MAY, make_inspection, quiz, release

pytestmark = pytest.mark.django_db
URL = reverse("reports:league")


@pytest.fixture
def scored(org):
    """Two outlets with ranks in April and, the other way round, in May."""
    for unit, april, may in ((org.a1, "90.00", "80.00"), (org.b1, "80.00", "95.50")):
        release(unit, score=april)
        release(unit, "COVERT", score=april)
        release(unit, day=MAY.first, score=may)
    return org


def page(client, user, **query):
    client.force_login(user)
    response = client.get(URL, query)
    assert response.status_code == 200
    return response.content.decode()


def names(html):
    """The units of the table, in its order."""
    body = html[html.index("<tbody>") :]
    return re.findall(r'class="mc-unit">(?:<a[^>]*>)?([^<]+)', body)


def test_the_latest_month_by_rank(client, scored, cast):
    html = page(client, cast.service_office)
    assert "2011年5月网点排名" in html
    assert "5月4家网点中2家参评，第一名乙一网点 95.50分，较上月升1位。" in html
    assert names(html) == ["乙一网点", "甲一网点", "甲二网点", "乙二网点"]
    assert '<span class="visually-hidden">上升</span>↑1' in html
    assert html.count('class="mc-spark"') == 2


def test_another_month_and_a_wrong_one(client, scored, cast):
    assert names(page(client, cast.leadership, month="2011-04"))[0] == "甲一网点"
    assert "2011年5月网点排名" in page(client, cast.leadership, month="2011-07")


@pytest.mark.parametrize(
    ("sort", "first"),
    [("total", "甲一网点"), ("-total", "乙一网点"), ("name", "甲一网点"), ("-name", "乙二网点"),
     ("rank", "乙一网点"), ("change", "甲一网点"), ("id;drop", "乙一网点"), ("-pk", "乙一网点")],
)  # fmt: skip
def test_sorting_by_a_whitelist(client, scored, cast, sort, first):
    assert names(page(client, cast.service_office, sort=sort))[0] == first


def test_gaps_stay_last_either_way(client, scored, cast):
    for sort in ("open", "-open"):
        assert set(names(page(client, cast.service_office, sort=sort))[2:]) == {
            "甲二网点", "乙二网点",
        }  # fmt: skip


def test_filters(client, scored, cast):
    scored.b1.peer_group = "县域"
    scored.b1.save()
    months_roll_up(branch_ids=[scored.branch.pk], month=MAY)
    user = cast.service_office
    assert names(page(client, user, institution=scored.a.pk)) == ["甲一网点", "甲二网点"]
    assert names(page(client, user, q="asb1")) == ["乙一网点"]
    assert "没有符合条件的单位" in page(client, user, q="不存在")
    html = page(client, user, group="县域")
    assert names(html) == ["乙一网点"]
    assert "组内名次" in html
    # Its rank in the group is 1, but last month it was in another group: no change to show.
    assert "上月未参评" in html[html.index("<tbody>") :]


def test_institutions(client, scored, cast):
    html = page(client, cast.service_office, view="institutions")
    assert names(html) == ["乙支行", "甲支行"]
    assert reverse("reports:institution", args=[MAY, scored.b.pk]) in html


def test_everybody_sees_the_table_but_only_the_own_units_pages(client, scored, cast):
    html = page(client, cast.institution_head)
    assert names(html)[:2] == ["乙一网点", "甲一网点"]
    assert reverse("reports:score", args=[MAY, scored.a1.pk]) in html
    assert reverse("reports:score", args=[MAY, scored.b1.pk]) not in html


def test_other_branches_are_not_in_it(client, scored, cast):
    release(make_outlet(parent=scored.other, name="别处网点"))
    assert "别处网点" not in page(client, cast.service_office, month="2011-04")


def test_unreleased_covert_results_do_not_show(client, scored, cast):
    make_inspection(scored.a2, "COVERT", MAY.first, "66.66", state="SUBMITTED")
    months_roll_up(branch_ids=[scored.branch.pk], month=MAY)
    for view in ("outlets", "institutions", "heat", "gap", "season"):
        assert "66.66" not in page(client, cast.outlet_head, view=view)


def test_a_closed_month_says_what_waits(client, scored, cast):
    months_close(branch_ids=[scored.branch.pk], month=MAY, actor=None)
    assert "待发更正" not in page(client, cast.service_office)
    release(scored.a2, day=MAY.first)
    quiz(scored.a2, "70", MAY.first)
    html = page(client, cast.service_office)
    assert "已封账" in html
    assert "另有 2 项结果" in html
    assert reverse("reports:month", args=[MAY]) in html
    assert reverse("reports:month", args=[MAY]) not in page(client, cast.outlet_head)


def test_the_latest_edition_is_read(client, scored, cast):
    months_close(branch_ids=[scored.branch.pk], month=MAY, actor=None)
    release(scored.a1, "COVERT", MAY.first, score="100.00")
    release(scored.a1, "COVERT", MAY.first, score="100.00")
    correction_issue(branch=scored.branch, month=MAY, reason="漏报", actor=cast.service_office)
    html = page(client, cast.service_office)
    assert "第1号更正后" in html
    assert "90.00" in html[html.index("<tbody>") :]


def test_the_season_so_far(client, scored, cast):
    Season.objects.create(
        branch=scored.branch, name="竞赛", first_month=APRIL.first, last_month="2011-12-01"
    )
    assert "还没有封账的月份" in page(client, cast.leadership, view="season")
    for month in (APRIL, MAY):
        months_close(branch_ids=[scored.branch.pk], month=month, actor=None)
    html = page(client, cast.leadership, view="season")
    assert (
        "竞赛已封账2个月（2011年4月至2011年5月），居前的是乙一网点 87.75、甲一网点 85.00。" in html
    )
    assert names(html) == ["乙一网点", "甲一网点", "甲二网点", "乙二网点"]
    assert "未参评" in html
    april = page(client, cast.leadership, view="season", month="2011-04", kind="INSTITUTION")
    assert names(april) == ["甲支行", "乙支行"]


def test_without_a_season(client, scored, cast):
    assert "不属于任何赛季" in page(client, cast.leadership, view="season")


def test_heat_map(client, scored, cast):
    html = page(client, cast.leadership, view="heat")
    assert '<td class="mc-heat-0"' in html
    assert '<td class="mc-heat-6"' in html
    assert names(html)[0] == "乙一网点"


def test_open_against_covert(client, scored, cast):
    release(scored.a2, score="90.00")
    release(scored.a2, "COVERT", score="80.00")
    html = page(client, cast.leadership, view="gap", month="2011-04")
    assert (
        "3家网点中1家暗访低于明查，相差最大的是甲二网点（明查90.00，暗访80.00，低10.00分）。"
        in html
    )
    assert 'id="gap-option"' in html


def test_before_anything_was_rolled_up(client, org, cast):
    html = page(client, cast.service_office)
    assert "还没有汇总过的月份" in html
    assert reverse("reports:months") in html[html.index('class="card"') :]
    html = page(client, cast.outlet_head)
    assert reverse("reports:months") not in html


def test_the_export_buttons(client, scored, cast):
    html = page(client, cast.leadership)
    assert reverse("reports:scores_export", args=[MAY, "xlsx"]) in html
    assert "导出" not in page(client, cast.institution_head)
    client.force_login(cast.leadership)
    response = client.get(reverse("reports:scores_export", args=[MAY, "csv"]))
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert "2011-05-" in response["Content-Disposition"]
    assert response.content.decode("utf-8-sig").startswith("月份,名次,机构号")
    url = reverse("reports:institutions_export", args=[MAY, "xlsx"])
    assert client.get(url).content[:2] == b"PK"
    for wrong in (("2011-07", "csv"), ("2011-05", "pdf")):
        assert client.get(f"/reports/league/{wrong[0]}/scores.{wrong[1]}").status_code == 404
    assert client.get("/reports/league/2011-13/scores.csv").status_code == 404


@pytest.mark.parametrize("view", ["outlets", "institutions", "season", "heat", "gap"])
def test_a_constant_number_of_queries(client, org, cast, view):
    Season.objects.create(
        branch=org.branch, name="竞赛", first_month=APRIL.first, last_month="2011-12-01"
    )
    client.force_login(cast.service_office)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(URL, {"view": view}).status_code == 200
        return len(captured)

    release(org.a1)
    release(org.a1, "COVERT")
    queries()  # the session comes from the cache from now on
    counted = [queries()]
    for more in (2, 127):
        units = [make_outlet(parent=org.b) for _ in range(more)]
        for unit in units[:5]:
            make_inspection(unit)
            make_inspection(unit, "COVERT")
        months_roll_up(branch_ids=[org.branch.pk], month=APRIL)
        counted.append(queries())
    months_close(branch_ids=[org.branch.pk], month=APRIL, actor=None)
    release(org.a1, score="70.00")
    assert len(set(counted)) == 1
    assert queries() <= 12


def test_wrong_method(client, cast):
    client.force_login(cast.service_office)
    assert client.post(URL).status_code == 405


def test_the_filter_bar_leaves_unasked_things_out_of_the_address(client, scored, cast):
    hidden = r'type="hidden" name="(view|kind|sort)"'
    assert re.findall(hidden, page(client, cast.service_office)) == []
    html = page(client, cast.service_office, view="institutions", sort="-total")
    assert re.findall(hidden, html) == ["view", "sort"]
