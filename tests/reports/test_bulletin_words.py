"""The bulletin's sentences, case by case."""

import pytest

from reports.bulletins import words


def row(name, rank, total="90.00", change=None, **kw):
    empty = dict.fromkeys(("open", "covert", "special", "device", "quiz"))
    return empty | {"name": name, "rank": rank, "total": total, "change": change} | kw


def figures(**kw):
    return {
        "month": "2011-12",
        "edition": 0,
        "final": True,
        "branch": {"short_name": "鞍山分行"},
        "masthead": {"title": "服务工作简报", "number": 1, "year": 2012},
        "coverage": {
            "outlets": 3, "ranked": 3, "institutions": 2,
            "inspections": {"OPEN": 3, "COVERT": 2, "SPECIAL": 0},
        },
        "outlets": [row("甲", 1, "94.31", 2), row("乙", 2, "93.00", 0), row("丙", 3, "90.10", -2)],
        "institutions": [row("子支行", 1, "92.00"), row("丑支行", 2, "91.00")],
        "trend": [{"month": "2011-11", "total": "91.00"}, {"month": "2011-12", "total": "92.47"}],
        "best": {
            "open": {"score": "98.20", "names": ["甲"]},
            "covert": {"score": "96.00", "names": ["乙", "丙"]},
        },
        "movers": {
            "up": [{"name": "甲", "previous": 3, "rank": 1}],
            "down": [{"name": "丙", "previous": 1, "rank": 3}],
        },
        "weights": {"device": "35", "covert": "25", "open": "25.0", "special": "10", "quiz": "5"},
        "failed": [],
    } | kw  # fmt: skip


def test_the_lead_says_who_took_part_who_leads_what_was_best_and_who_moved():
    first, second, third = words.lead(figures())
    assert first == (
        "2011年12月，全行3家营业网点全部参评，涉及经营机构2家。"
        "计入成绩的检查共5次，其中明查3次、暗访2次。"
        "全行网点平均得分92.47分，较上月提高1.47分。"
    )
    assert second == (
        "网点第一名甲，94.31分，较上月升2位；第二名乙，93.00分，名次与上月持平；"
        "第三名丙，90.10分，较上月降2位。机构前两名依次为子支行92.00分、丑支行91.00分。"
    )
    assert third == (
        "明查最高98.20分（甲），暗访最高96.00分（乙、丙）。"
        "名次上升最多的是甲，由第3名升至第1名。名次下降最多的是丙，由第1名降至第3名。"
    )


def test_outlets_that_did_not_take_part_are_named():
    outlets = [row("甲", 1), *(row(name, None, None) for name in "乙丙丁戊")]
    coverage = figures()["coverage"] | {"outlets": 5, "ranked": 1}
    (first, *_) = words.lead(figures(outlets=outlets, coverage=coverage))
    assert "5家营业网点中1家参评，未参评4家（乙、丙、丁等4家）" in first


def test_those_that_share_a_rank_are_all_named():
    outlets = [row("甲", 1, "95.00"), row("乙", 1, "95.00"), row("丙", 3, "90.00"), row("丁", 4)]
    second = words.lead(figures(outlets=outlets))[1]
    assert second.startswith("网点第一名甲，95.00分；第一名乙，95.00分；第三名丙，90.00分。")


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        ("91.00", "92.47", "较上月提高1.47分"),
        ("92.47", "91.00", "较上月下降1.47分"),
        ("91.00", "91.00", "与上月持平"),
    ],
)
def test_the_average_is_compared_to_last_month(before, now, said):
    trend = [{"month": "2011-11", "total": before}, {"month": "2011-12", "total": now}]
    assert said in words.lead(figures(trend=trend))[0]


@pytest.mark.parametrize("earlier", [[], [{"month": "2011-10", "total": "90.00"}]])
def test_without_the_month_before_nothing_is_compared(earlier):
    trend = [*earlier, {"month": "2011-12", "total": "92.47"}]
    assert words.lead(figures(trend=trend))[0].endswith("全行网点平均得分92.47分。")


def test_nothing_is_said_of_what_there_is_not():
    bare = figures(
        institutions=[], movers={"up": [], "down": []}, best={"open": None, "covert": None}
    )
    assert len(words.lead(bare)) == 2
    assert words.lead(bare)[1].endswith("较上月降2位。")
    assert words.failed_intro(bare) == ""


@pytest.mark.parametrize(("change", "said"), [(None, "—"), (0, "持平"), (3, "↑3"), (-12, "↓12")])
def test_changes(change, said):
    assert words.change_text(change) == said


def test_weights_are_listed_and_absent_components_named():
    outlets = [row("甲", 1, open="90.00", covert="88.00")]
    assert words.components_note(figures(outlets=outlets)) == (
        "权重：暗访25、明查25；本月没有星级柜员牌、专项、业务知识成绩。"
    )


def test_titles_and_file_names():
    assert words.title(figures()) == "2011年12月网点服务质量检查评比情况"
    assert words.title(figures(edition=2)).endswith("（第2号更正）")
    assert words.full_title(figures()).startswith("服务工作简报2012年第1期：2011年12月")
    assert words.file_name(figures()) == "鞍山分行服务工作简报2012年第1期（2011-12）.pdf"
    assert words.chinese_date("2012-01-06") == "2012年1月6日"


def test_preliminary_figures_say_so():
    assert words.preliminary(figures()) == ""
    assert "封账" in words.preliminary(figures(final=False))


@pytest.mark.parametrize(
    ("over", "said"), [(True, "竞赛全部结束，共2个月。"), (False, "竞赛已封账2个月。")]
)
def test_the_season(over, said):
    def standing(name, rewarded):
        return {"name": name, "rewarded": rewarded}

    season = {
        "name": "竞赛", "over": over, "months": ["2011-04", "2011-05"],
        "institutions": [standing("子支行", True), standing("丑支行", False)], "outlets": [],
    }  # fmt: skip
    assert words.season_intro(season) == f"{said}按各月总分平均，机构前列为子支行。"
