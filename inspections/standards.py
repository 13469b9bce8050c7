"""A standard's content as plain values: what imports, exports, copies and comparisons share.

Which standards may be published: docs/rules.md R1 and R2.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Final

from inspections.scoring import POINTS, WEIGHTED, plain

TOTAL_POINTS: Final = Decimal(1000)
"""What the items of a 千分制 standard add up to, by its name."""

MAX_ITEM_POINTS: Final = Decimal(1000)


@dataclass(frozen=True, slots=True)
class ItemContent:
    """One item without its identity; choices are the stored values, channels in their own order."""

    code: str
    text: str
    points: Decimal
    mode: str
    parameters: str = ""
    allows_na: bool = False
    photo: str = "NO"
    red_line: str = "NO"
    channels: tuple[str, ...] = ()
    attribution: str = "OUTLET"
    is_hot: bool = False
    stage: str = ""


ITEM_FIELDS: Final = tuple(one.name for one in fields(ItemContent))


@dataclass(frozen=True, slots=True)
class SectionContent:
    """A module with its items in order; its weight is None where the file leaves it empty."""

    name: str
    weight: Decimal | None
    items: tuple[ItemContent, ...]

    @property
    def points(self) -> Decimal:
        return sum((item.points for item in self.items), Decimal(0))


Placed = tuple[str, ItemContent]
"""An item with the name of its module."""


@dataclass(frozen=True, slots=True)
class VersionContent:
    """A whole version."""

    name: str
    label: str
    scoring: str
    effective_on: date
    sections: tuple[SectionContent, ...]

    @property
    def points(self) -> Decimal:
        return sum((section.points for section in self.sections), Decimal(0))

    @property
    def items(self) -> tuple[ItemContent, ...]:
        return tuple(item for section in self.sections for item in section.items)


@dataclass(frozen=True, slots=True)
class Change:
    """An item that is in both versions but not the same: the fields that differ, old and new.

    `section` is a field here too, for an item that moved to another module.
    """

    old: ItemContent
    new: ItemContent
    fields: tuple[tuple[str, object, object], ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What one version has that another has not; items come with the name of their module."""

    added: tuple[Placed, ...]
    removed: tuple[Placed, ...]
    changed: tuple[Change, ...]
    unchanged: int
    weights: tuple[tuple[str, Decimal | None, Decimal | None], ...]


def publish_faults(scoring: str, sections: Sequence[SectionContent]) -> list[str]:
    """Why a version cannot be published yet, in Chinese; empty when it can."""
    if not any(section.items for section in sections):
        return ["还没有检查项目，至少需要一个模块、一个项目"]
    faults = [f"模块“{one.name}”没有项目，请补充或删除" for one in sections if not one.items]
    if scoring == POINTS:
        faults += _total_faults(sum((section.points for section in sections), Decimal(0)))
    if scoring == WEIGHTED:
        faults += [
            f"模块“{one.name}”缺少权重，加权标准的每个模块都要有大于0的权重"
            for one in sections
            if not (one.weight and one.weight > 0)
        ]
    return faults


def content_difference(old: VersionContent, new: VersionContent) -> Difference:
    """Compare item by item: the same code is the same item, else the same text is.

    Items of the old version found nowhere are removed, those of the new one added.
    """
    before, after = _placed(old), _placed(new)
    pairs = _pairs(before, after)
    changes = [_change(before[was], after[now]) for now, was in pairs.items()]
    changed = tuple(change for change in changes if change.fields)
    matched = set(pairs.values())
    return Difference(
        added=tuple(placed for code, placed in after.items() if code not in pairs),
        removed=tuple(placed for code, placed in before.items() if code not in matched),
        changed=changed,
        unchanged=len(changes) - len(changed),
        weights=_weight_changes(old, new),
    )


def next_label(labels: Sequence[str], year: int) -> str:
    """A free label for the next version: this year's, then with a running number."""
    base = f"{year}版"
    candidates = [base, *(f"{base}第{number}次修订" for number in range(1, len(labels) + 2))]
    return next(label for label in candidates if label not in labels)


def _total_faults(total: Decimal) -> list[str]:
    gap = total - TOTAL_POINTS
    if not gap:
        return []
    side = "多" if gap > 0 else "少"
    due, now, off = plain(TOTAL_POINTS), plain(total), plain(abs(gap))
    return [f"千分制标准的分值合计应为{due}分，现为{now}分，{side}{off}分"]


def _placed(version: VersionContent) -> dict[str, Placed]:
    return {item.code: (one.name, item) for one in version.sections for item in one.items}


def _pairs(before: Mapping[str, Placed], after: Mapping[str, Placed]) -> dict[str, str]:
    """New code → old code of the same item."""
    pairs = {code: code for code in after if code in before}
    by_text = {item.text: code for code, (_, item) in before.items() if code not in pairs}
    for code, (_, item) in after.items():
        if code not in pairs and item.text in by_text:
            pairs[code] = by_text.pop(item.text)
    return pairs


def _change(old: Placed, new: Placed) -> Change:
    differing: list[tuple[str, object, object]] = []
    if old[0] != new[0]:
        differing.append(("section", old[0], new[0]))
    for name in ITEM_FIELDS:
        was, now = getattr(old[1], name), getattr(new[1], name)
        if was != now:
            differing.append((name, was, now))
    return Change(old[1], new[1], tuple(differing))


def _weight_changes(
    old: VersionContent, new: VersionContent
) -> tuple[tuple[str, Decimal | None, Decimal | None], ...]:
    before = {section.name: section.weight for section in old.sections}
    return tuple(
        (section.name, before[section.name], section.weight)
        for section in new.sections
        if section.name in before and before[section.name] != section.weight
    )


def next_code(codes: Sequence[str], section_number: int) -> str:
    """A free code after a module's last: 3.07 → 3.08; the first of module 3 is 3.01."""
    last = codes[-1] if codes else f"{section_number}.00"
    found = re.fullmatch(r"(.*?)([0-9]{1,6})", last)
    if found is None:
        return ""
    head, digits = found.groups()
    candidates = (f"{head}{int(digits) + up:0{len(digits)}d}" for up in count(1))
    return next(code for code in candidates if code not in codes)
