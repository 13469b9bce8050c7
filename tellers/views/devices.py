"""The evaluation device: usage and satisfaction of a month by unit and person, and its files."""

from decimal import Decimal
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import SignedInRequest, allowed
from accounts.models import User
from accounts.roles import Capability, Role
from outlets.charts import COLOURS, Chart, Series, trend
from outlets.importing import kinds
from outlets.models import Unit
from outlets.months import Month
from outlets.selectors import units_visible_to
from outlets.views.imports import Door, import_page, template_response
from outlets.views.staff import form_methods
from tellers.forms.devices import DeviceFilterForm
from tellers.selectors.device_statistics import DeviceSought, DeviceStatistics, device_statistics
from tellers.selectors.devices import device_months
from tellers.usage import LOW_USAGE

DOOR: Final = Door(
    "device", "tellers:device_import", "tellers:device_import_template", "tellers:devices",
    dated=False,
)  # fmt: skip


@allowed(Capability.RECORDS_READ)
@require_safe
def devices(request: SignedInRequest) -> HttpResponse:
    """A month: the units and people in it, who does not use the device, what jumps, the trend."""
    months = device_months(request.user)
    units = units_visible_to(request.user).exclude(kind=Unit.Kind.DEPARTMENT)
    form = DeviceFilterForm(request.GET or None, months=months, units=units)
    if request.user.role == Role.TELLER:
        del form.fields["unit"]
    context: dict[str, Any] = {
        "form": form,
        "may_edit": request.user.can(Capability.RECORDS_EDIT),
    }
    if months:
        chosen = form.cleaned_data if form.is_valid() else {}
        sought = sought_of(request.user, chosen, months)
        statistics = device_statistics(request.user, sought)
        form.initial = {"month": str(sought.month), "unit": sought.unit}
        context |= {
            "statistics": statistics,
            "chart": _chart(statistics),
            "above": _above(sought, units),
            "low_usage": LOW_USAGE,
        }
    return render(request, "tellers/devices.html", context)


def sought_of(user: User, chosen: dict[str, Any], months: list[Month]) -> DeviceSought:
    """What is looked at: the newest month and all that the user sees, where nothing is said."""
    latest = months[0] if months else Month.of(timezone.localdate())
    month = Month.parse(chosen["month"]) if chosen.get("month") else latest
    if user.role == Role.TELLER:
        return DeviceSought(month, alone=True)
    unit = chosen.get("unit") or (None if user.role in _BRANCH else user.unit)
    return DeviceSought(month, unit, alone=bool(unit and chosen.get("alone")))


def _above(sought: DeviceSought, units: Any) -> list[Unit]:
    """The units on the way to the one looked at, for the crumbs."""
    if sought.unit is None:
        return []
    codes = sought.unit.path.split("/")[:-1]
    return list(units.filter(code__in=codes).order_by("path"))


def _chart(statistics: DeviceStatistics) -> Chart:
    months = [f"{month.month}月" for month, _ in statistics.trend]
    series = [
        Series("使用率", [counts.usage for _, counts in statistics.trend], COLOURS[0]),
        Series("满意度", [counts.satisfaction for _, counts in statistics.trend], COLOURS[1]),
    ]
    return trend(months, series, "近 12 个月的使用率与满意度（%）", width=900, top=Decimal(100))


@allowed(Capability.RECORDS_EDIT)
@form_methods
def device_import(request: SignedInRequest) -> HttpResponse:
    """Upload and check a file; then, with the token of the check, take it over."""
    return import_page(request, DOOR)


@allowed(Capability.RECORDS_EDIT)
@require_safe
def device_import_template(request: SignedInRequest) -> HttpResponse:  # noqa: ARG001
    """The .xlsx to fill in."""
    return template_response(kinds()["device"])


_BRANCH: Final = {Role.SERVICE_OFFICE, Role.LEADERSHIP}
