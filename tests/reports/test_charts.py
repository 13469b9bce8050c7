"""Charts: options of plain JSON, drawn to the same SVG every time."""

import json
import multiprocessing
import re
from decimal import Decimal
from xml.etree import ElementTree

import pytest

from outlets.charts import Series, dumbbells, heat_map, stacked_bars, trend
from reports.charting import chart_svg

D = Decimal
NAMES = ["海城支行", "道西支行", "对炉支行"]
ONE = Series("明查", [D("95.10"), D("92.00"), None])
OTHER = Series("暗访", [D("90.25"), D("93.50"), D("88.00")])


def charts():
    return {
        "stacked": stacked_bars(NAMES, [ONE, OTHER], "得分"),
        "dumbbells": dumbbells(NAMES, ONE, OTHER, "对照"),
        "trend": trend(["4月", "5月", "6月"], [OTHER, ONE], "走势"),
        "heat": heat_map(NAMES, ["4月", "5月"], [[D("95.10"), None], [D("90.00"), D("91.00")], [None, None]], "热图"),
    }  # fmt: skip


def texts(chart):
    root = ElementTree.fromstring(chart_svg(chart))  # noqa: S314  (drawn by ourselves)
    return [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.parametrize("name", ["stacked", "dumbbells", "trend", "heat"])
def test_an_option_is_plain_json_and_its_drawing_holds_no_script_nor_style(name):
    chart = charts()[name]
    assert json.loads(json.dumps(chart.option)) == chart.option
    svg = chart_svg(chart)
    ElementTree.fromstring(svg)  # noqa: S314
    assert f'width="{chart.width}" height="{chart.height}"' in svg
    assert not re.search(r"<style|<script|href=|class=|zr\d", svg)
    assert "Noto Sans CJK SC" in svg


@pytest.mark.parametrize("name", ["stacked", "dumbbells", "trend", "heat"])
def test_drawn_again_it_is_the_same(name):
    first = chart_svg(charts()[name])
    chart_svg(charts()["trend"])
    assert chart_svg(charts()[name]) == first


def test_every_figure_is_labelled_with_two_places():
    assert {"95.10", "90.25", "92.00", "93.50", "88.00"} <= set(texts(charts()["dumbbells"]))
    assert {"95.10", "90.00", "91.00"} <= set(texts(charts()["heat"]))
    assert {"185.35", "185.50", "88.00"} <= set(texts(charts()["stacked"]))


def test_rows_stand_in_the_given_order_from_the_top():
    root = ElementTree.fromstring(chart_svg(charts()["stacked"]))  # noqa: S314
    heights = {
        element.text: float(re.search(r"translate\(\S+ ([0-9.]+)\)", element.get("transform"))[1])
        for element in root.iter("{http://www.w3.org/2000/svg}text")
        if element.text in NAMES
    }
    assert sorted(heights, key=heights.get) == NAMES


def test_lines_carry_their_names_apart_from_each_other():
    same = [Series(name, [D(90), D(91)]) for name in ("全行平均", "明查平均", "暗访平均")]
    root = ElementTree.fromstring(chart_svg(trend(["4月", "5月"], same, "")))  # noqa: S314
    places = [
        float(re.search(r"translate\(\S+ ([0-9.]+)\)", element.get("transform"))[1])
        for element in root.iter("{http://www.w3.org/2000/svg}text")
        if (element.text or "").endswith("平均")
    ]
    assert len(places) == 3
    assert all(b - a > 10 for a, b in zip(sorted(places), sorted(places)[1:], strict=False))


@pytest.mark.parametrize(
    "chart",
    [
        stacked_bars([], [], ""),
        dumbbells(["甲"], Series("明查", [None]), Series("暗访", [None]), ""),
        trend(["4月"], [Series("平均", [D(90)])], ""),
        trend(["4月"], [Series("平均", [None])], ""),
        heat_map([], [], [], ""),
        heat_map(["甲"], ["4月"], [[D(90)]], ""),
        dumbbells(["甲"], Series("明查", [D(90)]), Series("暗访", [D(90)]), ""),
    ],
    ids=["no bars", "no dots", "one month", "no month", "no map", "one cell", "equal dots"],
)
def test_little_or_nothing_to_draw_is_drawn_all_the_same(chart):
    assert chart_svg(chart).startswith("<svg")


def test_a_name_with_markup_stays_text():
    name = '<script>alert("1")</script>&'
    chart = stacked_bars([name], [Series("明查", [D(1)])], "")
    assert name in texts(chart)


def _draw(queue):
    queue.put(chart_svg(charts()["heat"]))


def test_a_forked_worker_draws_the_same_with_an_engine_of_its_own():
    here = chart_svg(charts()["heat"])
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    child = context.Process(target=_draw, args=(queue,))
    child.start()
    assert queue.get(timeout=30) == here
    child.join()
