"""Forms of trainings."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms

from outlets.forms import DateInput
from outlets.forms.units import UnitChoiceField
from outlets.models import Staff, Unit
from tellers.forms.tests import UnitsForm, score_field
from tellers.models import Attendance, Training
from tellers.services.trainings import Mark, TrainingFacts

_CAME: Final = [("", "未记"), ("yes", "参加"), ("no", "缺席")]


class TrainingFilterForm(forms.Form):
    """What the list of trainings looks for."""

    year = forms.IntegerField(label="年度", required=False, min_value=1900, max_value=2999)
    name = forms.CharField(label="名称", required=False, max_length=40)


class TrainingForm(forms.Form):
    """A training."""

    name = forms.CharField(label="名称", max_length=80)
    first_day = forms.DateField(label="开始日期", widget=DateInput())
    last_day = forms.DateField(label="结束日期", widget=DateInput())
    hours = forms.DecimalField(label="学时", max_digits=5, decimal_places=1, min_value=0)
    trainer = forms.CharField(label="讲师", max_length=60, required=False)
    place = forms.CharField(label="地点", max_length=80, required=False)
    note = forms.CharField(
        label="说明", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def facts(self) -> TrainingFacts:
        """The cleaned fields as services take them."""
        return TrainingFacts(**self.cleaned_data)


class AttendancePlaceForm(UnitsForm):
    """Whose people are listed; `came`: those not entered yet are offered as having come."""

    unit = UnitChoiceField(label="机构（含下级）", queryset=Unit.objects.none())
    came = forms.BooleanField(label="未记的先填“参加”", required=False)


class AttendanceForm(forms.Form):
    """Of each of the people whether they came, and the score where there was a test."""

    def __init__(
        self,
        *args: Any,
        people: Sequence[Staff],
        known: Mapping[int, Attendance],
        unknown: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.people = people
        for person in people:
            row = known.get(person.pk)
            came, score = f"came_{person.pk}", f"score_{person.pk}"
            self.fields[came] = forms.ChoiceField(
                label=f"{person.name}参加情况", choices=_CAME, required=False
            )
            self.fields[score] = score_field(f"{person.name}成绩")
            self.initial[came] = unknown
            if row is not None:
                self.initial[came] = "yes" if row.attended else "no"
                self.initial[score] = row.score

    def clean(self) -> dict[str, Any]:
        """Who did not come has no score."""
        for person in self.people:
            score = self.cleaned_data.get(f"score_{person.pk}")
            if score is not None and self.cleaned_data.get(f"came_{person.pk}") != "yes":
                self.add_error(f"score_{person.pk}", "只有参加的人有成绩")
        return self.cleaned_data

    def lines(self) -> list[tuple[Staff, Any, Any]]:
        """Each person with the two fields."""
        return [(one, self[f"came_{one.pk}"], self[f"score_{one.pk}"]) for one in self.people]

    def marks(self, training: Training) -> list[Mark]:
        """What was entered."""
        given = [
            (
                person,
                self.cleaned_data[f"came_{person.pk}"],
                self.cleaned_data[f"score_{person.pk}"],
            )
            for person in self.people
        ]
        return [
            Mark(training.pk, person.pk, came == "yes", score)
            for person, came, score in given
            if came
        ]
