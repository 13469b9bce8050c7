"""What words in a letter stand for: kinds, channels, businesses, units. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

_KINDS: Final[Mapping[str, str]] = {
    "协查": "INQUIRY", "咨询": "INQUIRY", "查询": "INQUIRY", "協查": "INQUIRY",
    "表扬": "PRAISE", "感谢": "PRAISE", "表揚": "PRAISE",
    "建议": "SUGGESTION", "建議": "SUGGESTION",
    "投诉": "COMPLAINT", "投訴": "COMPLAINT",
}  # fmt: skip
_WORDS: Final = "|".join(_KINDS)
_SEP: Final = r"\s*(?:[】\])）]\s*[:：]?|[:：\t ])\s*"
_KIND_LABEL: Final = re.compile(
    rf"(?:工单|工單|来电|來電|受理|诉求|訴求|来信|事项)?(?:类型|類型|类别|類別|性质|性質|种类){_SEP}(?:客户|客戶)?({_WORDS})"
)
_KIND_TITLE: Final = re.compile(
    rf"(?:^|[【\[(（])\s*(?:客户|客戶)?({_WORDS})(?:工单|工單|件|单|單|类)?\s*(?:[】\])）]|[:：])"
)
_KIND_TICKET: Final = re.compile(rf"({_WORDS})(?:类)?(?:工单|工單)")
_CHANNELS: Final[Mapping[str, str]] = {
    "95566": "HOTLINE", "客服热线": "HOTLINE", "来访": "VISIT", "信函": "POST", "来函": "POST",
    "行长信箱": "PRESIDENT", "监管转办": "REGULATOR", "银保监": "REGULATOR", "银监": "REGULATOR",
    "金融监管": "REGULATOR", "人民银行转": "REGULATOR", "12378": "REGULATOR", "12363": "REGULATOR",
    "网络": "ONLINE", "互联网": "ONLINE", "官网": "ONLINE", "微博": "ONLINE",
}  # fmt: skip
_CHANNEL_LABEL: Final = re.compile(
    rf"(?:来源|來源|渠道|来信渠道|受理渠道|投诉渠道){_SEP}([^\n\t，,；;。]{{2,20}})"
)
# The first word that a business is told by; more particular ones stand first.
_BUSINESSES: Final[tuple[tuple[str, str], ...]] = (
    ("信用卡", "B03"), ("贷记卡", "B03"), ("借记卡", "B02"), ("储蓄卡", "B02"), ("银行卡", "B02"),
    ("自助", "B10"), ("ATM", "B10"), ("存取款机", "B10"), ("电子银行", "B09"), ("网上银行", "B09"),
    ("网银", "B09"), ("手机银行", "B09"), ("贷款", "B04"), ("房贷", "B04"), ("按揭", "B04"),
    ("基金", "B06"), ("保险", "B06"), ("代理", "B06"), ("代发", "B06"), ("代缴", "B06"), ("理财", "B05"),
    ("外汇", "B08"), ("外币", "B08"), ("结售汇", "B08"), ("结汇", "B08"), ("汇款", "B07"), ("转账", "B07"),
    ("支付", "B07"), ("结算", "B07"), ("残币", "B11"), ("假币", "B11"), ("零钞", "B11"), ("兑换", "B11"),
    ("人民币管理", "B11"), ("个人信息", "B12"), ("个人金融信息", "B12"), ("储蓄", "B01"), ("存款", "B01"),
    ("取款", "B01"), ("柜面", "B01"), ("其他", "B99"), ("其它", "B99"),
)  # fmt: skip
_BANKS: Final = re.compile(r"^(?:中国银行|中行|我行|贵行|貴行|本行)(?:股份有限公司)?")


@dataclass(frozen=True, slots=True)
class KnownUnit:
    """A unit as letters may name it."""

    pk: int
    code: str
    name: str
    short_name: str


def kind_in(subject: str, text: str) -> str:
    """The kind a letter states of itself, in a labelled field or a title; empty when it does not."""
    match = (
        _KIND_LABEL.search(text)
        or _KIND_LABEL.search(subject)
        or _KIND_TITLE.search(subject)
        or _KIND_TICKET.search(subject)
        or _KIND_TICKET.search(text.lstrip()[:60])
    )
    return _KINDS[match[1]] if match else ""


def channel_in(text: str) -> str:
    """The channel a letter states; the hotline when it does not."""
    match = _CHANNEL_LABEL.search(text)
    said = match[1] if match else ""
    return next((channel for word, channel in _CHANNELS.items() if word in said), "HOTLINE")


def business_of(said: str, labels: Mapping[str, str]) -> str:
    """The code of a business (`labels`: code → label) as a letter names it; empty when unknown."""
    plain = unicodedata.normalize("NFKC", said).strip().upper()
    if plain in labels:
        return plain
    exact = next((code for code, label in labels.items() if plain and label in plain), "")
    return exact or next((code for word, code in _BUSINESSES if word in plain), "")


def unit_of(said: str, units: Iterable[KnownUnit]) -> int | None:
    """The unit a letter names, by code, name or short name, or the longest name it holds.

    None when no unit fits, or several as well as each other.
    """
    plain = _BANKS.sub("", unicodedata.normalize("NFKC", said).strip(" 。，,;；"))
    if not plain:
        return None
    known = list(units)
    exact = {one.pk for one in known if plain in {one.code, one.name, one.short_name}}
    if not exact:
        exact = {one.pk for one in known if _BANKS.sub("", one.name) == plain}
    return exact.pop() if len(exact) == 1 else (None if exact else _contained(plain, known))


def _contained(plain: str, known: list[KnownUnit]) -> int | None:
    """The unit whose name stands in the text, the longest; else the one whose name holds the text."""
    names = [
        (len(name), one.pk)
        for one in known
        for name in {one.code, _BANKS.sub("", one.name), one.short_name}
        if len(name) > 1 and name in plain
    ]
    longest = {pk for length, pk in names if length == max(names)[0]}
    if not longest:
        longest = {one.pk for one in known if plain in one.name or plain in one.short_name}
    return longest.pop() if len(longest) == 1 else None
