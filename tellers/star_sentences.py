"""The sentences above the pages of stars: each answers what the page is opened for."""

from collections.abc import Mapping

from tellers.models import StarPeriod, StarRating
from tellers.selectors.star_distribution import Distribution
from tellers.stars import HIGHEST, STAR_LABELS

_STATUS = StarRating.Status


def period_lead(period: StarPeriod, counts: Mapping[tuple[str, int], int]) -> str:
    """How many were rated and how the stars fell, and what is next."""
    people = sum(counts.values())
    if not people:
        return _empty(period)
    rated = sum(n for (status, _), n in counts.items() if status == _STATUS.RATED)
    stars = "、".join(
        f"{STAR_LABELS[star]}{counts[_STATUS.RATED, star]}人"
        for star in range(HIGHEST, -1, -1)
        if counts.get((_STATUS.RATED, star))
    )
    rest = [
        f"{_STATUS(status).label}{n}人"
        for status in (_STATUS.DISQUALIFIED, _STATUS.INSUFFICIENT)
        if (n := counts.get((status, 0)))
    ]
    text = f"{people}人中{rated}人参评：{stars or '无人达到星级'}"
    return f"{'；'.join([text, *rest])}。{_next(period)}"


def _empty(period: StarPeriod) -> str:
    if period.state == StarPeriod.State.OPEN:
        return f"{period.first_day}至{period.last_day}，还没有测算。"
    return "在您的查阅范围内没有参评的员工。"


def _next(period: StarPeriod) -> str:
    if period.state == StarPeriod.State.PUBLIC:
        return f"公示到{period.objections_until}。"
    if period.state == StarPeriod.State.FINAL:
        return f"{period.final_on}生效。"
    return ""


def distribution_lead(spread: Distribution) -> str:
    """Who has the largest share of high stars."""
    total = spread.total
    if not total.rated:
        return "没有参评的员工。"
    text = f"{len(spread.rows)}个单位{total.rated}人参评，{total.starred}人评上星级"
    high = {row.name: row.stars[5] + row.stars[4] for row in spread.rows}
    best = max(high.values())
    if not best:
        return f"{text}，没有四星以上。"
    names = "、".join(name for name, n in high.items() if n == best)
    return f"{text}；四星以上{total.stars[5] + total.stars[4]}人，最多的是{names}（{best}人）。"


def rating_lead(rating: StarRating) -> str:
    """What the rating is, and why where that needs words."""
    if rating.status != _STATUS.RATED:
        return f"{rating.get_status_display()}：{rating.reason}。"
    if rating.total is None:
        return f"{STAR_LABELS[rating.star]}（测算{rating.reason}，异议成立后评定）。"
    text = f"总分{rating.total}，{STAR_LABELS[rating.star]}"
    if rating.star != rating.computed_star:
        text += f"（测算{STAR_LABELS[rating.computed_star]}，后经调整）"
    elif rating.reason:
        text += f"；{rating.reason}"
    return f"{text}。"
