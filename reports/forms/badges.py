"""Which badges to make."""

from typing import Any

from django import forms

from accounts.models import User
from outlets.models import Unit
from outlets.selectors import units_visible_to
from reports.services.badges import BadgesSought
from tellers.stars import HIGHEST, STAR_LABELS


class BadgesForm(forms.Form):
    """A unit, and some stars; left empty, everybody's."""

    unit = forms.ModelChoiceField(
        label="机构", queryset=Unit.objects.none(), empty_label="全部", required=False
    )
    stars = forms.TypedMultipleChoiceField(
        label="星级",
        choices=[(star, STAR_LABELS[star]) for star in range(HIGHEST, 0, -1)],
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple({"class": "form-check-input"}),
        help_text="不选即全部星级。",
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["unit"]
        field.queryset = units_visible_to(user).order_by("path")  # type: ignore[attr-defined]

    def sought(self) -> BadgesSought:
        """What a valid form asks for."""
        return BadgesSought(self.cleaned_data["unit"], self.cleaned_data["stars"])
