"""Versions of rules as JSON: what goes in comes out, and what cannot be is refused by name."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest

from outlets.ruledata import InvalidRules, rules_from_json, rules_to_json


@dataclass(frozen=True)
class Rules:
    since: date
    target: Decimal
    days: int
    name: str
    strict: bool
    steps: tuple[str, ...]
    share: tuple[int, int]
    cuts: Mapping[str, Decimal]
    until: date | None


GOOD = Rules(
    date(2011, 4, 1), Decimal("0.80"), 3, "办法", True, ("a", "b"), (1, 3), {"x": Decimal(5)}, None
)


def test_round_trip():
    data = json.loads(json.dumps(rules_to_json(GOOD)))
    assert data["target"] == "0.80"
    assert data["since"] == "2011-04-01"
    assert rules_from_json(Rules, data) == GOOD


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"since": "2011-02-30"}, "since.*日期"),
        ({"since": 5}, "since.*文本"),
        ({"target": 1}, "target.*文本保存"),
        ({"target": "1e3"}, "target.*有效的数字"),
        ({"days": True}, "days.*整数"),
        ({"name": 1}, "name.*文本"),
        ({"strict": 1}, "strict.*是或否"),
        ({"steps": "ab"}, "steps.*列表"),
        ({"steps": ["a", 1]}, "steps.*文本"),
        ({"share": [1]}, "share.*共2个值"),
        ({"cuts": []}, "cuts.*对照"),
        ({"cuts": {"x": "y"}}, r"cuts\.x.*有效的数字"),
        ({"until": "x"}, "until.*日期"),
        ({"colour": 1}, "colour"),
    ],
)
def test_what_cannot_be(changes, reason):
    with pytest.raises(InvalidRules, match=reason):
        rules_from_json(Rules, rules_to_json(GOOD) | changes)


def test_a_missing_entry():
    data = rules_to_json(GOOD)
    del data["days"]
    with pytest.raises(InvalidRules, match="days"):
        rules_from_json(Rules, data)
