"""What a bulletin's figures hold, and that they come from stored rows only."""

import json
from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from inspections.models import Answer, Wave
from outlets.months import Month
from reports.bulletins.figures import BulletinError, bulletin_figures
from reports.models import Correction, MonthlyScore
from tests.reports.bulletin_months import (
    ITEMS,
    OPEN,
    PROVISIONAL,
    make_close,
    make_inspection,
    make_score,
    make_version,
)

pytestmark = pytest.mark.django_db
APRIL, MAY = Month(2011, 4), Month(2011, 5)


def figures(branch, month=APRIL, number=1):
    made = bulletin_figures(branch=branch, month=month, number=number, issued_on=date(2011, 5, 10))
    assert json.loads(json.dumps(made)) == made
    return made


def line(channel, *inspections):
    return [f"R3.{channel.lower()}", [each.pk for each in inspections], "", None]


@pytest.fixture
def april(org):
    """April, closed: a1 first, b1 second, a2 third, b2 did not take part; institutions."""
    make_close(org.branch, APRIL)
    make_score(org.a1, APRIL, rank=1, total="95.00", open="96.00", covert="94.00", previous_rank=3)
    make_score(org.b1, APRIL, rank=2, total="92.00", open="97.00", covert="90.00", previous_rank=2)
    make_score(org.a2, APRIL, rank=3, total="90.02", open="90.02", previous_rank=1)
    make_score(org.b2, APRIL)
    make_score(org.a, APRIL, kind="INSTITUTION", institution=org.a, rank=1, total="92.51")
    make_score(org.b, APRIL, kind="INSTITUTION", institution=org.b, rank=2, total="92.00")
    return org


def test_tables_are_complete_and_in_order(april):
    found = figures(april.branch)
    assert [(row["name"], row["rank"], row["total"]) for row in found["outlets"]] == [
        ("甲一网点", 1, "95.00"), ("乙一网点", 2, "92.00"), ("甲二网点", 3, "90.02"),
        ("乙二网点", None, None),
    ]  # fmt: skip
    assert [row["change"] for row in found["outlets"]] == [2, 0, -2, None]
    assert [(row["name"], row["ranked"], row["outlets"]) for row in found["institutions"]] == [
        ("甲支行", 2, 2), ("乙支行", 1, 2),
    ]  # fmt: skip
    assert found["outlets"][0]["institution"] == "甲支行"
    assert found["coverage"]["outlets"] == 4
    assert found["coverage"]["ranked"] == 3


def test_masthead_best_movers_and_mean(april):
    found = figures(april.branch, number=7)
    assert found["masthead"] == {
        "title": "服务工作简报", "number": 7, "year": 2011, "issuer": "示例分行服务办公室",
        "issued_on": "2011-05-10",
    }  # fmt: skip
    assert found["best"] == {
        "open": {"score": "97.00", "names": ["乙一网点"]},
        "covert": {"score": "94.00", "names": ["甲一网点"]},
    }
    assert [move["name"] for move in found["movers"]["up"]] == ["甲一网点"]
    assert [move["name"] for move in found["movers"]["down"]] == ["甲二网点"]
    assert found["trend"] == [
        {"month": "2011-04", "total": "92.34", "open": "94.34", "covert": "92.00"}
    ]


def test_means_are_rounded_half_up_from_the_exact_sum(org):
    make_close(org.branch, APRIL)
    make_score(org.a1, APRIL, rank=1, total="90.01")
    make_score(org.a2, APRIL, rank=2, total="90.00")
    assert figures(org.branch)["trend"][0]["total"] == "90.01"


def test_an_open_month_is_refused(org):
    make_close(org.branch, APRIL, OPEN)
    make_score(org.a1, APRIL, rank=1, total="90.00")
    with pytest.raises(BulletinError, match="2011年4月仍在统计中"):
        figures(org.branch)


def test_a_month_without_figures_or_without_ranked_outlets_is_refused(org):
    with pytest.raises(BulletinError, match="还没有成绩"):
        figures(org.branch)
    make_close(org.branch, APRIL)
    with pytest.raises(BulletinError, match="没有参评的网点"):
        figures(org.branch)
    make_score(org.a1, APRIL)
    with pytest.raises(BulletinError, match="没有参评的网点"):
        figures(org.branch)


def test_a_published_month_is_marked_as_preliminary(org):
    make_close(org.branch, APRIL, PROVISIONAL)
    make_score(org.a1, APRIL, rank=1, total="90.00")
    assert figures(org.branch)["final"] is False


def test_a_corrected_month_shows_its_latest_edition(april):
    close = april.branch_close = make_correction(april.branch)
    make_score(april.a1, APRIL, edition=1, rank=2, total="90.00")
    make_score(april.b1, APRIL, edition=1, rank=1, total="91.00")
    found = figures(april.branch)
    assert close.number == found["edition"] == 1
    assert [(row["name"], row["total"]) for row in found["outlets"]] == [
        ("乙一网点", "91.00"), ("甲一网点", "90.00"),
    ]  # fmt: skip


def make_correction(branch):
    from reports.models import MonthClose

    close = MonthClose.objects.get(branch=branch, month=APRIL.first)
    return Correction.objects.create(month_close=close, number=1, reason="补录")


def test_failed_items_are_counted_over_the_inspections_the_scores_were_made_of(org):
    version = make_version(org.branch, ITEMS)
    first = make_inspection(org.a1, version, APRIL, failed=["2.01", "1.01"])
    second = make_inspection(org.b1, version, APRIL, failed=["2.01"], channel="SPECIAL")
    make_inspection(org.b2, version, APRIL, failed=["5.01"])  # released after closing
    make_close(org.branch, APRIL)
    make_score(org.a1, APRIL, rank=1, total="90.00", lines=[line("OPEN", first)])
    make_score(org.b1, APRIL, rank=2, total="89.00", lines=[line("SPECIAL", second)])
    found = figures(org.branch)
    assert [(each["code"], each["asked"], each["lost"], each["share"]) for each in found["failed"]] == [
        ("2.01", 2, 2, "100.00"), ("1.01", 2, 1, "50.00"),
    ]  # fmt: skip
    assert found["failed"][0]["section"] == "柜面服务"
    assert found["failed"][0]["channels"] == ["明查", "专项"]
    assert found["coverage"]["inspections"] == {"OPEN": 1, "COVERT": 0, "SPECIAL": 1}


def test_only_ten_items_are_listed_the_most_failed_first(org):
    version = make_version(org.branch, ITEMS)
    codes = [code for code, _, _ in ITEMS]
    made = [make_inspection(org.a1, version, APRIL, failed=codes[:n]) for n in range(1, 13)]
    make_close(org.branch, APRIL)
    make_score(org.a1, APRIL, rank=1, total="90.00", lines=[line("OPEN", *made)])
    failed = figures(org.branch)["failed"]
    assert [each["code"] for each in failed] == codes[:10]
    assert [each["lost"] for each in failed] == list(range(12, 2, -1))


def test_items_that_did_not_apply_were_not_asked(org):
    version = make_version(org.branch, ITEMS)
    made = make_inspection(org.a1, version, APRIL, failed=["1.01"])
    Answer.objects.filter(item__code="1.01").update(possible=0, earned=0, value="不适用")
    make_close(org.branch, APRIL)
    make_score(org.a1, APRIL, rank=1, total="90.00", lines=[line("OPEN", made)])
    assert figures(org.branch)["failed"] == []


def test_a_wave_not_yet_released_tells_nothing(org):
    version = make_version(org.branch, ITEMS)
    wave = Wave.objects.create(branch=org.branch, month=APRIL.first, channel="COVERT")
    made = make_inspection(org.a1, version, APRIL, failed=["1.01"], channel="COVERT", wave=wave)
    make_close(org.branch, APRIL)
    make_score(org.a1, APRIL, rank=1, total="90.00", lines=[line("COVERT", made)])
    assert figures(org.branch)["failed"] == []
    Wave.objects.update(released_at=timezone.now())
    assert [each["code"] for each in figures(org.branch)["failed"]] == ["1.01"]


def test_the_season_counts_closed_months_up_to_this_one(april):
    from reports.models import Season

    Season.objects.create(
        branch=april.branch, name="竞赛", first_month=APRIL.first, last_month=date(2011, 12, 1)
    )
    assert figures(april.branch)["season"] is None
    make_close(april.branch, MAY)
    make_score(april.a1, MAY, rank=1, total="93.00")
    make_score(april.b1, MAY, rank=2, total="91.00")
    make_close(april.branch, MAY.next)
    make_score(april.a1, MAY.next, rank=1, total="10.00")
    season = figures(april.branch, MAY)["season"]
    assert season["months"] == ["2011-04", "2011-05"]
    assert season["over"] is False
    assert [(each["name"], each["score"], each["rank"]) for each in season["outlets"][:2]] == [
        ("甲一网点", "94.00", 1), ("乙一网点", "91.50", 2),
    ]  # fmt: skip
    assert season["outlets"][0]["rewarded"]
    assert season["outlets"][-1]["rank"] is None  # absent in more than a third of the months


def test_the_link_is_printed_only_where_the_installation_has_an_address(april, settings):
    settings.PUBLIC_URL = ""
    assert figures(april.branch)["link"] == ""
    settings.PUBLIC_URL = "https://mingcha.example.bank/"
    assert figures(april.branch)["link"].startswith("https://mingcha.example.bank/reports/league/")


def test_another_branch_does_not_show(april):
    make_close(april.other, APRIL)
    with pytest.raises(BulletinError):
        figures(april.other)
    assert MonthlyScore.objects.filter(branch=april.branch).count() == 6
    assert Decimal(figures(april.branch)["outlets"][0]["total"]) == 95


def test_more_outlets_are_not_more_queries(april, django_assert_num_queries):
    with django_assert_num_queries(9):
        figures(april.branch)
    for number in range(3):
        from tests.factories import make_outlet

        make_score(make_outlet(parent=april.a), APRIL, rank=4 + number, total="80.00")
    with django_assert_num_queries(9):
        figures(april.branch)
