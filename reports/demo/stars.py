"""The star rating of 2011: computed by the job, adjusted, shown, disputed, final (S16, R8)."""

from datetime import date
from typing import Final

from accounts.models import Job, User
from outlets.models import Unit
from tellers.models import StarPeriod, StarRating, StarScheme
from tellers.services.star_decisions import (
    objection_decide,
    objection_raise,
    star_adjust_decide,
    star_adjust_propose,
)
from tellers.services.star_periods import (
    period_compute_request,
    period_finish,
    period_open,
    period_show,
)
from tellers.services.star_schemes import star_scheme_draft, star_scheme_publish
from tellers.stars import DEFAULT_STARS, STAR_LABELS

LABEL: Final = "2011"
SCHEME: Final = "2011年星级柜员评定办法"
SHOWN, OBJECTED, FINAL = date(2012, 1, 9), date(2012, 1, 11), date(2012, 1, 18)


def stars_compute(branch: Unit, office: User) -> Job | None:
    """Publish the scheme, open the period and ask for its job; None when it was computed before."""
    period = StarPeriod.objects.filter(branch=branch, label=LABEL).first()
    if period is None:
        scheme = StarScheme.objects.filter(branch=branch, label=SCHEME).first()
        if scheme is None:
            scheme = star_scheme_draft(
                branch=branch, label=SCHEME, rules=DEFAULT_STARS, actor=office
            )
            star_scheme_publish(scheme=scheme, actor=office)
        period = period_open(branch=branch, label=LABEL, scheme=scheme, actor=office)
    if period.state != StarPeriod.State.OPEN:
        return None
    return period_compute_request(period=period, actor=office)


def stars_decide(branch: Unit, office: User) -> None:
    """What people did with the computed stars until they were final; nothing where they are."""
    period = StarPeriod.objects.get(branch=branch, label=LABEL)
    if period.state == StarPeriod.State.COMPUTED:
        _adjust(period, office)
        period = period_show(period=period, actor=office, today=SHOWN)
    if period.state == StarPeriod.State.PUBLIC:
        _object(period, office)
        period_finish(period=period, actor=office, today=FINAL)


def _adjust(period: StarPeriod, office: User) -> None:
    """Up by one for the best of three stars: who took the provincial championship."""
    rating = period.ratings.filter(star=3).order_by("-total", "staff__number")[0]
    if rating.adjustments.exists():
        return
    adjustment = star_adjust_propose(
        rating=rating, step=1, grounds="代表分行参加省行技能比赛获一等奖", actor=office
    )
    second = User.objects.get(username="fenhang")
    star_adjust_decide(adjustment=adjustment, agreed=True, actor=second)


def _object(period: StarPeriod, office: User) -> None:
    """The teller who signs in asks why; the answer is in the figures."""
    teller = User.objects.get(username="guiyuan")
    rating = StarRating.objects.filter(period=period, staff=teller.staff).first()
    if rating is None or rating.objections.exists():
        return
    objection = objection_raise(
        rating=rating,
        text="本人全年业务量在网点居前，请复核服务效率的计算。",
        actor=teller,
        today=OBJECTED,
    )
    reason = f"经复核，业务笔数与工作日均无误，维持{STAR_LABELS[rating.star]}。"
    objection_decide(objection=objection, new_star=None, reason=reason, actor=office)
