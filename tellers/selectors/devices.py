"""Which months of the evaluation device a user sees (S15)."""

from django.db.models import QuerySet

from accounts.models import User
from outlets.months import Month
from tellers.models import DeviceMonth
from tellers.selectors.places import month_end, placed, seen_by


def devices_visible_to(user: User) -> QuerySet[DeviceMonth]:
    """The months a user may read, newest first, each with `place` and `place_name` as R3 has it."""
    rows = DeviceMonth.objects.select_related("staff").annotate(last_day=month_end("month"))
    rows = placed(rows, "month", "last_day")
    return rows.filter(seen_by(user, "place", "last_day")).order_by("-month", "staff__number")


def device_months(user: User) -> list[Month]:
    """The months there is anything to read of, newest first."""
    months = devices_visible_to(user).order_by("-month").values_list("month", flat=True).distinct()
    return [Month.of(each) for each in months]
