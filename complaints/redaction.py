"""Masking what names a customer, in fields and inside free text.

Pure: standard library only. Numbers keep their first and last digits, names their first character.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

PHONE: Final = "PHONE"
CARD: Final = "CARD"
IDENTITY: Final = "IDENTITY"
_IDENTITY_LENGTH: Final = 18
_SHOWN: Final = 7  # shorter numbers keep nothing


@dataclass(frozen=True, slots=True)
class Found:
    """A number in a text: its kind, where it stands, and its digits alone (an X at the end kept)."""

    kind: str
    start: int
    end: int
    number: str


# Digits may be grouped by single spaces or hyphens, half or full width.
_GAP: Final = r"[ \-\u3000\u2010-\u2015\uff0d]?"
_NUMBER: Final = re.compile(
    rf"(?<![\d０-９])(?:[\d０-９]{_GAP}){{6,21}}[\dXx０-９Ｘｘ](?![\d０-９])"
)
_WIDE: Final = str.maketrans("０１２３４５６７８９Ｘｘｘ", "0123456789XXX")


def numbers(text: str) -> Iterator[Found]:
    """Every phone, card or account, and identity number in a text, in order."""
    for match in _NUMBER.finditer(text):
        digits = normalised(match.group())
        kind = kind_of(digits)
        if kind:
            yield Found(kind, match.start(), match.end(), digits)


def normalised(number: str) -> str:
    """The digits alone, half width; a final X stays."""
    return re.sub(r"[^0-9X]", "", number.translate(_WIDE).upper())


def kind_of(digits: str) -> str | None:
    """What a run of digits is, or None when it is nobody's."""
    if re.fullmatch(r"\d{17}[\dX]|\d{15}", digits):
        return IDENTITY if _has_birthday(digits) else CARD
    if re.fullmatch(r"(86)?1[3-9]\d{9}|0\d{9,11}|400\d{7}", digits):
        return PHONE
    return CARD if re.fullmatch(r"\d{12,22}", digits) else None


def _has_birthday(digits: str) -> bool:
    """Whether month and day stand where an identity number (18 or the old 15 places) has them."""
    monthday = digits[10:14] if len(digits) == _IDENTITY_LENGTH else digits[8:12]
    return "01" <= monthday[:2] <= "12" and "01" <= monthday[2:] <= "31"


def mask_number(digits: str) -> str:
    """138****1234; the middle is gone, not hidden."""
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) > _SHOWN else "****"


def mask_name(name: str) -> str:
    """王**."""
    return name[:1] + "**" if name else ""


def redact(text: str, *names: str) -> str:
    """A text with every number masked, and these names wherever they stand."""
    parts, last = [], 0
    for found in numbers(text):
        parts += [text[last : found.start], mask_number(found.number)]
        last = found.end
    masked = "".join([*parts, text[last:]])
    for name in sorted({name for name in names if len(name) > 1}, key=len, reverse=True):
        masked = masked.replace(name, mask_name(name))
    return masked
