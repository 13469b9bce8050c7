"""Something to do today: the current month's visits, so that every role has work to try."""

from datetime import date

from accounts.models import User
from accounts.roles import Role
from inspections.models import Channel, Visit
from inspections.services.visits import VisitPlan, visits_create
from outlets.models import Unit
from outlets.months import Month

OPEN_VISITS, COVERT_VISITS = 6, 4


def plan(branch: Unit, today: date) -> None:
    """Give out a few visits of this month unless some were given out already."""
    month = Month.of(today)
    if Visit.objects.filter(branch=branch, not_before__gte=month.first).exists():
        return
    office = User.objects.get(username="fuwuban")
    units = list(Unit.objects.filter(branch=branch, serves_customers=True).order_by("code"))
    for channel, role, count in (
        (Channel.OPEN, Role.INSPECTOR, OPEN_VISITS),
        (Channel.COVERT, Role.SHOPPER, COVERT_VISITS),
    ):
        inspectors = User.objects.filter(role=role, unit=branch).order_by("pk")
        chosen = units[:count] if channel == Channel.OPEN else units[-count:]
        visits_create(
            plan=VisitPlan(
                units=chosen,
                channel=channel,
                not_before=month.first,
                not_after=month.last,
                inspectors=list(inspectors),
            ),
            actor=office,
        )
