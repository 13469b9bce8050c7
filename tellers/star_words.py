"""A star scheme in words, as its page shows it (R8)."""

from decimal import Decimal
from typing import NamedTuple

from outlets.models import Post
from tellers.stars import (
    DIMENSION_LABELS,
    SEVERITY_LABELS,
    STAR_LABELS,
    StarRules,
)


class Chapter(NamedTuple):
    """One heading of a scheme with its sentences."""

    title: str
    sentences: list[str]


class StarRow(NamedTuple):
    """What holds for one star: its cut-point, the largest share, yuan a month."""

    label: str
    cut: str
    quota: str
    allowance: str


def plain(number: Decimal) -> str:
    """A number without needless zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(share: Decimal) -> str:
    """A share 0..1 as a percentage."""
    return f"{plain(share * 100)}%"


def star_rows(rules: StarRules) -> list[StarRow]:
    """The stars from the highest down."""
    return [
        StarRow(
            STAR_LABELS[int(star)],
            plain(rules.cuts[star]),
            percent(rules.quotas[star]) if star in rules.quotas else "不限",
            f"{rules.allowances[star]:.2f}",
        )
        for star in sorted(rules.cuts, reverse=True)
    ]


def star_scheme_words(rules: StarRules) -> list[Chapter]:
    """The rules chapter by chapter; weights and stars are tables of their own on the page."""
    return [
        Chapter("五个维度", _dimensions(rules)),
        Chapter("星级", _stars(rules)),
        Chapter("不予评定与数据不足", _refused(rules)),
        Chapter("公示与津贴", _after(rules)),
        Chapter("服务标兵", _pacesetters(rules)),
    ]


def _dimensions(rules: StarRules) -> list[str]:
    share = rules.satisfaction_share
    points = "、".join(
        f"{SEVERITY_LABELS[key]}{plain(rules.penalty_points[key])}分" for key in SEVERITY_LABELS
    )
    letters = (
        f"100 − {plain(rules.complaint_points)}×有效投诉 + {plain(rules.praise_points)}×属实表扬"
    )
    targets = "、".join(
        f"{Post(post).label}{plain(target)}笔" for post, target in rules.targets.items()
    )
    return [
        "服务技能：业务知识与技能测试成绩的平均。",
        f"服务质量：{plain(share)}×满意率 + {plain(1 - share)}×来信得分，来信得分 = {letters}，限于0至100。",
        f"服务效率：每个工作日的业务笔数与岗位目标之比，封顶100；目标：{targets}，没有目标的岗位不参评。",
        "服务规范：已发布的检查中归属本人的项目，实得分与应得分之比。",
        f"服务纪律：100分减违规扣分：{points}。",
        "没有数据的维度，权重让给其余各维度。",
    ]


def _stars(rules: StarRules) -> list[str]:
    ties = "、".join(DIMENSION_LABELS[name] for name in rules.tie_break)
    return [
        "总分是各维度的加权平均，保存两位小数，按分数线定星级。",
        f"任一维度低于{plain(rules.floor)}分，最高{STAR_LABELS[rules.floor_cap]}。",
        "名额按参评人数去尾取整，至少一人；超出名额的，按总分从低到高降一星。",
        f"总分相同，依次比较{ties}。" if ties else "总分相同的，同进同退。",
    ]


def _refused(rules: StarRules) -> list[str]:
    severe = "、".join(
        SEVERITY_LABELS[key] for key in SEVERITY_LABELS if key in rules.disqualifying
    )
    first = f"{severe}违规一次，或" if severe else ""
    return [
        f"{first}同类轻微违规{rules.repeats}次，或受处罚取消星级评定资格的，不予评定。",
        f"评价数据不足{rules.least_device_months}个月，或没有归属本人的检查项目的，数据不足，不评。",
    ]


def _after(rules: StarRules) -> list[str]:
    return [
        f"评定结果公示{rules.objection_days}个工作日，期间本人可以提出异议；期满且异议处理完毕后生效。",
        "津贴按生效的星级逐月发放，标准见表。",
    ]


def _pacesetters(rules: StarRules) -> list[str]:
    barring = "、".join(
        SEVERITY_LABELS[key] for key in SEVERITY_LABELS if key in rules.pacesetter_barring
    )
    barred = f"当年有{barring}违规记录，或" if barring else "当年"
    return [
        f"候选人：年度评定{STAR_LABELS[rules.pacesetter_star]}以上。",
        f"{barred}受处罚取消标兵评选资格的，取消资格。",
    ]
