"""A scheme in words and numbers, as the page shows it (R3 to R6)."""

from decimal import Decimal
from typing import NamedTuple

from reports.scheme import CAUSE_LABELS, COMPLAINTS, COMPONENT_LABELS, ZERO, SchemeRules


class Chapter(NamedTuple):
    """One heading of a scheme with its sentences."""

    title: str
    sentences: list[str]


def plain(number: Decimal) -> str:
    """A number without needless zeros."""
    return f"{number:f}".rstrip("0").rstrip(".") if "." in f"{number:f}" else f"{number:f}"


def scheme_words(rules: SchemeRules) -> list[Chapter]:
    """The rules chapter by chapter; adjustments and weights are tables of their own on the page."""
    return [
        Chapter("基础分", _base(rules)),
        Chapter("总分", _total(rules)),
        Chapter("排名", _ranking(rules)),
        Chapter("机构", _institutions(rules)),
        Chapter("赛季", _season(rules)),
    ]


def _base(rules: SchemeRules) -> list[str]:
    zero = [COMPONENT_LABELS[name] for name, how in rules.missing.items() if how == ZERO]
    missing = f"缺{'、'.join(zero)}的按0分计，其余缺项" if zero else "缺项"
    device = (
        f"星级柜员牌 = 100 ×（{rules.usage_share} × min(1, 评价率 ÷ {rules.usage_target}) "
        f"+ {rules.satisfaction_share} × 满意率）。"
    )
    return [
        "明查、暗访、专项：各为当月已发布检查得分的平均；业务知识：测试当天在该网点任职的员工成绩的平均。",
        device,
        f"基础分 = Σ 权重 × 分项 ÷ Σ 权重；{missing}的权重让给其余各项。",
        "当月没有明查和暗访成绩的，未参评：列出而不排名。",
    ]


def _total(rules: SchemeRules) -> list[str]:
    caps = [f"{CAUSE_LABELS[name]}每月合计至多{cap}分" for name, cap in rules.caps.items()]
    text = f"总分 = 基础分 + 加减分，不低于{rules.floor}，不高于{rules.ceiling}，保存两位小数。"
    return [text, *([f"{'；'.join(caps)}。"] if caps else [])]


def _ranking(rules: SchemeRules) -> list[str]:
    labels = [
        "有效投诉（少者在前）" if name == COMPLAINTS else COMPONENT_LABELS[name]
        for name in rules.tie_break
    ]
    ties = f"总分相同，依次比较{'、'.join(labels)}；" if labels else ""
    return [
        f"按总分从高到低排名；{ties}仍相同的名次并列（1、2、2、4）。",
        "全部单位一张表，每个组别一张表；名次变化 = 上月名次 − 本月名次。",
    ]


def _institutions(rules: SchemeRules) -> list[str]:
    least = rules.least_windows
    return [
        f"机构得分 = 参评网点总分按窗口数的加权平均，窗口数不足{least}的按{least}计。",
        "机构自己对外营业的，也是其中一个网点；不对外营业的，其来信、违规加减在机构得分上。",
        "主管领导受处罚的，领导责任计入其主管的机构，不计入网点。",
    ]


def _season(rules: SchemeRules) -> list[str]:
    absent, months = rules.absence_limit
    return [
        "累计分 = 赛季内已封账各月得分的平均。",
        f"缺评超过已封账月数的{absent}/{months}，未参评。",
        f"表彰前{rules.rewarded}名，点名参评者的最后{rules.named}名；受表彰的不点名。",
    ]
