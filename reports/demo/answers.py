"""What a demonstration inspection finds: answers drawn from how good an outlet's service is."""

import random
from dataclasses import dataclass
from decimal import Decimal

from inspections.scoring import ItemRule

# How much harder than the average an item is: the reports name what was weak in 2011.
HOT = 1.8
STAGE = {"AT_ONCE": 1.0, "TRANSFER": 2.2, "PROMISE": 2.4, "": 0.85}
NOT_APPLICABLE = 0.06
REASONS = ("本网点未开办此项业务", "检查时段未发生此项业务", "该功能区尚未启用")
NOTES = ("已现场指出并示范", "已要求当日改正", "询问后能说明，但未按规定执行", "前次检查已提醒")
UNNOTICED_NOTES = ("等候时亲见", "办理业务时亲历", "离开后当即记下", "前后两名员工都如此")


@dataclass(frozen=True, slots=True)
class Drawn:
    """One answer: its canonical value and a note where there is something to say."""

    value: str
    note: str = ""


def draw(
    chance: random.Random, rule: ItemRule, quality: float, *, hot: bool, stage: str, covert: bool
) -> Drawn:
    """An answer for the item. Never a lost red line: the demonstration stays an ordinary year."""
    if rule.allows_na and chance.random() < NOT_APPLICABLE:
        return Drawn("na", chance.choice(REASONS))
    weight = STAGE[stage] * (HOT if hot else 1.0)
    if rule.red_line != "NO" or chance.random() > (1 - quality) * weight * 1.25:
        return Drawn(_kept(chance, rule))
    return Drawn(_lost(chance, rule), chance.choice(UNNOTICED_NOTES if covert else NOTES))


def _kept(chance: random.Random, rule: ItemRule) -> str:
    if rule.mode == "MEASURED":
        return _measure(chance, rule, within=True)
    return {"ALL_OR_NOTHING": "pass", "DEDUCT": "0"}.get(rule.mode) or _grade(rule, 0)


def _lost(chance: random.Random, rule: ItemRule) -> str:
    if rule.mode == "MEASURED":
        return _measure(chance, rule, within=False)
    if rule.mode == "DEDUCT":
        return str(chance.choice((1, 1, 1, 2)))
    return "fail" if rule.mode == "ALL_OR_NOTHING" else _grade(rule, chance.choice((1, 1, 2)))


def _grade(rule: ItemRule, place: int) -> str:
    best_first = sorted(rule.grades, key=lambda name: -rule.grades[name])
    return best_first[min(place, len(best_first) - 1)]


def _measure(chance: random.Random, rule: ItemRule, *, within: bool) -> str:
    share = chance.uniform(0.05, 0.4)
    if rule.limit_max is not None:
        number = float(rule.limit_max) * (1 - share if within else 1 + share)
        lowest = float(rule.limit_min or 0)
        return _shown(rule.limit_max, max(number, lowest) if within else number, up=not within)
    limit = rule.limit_min or Decimal(0)
    return _shown(limit, float(limit) * (1 + share / 4 if within else 1 - share), up=within)


def _shown(limit: Decimal, number: float, *, up: bool) -> str:
    """The number with as many places as the limit has, rounded away from the wrong side."""
    rounding = "ROUND_CEILING" if up else "ROUND_FLOOR"
    value = Decimal(str(number)).quantize(limit, rounding=rounding)
    return format(value.normalize() if value == value.to_integral() else value, "f")
