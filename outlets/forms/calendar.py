"""Forms of the working calendar."""

from django import forms

from outlets.forms import DateInput

KINDS = {"off": False, "work": True, "plain": None}


class DayForm(forms.Form):
    """What a day is."""

    date = forms.DateField(label="日期", widget=DateInput())
    kind = forms.ChoiceField(
        label="安排",
        choices=[("off", "放假"), ("work", "上班"), ("plain", "恢复为平常日")],
    )
    name = forms.CharField(label="名称", max_length=40, required=False, help_text="如 国庆节")

    @property
    def is_working(self) -> bool | None:
        """The cleaned kind as services take it."""
        return KINDS[self.cleaned_data["kind"]]


class YearForm(forms.Form):
    """A year to look at or to seed."""

    year = forms.IntegerField(label="年份", min_value=1990, max_value=2100)
