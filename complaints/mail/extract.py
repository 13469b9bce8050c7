"""Fields out of a letter's text by patterns that may be edited. Pure.

Patterns are regular expressions of the `regex` package, whose searches take a time limit, in any
thread: one that backtracks without end costs a moment and finds nothing.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Final

import regex

from accounts.masking import folded

FIELDS: Final[Mapping[str, str]] = {
    "reference": "工单号",
    "unit": "网点",
    "time": "时间",
    "name": "客户",
    "phone": "电话",
    "business": "业务",
}
SECONDS: Final = 0.2  # for one pattern on one text
BUDGET: Final = 2.0  # for all of them
MAX_PATTERN: Final = 300  # characters
MAX_PATTERNS: Final = 12  # of one field
MAX_TEXT: Final = 20_000  # characters that are looked at
# A count is compiled into so many copies: nested counts would fill the memory before any search.
_COUNTS: Final = regex.compile(r"\{(\d+)")
_COPIES: Final = 10_000
_TRIAL: Final = (
    "工单号：20110415000123，客户王建国，电话13841234567。" * 20,
    "a" * 2_000,
    "1" * 2_000,
)

# After a label: the bracket it stands in, or a colon, tab or blank.
_SEP: Final = r"\s*(?:[】\]》)）]\s*[:：]?|[:：\t ])\s*[【\[]?"
_SEP_LOOSE: Final = rf"(?:{_SEP}|\s*)"

DEFAULTS: Final[Mapping[str, Sequence[str]]] = {
    "reference": (
        rf"(?:工单|工單|受理单|来电单|服务单|投诉单)(?:编号|編號|号码|號碼|流水号|流水號|号|號|ID){_SEP_LOOSE}([A-Za-z0-9][A-Za-z0-9-]{{5,38}})",
        rf"(?:受理|业务|登记)?(?:编号|編號|流水号|流水號){_SEP}([A-Za-z0-9][A-Za-z0-9-]{{5,38}})",
        r"第\s*([A-Za-z0-9][A-Za-z0-9-]{5,38})\s*号(?:工单|工單|客户)",
    ),
    "unit": (
        rf"(?:涉及|被投诉|被投訴|投诉|投訴|所属|責任|责任|办理|辦理|受理|服务)?(?:网点|網點|机构|機構|支行|行名)(?:名称|名稱|编号|機構号|号)?{_SEP}([^\s，,。;；】\]]{{2,40}})",
        r"(?:到|在|于|反映|贵行|我行|中行|貴行)(?:贵行|我行|中行|貴行)?的?([\u4e00-\u9fff]{1,12}?(?:支行营业部|支行|分理处|分理處|储蓄所|儲蓄所|营业部|營業部|营业室|分行))",
    ),
    "time": (
        rf"(?:受理|来电|來電|投诉|投訴|登记|登記|来信|来函|创建|建单)(?:日期|时间|時間){_SEP}([^\n\t】\]]{{4,40}})",
        rf"^\s*[【\[(（]?(?:日期|时间|時間){_SEP}([^\n\t】\]]{{4,40}})",
        r"((?:(?:\d{4}|[〇○零一二三四五六七八九]{4})年)?[\d一二三四五六七八九十]{1,3}月[\d一二三四五六七八九十]{1,3}[日号][^，,。;；\n]{0,14}?|(?:今|昨|前)[天日][^，,。;；\n]{1,14}?)(?:接到|接听|收到|接客户|客户来电|来电|致电)",
    ),
    "name": (
        rf"(?:客户|客戶|投诉人|投訴人|来电人|來電人|表扬人|建议人|联系人|聯絡人)(?:姓名|名称|名稱)?{_SEP}([\u4e00-\u9fff·]{{2,8}}?|[A-Za-z][A-Za-z .'-]{{1,38}}[A-Za-z])(?=先生|女士|小姐|\s*[\n\t，,。;；(（\[【|/]|\s*$|\s+\S|[:：])",
        rf"(?<![\u4e00-\u9fff])姓\s*名{_SEP}([\u4e00-\u9fff·]{{2,8}}?)(?=先生|女士|小姐|[\s，,。;；(（\[【]|$)",
        r"(?:客户|客戶)([\u4e00-\u9fff]{1,3}(?:先生|女士|小姐))",
        r"(?:客户|客戶|顾客|顧客)[ \u3000]?((?!反映|来电|投诉|表扬|表示|要求|咨询|建议|诉求|姓名|名称|电话|经理|服务|信息|来信|致电|称|说|在|于|到|因|对|的)[\u4e00-\u9fff]{2,4}?)(?=[ \t\u3000，,。（(]|电话|手机|反映|来电|投诉|致电|称|$)",
        r"(?:接到|接)(?:客户)?([\u4e00-\u9fff]{2,4}?)(?:先生|女士|小姐)?(?:来电|來電|电话反映|[（(](?:联系)?电话)",
    ),
    "phone": (
        rf"(?:联系|聯絡|联络|客户|客戶|来电|來電|回电|手机|手機)?(?:电话|電話|手机|手機|号码|號碼|方式)(?:号码|號碼)?{_SEP_LOOSE}((?:\+?86[ -]?)?1[3-9]\d[ -]?\d{{4}}[ -]?\d{{4}}(?!\d)|0\d{{2,3}}[ -]?\d{{7,8}}(?:-\d{{1,6}})?(?!\d))",
        r"(?<!\d)(1[3-9]\d[ -]?\d{4}[ -]?\d{4})(?!\d)",
        r"(?<!\d)(0\d{2,3}-\d{7,8})(?!\d)",
    ),
    "business": (
        rf"(?:业务|業務|产品|產品)(?:类型|類型|类别|類別|种类|種類|名称|名稱){_SEP}([^\s，,。;；】\]]{{2,20}})",
        rf"(?:涉及|办理|投诉|咨询|所办)(?:业务|業務){_SEP}([^\s，,。;；】\]]{{2,20}})",
    ),
}  # fmt: skip


class PatternInvalid(ValueError):
    """A pattern cannot be used; the text says why, in Chinese."""


@dataclass(frozen=True, slots=True)
class Found:
    """The value of a field, and which of its patterns found it (from 1)."""

    value: str
    place: int


@dataclass(frozen=True, slots=True)
class Extraction:
    """What the patterns found, by field, and those that ran out of time: (field, place from 1)."""

    found: Mapping[str, Found]
    overdue: tuple[tuple[str, int], ...] = ()

    def value(self, field: str) -> str:
        """The value of a field; empty when nothing was found."""
        return self.found[field].value if field in self.found else ""


def extract(text: str, patterns: Mapping[str, Sequence[str]]) -> Extraction:
    """The fields of a text, each by the first of its patterns that finds something.

    Full-width digits and letters are read as plain ones.
    """
    plain = folded(text[:MAX_TEXT])
    found: dict[str, Found] = {}
    overdue: list[tuple[str, int]] = []
    end = time.monotonic() + BUDGET
    for field, candidates in patterns.items():
        for place, pattern in enumerate(candidates, start=1):
            try:
                value = first_value(pattern, plain, min(SECONDS, end - time.monotonic()))
            except TimeoutError:
                overdue.append((field, place))
                continue
            if value:
                found[field] = Found(value, place)
                break
    return Extraction(found, tuple(overdue))


def first_value(pattern: str, text: str, seconds: float = SECONDS) -> str:
    """What a pattern finds: its first group that holds something, else all of it; empty: nothing.

    TimeoutError when it takes longer than allowed.
    """
    if seconds <= 0:
        raise TimeoutError
    match = regex.search(pattern, text[:MAX_TEXT], flags=regex.MULTILINE, timeout=seconds)
    if match is None:
        return ""
    groups: Iterable[str | None] = match.groups() or (match.group(),)
    return next((group.strip() for group in groups if group and group.strip()), "")


def pattern_check(pattern: str) -> None:
    """PatternInvalid unless a pattern can be used: it compiles, is short, finds something, and ends soon."""
    if not pattern.strip():
        raise PatternInvalid("模式是空的")
    if len(pattern) > MAX_PATTERN:
        raise PatternInvalid(f"模式长{len(pattern)}字，不能超过{MAX_PATTERN}字")
    if prod(int(count) or 1 for count in _COUNTS.findall(pattern)) > _COPIES:
        raise PatternInvalid(f"重复次数连乘超过{_COPIES}，请改小")
    try:
        compiled = regex.compile(pattern, flags=regex.MULTILINE)
    except regex.error as error:
        place = f"第{error.pos + 1}个字处" if error.pos is not None else ""
        reason = _ERRORS.get(_head(error.msg), "不认识的写法")
        raise PatternInvalid(f"写法有误：{place}{reason}") from error
    except (OverflowError, RecursionError, MemoryError, ValueError) as error:
        raise PatternInvalid("写法有误：次数或层数过大") from error
    _check_search(compiled)


def _check_search(compiled: "regex.Pattern[str]") -> None:
    """PatternInvalid for what finds nothing everywhere, or takes long on ordinary text."""
    try:
        if compiled.match("", timeout=SECONDS):
            raise PatternInvalid("模式不能匹配空文字")
        for text in _TRIAL:
            compiled.search(text, timeout=SECONDS)
    except TimeoutError as error:
        raise PatternInvalid("模式在普通文字上要算很久（重复套重复），请改写") from error


def _head(message: str) -> str:
    return message.split(" at ", maxsplit=1)[0].strip()


_ERRORS: Final[Mapping[str, str]] = {
    "missing )": "缺少右括号",
    "missing (": "缺少左括号",
    "unbalanced parenthesis": "括号不配对",
    "unterminated character set": "方括号没有关上",
    "bad escape (end of pattern)": "末尾多了反斜杠",
    "bad escape": "不认识的反斜杠写法",
    "bad escape sequence": "不认识的反斜杠写法",
    "nothing to repeat": "重复号前没有可重复的内容",
    "multiple repeat": "重复号连用",
    "bad character range": "字符范围前后颠倒",
    "unknown extension": "不认识的括号写法",
    "missing group name": "缺少组名",
    "bad group name": "组名写法有误",
    "invalid group reference": "引用了不存在的组",
    "trailing characters in pattern": "括号不配对",
    "min repeat greater than max repeat": "重复次数前大后小",
    "look-behind requires fixed-width pattern": "向后查看的长度必须固定",
}
