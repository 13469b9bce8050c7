"""Forms of triage: what a letter is, who handles it, who takes it over."""

from collections.abc import Mapping
from typing import Any, cast

from django import forms

from accounts.models import User
from complaints.forms.handling import ReasonForm, branch_units
from complaints.models import Channel, Kind, Letter, Severity
from complaints.pinyin import search_keys
from complaints.selectors.handlers import candidates_for, handlers_of
from complaints.services.triage import Classification
from complaints.taxonomy import BUSINESSES, CAUSES, SERVICE_CHANNELS
from outlets.models import Staff, Unit

NONE = "（未定）"


class PickerSelect(forms.Select):
    """A list that `picker.js` lets people search by name, spelling or initials."""

    def __init__(self, attrs: dict[str, Any] | None = None, choices: Any = ()) -> None:
        super().__init__({"data-picker": "", **(attrs or {})}, choices)

    def create_option(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The option with what it can be searched by."""
        option = super().create_option(*args, **kwargs)
        if option["value"]:
            option["attrs"]["data-keys"] = search_keys(str(option["label"]))
        return option


class UnitChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A unit, shown with its code."""

    def label_from_instance(self, obj: Any) -> str:
        """Short name and code."""
        return f"{obj.short_name}（{obj.code}）"


def _coded(label: str, codes: Mapping[str, str], hint: str = "") -> forms.ChoiceField:
    choices = [("", NONE), *codes.items()]
    return forms.ChoiceField(
        label=label, choices=choices, required=False, widget=PickerSelect, help_text=hint
    )


class ClassificationForm(forms.Form):
    """What a letter is."""

    kind = forms.ChoiceField(
        label="类型",
        choices=Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择类型"},
    )
    unit = UnitChoice(
        label="涉及机构",
        queryset=Unit.objects.none(),
        widget=PickerSelect,
        empty_label="（请选择）",
        error_messages={"required": "请选择涉及机构；与网点无关的选分行"},
    )
    staff = forms.ModelChoiceField(
        label="涉及员工",
        queryset=Staff.objects.none(),
        widget=PickerSelect,
        empty_label=NONE,
        required=False,
    )
    service_channel = _coded("业务办理渠道", SERVICE_CHANNELS)
    business = _coded("业务类别", BUSINESSES, "投诉必选")
    cause = _coded("投诉原因", CAUSES, "投诉必选")
    channel = forms.ChoiceField(label="来源", choices=Channel.choices, widget=PickerSelect)
    severity = forms.ChoiceField(label="程度", choices=Severity.choices, widget=forms.RadioSelect)

    def __init__(self, *args: Any, letter: Letter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "unit", branch_units(letter.branch_id))
        choose(self, "staff", Staff.objects.filter(branch=letter.branch_id).order_by("number"))

    def found(self) -> Classification:
        """What was chosen."""
        names = (
            "kind",
            "channel",
            "severity",
            "unit",
            "staff",
            "service_channel",
            "business",
            "cause",
        )
        return Classification(**{name: self.cleaned_data[name] for name in names})


class TriageForm(ClassificationForm):
    """What a letter is, and who handles it."""

    handler = forms.ModelChoiceField(
        label="承办人",
        queryset=User.objects.none(),
        widget=PickerSelect,
        error_messages={"required": "请选择承办人"},
    )

    def __init__(self, *args: Any, letter: Letter, **kwargs: Any) -> None:
        super().__init__(*args, letter=letter, **kwargs)
        choose(self, "handler", handlers_of(letter.branch_id))


class ReassignForm(ReasonForm):
    """Who takes a letter over, and why."""

    handler = forms.ModelChoiceField(
        label="新承办人", queryset=User.objects.none(), widget=PickerSelect
    )
    field_order = ("handler", "reason")

    def __init__(self, *args: Any, letter: Letter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        free = [one.user.pk for one in candidates_for(letter) if one.is_free]
        choose(self, "handler", handlers_of(letter.branch_id).filter(pk__in=free))


def choose(form: forms.Form, name: str, rows: Any) -> None:
    """Offer these rows in a field."""
    cast("forms.ModelChoiceField[Any]", form.fields[name]).queryset = rows
