"""A teller's stars over a period. Source: docs/rules.md R8."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, localcontext
from typing import Final, Generic, NamedTuple, TypeVar

from inspections.scoring import EXACT, stored
from tellers.stars import (
    DIMENSION_LABELS,
    DISCIPLINE,
    EFFICIENCY,
    HIGHEST,
    MINOR,
    QUALITY,
    SEVERITY_LABELS,
    SKILL,
    STANDARDS,
    STAR_LABELS,
    StarRules,
)

RATED: Final = "RATED"
DISQUALIFIED: Final = "DISQUALIFIED"
INSUFFICIENT: Final = "INSUFFICIENT"

K = TypeVar("K", int, str)
Key = int | str
_ZERO: Final = Decimal(0)
_ONE: Final = Decimal(1)
_FULL: Final = Decimal(100)
_ABSENT: Final = Decimal(-1)  # sorts after every figure there can be


class DeviceSums(NamedTuple):
    """Sums over the teller's months at the evaluation device, by their ids.

    `satisfied` takes in 非常满意 and 满意; `working_days` is how many those months have (R10).
    """

    ids: tuple[Key, ...]
    transactions: int
    evaluations: int
    satisfied: int
    working_days: int


NO_DEVICE: Final = DeviceSums((), 0, 0, 0, 0)


class Offence(NamedTuple):
    """One violation: its row, its kind in the catalogue, its severity, its day."""

    id: Key
    kind: str
    severity: str
    day: date


@dataclass(frozen=True, slots=True)
class TellerFacts:
    """What a period holds for one teller: (id, score 0..100) of quizzes and skill tests, and so on.

    `earned` and `possible` sum the `answers` attributed to the teller in the `inspections`;
    `complaints` are the valid ones, `praise` the verified ones, by letter id; `barred` the penalties
    that take the right to be rated away.
    """

    post: str
    tests: Sequence[tuple[Key, Decimal]] = ()
    device: DeviceSums = NO_DEVICE
    complaints: Sequence[Key] = ()
    praise: Sequence[Key] = ()
    answers: int = 0
    earned: Decimal = _ZERO
    possible: Decimal = _ZERO
    inspections: Sequence[Key] = ()
    offences: Sequence[Offence] = ()
    barred: Sequence[Key] = ()


class Line(NamedTuple):
    """How one figure came about; a JSON column stores it as a list of four."""

    rule: str
    ids: tuple[Key, ...]
    text: str
    value: str | None


@dataclass(frozen=True, slots=True)
class Rating:
    """A teller's figures in stored form, and the star before quotas (0: below every cut-point)."""

    status: str
    star: int
    total: Decimal | None
    dimensions: Mapping[str, Decimal]
    reason: str
    lines: list[Line] = field(default_factory=list)


class _Part(NamedTuple):
    """A dimension kept as numerator and denominator, so that only the total is divided."""

    name: str
    numerator: Decimal
    denominator: Decimal
    ids: tuple[Key, ...]
    text: str


def rate(rules: StarRules, facts: TellerFacts) -> Rating:
    """One teller's dimensions, total and star by the cut-points and the floor; quotas come after."""
    with localcontext(EXACT):
        parts = [part for part in _parts(rules, facts) if part]
        shown = {part.name: stored(part.numerator, part.denominator) for part in parts}
        lines = [
            Line(
                f"R8.{part.name}",
                part.ids,
                f"{part.text}{_result(part, shown)}",
                _text(shown, part),
            )
            for part in parts
        ]
        if reason := disqualified(rules, facts.offences, facts.barred):
            return Rating(DISQUALIFIED, 0, None, shown, reason, lines)
        if reason := _insufficient(rules, facts):
            return Rating(INSUFFICIENT, 0, None, shown, reason, lines)
        total = _total(rules, parts, shown, lines)
    star, reason = _star(rules, total, shown)
    lines.append(Line("R8.star", (), reason or f"总分{total}", STAR_LABELS[star]))
    return Rating(RATED, star, total, shown, reason, lines)


def disqualified(rules: StarRules, offences: Sequence[Offence], barred: Sequence[Key] = ()) -> str:
    """Why a teller is not to be rated (不予评定), or nothing."""
    if barred:
        return "受处罚取消星级评定资格"
    for one in sorted(offences, key=lambda one: (one.day, str(one.id))):
        if one.severity in rules.disqualifying:
            return f"{one.day}{SEVERITY_LABELS[one.severity]}违规“{one.kind}”"
    minor = Counter(one.kind for one in offences if one.severity == MINOR)
    repeated = sorted(kind for kind, count in minor.items() if count >= rules.repeats)
    return f"同类轻微违规“{repeated[0]}”{minor[repeated[0]]}次" if repeated else ""


def _insufficient(rules: StarRules, facts: TellerFacts) -> str:
    missing = []
    months = len(facts.device.ids)
    if months < rules.least_device_months:
        missing.append(f"评价数据只有{months}个月，至少{rules.least_device_months}个月")
    if not facts.possible:
        missing.append("没有归属本人的检查项目")
    return "；".join(missing)


def _parts(rules: StarRules, facts: TellerFacts) -> tuple[_Part | None, ...]:
    return (
        _skill(facts.tests),
        _quality(rules, facts),
        _efficiency(rules, facts),
        _standards(facts),
        _discipline(rules, facts.offences),
    )


def _skill(tests: Sequence[tuple[Key, Decimal]]) -> _Part | None:
    if not tests:
        return None
    total = sum((score for _, score in tests), _ZERO)
    text = "+".join(str(score) for _, score in tests)
    text = f"({text})/{len(tests)}" if len(tests) > 1 else text
    return _Part(SKILL, total, Decimal(len(tests)), tuple(key for key, _ in tests), text)


def _quality(rules: StarRules, facts: TellerFacts) -> _Part | None:
    """share·100·S + (1−share)·clip(100 − complaints + praise), over the evaluations."""
    if not facts.device.ids:
        return None
    evaluations, satisfied = Decimal(facts.device.evaluations), Decimal(facts.device.satisfied)
    letters = (
        _FULL
        - rules.complaint_points * len(facts.complaints)
        + rules.praise_points * len(facts.praise)
    )
    share, asked = rules.satisfaction_share, max(evaluations, _ONE)
    held = min(_FULL, max(_ZERO, letters))
    rest = _ONE - share
    text = (
        f"{share}×100×{f'{satisfied}/{evaluations}' if evaluations else 0}"
        f"+{rest}×({_clipped(letters, rules, facts)})"
    )
    ids = (*facts.complaints, *facts.praise)
    return _Part(QUALITY, share * 100 * satisfied + rest * held * asked, asked, ids, text)


def _clipped(letters: Decimal, rules: StarRules, facts: TellerFacts) -> str:
    text = (
        f"100-{rules.complaint_points}×{len(facts.complaints)}"
        f"+{rules.praise_points}×{len(facts.praise)}"
    )
    if letters < 0:
        return f"max(0,{text})"
    return f"min(100,{text})" if letters > _FULL else text


def _efficiency(rules: StarRules, facts: TellerFacts) -> _Part | None:
    """100·min(1, transactions a working day / target) over the months with device data."""
    device, target = facts.device, rules.targets.get(facts.post)
    if not device.working_days or target is None:
        return None
    done, wanted = Decimal(device.transactions), target * device.working_days
    text = f"100×min(1,{done}/{device.working_days}/{target})"
    return _Part(EFFICIENCY, 100 * min(done, wanted), wanted, device.ids, text)


def _standards(facts: TellerFacts) -> _Part | None:
    if not facts.possible:
        return None
    text = f"100×{facts.earned.normalize(EXACT):f}/{facts.possible.normalize(EXACT):f}"
    return _Part(STANDARDS, 100 * facts.earned, facts.possible, tuple(facts.inspections), text)


def _discipline(rules: StarRules, offences: Sequence[Offence]) -> _Part:
    points = [rules.penalty_points[one.severity] for one in offences]
    left = _FULL - sum(points, _ZERO)
    text = "-".join(["100", *(str(each) for each in points)])
    text = text if left >= 0 else f"max(0,{text})"
    return _Part(DISCIPLINE, max(_ZERO, left), _ONE, tuple(one.id for one in offences), text)


def _total(
    rules: StarRules, parts: Sequence[_Part], shown: Mapping[str, Decimal], lines: list[Line]
) -> Decimal:
    """The weighted mean of the dimensions there are; a missing one gives up its weight."""
    numerator, denominator, weights = _ZERO, _ONE, _ZERO
    for part in parts:
        weight = rules.weights[part.name]
        numerator = numerator * part.denominator + weight * part.numerator * denominator
        denominator *= part.denominator
        weights += weight
    total = stored(numerator, denominator * weights)
    terms = "+".join(f"{rules.weights[name]}×{value}" for name, value in shown.items())
    lines.append(Line("R8.total", (), f"({terms})/{weights}≈{total}", str(total)))
    return total


def _star(rules: StarRules, total: Decimal, shown: Mapping[str, Decimal]) -> tuple[int, str]:
    """The star by cut-points, capped by the floor; why, when it is capped. Stored figures count."""
    star = max((n for n in range(1, HIGHEST + 1) if total >= rules.cuts[str(n)]), default=0)
    low = [name for name, value in shown.items() if value < rules.floor]
    if low and star > rules.floor_cap:
        names = "、".join(f"{DIMENSION_LABELS[name]}{shown[name]}" for name in low)
        return rules.floor_cap, f"{names}低于{rules.floor}，最高{STAR_LABELS[rules.floor_cap]}"
    return star, ""


def _result(part: _Part, shown: Mapping[str, Decimal]) -> str:
    value = shown[part.name]
    if part.text == str(value):
        return ""
    return f"{'=' if value * part.denominator == part.numerator else '≈'}{value}"


def _text(shown: Mapping[str, Decimal], part: _Part) -> str:
    return str(shown[part.name])


class Candidate(NamedTuple, Generic[K]):
    """A rated teller as quotas take it: star and stored figures."""

    key: K
    star: int
    total: Decimal
    dimensions: Mapping[str, Decimal]


class Dropped(NamedTuple):
    """One star less, because the quota of the higher star was full."""

    star: int
    reason: str


def quotas(rules: StarRules, rated: Iterable[Candidate[K]]) -> dict[K, Dropped]:
    """Who holds a star too many, and what is left: those of all `rated` outside the quotas.

    A quota is a share of all rated, rounded down, at least one. Order is by total, then by the
    scheme's tie-break; those equal in everything share their fate: they all drop when the quota
    ends among them, unless nobody stands before them.
    """
    rated = list(rated)
    dropped: dict[K, Dropped] = {}
    for star in range(HIGHEST, 0, -1):
        share = rules.quotas.get(str(star))
        if share is None:
            continue
        limit = max(1, int(share * len(rated)))
        holders = [one for one in rated if _held(one, dropped) == star]
        for one in _outside(rules, holders, limit):
            reason = f"{STAR_LABELS[star]}名额{limit}人已满，降一星"
            earlier = dropped.get(one.key)
            dropped[one.key] = Dropped(
                star - 1, f"{earlier.reason}；{reason}" if earlier else reason
            )
    return dropped


def _held(one: Candidate[K], dropped: Mapping[K, Dropped]) -> int:
    return dropped[one.key].star if one.key in dropped else one.star


def _outside(rules: StarRules, holders: list[Candidate[K]], limit: int) -> list[Candidate[K]]:
    if len(holders) <= limit:
        return []
    ordered = sorted(holders, key=lambda one: _order(rules, one), reverse=True)
    last = _order(rules, ordered[limit - 1])
    if _order(rules, ordered[limit]) != last:
        return ordered[limit:]
    before = [one for one in ordered if _order(rules, one) > last]
    return ordered[len(before) :] if before else [o for o in ordered if _order(rules, o) < last]


def _order(rules: StarRules, one: Candidate[K]) -> tuple[Decimal, ...]:
    return (one.total, *(one.dimensions.get(name, _ABSENT) for name in rules.tie_break))
