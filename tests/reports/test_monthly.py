import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.monthly import (
    Cause,
    DeviceSums,
    InvalidFacts,
    Member,
    OutletFacts,
    Scored,
    institution_month,
    outlet_month,
)
from reports.scheme import (
    CAUSE_LABELS,
    COMPLAINT,
    COMPONENTS,
    COVERT,
    DEFAULT_SCHEME,
    DEVICE,
    LATE,
    LEADER_LIABILITY,
    OPEN,
    OVERDUE,
    PRAISE,
    QUIZ,
    SPECIAL,
    VIOLATION_GRAVE,
    VIOLATION_MINOR,
    VIOLATION_SERIOUS,
    ZERO,
    InvalidScheme,
    SchemeRules,
)

D = Decimal
DAY = date(2011, 4, 15)


def scored(*scores: str | None) -> list[Scored]:
    return [(n, None if score is None else D(score)) for n, score in enumerate(scores, start=1)]


def facts_of(held: Mapping[str, Sequence[Scored]]) -> OutletFacts:
    return OutletFacts(
        open=held.get(OPEN, ()),
        covert=held.get(COVERT, ()),
        special=held.get(SPECIAL, ()),
        quiz=held.get(QUIZ, ()),
    )


def half_up(exact: Fraction) -> Decimal:
    return D(int(exact * 100 + Fraction(1, 2))).scaleb(-2)


def zeroing(*names: str) -> SchemeRules:
    return replace(DEFAULT_SCHEME, missing={**DEFAULT_SCHEME.missing, **dict.fromkeys(names, ZERO)})


@pytest.mark.parametrize(
    ("scores", "shown", "ids", "text"),
    [
        (["92.00"], "92.00", (1,), "92.00"),
        (["92.00", "90.50"], "91.25", (1, 2), "(92.00+90.50)/2=91.25"),
        (["92.00", None, "90.50"], "91.25", (1, 3), "(92.00+90.50)/2=91.25"),
        (["90.00", "90.01"], "90.01", (1, 2), "(90.00+90.01)/2≈90.01"),
        (["90.00", "90.00", "90.01"], "90.00", (1, 2, 3), "(90.00+90.00+90.01)/3≈90.00"),
    ],
)
@pytest.mark.parametrize("channel", [OPEN, COVERT])
def test_channel_is_the_mean_of_its_scores(
    channel: str, scores: list[str | None], shown: str, ids: tuple[int, ...], text: str
) -> None:
    month = outlet_month(DEFAULT_SCHEME, facts_of({channel: scored(*scores)}))
    assert {name: str(value) for name, value in month.components.items()} == {channel: shown}
    assert month.lines[0] == (f"R3.{channel}", ids, text, shown)
    assert str(month.total) == shown


def test_inspections_without_a_score_are_no_component() -> None:
    month = outlet_month(DEFAULT_SCHEME, OutletFacts(open=scored(None, None)))
    assert month.components == {}
    assert month.total is None


@pytest.mark.parametrize(
    ("sums", "shown"),
    [
        ((0, 0, 0), None),
        ((0, 5, 5), None),
        ((1000, 0, 0), "0.00"),
        ((1000, 800, 800), "100.00"),
        ((1000, 799, 799), "99.93"),
        ((1000, 950, 760), "92.00"),
        ((1000, 1200, 1200), "100.00"),
        ((1000, 400, 400), "70.00"),
        ((1000, 400, 0), "30.00"),
        ((3, 1, 1), "65.00"),
    ],
)
def test_device(sums: tuple[int, int, int], shown: str | None) -> None:
    month = outlet_month(DEFAULT_SCHEME, OutletFacts(device=DeviceSums(*sums, ids=(8, 9))))
    found = month.components.get(DEVICE)
    assert (None if found is None else str(found)) == shown
    assert [line.ids for line in month.lines if line.rule == "R3.device"] == (
        [(8, 9)] if shown else []
    )


def test_device_lines() -> None:
    def text(sums: DeviceSums) -> str:
        return outlet_month(DEFAULT_SCHEME, OutletFacts(device=sums)).lines[0].text

    assert text(DeviceSums(1000, 950, 760)) == "100×(0.6×min(1,950/1000/0.80)+0.4×760/950)=92.00"
    assert text(DeviceSums(1000, 0, 0)) == "100×(0.6×min(1,0/1000/0.80)+0.4×0)=0.00"
    assert "≈" in text(DeviceSums(1000, 700, 690))


@pytest.mark.parametrize("sums", [(-1, 0, 0), (5, 3, 4), (5, 3, -1), (5, -1, 0)])
def test_device_sums_that_cannot_be(sums: tuple[int, int, int]) -> None:
    with pytest.raises(InvalidFacts, match="评价数据有误"):
        DeviceSums(*sums)


def test_all_five_components() -> None:
    facts = OutletFacts(
        open=scored("92.00"),
        covert=scored("88.00"),
        special=scored("95.00"),
        quiz=scored("80"),
        device=DeviceSums(1000, 800, 800),
    )
    month = outlet_month(DEFAULT_SCHEME, facts)
    assert tuple(month.components) == COMPONENTS
    assert str(month.base) == str(month.total) == "93.50"
    assert [line.rule for line in month.lines] == [
        *(f"R3.{name}" for name in COMPONENTS), "R3.base", "R3.total",
    ]  # fmt: skip
    assert month.lines[-2].text == "(35×100.00+25×88.00+25×92.00+10×95.00+5×80.00)/100=93.50"


def test_components_are_used_unrounded() -> None:
    """The mean of 90.005 and 90 rounds down; of the shown 90.01 and 90.00 it would round up."""
    month = OutletFacts(open=scored("90.00", "90.01"), covert=scored("90.00"))
    assert outlet_month(DEFAULT_SCHEME, month).base == D("90.00")


def test_halves_that_thirds_would_blur() -> None:
    """90 1/300 and 90 2/300 make 90.005 exactly, which rounds up."""
    month = OutletFacts(
        open=scored("90.00", "90.00", "90.01"), covert=scored("90.00", "90.01", "90.01")
    )
    assert outlet_month(DEFAULT_SCHEME, month).base == D("90.01")


@pytest.mark.parametrize(
    ("rules", "base", "text"),
    [
        (DEFAULT_SCHEME, "88.00", "(25×90.00+10×83.00)/35=88.00"),
        (zeroing(COVERT), "51.33", "(25×90.00+10×83.00+25×0.00)/60≈51.33"),
        (zeroing(QUIZ, DEVICE), "41.07", "(25×90.00+10×83.00+35×0.00+5×0.00)/75≈41.07"),
        (zeroing(OPEN, SPECIAL), "88.00", "(25×90.00+10×83.00)/35=88.00"),
    ],
)
def test_missing_components(rules: SchemeRules, base: str, text: str) -> None:
    month = outlet_month(rules, OutletFacts(open=scored("90.00"), special=scored("83.00")))
    assert str(month.base) == base
    assert month.lines[-2].text == text
    assert tuple(month.components) == (OPEN, SPECIAL)


@pytest.mark.parametrize("rules", [DEFAULT_SCHEME, zeroing(*COMPONENTS)])
def test_without_open_and_covert_nothing_is_ranked(rules: SchemeRules) -> None:
    facts = OutletFacts(
        special=scored("83.00"), quiz=scored("90"), causes=[Cause(COMPLAINT, 4, DAY)]
    )
    month = outlet_month(rules, facts)
    assert month.base is month.total is None
    assert month.components == {SPECIAL: D("83.00"), QUIZ: D("90.00")}
    assert (month.adjustment, month.complaints) == (D("-2.00"), 1)
    assert month.lines[2] == ("R3.base", (), "本月无明查、暗访成绩，未参评", None)


def test_weights_that_leave_nothing() -> None:
    rules = replace(DEFAULT_SCHEME, weights={**DEFAULT_SCHEME.weights, COVERT: D(0)})
    month = outlet_month(rules, OutletFacts(covert=scored("90.00")))
    assert month.total is None
    assert "权重均为0" in month.lines[-1].text


@pytest.mark.parametrize(
    ("kind", "times", "value"),
    [
        (COMPLAINT, 1, "-2.00"),
        (COMPLAINT, 3, "-6.00"),
        (PRAISE, 1, "0.50"),
        (PRAISE, 4, "2.00"),
        (PRAISE, 5, "2.00"),
        (LATE, 2, "-1.00"),
        (OVERDUE, 1, "-1.00"),
        (VIOLATION_MINOR, 1, "-0.50"),
        (VIOLATION_SERIOUS, 1, "-2.00"),
        (VIOLATION_GRAVE, 1, "-5.00"),
        (LEADER_LIABILITY, 1, "0.00"),
    ],
)
def test_adjustment(kind: str, times: int, value: str) -> None:
    facts = OutletFacts(open=scored("90.00"), causes=[Cause(kind, 77, DAY, times)])
    month = outlet_month(DEFAULT_SCHEME, facts)
    assert [(a.kind, a.id, a.day, a.times, str(a.value)) for a in month.adjustments] == [
        (kind, 77, DAY, times, value)
    ]
    assert month.total == D("90.00") + D(value)
    assert month.complaints == (times if kind == COMPLAINT else 0)
    assert month.lines[2].ids == (77,)
    assert month.lines[2].text.startswith(f"2011-04-15 {CAUSE_LABELS[kind]} ")


def test_praise_beyond_the_cap_is_listed_and_counts_nothing() -> None:
    causes = [Cause(PRAISE, n, date(2011, 4, 30 - n)) for n in range(1, 7)]
    month = outlet_month(DEFAULT_SCHEME, OutletFacts(open=scored("90.00"), causes=causes))
    assert [(a.id, str(a.value)) for a in month.adjustments] == [
        (6, "0.50"), (5, "0.50"), (4, "0.50"), (3, "0.50"), (2, "0.00"), (1, "0.00"),
    ]  # fmt: skip
    assert month.lines[-2].text == "2011-04-29 表扬 +0.50，本月合计限2.00，计+0.00"
    assert str(month.total) == "92.00"


def test_a_cap_on_deductions() -> None:
    rules = replace(DEFAULT_SCHEME, caps={LATE: D("0.75")})
    causes = [Cause(LATE, n, DAY) for n in (10, 9, 1)]
    month = outlet_month(rules, OutletFacts(open=scored("90.00"), causes=causes))
    assert [(a.id, a.value) for a in month.adjustments] == [
        (1, D("-0.50")), (9, D("-0.25")), (10, D("0.00")),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("base", "cause", "total", "text"),
    [
        ("100.00", Cause(PRAISE, 1, DAY, 4), "102.00", "100.00+2.00=102.00"),
        ("4.00", Cause(VIOLATION_GRAVE, 1, DAY), "0.00", "max(0,4.00-5.00)=0.00"),
        ("5.00", Cause(VIOLATION_GRAVE, 1, DAY), "0.00", "5.00-5.00=0.00"),
        ("99.99", Cause(LEADER_LIABILITY, 1, DAY), "99.99", "99.99"),
    ],
)
def test_total(base: str, cause: Cause, total: str, text: str) -> None:
    month = outlet_month(DEFAULT_SCHEME, OutletFacts(open=scored(base), causes=[cause]))
    assert month.lines[-1] == ("R3.total", (), text, total)
    assert str(month.total) == total


def test_total_never_exceeds_the_ceiling() -> None:
    rules = replace(DEFAULT_SCHEME, caps={})
    for times, total in ((20, "110.00"), (21, "110.00"), (19, "109.50")):
        facts = OutletFacts(open=scored("100.00"), causes=[Cause(PRAISE, 1, DAY, times)])
        assert str(outlet_month(rules, facts).total) == total


@pytest.mark.parametrize(
    ("cause", "reason"), [(Cause("X", 1, DAY), "“X”"), (Cause(PRAISE, 1, DAY, 0), "至少为1")]
)
def test_causes_that_cannot_be(cause: Cause, reason: str) -> None:
    with pytest.raises(InvalidFacts, match=reason):
        outlet_month(DEFAULT_SCHEME, OutletFacts(causes=[cause]))


def member(key: int, windows: int, total: str | None, **components: str) -> Member:
    shown = {name: D(value) for name, value in components.items()}
    return Member(key, windows, None if total is None else D(total), shown, complaints=1)


def test_institution_weighs_by_windows() -> None:
    members = [
        member(1, 6, "92.31", open="91.00", covert="93.00"),
        member(2, 0, "88.00", open="88.00"),
        member(3, 4, None, special="70.00"),
    ]
    month = institution_month(DEFAULT_SCHEME, members, [Cause(COMPLAINT, 9, DAY, 2)])
    assert {name: str(value) for name, value in month.components.items()} == {
        COVERT: "93.00", OPEN: "90.57", SPECIAL: "70.00",
    }  # fmt: skip
    assert (str(month.base), str(month.total), month.complaints) == ("91.69", "87.69", 5)
    base = next(line for line in month.lines if line.rule == "R5.base")
    assert base == ("R5.base", (1, 2), "(6×92.31+1×88.00)/7≈91.69", "91.69")


@pytest.mark.parametrize("members", [[], [member(3, 4, None)]])
def test_institution_without_ranked_outlets(members: list[Member]) -> None:
    month = institution_month(DEFAULT_SCHEME, members, [Cause(VIOLATION_GRAVE, 1, DAY)])
    assert month.base is month.total is None
    assert month.lines[0].text == "没有参评网点，未参评"
    assert month.adjustment == D("-5.00")


def test_institution_bounds_and_leaders() -> None:
    rules = replace(DEFAULT_SCHEME, values={**DEFAULT_SCHEME.values, LEADER_LIABILITY: D("-1.50")})
    causes = [Cause(LEADER_LIABILITY, 1, DAY)]
    assert institution_month(rules, [member(1, 3, "90.00")], causes).total == D("88.50")
    assert institution_month(rules, [member(1, 3, "1.00")], causes).total == D(0)


def test_scheme_round_trips_through_json() -> None:
    data = json.loads(json.dumps(DEFAULT_SCHEME.to_json()))
    assert SchemeRules.from_json(data) == DEFAULT_SCHEME
    assert data["weights"]["device"] == "35"
    assert data["values"]["PRAISE"] == "0.50"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"weights": {"open": "1"}}, "每个评分项都应有权重"),
        ({"weights": dict.fromkeys(COMPONENTS, "0")}, "不能全为0"),
        ({"weights": dict.fromkeys(COMPONENTS, "-1")}, "不能为负"),
        ({"weights": dict.fromkeys(COMPONENTS, 1)}, "weights.device.*以文本保存"),
        ({"weights": dict.fromkeys(COMPONENTS, "NaN")}, "weights.device.*有效的数字"),
        ({"weights": []}, "对照"),
        ({"missing": {}}, "缺项时如何处理"),
        ({"missing": dict.fromkeys(COMPONENTS, "SKIP")}, "折算"),
        ({"missing": dict.fromkeys(COMPONENTS, 1)}, "应为文本"),
        ({"usage_target": "0"}, "评价率目标"),
        ({"usage_share": "0.5"}, "之和应为1"),
        ({"values": {}}, "每种加减分"),
        ({"values": dict.fromkeys(CAUSE_LABELS, "0.125")}, "2位小数"),
        ({"caps": {"X": "1"}}, "限额只能"),
        ({"caps": {PRAISE: "-1"}}, "限额不能为负"),
        ({"floor": "-1"}, "下限"),
        ({"floor": "111"}, "下限"),
        ({"tie_break": ["name"]}, "同分比较"),
        ({"tie_break": ["open", "open"]}, "不能重复"),
        ({"tie_break": "open"}, "列表"),
        ({"least_windows": 0}, "窗口数"),
        ({"least_windows": True}, "整数"),
        ({"absence_limit": [1, 0]}, "缺评限度"),
        ({"absence_limit": [1]}, "absence_limit.*共2个值"),
        ({"rewarded": -1}, "不能为负"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_schemes_that_cannot_be(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidScheme, match=reason):
        SchemeRules.from_json({**DEFAULT_SCHEME.to_json(), **changes})


def test_scheme_with_a_missing_entry() -> None:
    data = DEFAULT_SCHEME.to_json()
    del data["weights"]
    with pytest.raises(InvalidScheme, match="weights"):
        SchemeRules.from_json(data)


score_values = st.integers(0, 10_000).map(lambda n: D(n).scaleb(-2))
channels = st.lists(st.one_of(st.none(), score_values), max_size=5).map(
    lambda scores: list(enumerate(scores, start=1))
)
devices = st.tuples(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6)).map(
    lambda n: DeviceSums(n[0], max(n[1:]), min(n[1:]))
)
causes = st.lists(
    st.builds(
        Cause,
        st.sampled_from(sorted(CAUSE_LABELS)),
        st.integers(1, 99),
        st.dates(date(2011, 4, 1), date(2011, 4, 30)),
        st.integers(1, 5),
    ),
    max_size=6,
)
facts = st.builds(
    OutletFacts, channels, channels, channels, channels, st.one_of(st.none(), devices), causes
)
schemes = st.lists(st.sampled_from(COMPONENTS)).map(lambda names: zeroing(*names))


def exact_components(given_facts: OutletFacts) -> dict[str, Fraction]:
    """R3 again, in fractions, as plainly as it is written."""
    found: dict[str, Fraction] = {}
    for name in (OPEN, COVERT, SPECIAL, QUIZ):
        held = [Fraction(s) for _, s in getattr(given_facts, name) if s is not None]
        if held:
            found[name] = sum(held, Fraction(0)) / len(held)
    sums = given_facts.device
    if sums and sums.transactions:
        usage = Fraction(sums.evaluations, sums.transactions)
        pleased = Fraction(sums.satisfied, sums.evaluations or 1)
        found[DEVICE] = 100 * (
            Fraction(6, 10) * min(Fraction(1), usage / Fraction(8, 10)) + Fraction(4, 10) * pleased
        )
    return found


@given(schemes, facts)
def test_figures_equal_the_formula_in_fractions(rules: SchemeRules, month: OutletFacts) -> None:
    result = outlet_month(rules, month)
    exact = exact_components(month)
    assert result.components == {name: half_up(value) for name, value in exact.items()}
    if OPEN not in exact and COVERT not in exact:
        assert result.total is None
        return
    counted = {n: exact.get(n, Fraction(0)) for n in COMPONENTS if n in exact or
               rules.missing[n] == ZERO}  # fmt: skip
    weights = {name: Fraction(rules.weights[name]) for name in counted}
    base = sum((weights[n] * counted[n] for n in counted), Fraction(0)) / sum(weights.values())
    total = min(Fraction(110), max(Fraction(0), base + Fraction(result.adjustment)))
    assert (result.base, result.total) == (half_up(base), half_up(total))


@given(schemes, facts)
def test_total_lies_within_bounds_and_lines_are_json(
    rules: SchemeRules, month: OutletFacts
) -> None:
    result = outlet_month(rules, month)
    assert result.total is None or 0 <= result.total <= 110
    assert sum(a.value for a in result.adjustments if a.kind == PRAISE) <= 2
    assert len(result.adjustments) == len(month.causes)
    assert json.loads(json.dumps(result.lines)) == [[*line[:1], list(line[1]), *line[2:]]
                                                    for line in result.lines]  # fmt: skip


@given(facts, st.randoms(use_true_random=False))
def test_order_of_facts_never_matters(month: OutletFacts, shuffler: random.Random) -> None:
    mixed = replace(
        month,
        open=shuffler.sample(list(month.open), len(month.open)),
        quiz=shuffler.sample(list(month.quiz), len(month.quiz)),
        causes=shuffler.sample(list(month.causes), len(month.causes)),
    )
    first, second = outlet_month(DEFAULT_SCHEME, month), outlet_month(DEFAULT_SCHEME, mixed)
    assert (first.components, first.base, first.total) == (
        second.components, second.base, second.total,
    )  # fmt: skip


@given(facts, st.integers(1, 1000))
def test_scaling_all_weights_changes_nothing(month: OutletFacts, factor: int) -> None:
    scaled = {name: weight * factor for name, weight in DEFAULT_SCHEME.weights.items()}
    rules = replace(DEFAULT_SCHEME, weights=scaled)
    assert outlet_month(rules, month).base == outlet_month(DEFAULT_SCHEME, month).base


@given(score_values, st.sets(st.sampled_from([OPEN, COVERT, SPECIAL, QUIZ])))
def test_equal_components_reweight_to_themselves(score: Decimal, names: set[str]) -> None:
    month = facts_of({name: [(1, score)] for name in names | {OPEN}})
    assert outlet_month(DEFAULT_SCHEME, month).base == score


@given(facts)
def test_counting_a_gap_as_zero_never_helps(month: OutletFacts) -> None:
    kind, strict = outlet_month(DEFAULT_SCHEME, month), outlet_month(zeroing(*COMPONENTS), month)
    assert (kind.base is None) == (strict.base is None)
    assert kind.base is None or strict.base is None or strict.base <= kind.base


@given(st.lists(st.tuples(st.integers(0, 50), score_values), min_size=1, max_size=6))
def test_institution_lies_between_its_outlets(outlets: list[tuple[int, Decimal]]) -> None:
    members = [Member(n, windows, total) for n, (windows, total) in enumerate(outlets)]
    base = institution_month(DEFAULT_SCHEME, members).base
    totals = [total for _, total in outlets]
    assert base is not None
    assert min(totals) <= base <= max(totals)
    weights = [max(1, windows) for windows, _ in outlets]
    weighted = sum(w * Fraction(t) for w, t in zip(weights, totals, strict=True))
    assert base == half_up(Fraction(weighted) / sum(weights))
