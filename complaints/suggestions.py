"""What a letter's masked text suggests: kind, business, cause, severity, unit, employee. Pure.

Every suggestion tells why: the words of the text that led to it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from complaints.pinyin import initials, sounds, spelt
from complaints.suggestion_words import Words

SHOWN: Final = 3  # words named in a reason, and units suggested

# How sure each way of naming is.
EXACT, CODE, STEM, SPELT, HEARD, INITIALS = 1.0, 0.95, 0.8, 0.75, 0.7, 0.6
NUMBER, NAMED, SURNAME, ELSEWHERE = 1.0, 0.9, 0.5, 0.6

_BANK: Final = re.compile(r"^.*?(?:银行|中行|公司|分行)(?=.{2})")
_SUFFIX: Final = re.compile(
    r"(?:支行|分行|网点|分理处|营业部|营业厅|营业所|储蓄所|办事处|部门|部|所)+$"
)
_FOLLOWS: Final = ("支行", "分行", "网点", "分理处", "营业", "储蓄", "办事处", "柜台", "行")
_HEARD_AS: Final = "读音与名称相同："
_LATIN: Final = re.compile(r"[a-z]+", re.IGNORECASE)
_TITLE: Final = "柜员|员工|客户经理|大堂经理|理财经理|经理|主任|行长|师傅|保安|工作人员"
_STEM: Final = 2  # characters a shortened name has at least
_TYPED: Final = 3  # initials, and four letters spelt, that can be no accident
_SPELT: Final = 4


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A value, why, the words of the text behind it, and how sure (0..1; weights for words)."""

    value: str
    reason: str
    words: tuple[str, ...] = ()
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class UnitNames:
    """A unit as it may be named; `id` as text."""

    id: str
    code: str
    name: str
    short_name: str


@dataclass(frozen=True, slots=True)
class Person:
    """An employee and where posted; ids as text."""

    id: str
    number: str
    name: str
    unit_id: str


def by_words(text: str, words: Words) -> list[Suggestion]:
    """The codes whose words the text has, by the sum of their weights, the table's order in a tie."""
    found = (_of_code(text, code, patterns) for code, patterns in words.items())
    return sorted((one for one in found if one.words), key=lambda one: -one.score)


def first_by_words(text: str, words: Words) -> list[Suggestion]:
    """The first code of the table whose words the text has: for tables that go from grave to light."""
    return [
        one for one in (_of_code(text, code, each) for code, each in words.items()) if one.words
    ]


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _of_code(text: str, code: str, patterns: Sequence[tuple[int, str]]) -> Suggestion:
    found = [
        (weight, match.group())
        for weight, pattern in patterns
        if (match := _compiled(pattern).search(text))
    ]
    words = tuple(dict.fromkeys(word for _, word in found))
    return Suggestion(code, _quoted(words), words, float(sum(weight for weight, _ in found)))


def _quoted(words: Iterable[str]) -> str:
    return "文中有" + "".join(f"“{word}”" for word in list(words)[:SHOWN])


# Units


class _Hit(NamedTuple):
    """Where a unit is named: the score, the stretch of the text, and how."""

    unit_id: str
    score: float
    start: int
    end: int
    how: str


def unit_suggestions(text: str, units: Iterable[UnitNames]) -> list[Suggestion]:
    """The units the text names, surest first: by name, short name, code, what it sounds like, or

    spelt in Latin letters. A name inside a longer one of another unit does not count.
    """
    heard = sounds(text)
    latin = [(match.group().lower(), *match.span()) for match in _LATIN.finditer(text)]
    hits = [hit for unit in units if (hit := _named(unit, text, heard, latin))]
    kept = [hit for hit in hits if not any(_covers(other, hit) for other in hits)]
    kept.sort(key=lambda hit: (-hit.score, hit.start - hit.end, hit.start))
    return [
        Suggestion(hit.unit_id, f"{hit.how}“{word}”", (word,), hit.score)
        for hit in kept[:SHOWN]
        for word in (text[hit.start : hit.end],)
    ]


def _covers(other: _Hit, hit: _Hit) -> bool:
    return (
        other.unit_id != hit.unit_id
        and other.start <= hit.start
        and hit.end <= other.end
        and other.end - other.start > hit.end - hit.start
    )


def _named(
    unit: UnitNames, text: str, heard: Sequence[str], latin: Sequence[tuple[str, int, int]]
) -> _Hit | None:
    """The surest way in which the text names the unit."""
    ways = (
        _written(unit, text),
        _coded(unit, text),
        _alike(unit, text, heard),
        _typed(unit, latin),
    )
    found = [hit for hit in ways if hit]
    return max(found, key=lambda hit: (hit.score, hit.end - hit.start), default=None)


def _written(unit: UnitNames, text: str) -> _Hit | None:
    for score, name, how in (
        (EXACT, unit.name, "文中写明"),
        (EXACT, unit.short_name, "文中写明"),
        (STEM, stem(unit.short_name), "文中提到"),
    ):
        at = text.find(name) if len(name) >= _STEM else -1
        if at >= 0:
            return _Hit(unit.id, score, at, at + len(name), how)
    return None


def _coded(unit: UnitNames, text: str) -> _Hit | None:
    if len(unit.code) < _TYPED:
        return None
    match = re.search(rf"(?<![0-9A-Za-z]){re.escape(unit.code)}(?![0-9A-Za-z])", text)
    return _Hit(unit.id, CODE, *match.span(), "机构号") if match else None


def _alike(unit: UnitNames, text: str, heard: Sequence[str]) -> _Hit | None:
    """The short name written by ear; one without its suffix only where some suffix follows."""
    name, short = unit.short_name, stem(unit.short_name)
    whole = next(_sounds_at(heard, sounds(name)), None)
    if whole is not None:
        return _Hit(unit.id, HEARD, whole, whole + len(name), _HEARD_AS)
    for at in _sounds_at(heard, sounds(short)) if len(short) >= _STEM else ():
        if text[at + len(short) :].lstrip("的").startswith(_FOLLOWS):
            return _Hit(unit.id, HEARD, at, at + len(short), _HEARD_AS)
    return None


def _sounds_at(heard: Sequence[str], sought: Sequence[str]) -> Iterator[int]:
    size, first = len(sought), sought[0] if sought else ""
    for at in range(len(heard) - size + 1):
        if heard[at] == first and tuple(heard[at : at + size]) == tuple(sought):
            yield at


def _typed(unit: UnitNames, latin: Sequence[tuple[str, int, int]]) -> _Hit | None:
    short = stem(unit.short_name)
    full = {spelt(name) for name in (unit.short_name, short) if len(name) >= _STEM}
    letters = initials(unit.short_name)
    for word, start, end in latin:
        if word in full and len(word) >= _SPELT:
            return _Hit(unit.id, SPELT, start, end, "拼音")
        if word == letters and len(word) >= _TYPED:
            return _Hit(unit.id, INITIALS, start, end, "拼音首字母")
    return None


@lru_cache(maxsize=8192)
def stem(name: str) -> str:
    """A name without the bank before it and what kind of place it is: 海城支行 is 海城."""
    bare = _BANK.sub("", name)
    return _SUFFIX.sub("", bare) or bare


# Employees


def person_suggestions(
    text: str, people: Iterable[Person], unit_id: str | None
) -> list[Suggestion]:
    """The employees the text names by number or name, those of the unit first.

    “姓王的柜员” names somebody only where the unit has one 王.
    """
    people = list(people)
    there = [one for one in people if one.unit_id == unit_id]
    found = [hit for one in people if (hit := _mentioned(one, text, unit_id))]
    if not found:
        found = _by_surname(text, there)
    return sorted(found, key=lambda one: -one.score)[:SHOWN]


def _mentioned(one: Person, text: str, unit_id: str | None) -> Suggestion | None:
    at_unit = unit_id is None or one.unit_id == unit_id
    share = 1.0 if at_unit else ELSEWHERE
    match = re.search(rf"(?<![0-9A-Za-z]){re.escape(one.number)}(?![0-9A-Za-z])", text)
    if match:
        return Suggestion(one.id, f"工号“{one.number}”", (one.number,), NUMBER * share)
    if len(one.name) >= _STEM and one.name in text:
        elsewhere = "" if at_unit else "，但不在所选机构"
        return Suggestion(one.id, f"文中提到“{one.name}”{elsewhere}", (one.name,), NAMED * share)
    return None


def _by_surname(text: str, there: Sequence[Person]) -> list[Suggestion]:
    match = re.search(rf"(?:姓(?P<a>.)的?|(?P<b>.))(?:{_TITLE})", text)
    surname = (match.group("a") or match.group("b")) if match else ""
    named = [one for one in there if surname and one.name.startswith(surname)]
    if match is None or len(named) != 1:
        return []
    reason = f"文中提到“{match.group()}”，该机构只有一位姓{surname}"
    return [Suggestion(named[0].id, reason, (match.group(),), SURNAME)]


# Showing


class Segment(NamedTuple):
    """A stretch of the text and what it led to ("" for nothing)."""

    text: str
    label: str


def segments(text: str, words: Mapping[str, str]) -> list[Segment]:
    """The text cut so that every word (→ its label) stands by itself, the longest first."""
    sought = sorted((word for word in words if word), key=len, reverse=True)
    if not sought:
        return [Segment(text, "")]
    pattern = re.compile(f"({'|'.join(map(re.escape, sought))})")
    return [Segment(part, words.get(part, "")) for part in pattern.split(text) if part]
