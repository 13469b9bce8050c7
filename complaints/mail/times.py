"""Times as Chinese letters write them. Pure; what "yesterday" means is passed in."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Final

_DIGITS: Final = str.maketrans("〇○零一二三四五六七八九两", "0001234567892")
_TENS: Final = re.compile(r"([一二三四五六七八九两])?十([一二三四五六七八九])?")
_DATES: Final = (
    re.compile(r"(?P<y>\d{4})\s*年\s*(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*[日号]?"),
    re.compile(r"(?<!\d)(?P<y>\d{4})\s*[-/.]\s*(?P<m>\d{1,2})\s*[-/.]\s*(?P<d>\d{1,2})(?!\d)"),
    re.compile(r"(?<!\d)(?P<y>20\d{2})(?P<m>[01]\d)(?P<d>[0-3]\d)(?=\d{4}(?:\d{2})?(?!\d)|\D|$)"),
    re.compile(r"(?<!\d)(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*[日号]?"),
)
_DAYS_AGO: Final[Mapping[str, int]] = {
    "今天": 0, "今日": 0, "当天": 0, "当日": 0, "昨天": 1, "昨日": 1, "前天": 2, "前日": 2,
}  # fmt: skip
_AGO: Final = re.compile("|".join(_DAYS_AGO))
_HALF: Final = r"(?P<half>凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|夜里|夜间|AM|PM)?"
_CLOCKS: Final = (
    re.compile(
        rf"{_HALF}\s*(?P<h>\d{{1,2}})\s*[:：]\s*(?P<n>\d{{2}})(?:\s*[:：]\s*(?P<s>\d{{2}}))?\s*(?P<end>AM|PM)?",
        re.IGNORECASE,
    ),
    re.compile(
        rf"{_HALF}\s*(?P<h>\d{{1,2}})\s*[时点]\s*(?:(?P<part>半|1刻|3刻)|(?P<n>\d{{1,2}})\s*分?)?"
        r"\s*(?:(?P<s>\d{1,2})\s*秒)?"
    ),
    re.compile(r"^\s*T?(?P<h>[0-2]\d)(?P<n>[0-5]\d)(?P<s>[0-5]\d)?(?!\d)"),
)
_PARTS: Final[Mapping[str, int]] = {"半": 30, "1刻": 15, "3刻": 45}
_AFTERNOON: Final = frozenset({"下午", "傍晚", "晚上", "夜里", "夜间", "PM"})
_NOON: Final = 12
_EARLY: Final = 3  # 中午1点 is 13:00, 中午11点 is 11:00


def time_in(text: str, near: datetime) -> datetime | None:
    """The first time in a text, in the zone of `near`; None when there is none that exists.

    A day without a year is the last such day up to `near`; a day without an hour is its midnight.
    """
    plain = _arabic(unicodedata.normalize("NFKC", text))
    found = _day_in(plain, near.date())
    if found is None:
        return None
    day, rest = found
    clock = _clock_in(rest)
    return None if clock is None else datetime.combine(day, clock, near.tzinfo)


def _arabic(text: str) -> str:
    """The text with Chinese numbers below a hundred, and years digit by digit, in digits."""
    tens = _TENS.sub(lambda match: f"{match[1] or '一'}{match[2] or '零'}", text)
    return tens.translate(_DIGITS)


def _day_in(text: str, near: date) -> tuple[date, str] | None:
    """The day, and the text after it."""
    for form in _DATES:
        if match := form.search(text):
            day = _day(match.groupdict(), near)
            return None if day is None else (day, text[match.end() :])
    if match := _AGO.search(text):
        return near - timedelta(days=_DAYS_AGO[match[0]]), text[match.end() :]
    return None


def _day(said: dict[str, str], near: date) -> date | None:
    try:
        if said.get("y"):
            return date(int(said["y"]), int(said["m"]), int(said["d"]))
        day = date(near.year, int(said["m"]), int(said["d"]))
        return day if day <= near else day.replace(year=near.year - 1)
    except ValueError:
        return None


def _clock_in(rest: str) -> time | None:
    """The time of day that follows a date; midnight without one, None when it is none."""
    for form in _CLOCKS:
        if match := form.search(rest[:40]):
            return _clock(match.groupdict())
    return time()


def _clock(said: dict[str, str | None]) -> time | None:
    hour = _hour(int(said["h"] or 0), (said.get("half") or said.get("end") or "").upper())
    minute = _PARTS.get(said.get("part") or "", int(said.get("n") or 0))
    try:
        return time(hour, minute, int(said.get("s") or 0))
    except ValueError:
        return None


def _hour(hour: int, half: str) -> int:
    if half in _AFTERNOON and hour < _NOON:
        return hour + _NOON
    if half == "中午" and hour < _EARLY:
        return hour + _NOON
    return 0 if half in {"凌晨", "AM"} and hour == _NOON else hour
