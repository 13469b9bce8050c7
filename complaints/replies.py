"""What a reply must say and how a template becomes one. Pure.

Source: 银行业保险业消费投诉处理管理办法: the reply to a complaint names the remedies that are left.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final, NamedTuple

COMPLAINT: Final = "COMPLAINT"
REVIEW_DAYS: Final = 30

# What a customer may do next, as the refusal names it, and how it is recognised in a text.
REMEDIES: Final[Mapping[str, re.Pattern[str]]] = {
    f"{REVIEW_DAYS}日内申请核查": re.compile(
        rf"(?:{REVIEW_DAYS}|三十)(?:个?自然)?[日天][^。；]*核查|核查[^。；]*(?:{REVIEW_DAYS}|三十)(?:个?自然)?[日天]"
    ),
    "调解": re.compile("调解"),
    "仲裁": re.compile("仲裁"),
    "诉讼": re.compile("诉讼|起诉"),
}

# What stands in braces in a template and is filled when a reply is drafted.
PLACEHOLDERS: Final[Mapping[str, str]] = {
    "工单号": "来信的工单号",
    "客户": "客户的姓和称呼，不写全名",
    "受理日期": "来信受理的日期",
    "类型": "协查、表扬、建议或投诉",
    "网点": "涉及机构的名称",
    "员工": "涉及员工的姓名",
    "业务": "业务类别",
    "处理结果": "已登记的处理结果；没有时留待填写",
    "承办人": "承办人姓名",
    "分行": "分行名称",
    "日期": "拟稿日期",
}

_BRACED: Final = re.compile(r"\{([^{}\n]{1,20})\}")
_COMPOUND: Final = frozenset(
    re.findall(
        "..",
        "欧阳太史端木上官司马东方独孤南宫万俟闻人夏侯诸葛尉迟公羊赫连澹台皇甫宗政濮阳公冶"
        "太叔申屠公孙慕容仲孙钟离长孙宇文司徒鲜于司空令狐呼延",
    )
)


def missing_remedies(text: str) -> list[str]:
    """The remedies a reply to a complaint does not name, in the order of the law."""
    plain = unicodedata.normalize("NFKC", text)
    plain = re.sub(r"\s+", "", plain)
    return [name for name, named in REMEDIES.items() if not named.search(plain)]


def unknown_placeholders(text: str) -> list[str]:
    """Names in braces that nothing fills, each once."""
    return [name for name in dict.fromkeys(_BRACED.findall(text)) if name not in PLACEHOLDERS]


def unfilled(text: str) -> list[str]:
    """Names in braces that still stand in a reply, each once."""
    return list(dict.fromkeys(_BRACED.findall(text)))


def filled(template: str, values: Mapping[str, str]) -> str:
    """The template with what is known put in; what is empty stays in braces, to be written."""
    return _BRACED.sub(lambda found: values.get(found.group(1)) or found.group(), template)


def salutation(name: str) -> str:
    """王先生/女士: enough to address somebody by, and no more than a masked name shows."""
    if not name:
        return "客户"
    surname = name[:2] if name[:2] in _COMPOUND else name[:1]
    return f"{surname}先生/女士"


class Text(NamedTuple):
    """A template that ships: its name, the kind of letter, the text."""

    name: str
    kind: str
    body: str


_HEAD: Final = "尊敬的{客户}：\n    您好！您于{受理日期}反映的事项（工单号{工单号}）我行已收悉。"
_FOOT: Final = "\n\n{分行}\n{日期}"
_REMEDIES: Final = (
    f"\n    如您对上述处理决定有异议，可以自收到本答复之日起{REVIEW_DAYS}日内向我行上一级机构书面申请核查；"
    "也可以向当地银行业纠纷调解组织申请调解，依据仲裁协议申请仲裁，或者向人民法院提起诉讼。"
)

DEFAULT_TEXTS: Final = (
    Text(
        "投诉答复（通用）",
        COMPLAINT,
        f"{_HEAD}接到您的投诉后，我行调阅了有关记录，向{{网点}}核实了情况。现将处理决定告知如下：\n"
        f"    {{处理结果}}{_REMEDIES}\n    感谢您的监督。{_FOOT}",
    ),
    Text(
        "投诉答复（致歉）",
        COMPLAINT,
        f"{_HEAD}经核实，{{网点}}在为您办理{{业务}}业务时确有不周，给您带来不便，我们诚恳致歉。处理决定如下：\n"
        f"    {{处理结果}}\n    我行已要求该机构整改并举一反三。{_REMEDIES}{_FOOT}",
    ),
    Text(
        "投诉答复（解释）",
        COMPLAINT,
        f"{_HEAD}经核实，{{网点}}是按照有关规定为您办理{{业务}}业务的，当时解释得不够充分，请您谅解。具体情况和处理决定如下：\n"
        f"    {{处理结果}}{_REMEDIES}{_FOOT}",
    ),
    Text(
        "协查回复",
        "INQUIRY",
        f"{_HEAD}经向{{网点}}了解，情况如下：\n    {{处理结果}}\n    如还需要其他协助，请随时与我们联系。{_FOOT}",
    ),
    Text(
        "表扬答谢",
        "PRAISE",
        f"{_HEAD}您对{{网点}}服务的肯定已经转达给当事员工，并将按规定予以鼓励：\n    {{处理结果}}\n    感谢您的信任，我们会继续努力。{_FOOT}",
    ),
    Text(
        "建议回复",
        "SUGGESTION",
        f"{_HEAD}您的建议对改进服务很有帮助，我行研究后的意见如下：\n    {{处理结果}}\n    感谢您的关心与支持。{_FOOT}",
    ),
)
