"""Exact figures: how they are read, written and rounded, and what is wrong with a rule or an answer."""

import re
from decimal import Context, Decimal, DivisionByZero, Inexact, InvalidOperation
from typing import Final

EXACT: Final = Context(prec=2_000, traps=[DivisionByZero, Inexact, InvalidOperation])
"""Sums and products made under this context are exact, or raise: figures are divided once, last."""

ZERO: Final = Decimal(0)
ONE: Final = Decimal(1)
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,12}(\.[0-9]{1,6})?")
_HALF_WIDTH: Final = {
    **dict(zip(map(ord, "０１２３４５６７８９．；＝＜＞＋－−"), "0123456789.;=<>+--", strict=True)),
    ord("≤"): "<=",
    ord("≥"): ">=",
}
_QUOTED: Final = 20


class ScoringError(ValueError):
    """A rule or an answer that cannot be scored; the text is Chinese and names the reason."""


class InvalidRule(ScoringError):
    """An item's points, mode or parameters make no sense."""


class InvalidAnswer(ScoringError):
    """An answer's value does not fit its item."""


def stored(numerator: Decimal, denominator: Decimal = ONE) -> Decimal:
    """The figure as it is stored or shown: two places, ROUND_HALF_UP of the exact quotient.

    For numerator >= 0 and denominator > 0, which are all the figures there are.
    """
    halves = EXACT.divide_int(EXACT.multiply(numerator, Decimal(200)), denominator)
    return EXACT.scaleb(EXACT.divide_int(EXACT.add(halves, ONE), Decimal(2)), -2)


def plain(number: Decimal) -> str:
    """A decimal as people write it: no exponent, no trailing zeros, no minus before 0."""
    return format(number.normalize(EXACT), "f") if number else "0"


def read_decimal(text: str, error: type[ScoringError] = ScoringError) -> Decimal:
    """A decimal from ASCII text; NaN, exponents, separators and absurd lengths raise the error."""
    if not _NUMBER.fullmatch(text):
        raise error(f"“{quote(text)}”不是有效的数字（至多12位整数、6位小数，不带单位和千分号）")
    return Decimal(text)


def half_width(text: str) -> str:
    """The text trimmed, with digits and signs as they are on a keyboard."""
    return text.strip().translate(_HALF_WIDTH)


def quote(text: str) -> str:
    """Somebody's text as a message repeats it: its beginning."""
    return text if len(text) <= _QUOTED else f"{text[:_QUOTED]}…"


def has_places(number: Decimal, places: int) -> bool:
    """Whether it is a number with at most so many decimal places."""
    if not number.is_finite():
        return False
    exponent = number.normalize(EXACT).as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -places
