"""Bytes to text in the charsets Chinese mail is written in, whatever their label says. Pure.

A label is a hint: what is labelled gb2312 is often GBK, GB18030 or UTF-8. Every reading that
decodes strictly is weighed by how common its characters are; the label's own has the benefit of the
doubt, and so has UTF-8, which other charsets seldom pass for. What no reading decodes is
`Undecodable`, never a text with holes.
"""

import codecs
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Final

# Supersets stand for their subsets; of Big5 the table of Windows first, then Hong Kong's.
GB: Final = ("gb18030",)
BIG5: Final = ("cp950", "big5hkscs")
HKSCS: Final = ("big5hkscs", "cp950")
UTF16: Final = ("utf-16-le", "utf-16-be")
_LABELS: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(
        (
            "gb2312", "gb-2312", "gb2312-80", "gb-2312-80", "csgb2312", "csiso58gb231280",
            "iso-ir-58", "euc-cn", "euccn", "chinese", "gbk", "x-gbk", "cp936", "x-cp936", "ms936",
            "936", "windows-936", "gb18030", "gb-18030", "gb18030-2000", "x-gb18030",
        ),
        GB,
    ),
    **dict.fromkeys(
        ("big5", "big-5", "x-big5", "csbig5", "cn-big5", "x-x-big5", "cp950", "ms950", "windows-950"),
        BIG5,
    ),
    **dict.fromkeys(("big5-hkscs", "big5hkscs", "x-big5-hkscs", "hkscs"), HKSCS),
    **dict.fromkeys(("hz", "hz-gb-2312", "hz-gb2312"), ("hz",)),
    **dict.fromkeys(("utf-8", "utf8", "unicode-1-1-utf-8", "x-utf-8", "cp65001"), ("utf-8",)),
    **dict.fromkeys(("utf-7", "unicode-1-1-utf-7"), ("utf-7",)),
    **dict.fromkeys(("utf-16", "utf16", "unicode", "ucs-2", "iso-10646-ucs-2"), UTF16),
    **dict.fromkeys(("utf-16le", "utf-16-le"), ("utf-16-le",)),
    **dict.fromkeys(("utf-16be", "utf-16-be"), ("utf-16-be",)),
}  # fmt: skip
# Labels of other scripts: what is written in Chinese under them is nevertheless weighed as such.
_FOREIGN: Final = re.compile(
    r"iso-8859-\d{1,2}|windows-125\d|cp125\d|latin-?1|koi8-[ru]|shift-jis|euc-jp|iso-2022-jp|euc-kr"
)
_ALWAYS: Final = ("utf-8", *GB, *BIG5)
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_BOM: Final = "\ufeff"
_BENEFIT: Final = 0.15  # how much less plausible the label's reading may be,
_SHORT: Final = 0.3  # and how much more than that in a text of one character, falling with length
_RARELY_CHANCE: Final = 0.35  # and a reading as UTF-8 in three bytes a character or more
_UNCOMMON: Final = 0.6  # how much a character of level 2 weighs against a common one
_RARE: Final = 0.25  # and any other Chinese one
_LATIN: Final = 0.3  # and a letter of Western Europe
_UNSAID: Final = 0.6  # how plausible a reading must be that nothing in the mail speaks for
_THREE_BYTES: Final = "\u0800"
_SAMPLE: Final = 4_000  # characters that are weighed


class Undecodable(ValueError):
    """No Chinese charset gives these bytes a meaning."""


def decode(data: bytes, label: str | None = None) -> str:
    """The text of bytes that claim to be in a charset (None: nothing is claimed).

    Undecodable when neither the label nor what is usual gives a text without holes.
    """
    if data.isascii() and not _escapes(data, label):
        return data.decode("ascii")
    for bom, charset in _BOMS:
        if data.startswith(bom) and (text := _strict(data, charset)) is not None:
            return text
    said = charsets_of(label)
    if said == ("utf-8",) and (text := _strict(data, "utf-8")) is not None:
        return text
    readings = [(_weight(text, charset, said), text) for charset, text in _readings(data, said)]
    best = max(readings, key=lambda one: one[0], default=None)
    if best is None or (best[0] < _UNSAID and not _strict_in(data, said)):
        raise Undecodable(f"无法按{label or '任何中文编码'}解出")
    return best[1]


def decode_roughly(data: bytes, label: str | None = None) -> str:
    """The same with replacement marks in the place of what does not decode; for looking at only."""
    try:
        return decode(data, label)
    except Undecodable:
        charsets = charsets_of(label) or _ALWAYS
        texts = [data.decode(charset, "replace") for charset in charsets]
        return min(texts, key=lambda text: text.count("\ufffd"))


def charsets_of(label: str | None) -> tuple[str, ...]:
    """The codecs a label stands for, the likeliest first; none when it is unknown or says ASCII."""
    name = (label or "").strip(" \t'\"").lower().replace("_", "-").partition("*")[0]
    return _LABELS.get(name) or ((name,) if _FOREIGN.fullmatch(name) else ())


def _escapes(data: bytes, label: str | None) -> bool:
    """Whether bytes that look like ASCII are another charset's (HZ, UTF-7, UTF-16, ISO-2022)."""
    escaping = {"utf-7", "iso-2022-jp", *UTF16}
    return b"~{" in data or not escaping.isdisjoint(charsets_of(label))


def _readings(data: bytes, said: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Every strict reading, the label's first."""
    escaped = ("hz",) if b"~{" in data and data.isascii() else ()
    for charset in dict.fromkeys((*said, *escaped, *_ALWAYS)):
        text = _strict(data, charset)
        if text is not None:
            yield charset, text


def _strict_in(data: bytes, said: tuple[str, ...]) -> bool:
    return any(_strict(data, charset) is not None for charset in said)


def _strict(data: bytes, charset: str) -> str | None:
    try:
        return data.decode(charset).removeprefix(_BOM)
    except UnicodeDecodeError:
        return None


def _weight(text: str, charset: str, said: tuple[str, ...]) -> float:
    benefit = _BENEFIT + _SHORT / max(len(text), 1) if charset in said else 0.0
    if charset == "utf-8" and any(letter >= _THREE_BYTES for letter in text):
        benefit += _RARELY_CHANCE
    return plausibility(text) + benefit


def plausibility(text: str) -> float:
    """How common the characters beyond ASCII are, 0..1; 1 when there are none."""
    weights = _weights()
    foreign = [letter for letter in text[:_SAMPLE] if letter > "\x7f"]
    return sum(weights.get(letter, 0.0) for letter in foreign) / len(foreign) if foreign else 1.0


@cache
def _weights() -> Mapping[str, float]:
    """Both scripts by the levels of GB 2312 and Big5; what is not listed weighs nothing."""
    weights = dict.fromkeys(map(chr, range(0x4E00, 0xA000)), _RARE)
    weights |= dict.fromkeys(map(chr, (*range(0xC0, 0xD7), *range(0xD8, 0xF7))), _LATIN)
    weights |= dict.fromkeys(_block("gb2312", range(0xD8, 0xF8)), _UNCOMMON)
    weights |= dict.fromkeys(_block("cp950", range(0xC9, 0xFA)), _UNCOMMON)
    weights |= dict.fromkeys(_block("gb2312", range(0xB0, 0xD8)), 1.0)
    weights |= dict.fromkeys(_block("cp950", range(0xA4, 0xC7)), 1.0)
    return weights | dict.fromkeys(_block("gbk", (0xA1, 0xA3)) | _block("cp950", (0xA1,)), 1.0)


def _block(charset: str, rows: Iterable[int]) -> set[str]:
    """The characters in some rows of a two-byte table."""
    cells = [*range(0x40, 0x7F), *range(0x80, 0xFF)]
    texts = (bytes((row, cell)).decode(charset, "ignore") for row in rows for cell in cells)
    return {text for text in texts if len(text) == 1}
