import random
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspections.scoring import (
    ALL_OR_NOTHING,
    DEDUCT,
    GRADED,
    MEASURED,
    MODES,
    NO,
    POINTS,
    SCORINGS,
    SECTION,
    SHEET,
    WEIGHTED,
    InvalidAnswer,
    InvalidRule,
    ItemRule,
    Mark,
    Parameters,
    ScoredItem,
    ScoredSection,
    format_parameters,
    mark,
    parse_parameters,
    plain,
    ratio,
    read,
    score,
    stored,
)

D = Decimal
GRADES = {"优": D(1), "良": D("0.8"), "中": D("0.6"), "差": D(0)}
SHOWN = ItemRule(D(2), ALL_OR_NOTHING, allows_na=True)
COUNTED = ItemRule(D("2.5"), DEDUCT, step=D("0.75"))
JUDGED = ItemRule(D(3), GRADED, grades=GRADES)
AT_MOST = ItemRule(D(5), MEASURED, limit_max=D(300_000))
BETWEEN = ItemRule(D(5), MEASURED, limit_min=D(2), limit_max=D("5.5"))


def item(possible: str, earned: str, red_line: str = NO, code: str = "X") -> ScoredItem:
    return ScoredItem(code, Mark(D(possible), D(earned)), red_line)


def section(*items: ScoredItem, name: str = "甲", weight: str = "1") -> ScoredSection:
    return ScoredSection(name, items, D(weight))


@pytest.mark.parametrize(
    ("rule", "text", "value", "earned"),
    [
        (SHOWN, "pass", "pass", "2"),
        (SHOWN, "fail", "fail", "0"),
        (SHOWN, " 合格 ", "pass", "2"),
        (SHOWN, "不合格", "fail", "0"),
        (COUNTED, "0", "0", "2.5"),
        (COUNTED, "1", "1", "1.75"),
        (COUNTED, "3", "3", "0.25"),
        (COUNTED, "4", "4", "0"),
        (COUNTED, "03.0", "3", "0.25"),
        (COUNTED, "３", "3", "0.25"),
        (COUNTED, "-0", "0", "2.5"),
        (COUNTED, "9999", "9999", "0"),
        (JUDGED, "优", "优", "3"),
        (JUDGED, "良", "良", "2.4"),
        (JUDGED, "差", "差", "0"),
        (AT_MOST, "300000", "300000", "5"),
        (AT_MOST, "300000.00", "300000", "5"),
        (AT_MOST, "300000.01", "300000.01", "0"),
        (AT_MOST, "-1.50", "-1.5", "5"),
        (BETWEEN, "2", "2", "5"),
        (BETWEEN, "5.5", "5.5", "5"),
        (BETWEEN, "1.999999", "1.999999", "0"),
        (BETWEEN, "5.500001", "5.500001", "0"),
    ],
)
def test_answer(rule: ItemRule, text: str, value: str, earned: str) -> None:
    found = read(rule, text)
    assert (found.value, found.mark) == (value, Mark(rule.points, D(earned)))
    assert mark(rule, found.value) == found.mark


@pytest.mark.parametrize("text", ["na", "不适用"])
def test_not_applicable_leaves_both_sides(text: str) -> None:
    assert read(SHOWN, text).value == "na"
    assert mark(SHOWN, text) == Mark(D(0), D(0))


@pytest.mark.parametrize(
    ("rule", "text", "reason"),
    [
        (SHOWN, "", "合格"),
        (SHOWN, "3", "“3”"),
        (SHOWN, "Pass", "“Pass”"),
        (COUNTED, "不适用", "不允许"),
        (COUNTED, "-1", "非负整数"),
        (COUNTED, "1.5", "非负整数"),
        (COUNTED, "10000", "9999"),
        (COUNTED, "", "有效的数字"),
        (COUNTED, "三", "有效的数字"),
        (JUDGED, "及格", "优、良、中、差"),
        (JUDGED, "", "可选"),
        (AT_MOST, "NaN", "有效的数字"),
        (AT_MOST, "Infinity", "有效的数字"),
        (AT_MOST, "-inf", "有效的数字"),
        (AT_MOST, "1e5", "有效的数字"),
        (AT_MOST, "1_000", "有效的数字"),
        (AT_MOST, "300,000", "有效的数字"),
        (AT_MOST, "30万", "有效的数字"),
        (AT_MOST, "1234567890123", "12位整数"),
        (AT_MOST, "0.1234567", "6位小数"),
        (AT_MOST, "٣", "有效的数字"),
        (AT_MOST, "9" * 5000, "…"),
    ],
)
def test_invalid_answer(rule: ItemRule, text: str, reason: str) -> None:
    with pytest.raises(InvalidAnswer, match=reason) as error:
        mark(rule, text)
    assert len(str(error.value)) < 100


@pytest.mark.parametrize(
    ("mode", "text", "parameters"),
    [
        (ALL_OR_NOTHING, "", Parameters()),
        (DEDUCT, "0.5", Parameters(step=D("0.5"))),
        (GRADED, "优=1;良=0.8;中=0.6;差=0", Parameters(grades=GRADES)),
        (MEASURED, "<=300000", Parameters(limit_max=D(300_000))),
        (MEASURED, ">=2", Parameters(limit_min=D(2))),
        (MEASURED, ">=2;<=5.5", Parameters(limit_min=D(2), limit_max=D("5.5"))),
        (MEASURED, ">=-3", Parameters(limit_min=D(-3))),
    ],
)
def test_parameters_round_trip(mode: str, text: str, parameters: Parameters) -> None:
    assert parse_parameters(mode, text) == parameters
    assert format_parameters(mode, parameters) == text


@pytest.mark.parametrize(
    ("mode", "text", "canonical"),
    [
        (GRADED, " 优＝1 ；良 = 0.80； ", "优=1;良=0.8"),
        (MEASURED, "≤ 300000.00", "<=300000"),
        (MEASURED, "<=5；≥2", ">=2;<=5"),
        (DEDUCT, "１．５", "1.5"),
    ],
)
def test_parameters_as_people_write_them(mode: str, text: str, canonical: str) -> None:
    assert format_parameters(mode, parse_parameters(mode, text)) == canonical


@pytest.mark.parametrize(
    ("mode", "text", "reason"),
    [
        ("OTHER", "", "未知"),
        (ALL_OR_NOTHING, "1", "不需要参数"),
        (DEDUCT, "", "不能为空"),
        (DEDUCT, "0", "大于0"),
        (DEDUCT, "-1", "大于0"),
        (DEDUCT, "0.125", "2位小数"),
        (DEDUCT, "abc", "有效的数字"),
        (GRADED, "", "不能为空"),
        (GRADED, "优", "档名=系数"),
        (GRADED, "=1", "档名=系数"),
        (GRADED, "优=", "有效的数字"),
        (GRADED, "优=1;优=0", "重复"),
        (GRADED, "优=1.01", "0与1之间"),
        (GRADED, "优=-0.1", "0与1之间"),
        (GRADED, "优=0.12345", "4位小数"),
        (GRADED, "不适用=0", "不适用"),
        (MEASURED, "", "不能为空"),
        (MEASURED, "300000", "不是限值"),
        (MEASURED, "<300000", "不是限值"),
        (MEASURED, "<=", "有效的数字"),
        (MEASURED, "<=1;<=2", "重复"),
        (MEASURED, ">=5;<=2", "下限"),
    ],
)
def test_invalid_parameters(mode: str, text: str, reason: str) -> None:
    with pytest.raises(InvalidRule, match=reason):
        parse_parameters(mode, text)


@pytest.mark.parametrize("points", ["0", "-1", "0.001", "10000.01", "NaN", "Infinity", "sNaN"])
def test_invalid_points(points: str) -> None:
    with pytest.raises(InvalidRule, match="分值"):
        ItemRule(D(points), ALL_OR_NOTHING)


def test_invalid_rule() -> None:
    with pytest.raises(InvalidRule, match="一票否决"):
        ItemRule(D(1), ALL_OR_NOTHING, red_line="X")
    with pytest.raises(InvalidRule, match="限值"):
        ItemRule(D(1), MEASURED, limit_max=D("NaN"))
    with pytest.raises(InvalidRule, match="每次扣分"):
        ItemRule(D(1), DEDUCT)


def test_ratio() -> None:
    assert ratio([]) is None
    assert ratio([Mark(D(0), D(0))]) is None
    assert ratio([Mark(D(2), D(1)), Mark(D(2), D(2))]) == D("0.75")


@pytest.mark.parametrize(
    ("sections", "points", "weighted"),
    [
        ([section(item("10", "10"))], "100.00", "100.00"),
        ([section(item("10", "0"))], "0.00", "0.00"),
        ([section(item("0", "0"))], None, None),
        ([], None, None),
        ([section(item("20", "15"), weight="30"), section(item("5", "5"), weight="70")],
         "80.00", "92.50"),
        ([section(item("20", "15"), weight="30"), section(item("0", "0"), weight="70")],
         "75.00", "75.00"),
        ([section(item("20", "15"), weight="0")], "75.00", None),
        ([section(item("800", "729.24"))], "91.16", "91.16"),
        ([section(item("3", "2"))], "66.67", "66.67"),
        ([section(item("3", "1")), section(item("3", "2"))], "50.00", "50.00"),
    ],
)  # fmt: skip
def test_score(sections: list[ScoredSection], points: str | None, weighted: str | None) -> None:
    for scoring, expected in ((POINTS, points), (WEIGHTED, weighted)):
        found = score(scoring, sections).score
        assert (None if found is None else str(found)) == expected


def test_weighted_halves_that_thirds_would_blur() -> None:
    """(1/3 + 1/3 + 1/3 + 0.0002) / 4 is 25.005 exactly; thirds rounded first would lose it."""
    thirds = [section(item("3", "1")) for _ in range(3)]
    assert score(WEIGHTED, [*thirds, section(item("5000", "1"))]).score == D("25.01")


def test_section_red_line_zeroes_its_section_only() -> None:
    bad = section(item("5", "4.5", SECTION, "D1"), item("5", "5", code="D2"))
    result = score(POINTS, [section(item("10", "9")), bad])
    first, second = result.sections
    assert (first.earned, first.zeroed_by) == (D(9), ())
    assert (second.given, second.earned, second.zeroed_by) == (D("9.5"), D(0), ("D1",))
    assert (result.score, result.given, result.earned) == (D("45.00"), D("18.5"), D(9))
    assert result.zeroed_by == ()


def test_sheet_red_line_zeroes_the_score() -> None:
    bad = section(item("5", "4.99", SHEET, "E1"), item("5", "0", SHEET, "E2"))
    result = score(WEIGHTED, [section(item("10", "9")), bad])
    assert (str(result.score), result.earned, result.given) == ("0.00", D(0), D("13.99"))
    assert result.zeroed_by == ("E1", "E2")
    assert [total.earned for total in result.sections] == [D(9), D("4.99")]


@pytest.mark.parametrize("red_line", [SECTION, SHEET])
@pytest.mark.parametrize("points", ["5", "0"])
def test_red_line_not_crossed_when_full_or_not_applicable(red_line: str, points: str) -> None:
    kept = section(item(points, points, red_line), item("10", "9"))
    result = score(POINTS, [kept])
    assert result.earned == result.given
    assert result.sections[0].zeroed_by == result.zeroed_by == ()


def test_score_refuses_nonsense() -> None:
    with pytest.raises(InvalidRule, match="计分方式"):
        score("OTHER", [])
    with pytest.raises(InvalidRule, match="权重"):
        score(WEIGHTED, [section(weight="-1")])


@pytest.mark.parametrize(
    ("number", "text"), [("1.50", "1.5"), ("100", "100"), ("1E+3", "1000"), ("-0.0", "0")]
)
def test_plain(number: str, text: str) -> None:
    assert plain(D(number)) == text


hundredths = st.integers(0, 10_000).map(lambda n: D(n).scaleb(-2))
marks = st.tuples(hundredths, hundredths).map(lambda pair: Mark(max(pair), min(pair)))
scored_items = st.builds(
    ScoredItem, st.text("ABC123", min_size=1), marks, st.sampled_from([NO, NO, NO, SECTION, SHEET])
)
scored_sections = st.builds(
    ScoredSection,
    st.just("模块"),
    st.lists(scored_items, max_size=6),
    st.integers(0, 100).map(Decimal),
)
sheets = st.lists(scored_sections, max_size=5)


@given(st.integers(0, 10**9), st.integers(1, 10**7))
def test_stored_is_half_up_of_the_exact_quotient(numerator: int, denominator: int) -> None:
    exact = Fraction(numerator, denominator)
    assert stored(D(numerator), D(denominator)) == D(int(exact * 100 + Fraction(1, 2))).scaleb(-2)


@given(hundredths, st.sampled_from(["", "5", "49", "50", "4999999999"]))
def test_stored_agrees_with_quantize(number: Decimal, digits: str) -> None:
    longer = D(f"{number}{digits}")
    assert stored(longer) == longer.quantize(D("0.01"), ROUND_HALF_UP)


@given(st.sampled_from(SCORINGS), sheets)
def test_score_equals_the_formula_in_fractions(scoring: str, sections: list[ScoredSection]) -> None:
    result = score(scoring, sections)
    applied = [total for total in result.sections if total.possible]
    if scoring == POINTS:
        parts = [(Fraction(t.earned), Fraction(t.possible)) for t in applied]
    else:
        shares = [Fraction(t.earned) / Fraction(t.possible) for t in applied]
        weights = [Fraction(t.weight) for t in applied]
        parts = [(w * s, w) for w, s in zip(weights, shares, strict=True)]
    below = sum((part[1] for part in parts), Fraction(0))
    if result.zeroed_by:
        assert result.score == 0
    elif not below:
        assert result.score is None
    else:
        exact = 100 * sum((part[0] for part in parts), Fraction(0)) / below
        assert result.score == D(int(exact * 100 + Fraction(1, 2))).scaleb(-2)


@given(st.sampled_from(SCORINGS), sheets)
def test_score_lies_within_bounds(scoring: str, sections: list[ScoredSection]) -> None:
    result = score(scoring, sections)
    assert result.score is None or 0 <= result.score <= 100
    assert 0 <= result.earned <= result.given <= result.possible


@given(st.sampled_from(SCORINGS), sheets, st.randoms(use_true_random=False))
def test_order_never_matters(
    scoring: str, sections: list[ScoredSection], shuffler: random.Random
) -> None:
    mixed = [
        ScoredSection(s.name, shuffler.sample(list(s.items), len(s.items)), s.weight)
        for s in sections
    ]
    shuffler.shuffle(mixed)
    assert score(scoring, mixed).score == score(scoring, sections).score


@given(st.sampled_from(SCORINGS), sheets, st.sampled_from([NO, SECTION, SHEET]))
def test_not_applicable_never_changes_a_score(
    scoring: str, sections: list[ScoredSection], red_line: str
) -> None:
    skipped = item("0", "0", red_line)
    more = [ScoredSection(s.name, [*s.items, skipped], s.weight) for s in sections]
    more.append(section(skipped, weight="50"))
    assert score(scoring, more).score == score(scoring, sections).score


@given(st.sampled_from(SCORINGS), sheets)
def test_losing_no_mark_is_a_full_score(scoring: str, sections: list[ScoredSection]) -> None:
    full = [
        ScoredSection(
            s.name,
            [
                ScoredItem(i.code, Mark(i.mark.possible, i.mark.possible), i.red_line)
                for i in s.items
            ],
            s.weight + 1,
        )
        for s in sections
    ]
    assert score(scoring, full).score in {None, D(100)}


@given(hundredths.filter(bool), st.integers(1, 500).map(lambda n: D(n).scaleb(-2)), st.data())
def test_more_faults_never_earn_more(points: Decimal, step: Decimal, data: st.DataObject) -> None:
    rule = ItemRule(points, DEDUCT, step=step)
    faults = data.draw(st.integers(0, 9_998))
    fewer, more = mark(rule, str(faults)).earned, mark(rule, str(faults + 1)).earned
    assert 0 <= more <= fewer <= points


@settings(max_examples=300)
@given(st.sampled_from([SHOWN, COUNTED, JUDGED, AT_MOST, BETWEEN]), st.text(max_size=12))
def test_any_text_is_read_or_refused(rule: ItemRule, text: str) -> None:
    try:
        found = read(rule, text)
    except InvalidAnswer:
        return
    assert 0 <= found.mark.earned <= found.mark.possible <= rule.points
    assert read(rule, found.value) == found


@given(st.sampled_from(MODES), st.text("优良=;<>0123456789. ≤", max_size=12))
def test_parameters_that_parse_round_trip(mode: str, text: str) -> None:
    try:
        parameters = parse_parameters(mode, text)
    except InvalidRule:
        return
    assert parse_parameters(mode, format_parameters(mode, parameters)) == parameters
