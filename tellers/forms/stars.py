"""Forms of rating periods: opening, the list's filter, adjustments, objections, decisions."""

from typing import Any, Final

from django import forms

from accounts.models import User
from outlets.models import Post, Unit
from outlets.selectors import units_visible_to
from tellers.models import StarRating, StarScheme
from tellers.selectors.stars import (
    HIGHEST_FIRST,
    SORTS,
    RatingSought,
    star_schemes_visible_to,
)
from tellers.stars import HIGHEST, STAR_LABELS, InvalidPeriod, period_days

_STARS: Final = [(str(star), STAR_LABELS[star]) for star in range(HIGHEST, -1, -1)]


class PeriodForm(forms.Form):
    """A new rating period, by a published scheme."""

    label = forms.CharField(label="周期", max_length=8, help_text="年度如 2011，季度如 2011Q4。")
    scheme = forms.ModelChoiceField(
        label="星级评定办法", queryset=StarScheme.objects.none(), empty_label=None
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["scheme"]
        field.queryset = star_schemes_visible_to(user).exclude(published_at=None)  # type: ignore[attr-defined]

    def clean_label(self) -> str:
        """A period there can be."""
        label: str = self.cleaned_data["label"].strip().upper()
        try:
            period_days(label)
        except InvalidPeriod as error:
            raise forms.ValidationError(str(error)) from error
        return label


class RatingFilterForm(forms.Form):
    """Which ratings to show."""

    unit = forms.ModelChoiceField(
        label="机构", queryset=Unit.objects.none(), empty_label="全部", required=False
    )
    post = forms.ChoiceField(label="岗位", choices=[("", "全部"), *Post.choices], required=False)
    star = forms.ChoiceField(label="星级", choices=[("", "全部"), *_STARS], required=False)
    status = forms.ChoiceField(
        label="状态", choices=[("", "全部"), *StarRating.Status.choices], required=False
    )
    person = forms.CharField(label="员工号或姓名", max_length=32, required=False)
    sort = forms.ChoiceField(
        choices=[(each, each) for name in SORTS for each in (name, f"-{name}")],
        required=False,
        widget=forms.HiddenInput,
    )

    def __init__(self, *args: Any, user: User, posts: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["unit"]
        field.queryset = units_visible_to(user).order_by("path")  # type: ignore[attr-defined]
        if len(posts) == 1:
            del self.fields["post"]

    def sought(self) -> RatingSought:
        """What was asked for; a field that makes no sense does not matter."""
        self.is_valid()
        data = self.cleaned_data
        star = data.get("star")
        return RatingSought(
            unit=data.get("unit"),
            post=data.get("post") or "",
            star=int(star) if star else None,
            status=data.get("status") or "",
            person=data.get("person") or "",
            sort=data.get("sort") or HIGHEST_FIRST,
        )


class AdjustForm(forms.Form):
    """The committee's proposal: one step, with grounds."""

    step = forms.TypedChoiceField(
        label="调整", choices=[(1, "上调一星"), (-1, "下调一星")], coerce=int
    )
    grounds = forms.CharField(
        label="依据", max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="写明事实和文号，如“省分行技能竞赛第一名（中银人〔2011〕8号）”。",
    )  # fmt: skip


class ObjectionForm(forms.Form):
    """What a teller has to say to the own rating."""

    text = forms.CharField(
        label="异议内容和理由", max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )


class DecisionForm(forms.Form):
    """How an objection is decided, and why."""

    new_star = forms.TypedChoiceField(
        label="决定",
        choices=[
            ("", "异议不成立，维持原评定"),
            *((key, f"异议成立，改为{label}") for key, label in _STARS),
        ],
        coerce=int,
        empty_value=None,
        required=False,
    )
    reason = forms.CharField(label="理由", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class AllowanceForm(forms.Form):
    """For how many months the allowance sheet reckons."""

    MOST: Final = 12
    months = forms.IntegerField(label="月数", min_value=1, max_value=MOST, initial=MOST)
