"""Forms of people."""

from typing import Any, cast

from django import forms
from django.db.models import QuerySet

from outlets.forms import DateInput
from outlets.forms.units import UnitChoiceField
from outlets.models import Post, Unit
from outlets.services.staff import Place


class StaffFilterForm(forms.Form):
    """What the staff list looks for."""

    q = forms.CharField(label="姓名或员工号", required=False, max_length=40)
    unit = UnitChoiceField(
        label="机构（含下级）", queryset=Unit.objects.none(), required=False, empty_label="全部"
    )
    post = forms.ChoiceField(label="岗位", required=False, choices=[("", "全部"), *Post.choices])
    left = forms.BooleanField(label="含已离职", required=False)

    def __init__(self, *args: Any, units: QuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("UnitChoiceField", self.fields["unit"]).queryset = units


class StaffEditForm(forms.Form):
    """Somebody's facts."""

    name = forms.CharField(label="姓名", max_length=40)
    hired_on = forms.DateField(label="入职日期", required=False, widget=DateInput())
    left_on = forms.DateField(
        label="离职日期", required=False, widget=DateInput(), help_text="现任职同日结束"
    )


class PlaceForm(forms.Form):
    """Where somebody is to work, as what, from when on."""

    unit = UnitChoiceField(label="机构", queryset=Unit.objects.none())
    post = forms.ChoiceField(label="岗位", choices=Post.choices)
    start = forms.DateField(
        label="开始日期", widget=DateInput(), help_text="原任职到这一天的前一天为止"
    )

    def __init__(self, *args: Any, units: QuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("UnitChoiceField", self.fields["unit"]).queryset = units

    def place(self) -> Place:
        """The cleaned fields as services take them."""
        return Place(**{name: self.cleaned_data[name] for name in ("unit", "post", "start")})


class StaffNewForm(PlaceForm):
    """Somebody new, with a first posting."""

    number = forms.CharField(label="员工号", max_length=20)
    name = forms.CharField(label="姓名", max_length=40)
    hired_on = forms.DateField(label="入职日期", required=False, widget=DateInput())
    field_order = ["number", "name", "hired_on", "unit", "post", "start"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["start"].help_text = "到这个机构任职的第一天"

    def person(self) -> dict[str, Any]:
        """Who it is, as the service takes it."""
        return {name: self.cleaned_data[name] for name in ("number", "name", "hired_on")}
