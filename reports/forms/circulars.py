"""What issuing a circular asks for."""

from typing import Any, Final

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from outlets.forms import DateInput
from reports.documents.circular_figures import DEFAULT_DEMAND, DEFAULT_TITLE, CircularFacts
from tellers.models import Penalty

TITLE_MAX: Final = 60
DEMAND_MAX: Final = 500


class CircularForm(forms.Form):
    """The penalties, of those that can be made known, and the words around them."""

    penalties = forms.ModelMultipleChoiceField(
        label="处罚",
        queryset=Penalty.objects.none(),
        error_messages={"required": "请选择要通报的处罚"},
    )
    issued_on = forms.DateField(
        label="印发日期", widget=DateInput(), help_text="印在报头和文末；文号按印发年度顺编"
    )
    title = forms.CharField(label="标题", max_length=TITLE_MAX, initial=DEFAULT_TITLE)
    demand = forms.CharField(
        label="有关要求",
        max_length=DEMAND_MAX,
        required=False,
        initial=DEFAULT_DEMAND,
        widget=forms.Textarea({"rows": 4}),
        help_text="写在文末，可留空",
    )

    def __init__(self, *args: Any, penalties: QuerySet[Penalty], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["penalties"].queryset = penalties  # type: ignore[attr-defined]
        self.fields["issued_on"].initial = timezone.localdate

    def facts(self) -> CircularFacts:
        """What is to be made known."""
        given = self.cleaned_data
        return CircularFacts(**given | {"penalties": list(given["penalties"])})
