"""Masking what names a customer, in fields and inside free text.

Pure: standard library only. Numbers (`accounts.masking`) keep their first and last digits, names
their first character.
"""

import re
from collections.abc import Collection
from typing import Final

from accounts.masking import (
    CARD,
    IDENTITY,
    PHONE,
    Found,
    findings,
    kind_of,
    mask_number,
    mask_numbers,
    normalised,
    numbers,
)

__all__ = [
    "CARD",
    "GONE",
    "IDENTITY",
    "PHONE",
    "Found",
    "findings",
    "kind_of",
    "mask_name",
    "mask_number",
    "normalised",
    "numbers",
    "redact",
]

# What a text says once its years are over.
GONE: Final = "（已脱敏归档）"

_HAN: Final = r"\u3400-\u4dbf\u4e00-\u9fff"
# A name said to be the customer's, up to what follows a name; an employee's is left.
_SAID: Final = re.compile(
    rf"(?<!柜员)(?<!员工)(?<!经理)(?<!人员)(?<!网点)(?<!机构)(?<!柜台)"
    rf"(?P<label>(?:客户|来电人|投诉人|联系人|来访人|持卡人|本人|账户)?(?:姓名|名称|户名)[为是]?\s?[:：]\s?)"
    rf"(?P<name>[{_HAN}·]{{2,4}}?)"
    rf"(?=[^{_HAN}·]|$|电话|手机|联系|先生|女士|小姐|性别|身份|证件|卡号|账号|反映|来电|投诉|称)"
)
_TITLES: Final = "先生|女士|小姐|同志|老师|阿姨|大爷"
_CALLED: Final = "客户|姓名|本人|叫做?|名叫"
_WORD: Final = 2


def mask_name(name: str) -> str:
    """王**."""
    return name[:1] + "**" if name else ""


def redact(text: str, *names: str, keep: Collection[str] = ()) -> str:
    """A text with every number masked but those to keep, and these names wherever they stand.

    A name is also found with spaces inside, and its given part beside 客户, 姓名, 先生 and the like.
    """
    masked = mask_numbers(text, frozenset(keep))
    for name in sorted({name.strip() for name in names}, key=len, reverse=True):
        if len(name) > 1:
            masked = _without(masked, name)
    return _SAID.sub(lambda said: said["label"] + mask_name(said["name"]), masked)


def _without(text: str, name: str) -> str:
    """The text without a name; a given name of one character is a word of many, and stays."""
    if not re.fullmatch(rf"[{_HAN}·\s]+", name):
        spaced = r"\s+".join(map(re.escape, name.split()))
        return re.sub(spaced, mask_name(name), text, flags=re.IGNORECASE)
    spaced = r"[\s·]?".join(letter for letter in name if not re.match(r"[\s·]", letter))
    text = re.sub(spaced, mask_name(name), text)
    given = name[1:]
    if len(given) < _WORD:
        return text
    beside = rf"(?P<before>{_CALLED}){given}|{given}(?=\s?(?:{_TITLES}))"
    return re.sub(beside, lambda called: f"{called['before'] or ''}**", text)
