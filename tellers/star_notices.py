"""What the first page says of stars that wait for the user."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.notices import Notice, notices
from accounts.roles import Capability
from tellers.models import Objection, StarAdjustment, StarPeriod
from tellers.selectors.stars import (
    adjustments_visible_to,
    objections_visible_to,
    star_periods_visible_to,
    star_ratings_visible_to,
)
from tellers.stars import STAR_LABELS, period_words

State = StarPeriod.State


@notices
def own_star_shown(user: User) -> Iterator[Notice]:
    """The own rating while it may be disputed. One query."""
    if not user.staff_id or not user.can(Capability.RECORDS_READ):
        return
    own = star_ratings_visible_to(user).filter(
        staff_id=user.staff_id,
        period__state=State.PUBLIC,
        period__objections_until__gte=timezone.localdate(),
    )
    for rating in own:
        period = rating.period
        rated = rating.status == rating.Status.RATED
        words = STAR_LABELS[rating.star] if rated else rating.get_status_display()
        text = (
            f"{period_words(period.label)}星级正在公示，您的评定是{words}，"
            f"{period.objections_until}以前可以提出异议"
        )
        yield Notice(text, reverse("tellers:star_rating", args=[rating.pk]), "stars")


@notices
def stars_to_decide(user: User) -> Iterator[Notice]:
    """Objections and adjustments that wait for a decision, by period. Two queries."""
    if not user.can(Capability.RECORDS_CONFIRM):
        return
    pending = objections_visible_to(user).filter(decision=Objection.Decision.PENDING)
    waiting = adjustments_visible_to(user).filter(state=StarAdjustment.State.PROPOSED)
    yield from _counted(pending.filter(rating__period__state=State.PUBLIC), "件星级异议等待处理")
    others = waiting.exclude(proposed_by=user).filter(rating__period__state=State.COMPUTED)
    yield from _counted(others, "件星级调整等待您复核")


def _counted(rows: QuerySet[Any], words: str) -> Iterator[Notice]:
    """How many there are in each period, on the period's page."""
    periods = Counter(rows.values_list("rating__period", "rating__period__label"))
    for (pk, label), count in periods.items():
        url = reverse("tellers:star_period", args=[pk])
        yield Notice(f"{period_words(label)}有{count}{words}", url, "stars")


@notices
def stars_to_finish(user: User) -> Iterator[Notice]:
    """Periods whose time for objections is over. One query."""
    if not user.can(Capability.RECORDS_EDIT):
        return
    over = star_periods_visible_to(user).filter(
        state=State.PUBLIC, objections_until__lt=timezone.localdate()
    )
    for period in over:
        text = f"{period_words(period.label)}星级公示期已满，处理完异议即可生效"
        yield Notice(text, reverse("tellers:star_period", args=[period.pk]), "stars")
