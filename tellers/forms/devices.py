"""What the pages of the evaluation device look at."""

from typing import Any, cast

from django import forms
from django.db.models import QuerySet

from outlets.forms.units import UnitChoiceField
from outlets.models import Unit
from outlets.months import Month


class DeviceFilterForm(forms.Form):
    """A month there are data of, and a unit."""

    month = forms.ChoiceField(label="月份", required=False)
    unit = UnitChoiceField(
        label="机构", queryset=Unit.objects.none(), required=False, empty_label="全部"
    )
    alone = forms.BooleanField(required=False, widget=forms.HiddenInput())

    def __init__(
        self, *args: Any, months: list[Month], units: QuerySet[Unit], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(month), month.label) for month in months]
        cast("forms.ChoiceField", self.fields["month"]).choices = choices
        cast("UnitChoiceField", self.fields["unit"]).queryset = units
