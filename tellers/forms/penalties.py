"""Forms of penalties: the list's filter, proposing, deciding, appealing."""

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any, Final, cast

from django import forms
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from complaints.forms.triage import choose
from outlets.months import FIRST_YEAR, LAST_YEAR
from outlets.selectors import units_visible_to
from tellers.forms.violations import UnitFilter, choices_of
from tellers.models import Penalty
from tellers.selectors.discipline import HOLDING, PenaltySought
from tellers.selectors.subjects import Subject
from tellers.services.penalties import LOST_RIGHTS, PenaltyFacts

TEXT_MAX: Final = 300
APPEAL_MAX: Final = 2000
MOST_YUAN: Final = 999_999
_TICKS: Final = {"class": "form-check-input"}
_STATES: Final = [(HOLDING, "有效的（已批准至申诉驳回）"), *Penalty.State.choices]


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea({"rows": rows})


class PenaltyFilterForm(forms.Form):
    """Which penalties to show."""

    year = forms.TypedChoiceField(label="违规年度", coerce=int, empty_value=None, required=False)
    unit = UnitFilter()
    person = forms.CharField(label="姓名或员工号", max_length=40, required=False)
    kind = forms.ChoiceField(
        label="处罚", choices=choices_of("全部", Penalty.Kind.choices), required=False
    )
    ground = forms.ChoiceField(
        label="事由", choices=choices_of("全部", Penalty.Ground.choices), required=False
    )
    state = forms.ChoiceField(label="状态", choices=choices_of("全部", _STATES), required=False)
    outside = forms.BooleanField(required=False, widget=forms.HiddenInput)
    waiting = forms.BooleanField(label="只看待我办理", required=False)

    def __init__(self, *args: Any, user: User, years: Collection[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "unit", units_visible_to(user).order_by("path"))
        field = cast("forms.ChoiceField", self.fields["year"])
        field.choices = choices_of("全部", [(str(year), f"{year}年") for year in years])
        if user.role == Role.TELLER:
            for name in ("unit", "person", "ground", "waiting"):
                del self.fields[name]

    def sought(self) -> PenaltySought:
        """What was asked; a wrong value counts as none and says so beside its field."""
        self.is_valid()
        return PenaltySought(**{name: value for name, value in self.cleaned_data.items() if value})


class ProposalForm(forms.Form):
    """Which penalties are proposed for whom. Several of each make one penalty a person and kind."""

    subjects = forms.MultipleChoiceField(
        label="处罚对象",
        widget=forms.CheckboxSelectMultiple(_TICKS),
        error_messages={"required": "请选择处罚对象"},
    )
    kinds = forms.MultipleChoiceField(
        label="处罚",
        choices=Penalty.Kind.choices,
        widget=forms.CheckboxSelectMultiple(_TICKS),
        error_messages={"required": "请选择处罚"},
    )
    amount = forms.DecimalField(
        label="每人金额（元）",
        min_value=Decimal("0.01"),
        max_value=MOST_YUAN,
        decimal_places=2,
        required=False,
        help_text="经济处罚时填写",
    )
    year = forms.IntegerField(
        label="取消资格的年度",
        min_value=FIRST_YEAR,
        max_value=LAST_YEAR,
        required=False,
        help_text="取消星级评定或标兵评选资格时填写",
    )
    reason = forms.CharField(
        label="理由",
        max_length=TEXT_MAX,
        widget=_area(3),
        help_text="写明依据的制度和考虑；会告知本人，并写入处罚通报",
    )

    def __init__(self, *args: Any, subjects: Sequence[Subject], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_key = {one.key: one for one in subjects}
        field = cast("forms.MultipleChoiceField", self.fields["subjects"])
        field.choices = [(one.key, f"{one.staff.name}（{one.ground_label}）") for one in subjects]
        days = [held.day for one in subjects for held in one.violations]
        self.fields["year"].initial = max(days, default=timezone.localdate()).year

    def clean(self) -> dict[str, Any]:
        """An amount with a fine, a year with a right that is lost."""
        given = super().clean() or {}
        kinds = given.get("kinds", [])
        if Penalty.Kind.ECONOMIC in kinds and not given.get("amount") and "amount" in given:
            self.add_error("amount", "请写明经济处罚的金额")
        if set(kinds).intersection(LOST_RIGHTS) and not given.get("year") and "year" in given:
            self.add_error("year", "请写明取消哪个年度的资格")
        return given

    def facts(self) -> list[PenaltyFacts]:
        """What is proposed, person by person."""
        given = self.cleaned_data
        return [
            _facts(self.by_key[key], kind, given)
            for key in given["subjects"]
            for kind in given["kinds"]
        ]


def _facts(subject: Subject, kind: str, given: dict[str, Any]) -> PenaltyFacts:
    return PenaltyFacts(
        staff=subject.staff,
        kind=kind,
        ground=subject.ground,
        reason=given["reason"],
        violations=subject.violations,
        amount=given["amount"] if kind == Penalty.Kind.ECONOMIC else None,
        year=given["year"] if kind in LOST_RIGHTS else None,
    )


class DueFilterForm(forms.Form):
    """Of which year and unit leaders and repeat violators are looked for."""

    year = forms.TypedChoiceField(label="违规年度", coerce=int, required=False)
    unit = UnitFilter()

    def __init__(self, *args: Any, user: User, years: Collection[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "unit", units_visible_to(user).order_by("path"))
        field = cast("forms.ChoiceField", self.fields["year"])
        field.choices = [(str(year), f"{year}年") for year in years]
        field.initial = next(iter(years), None)
        self.years = list(years)

    def asked(self) -> tuple[int, Any]:
        """The year, by default the latest with violations, and the unit, if any."""
        if self.is_bound:
            self.is_valid()
        chosen = getattr(self, "cleaned_data", {})
        latest = self.years[0] if self.years else timezone.localdate().year
        return chosen.get("year") or latest, chosen.get("unit")


class DecideForm(forms.Form):
    """The second signature, or why not."""

    agreed = forms.TypedChoiceField(
        label="审批意见",
        choices=[("yes", "批准"), ("no", "不批准")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect(_TICKS),
        error_messages={"required": "请选择审批意见"},
    )
    reason = forms.CharField(
        label="理由", max_length=TEXT_MAX, required=False, widget=_area(3), help_text="不批准时必填"
    )


class AppealForm(forms.Form):
    """What the person says against a penalty."""

    text = forms.CharField(
        label="申诉的内容和理由",
        max_length=APPEAL_MAX,
        widget=_area(8),
        help_text="写明不服的事实和理由；每项处罚可申诉一次",
    )


class AppealDecideForm(forms.Form):
    """What becomes of an appeal, and why."""

    upheld = forms.TypedChoiceField(
        label="决定",
        choices=[("no", "申诉不成立，维持处罚"), ("yes", "申诉成立，撤销处罚")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect(_TICKS),
        error_messages={"required": "请选择决定"},
    )
    reason = forms.CharField(label="理由", max_length=TEXT_MAX, widget=_area(4))
