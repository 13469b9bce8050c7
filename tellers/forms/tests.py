"""Forms of quizzes and skill tests."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final, cast

from django import forms
from django.db.models import QuerySet

from outlets.forms import DateInput
from outlets.forms.units import UnitChoiceField
from outlets.models import Posting, Staff, Unit
from tellers.models import Quiz
from tellers.selectors.quizzes import QuizSought

HIGHEST: Final = 100
KINDS: Final = [("", "全部"), *Quiz.Kind.choices]


class UnitsForm(forms.Form):
    """A form that names one of the visible units in its field `unit`."""

    def __init__(self, *args: Any, units: QuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("UnitChoiceField", self.fields["unit"]).queryset = units


class TestFilterForm(UnitsForm):
    """What the list of results looks for."""

    first = forms.DateField(label="自", required=False, widget=DateInput())
    last = forms.DateField(label="至", required=False, widget=DateInput())
    kind = forms.ChoiceField(label="类别", required=False, choices=KINDS)
    unit = UnitChoiceField(
        label="机构（含下级）", queryset=Unit.objects.none(), required=False, empty_label="全部"
    )
    person = forms.CharField(label="姓名或员工号", required=False, max_length=40)
    below = forms.IntegerField(
        label="低于（分）", required=False, min_value=1, max_value=HIGHEST + 1
    )

    def sought(self, sort: str) -> QuizSought:
        """What is looked for; nothing while the form is wrong."""
        if not self.is_valid():
            return QuizSought(sort=sort)
        return QuizSought(**self.cleaned_data, sort=sort)


class TestPlaceForm(UnitsForm):
    """Where and when a test was held: then the people who were there are listed."""

    unit = UnitChoiceField(label="机构", queryset=Unit.objects.none())
    day = forms.DateField(label="日期", widget=DateInput())
    kind = forms.ChoiceField(label="类别", choices=Quiz.Kind.choices)


class ScoresForm(forms.Form):
    """A score for each of the people; those left empty took no part."""

    def __init__(self, *args: Any, people: Sequence[Posting], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = [held.staff for held in people]
        for person in self.people:
            self.fields[str(person.pk)] = score_field(f"{person.name}（{person.number}）")

    def scores(self) -> dict[Staff, Decimal]:
        """What was entered, by person."""
        given = {person: self.cleaned_data[str(person.pk)] for person in self.people}
        return {person: score for person, score in given.items() if score is not None}


class CorrectForm(forms.Form):
    """The right score, and why."""

    score = forms.DecimalField(
        label="更正为", min_value=0, max_value=HIGHEST, max_digits=5, decimal_places=2
    )
    reason = forms.CharField(label="原因", max_length=200)


class RemoveForm(forms.Form):
    """Why a result is taken out."""

    reason = forms.CharField(label="删除原因", max_length=200)


def score_field(label: str) -> forms.DecimalField:
    """A score of 0 to 100, or nothing."""
    return forms.DecimalField(
        label=label, required=False, min_value=0, max_value=HIGHEST, max_digits=5, decimal_places=2
    )
