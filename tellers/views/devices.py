"""The evaluation device: usage and satisfaction of a month by unit and person, and its files."""

from decimal import Decimal
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import SignedInRequest, allowed
from accounts.acting import form_methods
from accounts.roles import Capability
from accounts.services import audit_add
from outlets.charts import COLOURS, Chart, Series, trend
from outlets.downloads import file_response
from outlets.importing import kinds
from outlets.views.imports import Door, import_page, template_response
from tellers.exports.devices import devices_file
from tellers.forms.devices import DeviceFilterForm
from tellers.selectors.device_statistics import DeviceStatistics, device_statistics
from tellers.usage import LOW_USAGE

DOOR: Final = Door(
    "device", "tellers:device_import", "tellers:device_import_template", "tellers:devices",
    dated=False,
)  # fmt: skip


@allowed(Capability.RECORDS_READ)
@require_safe
def devices(request: SignedInRequest) -> HttpResponse:
    """A month: the units and people in it, who does not use the device, what jumps, the trend."""
    form = DeviceFilterForm(request.GET or None, user=request.user)
    context: dict[str, Any] = {
        "form": form,
        "may_edit": request.user.can(Capability.RECORDS_EDIT),
        "may_export": request.user.can(Capability.EXPORTS),
    }
    if form.months:
        sought = form.sought()
        statistics = device_statistics(request.user, sought)
        form.initial = {"month": str(sought.month), "unit": sought.unit}
        del form.fields["alone"]  # another unit is looked at with what is below it
        context |= {
            "statistics": statistics,
            "chart": _chart(statistics),
            "above": form.above(sought),
            "low_usage": LOW_USAGE,
        }
    return render(request, "tellers/devices.html", context)


@allowed(Capability.EXPORTS)
@require_safe
def devices_export(request: SignedInRequest) -> HttpResponse:
    """The month as a workbook."""
    sought = DeviceFilterForm(request.GET or None, user=request.user).sought()
    where = sought.unit.short_name if sought.unit else ""
    name = f"{where}星级柜员牌 {sought.month}.xlsx"
    audit_add(event="device.export", actor=request.user, subject=name)
    return file_response(name, devices_file(device_statistics(request.user, sought)))


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
