"""Tags of the pages of stars."""

from functools import cache
from typing import Final, NamedTuple

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from tellers import stars
from tellers.models import StarPeriod, StarRating
from tellers.stars import HIGHEST, STAR_LABELS

register = template.Library()
_State = StarPeriod.State
_ORDER: Final = (_State.OPEN, _State.COMPUTED, _State.PUBLIC, _State.FINAL)
_POINTS: Final = "M12 17.75l-6.172 3.245 1.179-6.873-5-4.867 6.9-1 3.086-6.253 3.086 6.253 6.9 1-5 4.867 1.179 6.873z"


class Step(NamedTuple):
    """A stage of a period: reached, passed, and when."""

    label: str
    icon: str
    text: str
    is_now: bool
    is_done: bool


@register.simple_tag
def star_mark(rating: StarRating) -> SafeString:
    """The star of a rating, or why there is none, as icon and word; a list has it many times."""
    return _mark(rating.status, rating.star)


@cache
def _mark(status: str, star: int) -> SafeString:
    context = {"rating": StarRating(status=status, star=star), "label": STAR_LABELS[star]}
    return render_to_string("tellers/_star_mark.html", context)


@register.simple_tag
def star_row(star: int, status: str) -> SafeString:
    """Five stars in a row, so many of them filled; the words for who cannot see them."""
    words = STAR_LABELS[star] if status == StarRating.Status.RATED else "未评定"
    shapes = "".join(
        f'<svg viewBox="0 0 24 24" class="{"ts-full" if place < star else "ts-hollow"}">'
        f'<path d="{_POINTS}"/></svg>'
        for place in range(HIGHEST)
    )
    return format_html(
        '<span class="ts-row" role="img" aria-label="{}">{}</span>',
        words,
        mark_safe(shapes),  # noqa: S308  (our own drawing)
    )


@register.simple_tag
def stages(period: StarPeriod) -> list[Step]:
    """The four stages of a period, the present one marked."""
    now = _ORDER.index(_State(period.state))
    return [
        Step(_State(state).label, icon, text, is_now=place == now, is_done=place < now)
        for place, (state, icon, text) in enumerate(
            zip(_ORDER, _ICONS, _texts(period), strict=True)
        )
    ]


_ICONS: Final = ("clock", "calculator", "eye", "circle-check")


def _texts(period: StarPeriod) -> tuple[str, str, str, str]:
    shown = (
        f"{period.public_on}至{period.objections_until}"
        if period.public_on
        else "全行可见，本人可提异议"
    )
    return (
        f"{period.first_day}至{period.last_day}",
        f"{period.computed_at:%Y-%m-%d}，可以调整" if period.computed_at else "汇集数据，逐人评分",
        shown,
        f"{period.final_on}" if period.final_on else "期满且异议处理完毕",
    )


@register.simple_tag
def period_words(period: StarPeriod) -> str:
    """The period as people say it."""
    return stars.period_words(period.label)
