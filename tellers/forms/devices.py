"""What the pages of the evaluation device look at."""

from typing import Any, cast

from django import forms
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from outlets.forms.units import UnitChoiceField
from outlets.models import Unit
from outlets.months import Month
from outlets.selectors import units_visible_to
from tellers.selectors.device_statistics import DeviceSought
from tellers.selectors.devices import device_months
from tellers.selectors.places import BRANCH_ROLES


class DeviceFilterForm(forms.Form):
    """A month there are data of, and a unit; a teller looks at the own months alone."""

    month = forms.ChoiceField(label="月份", required=False)
    unit = UnitChoiceField(
        label="机构", queryset=Unit.objects.none(), required=False, empty_label="全部"
    )
    alone = forms.BooleanField(required=False, widget=forms.HiddenInput())

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.months = device_months(user)
        self.units = units_visible_to(user).exclude(kind=Unit.Kind.DEPARTMENT)
        choices = [(str(month), month.label) for month in self.months]
        cast("forms.ChoiceField", self.fields["month"]).choices = choices
        cast("UnitChoiceField", self.fields["unit"]).queryset = self.units
        if user.role == Role.TELLER:
            del self.fields["unit"]

    def sought(self) -> DeviceSought:
        """What is looked at: the newest month and all that the user sees, where nothing is said."""
        chosen = self.cleaned_data if self.is_valid() else {}
        latest = self.months[0] if self.months else Month.of(timezone.localdate())
        month = Month.parse(chosen["month"]) if chosen.get("month") else latest
        if self.user.role == Role.TELLER:
            return DeviceSought(month, alone=True)
        own = None if self.user.role in BRANCH_ROLES else self.user.unit
        unit = chosen.get("unit") or own
        return DeviceSought(month, unit, alone=bool(unit and chosen.get("alone")))

    def above(self, sought: DeviceSought) -> list[Unit]:
        """The units on the way to the one looked at."""
        codes = sought.unit.path.split("/")[:-1] if sought.unit else []
        return list(self.units.filter(code__in=codes).order_by("path")) if codes else []
