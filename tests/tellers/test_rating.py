"""R8 by cases worked by hand, by properties, and against a slow independent reading of the rule."""

import random
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tellers.rating import (
    DISQUALIFIED,
    INSUFFICIENT,
    NO_DEVICE,
    RATED,
    Candidate,
    DeviceSums,
    Offence,
    TellerFacts,
    quotas,
    rate,
)
from tellers.stars import (
    DEFAULT_STARS,
    DIMENSIONS,
    InvalidPeriod,
    InvalidStarScheme,
    StarRules,
    period_days,
)

D = Decimal
DAY = date(2011, 6, 1)


def device(transactions=1200, evaluations=1000, satisfied=950, days=20, months=3):
    each = (transactions, evaluations, satisfied, days)
    return DeviceSums(tuple(range(months)), *(months * one for one in each))


def teller(**kw: Any) -> TellerFacts:
    base = TellerFacts(
        post="TELLER",
        tests=((1, D(90)), (2, D(96))),
        device=device(),
        answers=10,
        earned=D("18.5"),
        possible=D(20),
        inspections=(7,),
    )
    return replace(base, **kw)


def offence(severity="MINOR", kind="着装", key=1, day=DAY):
    return Offence(key, kind, severity, day)


def test_an_ordinary_year():
    rating = rate(DEFAULT_STARS, teller(complaints=(5,), praise=(8, 9)))
    # 技能 (90+96)/2；质量 0.6×95+0.4×(100−20+10)；效率 3600/60/60 封顶；规范 18.5/20；纪律 100
    assert {name: str(value) for name, value in rating.dimensions.items()} == {
        "skill": "93.00",
        "quality": "93.00",
        "efficiency": "100.00",
        "standards": "92.50",
        "discipline": "100.00",
    }
    assert (str(rating.total), rating.star, rating.status) == ("95.70", 5, RATED)
    assert [(line.rule, line.text, line.value) for line in rating.lines] == [
        ("R8.skill", "(90+96)/2=93.00", "93.00"),
        ("R8.quality", "0.6×100×2850/3000+0.4×(100-20×1+5×2)=93.00", "93.00"),
        ("R8.efficiency", "100×min(1,3600/60/60)=100.00", "100.00"),
        ("R8.standards", "100×18.5/20=92.50", "92.50"),
        ("R8.discipline", "100=100.00", "100.00"),
        ("R8.total", "(20×93.00+20×93.00+20×100.00+20×92.50+20×100.00)/100≈95.70", "95.70"),
        ("R8.star", "总分95.70", "五星"),
    ]


@pytest.mark.parametrize(
    ("facts", "name", "value"),
    [
        (teller(device=device(evaluations=0, satisfied=0)), "quality", "40.00"),
        (teller(complaints=(1, 2, 3, 4, 5, 6)), "quality", "57.00"),  # 100−120 → 0
        (teller(praise=(1, 2)), "quality", "97.00"),  # 110 → 100
        (teller(device=device(transactions=600)), "efficiency", "50.00"),
        (teller(device=device(transactions=0, evaluations=0, satisfied=0)), "efficiency", "0.00"),
        (teller(earned=D(2), possible=D(3)), "standards", "66.67"),
        (teller(offences=(offence(), offence(kind="语言", key=2))), "discipline", "90.00"),
        (
            teller(offences=tuple(offence("GRAVE", key=n) for n in range(2))),
            "discipline",
            "0.00",
        ),
    ],
)
def test_dimensions(facts, name, value):
    assert str(rate(DEFAULT_STARS, facts).dimensions[name]) == value


@pytest.mark.parametrize(
    ("total", "star"),
    [
        ("95", 5),
        ("94.99", 4),
        ("90", 4),
        ("89.99", 3),
        ("80", 3),
        ("70", 2),
        ("60", 1),
        ("59.99", 0),
    ],
)
def test_cut_points(total, star):
    rules = replace(DEFAULT_STARS, weights=dict.fromkeys(DIMENSIONS, D(0)) | {"skill": D(1)})
    rules = replace(rules, floor=D(0))
    rating = rate(rules, teller(tests=((1, D(total)),)))
    assert (rating.total, rating.star) == (D(total).quantize(D("0.01")), star)


def test_a_stored_total_meets_the_cut_point():
    rules = replace(
        DEFAULT_STARS, weights=dict.fromkeys(DIMENSIONS, D(0)) | {"standards": D(1)}, floor=D(0)
    )
    rating = rate(rules, teller(earned=D("94.995"), possible=D(100)))
    assert (str(rating.total), rating.star) == ("95.00", 5)


def test_a_dimension_below_the_floor_caps_the_star():
    rating = rate(DEFAULT_STARS, teller(tests=((1, D("59.99")),)))
    assert str(rating.total) == "89.90"  # (59.99+97+100+92.5+100)/5 = 89.898, three stars by itself
    assert rating.star == 2
    assert rating.reason == "服务技能59.99低于60，最高二星"


def test_no_test_gives_up_its_weight():
    rating = rate(DEFAULT_STARS, teller(tests=()))
    assert "skill" not in rating.dimensions
    assert str(rating.total) == "97.38"  # (97+100+92.5+100)/4 = 97.375


@pytest.mark.parametrize(
    ("offences", "reason"),
    [
        ((offence("SERIOUS"),), "2011-06-01较重违规“着装”"),
        ((offence("GRAVE", "私自代客"),), "2011-06-01严重违规“私自代客”"),
        ((offence(), offence(key=2)), "同类轻微违规“着装”2次"),
        ((offence(), offence(key=2), offence("GRAVE", key=3)), "2011-06-01严重违规“着装”"),
    ],
)
def test_disqualified(offences, reason):
    rating = rate(DEFAULT_STARS, teller(offences=offences))
    assert (rating.status, rating.star, rating.total, rating.reason) == (
        DISQUALIFIED, 0, None, reason,
    )  # fmt: skip
    assert rating.dimensions["quality"] == D("97.00")


def test_barred_by_a_penalty():
    rating = rate(DEFAULT_STARS, teller(barred=(4,)))
    assert (rating.status, rating.reason) == (DISQUALIFIED, "受处罚取消星级评定资格")


def test_two_minor_ones_of_different_kinds_do_not_disqualify():
    offences = (offence(), offence(kind="语言", key=2))
    assert rate(DEFAULT_STARS, teller(offences=offences)).status == RATED


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (teller(device=device(months=2)), "评价数据只有2个月，至少3个月"),
        (teller(possible=D(0), earned=D(0), answers=0), "没有归属本人的检查项目"),
        (
            teller(device=NO_DEVICE, possible=D(0), earned=D(0), answers=0),
            "评价数据只有0个月，至少3个月；没有归属本人的检查项目",
        ),
    ],
)
def test_too_little_evidence(facts, reason):
    rating = rate(DEFAULT_STARS, facts)
    assert (rating.status, rating.total, rating.reason) == (INSUFFICIENT, None, reason)


def holders(*totals: str, star: int = 5, **dimensions: list[str]) -> list[Candidate[int]]:
    return [
        Candidate(n, star, D(total), {name: D(values[n]) for name, values in dimensions.items()})
        for n, total in enumerate(totals)
    ]


def others(count: int, star: int = 3) -> list[Candidate[int]]:
    return [Candidate(1000 + n, star, D(85), {}) for n in range(count)]


def test_a_quota_that_overflows_drops_the_lowest():
    rated = holders("99", "98", "97", "96") + others(56)  # 60 rated: three five-star places
    dropped = quotas(DEFAULT_STARS, rated)
    assert {key: each.star for key, each in dropped.items()} == {3: 4}
    assert dropped[3].reason == "五星名额3人已满，降一星"


def test_who_drops_from_five_takes_a_place_among_four():
    rated = (
        holders("99", "98") + [Candidate(10 + n, 4, D("94") - n, {}) for n in range(3)] + others(15)
    )  # 20 rated: one five-star place, three four-star places
    dropped = quotas(DEFAULT_STARS, rated)
    assert {key: each.star for key, each in dropped.items()} == {1: 4, 12: 3}
    assert dropped[12].reason == "四星名额3人已满，降一星"


def test_one_may_drop_twice():
    rated = holders("99", "98", "97", "96") + others(4)  # 8 rated: one place each
    dropped = quotas(DEFAULT_STARS, rated)
    assert {key: each.star for key, each in dropped.items()} == {1: 4, 2: 3, 3: 3}
    assert dropped[3].reason == "五星名额1人已满，降一星；四星名额1人已满，降一星"


def test_at_least_one_place():
    assert quotas(DEFAULT_STARS, holders("99") + others(2)) == {}


def test_a_tie_at_the_quota_goes_by_the_tie_break():
    rated = holders("99", "99", discipline=["95", "100"]) + others(18)
    assert {key: each.star for key, each in quotas(DEFAULT_STARS, rated).items()} == {0: 4}


def test_equal_in_everything_at_the_quota_drop_together():
    rated = holders("99", "98", "98") + others(40)  # 43 rated: two places
    assert {key: each.star for key, each in quotas(DEFAULT_STARS, rated).items()} == {1: 4, 2: 4}


def test_equal_in_everything_at_the_top_stay_together():
    rated = holders("99", "99", "97") + others(17)
    assert {key: each.star for key, each in quotas(DEFAULT_STARS, rated).items()} == {2: 4}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"weights": {}}, "每个维度都应有权重"),
        ({"weights": dict.fromkeys(DIMENSIONS, D(0))}, "不能全为0"),
        ({"cuts": {**DEFAULT_STARS.cuts, "5": D(90)}}, "逐星升高"),
        ({"cuts": {**DEFAULT_STARS.cuts, "5": D(101)}}, "0与100"),
        ({"quotas": {"6": D("0.1")}}, "名额比例只能"),
        ({"quotas": {"5": D(0)}}, "大于0"),
        ({"floor_cap": 6}, "最高星级"),
        ({"repeats": 1}, "至少两次"),
        ({"targets": {}}, "业务量目标"),
        ({"targets": {"TELLER": D(0)}}, "大于0"),
        ({"tie_break": ("skill", "skill")}, "不能重复"),
        ({"allowances": {}}, "津贴"),
        ({"objection_days": 0}, "公示"),
        ({"satisfaction_share": D(2)}, "满意率"),
        ({"penalty_points": {}}, "违规程度"),
    ],
)
def test_schemes_that_cannot_be(changes, reason):
    with pytest.raises(InvalidStarScheme, match=reason):
        replace(DEFAULT_STARS, **changes)


def test_scheme_round_trips_through_json():
    assert StarRules.from_json(DEFAULT_STARS.to_json()) == DEFAULT_STARS
    with pytest.raises(InvalidStarScheme, match="colour"):
        StarRules.from_json(DEFAULT_STARS.to_json() | {"colour": "red"})


@pytest.mark.parametrize(
    ("label", "first", "last"),
    [
        ("2011", date(2011, 1, 1), date(2011, 12, 31)),
        ("2011Q1", date(2011, 1, 1), date(2011, 3, 31)),
        ("2012Q4", date(2012, 10, 1), date(2012, 12, 31)),
    ],
)
def test_periods(label, first, last):
    assert period_days(label) == (first, last)


@pytest.mark.parametrize("label", ["", "2011Q5", "2011-04", "20111", "0011", "二〇一一"])
def test_what_is_no_period(label):
    with pytest.raises(InvalidPeriod, match="评定周期"):
        period_days(label)


# The rule read once more, slowly, with fractions and none of the code above.


def slow(facts: TellerFacts) -> tuple[str, int, Decimal | None]:
    bad = [o for o in facts.offences if o.severity in {"SERIOUS", "GRAVE"}]
    kinds = [o.kind for o in facts.offences if o.severity == "MINOR"]
    if bad or any(kinds.count(kind) > 1 for kind in kinds):
        return "DISQUALIFIED", 0, None
    if len(facts.device.ids) < 3 or not facts.possible:
        return "INSUFFICIENT", 0, None
    dims = []
    if facts.tests:
        dims.append(Fraction(sum(Fraction(s) for _, s in facts.tests), len(facts.tests)))
    held = facts.device
    share = Fraction(held.satisfied, held.evaluations) if held.evaluations else Fraction(0)
    letters = min(100, max(0, 100 - 20 * len(facts.complaints) + 5 * len(facts.praise)))
    dims.append(Fraction(6, 10) * 100 * share + Fraction(4, 10) * letters)
    daily = Fraction(held.transactions, held.working_days)
    dims.append(100 * min(Fraction(1), daily / 60))
    dims.append(100 * Fraction(facts.earned) / Fraction(facts.possible))
    dims.append(Fraction(max(0, 100 - 5 * len(kinds))))
    total = rounded(sum(dims, Fraction(0)) / len(dims))
    star = sum(total >= cut for cut in (60, 70, 80, 90, 95))
    if any(rounded(one) < 60 for one in dims):
        star = min(star, 2)
    return "RATED", star, total


def rounded(value: Fraction) -> Decimal:
    return (D(value.numerator) / D(value.denominator)).quantize(D("0.01"), ROUND_HALF_UP)


def drawn(chance: random.Random) -> TellerFacts:
    months = chance.randint(1, 12)
    transactions = chance.randint(0, 2000 * months)
    evaluations = chance.randint(0, transactions)
    satisfied = chance.randint(evaluations // 2, evaluations)
    days = chance.randint(16 * months, 23 * months)
    possible = D(chance.choice((0, 20, 60, 60, 120)))
    return TellerFacts(
        post="TELLER",
        tests=tuple((n, D(chance.randint(40, 100))) for n in range(chance.randint(0, 4))),
        device=DeviceSums(tuple(range(months)), transactions, evaluations, satisfied, days),
        complaints=tuple(range(chance.choice((0, 0, 0, 1, 3)))),
        praise=tuple(range(chance.choice((0, 0, 1, 4)))),
        answers=int(possible),
        earned=possible * chance.randint(50, 100) / 100,
        possible=possible,
        offences=tuple(
            offence(
                chance.choice(("MINOR", "MINOR", "MINOR", "SERIOUS")), chance.choice("甲乙丙"), n
            )
            for n in range(chance.choice((0, 0, 0, 1, 2)))
        ),
    )


def test_a_thousand_random_tellers_agree_with_the_slow_reading():
    chance = random.Random(20111231)
    seen = set()
    for _ in range(1000):
        facts = drawn(chance)
        rating = rate(DEFAULT_STARS, facts)
        assert (rating.status, rating.star, rating.total) == slow(facts), facts
        seen.add((rating.status, rating.star))
    assert {star for status, star in seen if status == RATED} == {0, 1, 2, 3, 4, 5}
    assert {status for status, _ in seen} == {RATED, DISQUALIFIED, INSUFFICIENT}


candidates = st.lists(
    st.tuples(st.integers(0, 5), st.integers(90, 100), st.integers(0, 3)), min_size=1, max_size=60
).map(
    lambda rows: [
        Candidate(n, star, D(total), {"discipline": D(tie)})
        for n, (star, total, tie) in enumerate(rows)
    ]
)


@given(rated=candidates)
def test_quotas_hold_unless_equals_stand_at_the_top(rated):
    dropped = quotas(DEFAULT_STARS, rated)
    final = {one.key: dropped[one.key].star if one.key in dropped else one.star for one in rated}
    for star, percent in ((5, 5), (4, 15)):
        held = [one for one in rated if final[one.key] == star]
        limit = max(1, len(rated) * percent // 100)
        equals = {(one.total, one.dimensions["discipline"]) for one in held}
        assert len(held) <= limit or len(equals) == 1


@given(rated=candidates, seed=st.integers())
def test_the_order_of_tellers_never_matters(rated, seed):
    shuffled = list(rated)
    random.Random(seed).shuffle(shuffled)
    assert quotas(DEFAULT_STARS, shuffled) == quotas(DEFAULT_STARS, rated)
