"""Forms of visits and inspections: filters, the plan, the acts on chosen rows."""

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from accounts.models import User
from accounts.roles import Role
from inspections.forms.checklists import DateInput
from inspections.models import Channel, ChecklistVersion, Inspection, Visit
from inspections.selectors.checklists import versions_visible_to
from inspections.selectors.firewall import inspections_visible_to, knows_shoppers, visits_visible_to
from inspections.selectors.inspections import SORTS, InspectionSought
from inspections.selectors.visits import VisitSought, inspectors_visible_to, plannable_units
from outlets.models import Unit
from outlets.months import InvalidMonth, Month
from outlets.selectors import units_visible_to

PLANNED_CHANNELS = [one for one in Channel.choices if one[0] != Channel.SELF]


class MonthInput(forms.TextInput):
    """The browser's own month field."""

    input_type = "month"


class MonthField(forms.CharField):
    """A month as `outlets.months.Month`; None when empty."""

    widget = MonthInput

    def to_python(self, value: Any) -> Any:
        """The month, or a message why it is none."""
        if isinstance(value, Month) or not value:
            return value or None
        try:
            return Month.parse(str(value))
        except InvalidMonth as error:
            raise ValidationError(str(error)) from error


def _choose(form: forms.Form, name: str, rows: QuerySet[Any]) -> None:
    cast("forms.ModelChoiceField[Any]", form.fields[name]).queryset = rows


def _chosen(form: forms.Form) -> dict[str, Any]:
    """What was chosen; a wrong choice counts as none and says so beside its field."""
    if form.is_bound:
        form.is_valid()
    return getattr(form, "cleaned_data", {})


class VisitFilterForm(forms.Form):
    """Which visits to show."""

    month = MonthField(label="月份", required=False)
    channel = forms.ChoiceField(
        label="渠道", choices=[("", "全部渠道"), *PLANNED_CHANNELS], required=False
    )
    state = forms.ChoiceField(
        label="状态", choices=[("", "全部状态"), *Visit.State.choices], required=False
    )
    inspector = forms.ModelChoiceField(
        label="检查人", queryset=User.objects.none(), empty_label="全部检查人", required=False
    )
    unit = forms.ModelChoiceField(
        label="网点", queryset=Unit.objects.none(), empty_label="全部网点", required=False
    )
    unassigned = forms.BooleanField(label="只看待派", required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "inspector", inspectors_visible_to(user))
        there = Unit.objects.filter(visits__in=visits_visible_to(user)).distinct()
        _choose(self, "unit", there.order_by("path"))
        if user.role == Role.COORDINATOR:
            del self.fields["channel"]

    def sought(self) -> VisitSought:
        """What was chosen."""
        return VisitSought(**_chosen(self))


class InspectionFilterForm(forms.Form):
    """Which inspections to show."""

    month = MonthField(label="月份", required=False)
    channel = forms.ChoiceField(
        label="渠道", choices=[("", "全部渠道"), *Channel.choices], required=False
    )
    state = forms.ChoiceField(
        label="状态", choices=[("", "全部状态"), *Inspection.State.choices], required=False
    )
    unit = forms.ModelChoiceField(
        label="机构", queryset=Unit.objects.none(), empty_label="全部机构", required=False
    )
    inspector = forms.ModelChoiceField(
        label="检查人", queryset=User.objects.none(), empty_label="全部检查人", required=False
    )
    number = forms.CharField(label="检查编号", max_length=40, required=False)
    sort = forms.ChoiceField(
        choices=[(f"{sign}{name}", name) for name in SORTS for sign in ("", "-")],
        required=False,
        widget=forms.HiddenInput,
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "unit", inspected_units(user))
        _choose(self, "inspector", inspectors_visible_to(user))
        if not knows_shoppers(user):
            del self.fields["inspector"]
        if user.role not in {Role.SERVICE_OFFICE, Role.COORDINATOR, Role.INSPECTOR, Role.SHOPPER}:
            del self.fields["state"]

    def sought(self) -> InspectionSought:
        """What was chosen; newest first unless told."""
        chosen = _chosen(self)
        return InspectionSought(**chosen | {"sort": chosen.get("sort") or "-date"})


def inspected_units(user: User) -> QuerySet[Unit]:
    """The units to choose from: visible ones, else those the visible inspections are of."""
    units = units_visible_to(user).exclude(kind=Unit.Kind.DEPARTMENT)
    if user.role in {Role.COORDINATOR, Role.SHOPPER}:
        units = Unit.objects.filter(inspections__in=inspections_visible_to(user)).distinct()
    return units.order_by("path")


class PlanForm(forms.Form):
    """Visits to give out."""

    channel = forms.ChoiceField(label="渠道", choices=PLANNED_CHANNELS)
    not_before = forms.DateField(label="最早日期", widget=DateInput())
    not_after = forms.DateField(label="最迟日期", widget=DateInput())
    version = forms.ModelChoiceField(
        label="检查标准",
        queryset=ChecklistVersion.objects.none(),
        empty_label="届时有效的版本",
        required=False,
    )
    inspectors = forms.ModelMultipleChoiceField(
        label="检查人",
        queryset=User.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="选几人就轮流平均分派；不选则留待分派",
    )
    units = forms.ModelMultipleChoiceField(
        label="网点",
        queryset=Unit.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少选择一家网点"},
    )
    note = forms.CharField(
        label="提示", max_length=200, required=False, help_text="检查人打开任务时看到"
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "version", versions_visible_to(user).filter(published_at__isnull=False))
        _choose(self, "inspectors", inspectors_visible_to(user))
        _choose(self, "units", plannable_units(user).select_related("parent"))


class VisitForm(forms.Form):
    """What of a visit can be changed."""

    not_before = forms.DateField(label="最早日期", widget=DateInput())
    not_after = forms.DateField(label="最迟日期", widget=DateInput())
    note = forms.CharField(label="提示", max_length=200, required=False)


class ChosenVisitsForm(forms.Form):
    """Rows ticked on the plan page."""

    visits = forms.ModelMultipleChoiceField(
        label="任务",
        queryset=Visit.objects.none(),
        error_messages={"required": "请先勾选任务"},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "visits", visits_visible_to(user).select_related("unit", "branch"))


class AssignForm(ChosenVisitsForm):
    """Ticked rows and who takes them."""

    inspector = forms.ModelChoiceField(
        label="检查人",
        queryset=User.objects.none(),
        error_messages={"required": "请选择检查人"},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        _choose(self, "inspector", inspectors_visible_to(user))


class ChosenInspectionsForm(forms.Form):
    """Rows ticked on the list of inspections."""

    inspections = forms.ModelMultipleChoiceField(
        label="检查",
        queryset=Inspection.objects.none(),
        error_messages={"required": "请先勾选要发布的检查"},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "inspections", inspections_visible_to(user))


class ReturnForm(forms.Form):
    """Why an inspection goes back."""

    reason = forms.CharField(
        label="退回原因",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="检查人会看到，请写明要补正什么",
    )
