"""What issuing a bulletin asks for."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone

from outlets.months import Month


class BulletinForm(forms.Form):
    """The month, of those that can have a bulletin, and the date it carries."""

    month = forms.ChoiceField(label="月份", help_text="已公示或已封账、还没有简报的月份")
    issued_on = forms.DateField(
        label="印发日期",
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text="印在报头和文末；期号按印发年度顺编",
    )

    def __init__(self, *args: Any, months: Iterable[Month], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["month"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  (declared above)
        field.choices = [(str(month), month.label) for month in months]
        self.fields["issued_on"].initial = timezone.localdate

    def clean_month(self) -> Month:
        """As a value."""
        return Month.parse(self.cleaned_data["month"])
