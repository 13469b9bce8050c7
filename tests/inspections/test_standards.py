"""What makes a standard complete, and what differs between two."""

from decimal import Decimal

import pytest

from inspections.standards import content_difference, next_code, next_label, publish_faults
from tests.inspections.checklist_rows import content, item, section


class TestPublishFaults:
    def test_a_complete_one_has_none(self):
        assert publish_faults("POINTS", content().sections) == []

    @pytest.mark.parametrize(("points", "said"), [("990", "少10分"), ("1000.5", "多0.5分")])
    def test_a_thousand_points_by_name(self, points, said):
        (fault,) = publish_faults("POINTS", [section("甲", item(points=Decimal(points)))])
        assert said in fault
        assert "1000分" in fault

    def test_nothing_in_it(self):
        assert publish_faults("POINTS", []) == ["还没有检查项目，至少需要一个模块、一个项目"]

    def test_an_empty_module_is_named(self):
        faults = publish_faults("POINTS", [*content().sections, type(section())("空的", None, ())])
        assert faults == ["模块“空的”没有项目，请补充或删除"]

    def test_weighted_modules_need_weights(self):
        sections = [section("甲", weight=Decimal(60)), section("乙", item("2.01"))]
        (fault,) = publish_faults("WEIGHTED", sections)
        assert "“乙”缺少权重" in fault


class TestDifference:
    def test_the_same(self):
        same = content_difference(content(), content())
        assert (same.added, same.removed, same.changed, same.unchanged) == ((), (), (), 10)

    def test_added_removed_changed(self):
        old = content(section("甲", item("1.01"), item("1.02"), item("1.03")))
        new = content(section("甲", item("1.01"), item("1.02", is_hot=True), item("1.04")))
        found = content_difference(old, new)
        assert [one.code for _, one in found.added] == ["1.04"]
        assert [one.code for _, one in found.removed] == ["1.03"]
        assert [change.fields for change in found.changed] == [(("is_hot", False, True),)]

    def test_renumbered_items_are_known_by_their_text(self):
        old = content(section("甲", item("1.01", text="地面整洁")))
        new = content(section("甲", item("1.05", text="地面整洁")))
        found = content_difference(old, new)
        assert (found.added, found.removed) == ((), ())
        assert found.changed[0].fields == (("code", "1.01", "1.05"),)

    def test_moved_to_another_module(self):
        old = content(section("甲", item("1.01")), section("乙", item("2.01")))
        new = content(section("甲", item("1.01"), item("2.01")))
        assert content_difference(old, new).changed[0].fields == (("section", "乙", "甲"),)

    def test_weights(self):
        old, new = (content(section("甲", weight=Decimal(w))) for w in (40, 50))
        assert content_difference(old, new).weights == (("甲", Decimal(40), Decimal(50)),)


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ([], "3.01"),
        (["3.01", "3.09"], "3.10"),
        (["A7"], "A8"),
        (["3.03", "3.02"], "3.04"),
        (["甲"], ""),
    ],
)
def test_next_code(codes, expected):
    assert next_code(codes, 3) == expected


def test_next_label():
    assert next_label([], 2012) == "2012版"
    assert next_label(["2012版"], 2012) == "2012版第1次修订"
    assert next_label(["2012版", "2012版第1次修订"], 2012) == "2012版第2次修订"
