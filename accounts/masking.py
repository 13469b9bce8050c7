"""Numbers that name a person, found in text and masked: phones, cards and accounts, identity numbers.

Pure: standard library only. Dates, times, amounts and ticket numbers are left alone. In doubt a
number is masked: an amount that reads like a card is a smaller loss than a card that is read.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

PHONE: Final = "PHONE"
CARD: Final = "CARD"
IDENTITY: Final = "IDENTITY"
EMAIL: Final = "EMAIL"
PLATE: Final = "PLATE"
ACCOUNT: Final = "ACCOUNT"  # of another service: QQ, 微信
NUMBERS: Final = frozenset({PHONE, CARD, IDENTITY})

_FULL: Final = 11  # from so many places on a number keeps the first three and the last four
_SHORT: Final = 8  # and from so many two and two; a shorter one keeps nothing
_CARD: Final = 12  # so many digits may be a card or an account; more than 22 may be two of them
_LONGEST: Final = 22
_QUAD: Final = 4


@dataclass(frozen=True, slots=True)
class Found:
    """Something in a text: its kind, where it stands, and the number alone (an X at the end kept)."""

    kind: str
    start: int
    end: int
    number: str


_WIDE: Final = {0xFEE0 + code: code for code in range(0x21, 0x7F) if chr(code).isalnum()} | {
    ord("＠"): "@",
    ord("．"): ".",
    ord("＋"): "+",
    ord("＊"): "*",
}


def folded(text: str) -> str:
    """The text with full-width letters and digits as plain ones, of the same length."""
    return text.translate(_WIDE)


# Digits may be grouped by a space or hyphen of any kind, or two. Text is folded before it is read.
_GAP: Final = r"[ \t\u00a0\u2002-\u200a\u3000\-\u2010-\u2015\uff0d]{1,2}"
_DATE: Final = (
    r"(?:19|20)\d\d(?:[-/.]\d{1,2}[-/.]\d{1,2}|年\d{1,2}月(?:\d{1,2}[日号])?"
    r"|(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d)?)?)"
)
_CLOCK: Final = r"\d{1,2}[:：]\d{2}(?:[:：]\d{2})?"
_TICKET: Final = r"(?:工单编?号码?|(?:受理|投诉|来信|登记|案件|业务|交易)(?:单号|编号|流水号?)|受理号|流水号|凭证号)"
_MOBILE: Final = r"1[3-9]\d{9}"

# What is looked at and left alone, the first that fits.
_LEFT: Final = "|".join(
    (
        rf"{_TICKET}[为是:：#\s]{{0,3}}(?!{_MOBILE}(?!\d))[A-Za-z0-9][A-Za-z0-9\-]*",
        r"(?<![A-Za-z0-9])[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![A-Za-z0-9])",
        r"(?<![A-Za-z0-9])(?=\d*[a-fA-F])[0-9a-fA-F]{32,}(?![A-Za-z0-9])",
        r"[A-Za-z]{1,8}-?(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[A-Za-z0-9]*",
        rf"(?<![\d*]){_DATE}(?![\d*])(?!{_GAP}\d{{4}}{_GAP}\d{{4}})(?:[ T]*{_CLOCK}(?:\.\d+)?)?",
        r"(?<![\d*])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d*])",
        rf"(?:[¥￥$]|人民币|RMB)\s?(?!{_MOBILE}(?!\d))\d{{1,13}}(?:\.\d{{1,2}})?(?![\d*])",
        rf"(?<![\d*])(?!{_MOBILE}(?!\d))\d{{1,13}}(?:\.\d{{1,2}})?(?:[万亿千百]{{0,2}}元(?!旦)|[万亿]|美元|港币|欧元|日元)",
    )
)
_EMAIL: Final = r"(?<![A-Za-z0-9._%+\-])[A-Za-z0-9][A-Za-z0-9._%+\-]*@[A-Za-z0-9](?:[A-Za-z0-9\-]*\.)+[A-Za-z]{2,}"
_PLATE: Final = (
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][·・.\s]?"
    r"(?=[A-HJ-NP-Z]{0,3}\d)(?=(?:[A-HJ-NP-Z]*\d){3})[A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9挂学警港澳](?![A-Za-z0-9])"
)
_SAID: Final = r"(?:号码|号)?[为是:：\s]{0,3}"
_PAPER: Final = rf"(?:护照|通行证|军官证|士官证|回乡证|台胞证|居留证){_SAID}(?P<paper>[A-Za-z]{{0,4}}\d{{6,12}})(?![\d*])"
_CHAT: Final = (
    rf"(?:微信|QQ|qq|扣扣){_SAID}(?P<chat>[A-Za-z0-9_][A-Za-z0-9_\-]{{4,19}})(?![A-Za-z0-9_*@])"
)
_LOCAL: Final = rf"(?:电话|座机|固话|致电|传真|联系方式|手机号?)[^\d*\n]{{0,4}}(?P<local>[2-8]\d{{2,3}}(?:{_GAP})?\d{{4}})(?![\d*])(?!{_GAP}\d)"
_EXTENSION: Final = rf"(?:(?:{_GAP})?(?:转|分机号?|ext\.?)[ :：]?\d{{1,6}}(?![\d*]))?"
_LINE: Final = rf"(?<![\d*])[(（]0\d{{2,3}}[)）] ?\d{{3,4}}(?:{_GAP})?\d{{4}}(?![\d*])"
_DOTTED: Final = r"(?<![\d*.])1[3-9]\d[.·]\d{4}[.·]\d{4}(?![\d*.])"
_RUN: Final = rf"(?<![\d*])(?:\+\d{{1,3}}[ \-]?)?\d+(?:{_GAP}\d+)*[Xx]?(?![\d*])"

_ANY: Final = re.compile(
    f"(?P<left>{_LEFT})|(?P<email>{_EMAIL})|(?P<plate>{_PLATE})|{_PAPER}|{_CHAT}|{_LOCAL}"
    f"|(?P<line>(?:{_LINE}|{_DOTTED}){_EXTENSION})|(?P<run>{_RUN}{_EXTENSION})"
)
_KINDS: Final = {
    "email": EMAIL, "plate": PLATE, "paper": IDENTITY, "chat": ACCOUNT, "local": PHONE, "line": PHONE,
}  # fmt: skip
_GROUP: Final = re.compile(r"\d+[Xx]?")


def findings(text: str) -> Iterator[Found]:
    """Everything in a text that names a person, in order."""
    plain = folded(text)
    for match in _ANY.finditer(plain):
        name = match.lastgroup or ""
        if name == "run":
            yield from _in_run(plain, match)
        elif name != "left":
            start, end = match.span(name)
            number = match[name] if name == "plate" else _bare(match[name])
            yield Found(_KINDS[name], start, end, number)


def numbers(text: str) -> Iterator[Found]:
    """The phones, cards or accounts, and identity numbers of a text, in order."""
    return (found for found in findings(text) if found.kind in NUMBERS)


def normalised(number: str) -> str:
    """A number as it is compared: digits alone, half width, without +86 or extension, a final X kept."""
    found = list(numbers(number))
    return found[0].number if len(found) == 1 else _bare(folded(number))


def _bare(text: str) -> str:
    """The digits (letters too, of a passport), without an extension or the country's code."""
    text = re.split(r"转|分机|ext", text, maxsplit=1)[0]
    bare = re.sub(r"[^0-9A-Za-z]", "", text).upper()
    return re.sub(rf"^{_ABROAD}(?=(?:{_MOBILE}|{_LANDLINE})$)", "", bare)


def _in_run(text: str, run: re.Match[str]) -> Iterator[Found]:
    """The numbers in a run of grouped digits: of several readings the longest from the left."""
    extension = re.search(_EXTENSION + "$", run[0])
    stop = run.start() + (extension.start() if extension and extension[0] else len(run[0]))
    groups = [match.span() for match in _GROUP.finditer(text, run.start(), stop)]
    first = 0
    while first < len(groups):
        ends = range(min(len(groups), first + _LONGEST), first, -1)
        last = next((n for n in ends if _kind(text, groups[first:n])), 0) - 1
        if last < 0:
            first += 1
            continue
        held = groups[first : last + 1]
        start, end = held[0][0], held[-1][1]
        number = _bare("".join(text[a:b] for a, b in held))
        if first == 0 and text[run.start()] == "+":
            start = run.start()
        if last == len(groups) - 1 and _kind(text, held) == PHONE:
            end = run.end()
        yield Found(_kind(text, held) or CARD, start, end, number)
        first = last + 1


def _kind(text: str, groups: list[tuple[int, int]]) -> str | None:
    """What groups of digits are together, or None."""
    parts = [text[start:end] for start, end in groups]
    kind = kind_of("".join(parts).upper())
    if len(parts) > 1 and (
        any(kind_of(part.upper()) for part in parts) or not _grouped(parts, kind)
    ):
        return None
    return kind


def _grouped(parts: list[str], kind: str | None) -> bool:
    """Whether people write a number of that kind in such groups, and not several numbers in a row."""
    if kind in {PHONE, IDENTITY}:
        return True
    if len("".join(parts)) > _LONGEST:
        return False
    sizes = {len(part) for part in parts[:-1]}
    amounts = all(part.endswith("00") for part in parts)
    return not amounts and (max(sizes) > _QUAD or sizes == {_QUAD})


_LANDLINE: Final = r"0(?:10|2\d|[3-9]\d{2})[1-9]\d{6,7}"
_ABROAD: Final = r"(?:00)?86"
_PHONE: Final = re.compile(rf"(?:{_ABROAD})?(?:{_MOBILE}|{_LANDLINE})|[48]00\d{{7}}")
_IDENTITY_18: Final = re.compile(
    r"[1-9]\d{5}(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dX]"
)
_IDENTITY_15: Final = re.compile(r"[1-9]\d{7}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}")


def kind_of(digits: str) -> str | None:
    """What a run of digits is, or None when it is nobody's."""
    if _IDENTITY_18.fullmatch(digits) or _IDENTITY_15.fullmatch(digits):
        return IDENTITY
    if _PHONE.fullmatch(digits):
        return PHONE
    return CARD if len(digits.rstrip("X")) >= _CARD else None


def mask_number(digits: str) -> str:
    """138****1234; the middle is gone, not hidden."""
    if len(digits) >= _FULL:
        return f"{digits[:3]}****{digits[-4:]}"
    return f"{digits[:2]}****{digits[-2:]}" if len(digits) >= _SHORT else "****"


def mask(found: Found) -> str:
    """What stands in the place of something found."""
    if found.kind == EMAIL:
        return f"{found.number[:1].lower()}**@**"
    if found.kind == PLATE:
        return f"{found.number[:2]}****"
    return "****" if found.kind == ACCOUNT else mask_number(found.number)


def mask_numbers(text: str, keep: Collection[str] = frozenset()) -> str:
    """The text, folded, with everything masked that `findings` finds but the numbers to keep.

    What stood beside a number may read differently once that is gone, so it looks until it finds
    nothing more.
    """
    plain = folded(text)
    while found := [one for one in findings(plain) if one.number not in keep]:
        parts, last = [], 0
        for one in found:
            parts += [plain[last : one.start], mask(one)]
            last = one.end
        plain = "".join([*parts, plain[last:]])
    return plain
