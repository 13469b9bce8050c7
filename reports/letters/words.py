"""What the statistics of letters say, in sentences."""

from reports.letters.scope import COMPLAINT, Scope
from reports.periods import NO_BASE, SAME, change
from reports.selectors.letters import NOW, YEAR, Risks


def lead(scope: Scope) -> str:
    """How many letters of which types, against a year before, and how many complaints are valid."""
    total = scope.counts.total(NOW).letters
    if not total:
        return f"{scope.period.label}没有收到来信。"
    kinds = "、".join(
        f"{label}{number}件"
        for kind, label in scope.kinds.items()
        if (number := scope.counts.total(NOW, kind).letters)
    )
    text = f"{scope.period.label}收到来信{total}件，{_against(scope, total)}{kinds}"
    complaints = scope.counts.total(NOW, COMPLAINT)
    return f"{text}；{found(complaints.letters, complaints.bank)}。"


def found(complaints: int, valid: int) -> str:
    """How many of the complaints were found valid."""
    if not complaints:
        return "没有投诉"
    return f"投诉中认定有效{valid}件" if valid else "投诉中没有认定有效的"


def compared(now: int, then: int) -> str:
    """Against a year before, in words: 同比增加12.5%."""
    said = change(now, then)
    if said == NO_BASE:
        return ""
    if said == SAME:
        return "同比持平"
    if not then:
        return "上年同期没有"
    return f"同比{'增加' if now > then else '减少'}{said[1:]}"


def risk_lead(found_: Risks) -> str:
    """How many inquiries carry risk, and why."""
    if not found_.inquiries:
        return "本期没有以协查受理的来信。"
    if not found_.risky:
        return f"以协查受理的{found_.inquiries}件来信中，没有发现投诉风险。"
    share = f"{found_.risky / found_.inquiries:.1%}"
    reasons = (
        (found_.escalated, "已转为投诉"),
        (found_.near, "逾期或临近期限"),
        (found_.worded, "内容有投诉风险"),
    )
    parts = "、".join(f"{label}{number}件" for number, label in reasons if number)
    return (
        f"以协查受理的{found_.inquiries}件来信中，{found_.risky}件有投诉风险，占{share}：{parts}"
        f"{'（一件可有多种）' if found_.escalated + found_.near + found_.worded > found_.risky else ''}。"
    )


def _against(scope: Scope, total: int) -> str:
    if not scope.compares(YEAR):
        return ""
    said = compared(total, scope.counts.total(YEAR).letters)
    return f"{said}，其中" if said else "其中"
