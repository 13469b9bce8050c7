"""Forms of violations: the list's filter, recording by hand and from evidence, taking back."""

from collections.abc import Collection
from typing import Any, Final, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from complaints.forms.triage import PickerSelect, UnitChoice, choose
from inspections.forms.visits import MonthField
from outlets.forms import DateInput
from outlets.models import Staff, Unit
from outlets.selectors import units_visible_to
from tellers.models import Severity, Violation, ViolationKind
from tellers.selectors.discipline import NEWEST, SORTS, ViolationSought, catalogue_of
from tellers.selectors.violation_candidates import CandidateSought
from tellers.services.violations import ViolationFacts

NOTE_MAX: Final = 300
_YES: Final = "1"


def branch_of(user: User) -> int:
    """The id of the user's branch; 0 where there is none."""
    return user.unit.branch_id if user.unit else 0


def choices_of(label: str, choices: Any) -> list[tuple[str, Any]]:
    """The choices of a filter, with one for all of them in front."""
    return [("", label), *choices]


class UnitFilter(UnitChoice):
    """A unit the user sees, for a filter."""

    def __init__(self, label: str = "机构") -> None:
        super().__init__(
            label=label, queryset=Unit.objects.none(), empty_label="全部", required=False
        )


class KindChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """An entry of the catalogue, shown with its code and severity."""

    def label_from_instance(self, obj: Any) -> str:
        """Code, name, severity."""
        return f"{obj.code} {obj.name}（{obj.get_severity_display()}）"


class ViolationFilterForm(forms.Form):
    """Which violations to show."""

    since = MonthField(label="从", required=False)
    until = MonthField(label="到", required=False)
    unit = UnitFilter()
    person = forms.CharField(label="姓名或员工号", max_length=40, required=False)
    kind = KindChoice(
        label="违规事项", queryset=ViolationKind.objects.none(), empty_label="全部", required=False
    )
    severity = forms.ChoiceField(
        label="程度", choices=choices_of("全部", Severity.choices), required=False
    )
    source = forms.ChoiceField(
        label="来源", choices=choices_of("全部", Violation.Source.choices), required=False
    )
    state = forms.ChoiceField(
        label="状态", choices=choices_of("全部", Violation.State.choices), required=False
    )
    outside = forms.BooleanField(required=False, widget=forms.HiddenInput)
    repeated = forms.BooleanField(label="只看多次违规的人", required=False)
    unfounded = forms.BooleanField(required=False, widget=forms.HiddenInput)
    sort = forms.ChoiceField(
        choices=[(sign + name, name) for name in SORTS for sign in ("", "-")],
        required=False,
        widget=forms.HiddenInput,
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "unit", units_visible_to(user).order_by("path"))
        choose(self, "kind", catalogue_of(branch_of(user)))
        if user.role == Role.TELLER:
            for name in ("unit", "person", "repeated"):
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """The months in their order."""
        chosen = super().clean() or {}
        since, until = chosen.get("since"), chosen.get("until")
        if since and until and since > until:
            self.add_error("until", "不能早于开始月份")
        return chosen

    def sought(self) -> ViolationSought:
        """What was asked; a wrong value counts as none and says so beside its field."""
        self.is_valid()
        chosen = {name: value for name, value in self.cleaned_data.items() if value}
        first, last = chosen.pop("since", None), chosen.pop("until", None)
        chosen.setdefault("sort", NEWEST)
        return ViolationSought(first=first, last=last, **chosen)


class ViolationForm(forms.Form):
    """One violation recorded by hand."""

    staff = forms.ModelChoiceField(
        label="员工",
        queryset=Staff.objects.none(),
        widget=PickerSelect,
        empty_label="（请选择）",
        help_text="按姓名、拼音或员工号查找",
        error_messages={"required": "请选择员工"},
    )
    day = forms.DateField(label="违规日期", widget=DateInput())
    kind = KindChoice(
        label="违规事项",
        queryset=ViolationKind.objects.none(),
        widget=PickerSelect,
        empty_label="（请选择）",
        help_text="程度按违规事项的规定",
        error_messages={"required": "请选择违规事项"},
    )
    unit = UnitChoice(
        label="发生机构",
        queryset=Unit.objects.none(),
        widget=PickerSelect,
        empty_label="（当天任职的机构）",
        required=False,
        help_text="在别处代班时才需要选择",
    )
    note = forms.CharField(
        label="说明",
        max_length=NOTE_MAX,
        required=False,
        widget=forms.Textarea({"rows": 4}),
        help_text="写明事实，一两句话；不要写客户的姓名和号码",
    )

    def __init__(self, *args: Any, branch: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "staff", Staff.objects.filter(branch=branch).order_by("number"))
        choose(self, "kind", ViolationKind.objects.filter(branch=branch, is_active=True))
        units = Unit.objects.filter(branch=branch).order_by("path")
        choose(self, "unit", units)
        self.fields["day"].initial = timezone.localdate

    def facts(self) -> ViolationFacts:
        """What was filled in."""
        return ViolationFacts(**self.cleaned_data)


class RevokeForm(forms.Form):
    """Why a violation is taken back."""

    reason = forms.CharField(
        label="撤销的原因",
        max_length=200,
        widget=forms.Textarea({"rows": 4}),
        help_text="撤销后不再计入成绩、星级和统计，记录仍可查阅。",
    )


class CandidateFilterForm(forms.Form):
    """Where to look for what could be recorded."""

    month = MonthField(label="月份", required=False)
    unit = UnitFilter()
    likely = forms.BooleanField(label="只看像违规事项的", required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "unit", units_visible_to(user).order_by("path"))

    def sought(self, **fixed: Any) -> CandidateSought:
        """What was asked."""
        self.is_valid()
        chosen = {name: self.cleaned_data.get(name) for name in ("month", "unit")}
        return CandidateSought(**{name: value for name, value in chosen.items() if value} | fixed)

    @property
    def wants_likely(self) -> bool:
        """Whether only what is like an entry of the catalogue is wanted."""
        return bool(self.cleaned_data.get("likely"))


class ChosenKindsForm(forms.Form):
    """Which of the candidates on a page are recorded, and as what.

    Each has a tick (`pick`, its key) and a list (`kind-<key>`); `only` is the one whose own button
    was pressed. The keys are the page's own, so that nothing else can be recorded.
    """

    only = forms.CharField(required=False, max_length=40)

    def __init__(self, *args: Any, keys: list[str], kinds: dict[str, ViolationKind], **kwargs: Any) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.keys, self.kinds = keys, kinds

    def chosen(self) -> dict[str, ViolationKind]:
        """The kind of each candidate to record, by key."""
        return cast("dict[str, ViolationKind]", self.cleaned_data["chosen"])

    def clean(self) -> dict[str, Any]:
        """At least one, each with an entry of the catalogue that is in use."""
        data = super().clean() or {}
        only = data.get("only")
        wanted = [only] if only else self.data.getlist("pick")  # type: ignore[attr-defined]
        picked = [key for key in self.keys if key in set(wanted)]
        if not picked:
            raise ValidationError("请先勾选要记录的项目")
        kinds = {key: self.kinds.get(self.data.get(f"kind-{key}", "")) for key in picked}
        if None in kinds.values():
            raise ValidationError("请为所选的每一项选择违规事项")
        return data | {"chosen": kinds}


class YearForm(forms.Form):
    """Of which year figures are shown."""

    year = forms.TypedChoiceField(label="年度", coerce=int, required=False)

    def __init__(self, *args: Any, years: Collection[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.latest = max(years)
        field = cast("forms.ChoiceField", self.fields["year"])
        field.choices = [(str(year), f"{year}年") for year in years]
        field.initial = self.latest

    def asked(self) -> int:
        """The year; the latest where none or a wrong one was asked for."""
        if self.is_bound:
            self.is_valid()
        return int(getattr(self, "cleaned_data", {}).get("year") or self.latest)
