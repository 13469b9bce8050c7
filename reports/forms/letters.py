"""Which days the statistics of letters are about."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from django import forms

from outlets.forms import DateInput
from outlets.months import FIRST_YEAR, LAST_YEAR, Month
from reports.forms.league import PlainSelect
from reports.letters.page import OVERVIEW, VIEWS
from reports.periods import (
    Period,
    Span,
    holiday_period,
    month_period,
    quarter_period,
    range_period,
    year_period,
)

# The part of the year by its code, and the name the working calendar knows a holiday by.
HOLIDAYS: Final = {
    "NEW_YEAR": ("元旦", "元旦"),
    "SPRING": ("春节", "春节"),
    "QINGMING": ("清明节", "清明"),
    "LABOUR": ("劳动节", "劳动节"),
    "DRAGON_BOAT": ("端午节", "端午"),
    "MID_AUTUMN": ("中秋节", "中秋"),
    "NATIONAL": ("国庆长假", "国庆节"),
}
PARTS: Final = (
    ("", "全年"),
    *((f"Q{n}", f"第{n}季度") for n in range(1, 5)),
    *((f"M{n:02d}", f"{n}月") for n in range(1, 13)),
    *((key, label) for key, (label, _) in HOLIDAYS.items()),
)
LONGEST: Final = 3_700  # days
Known = Mapping[tuple[str, int], Span]


class PeriodForm(forms.Form):
    """A year and a part of it, or any days; nothing asked: the latest year there are letters of."""

    year = forms.TypedChoiceField(label="年度", required=False, coerce=int, widget=PlainSelect)
    part = forms.ChoiceField(label="期间", required=False, choices=PARTS, widget=PlainSelect)
    since = forms.DateField(label="或自", required=False, widget=DateInput())
    until = forms.DateField(label="至", required=False, widget=DateInput())
    view = forms.ChoiceField(required=False, choices=VIEWS, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        years: Sequence[int],
        latest: int,
        holidays: Known,
        today: date,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.today, self.latest, self.holidays = today, latest, holidays
        year = self.fields["year"]
        assert isinstance(year, forms.TypedChoiceField)  # noqa: S101
        year.choices = [(each, f"{each}年") for each in years]
        self.initial = {"year": self.latest, "part": ""}

    def add_prefix(self, field_name: str) -> str:
        """The names the list of letters has; `from` cannot be a name in Python."""
        return {"since": "from", "until": "to"}.get(field_name, field_name)

    def clean(self) -> dict[str, Any]:
        """Both ends of a range, in order, begun by today; a holiday the calendar knows."""
        data = super().clean() or self.cleaned_data
        first, last = data.get("since"), data.get("until")
        if first or last:
            self._check_range(first, last)
        else:
            self._check_part(data.get("year") or self.latest, data.get("part") or "")
        return data

    @property
    def chosen_view(self) -> str:
        """The way of looking at them asked for, else the overview."""
        self.is_valid()
        cleaned = self.cleaned_data if self.is_bound else {}
        return str(cleaned.get("view") or OVERVIEW)

    @property
    def period(self) -> Period:
        """The period asked for; the latest year when what was asked cannot be."""
        if not self.is_bound or not self.is_valid():
            return year_period(self.latest, self.today)
        first, last = self.cleaned_data["since"], self.cleaned_data["until"]
        if first and last:
            return range_period(first, last, self.today)
        return self._part(self.cleaned_data["year"] or self.latest, self.cleaned_data["part"])

    def _part(self, year: int, part: str) -> Period:
        if part in HOLIDAYS:
            label, name = HOLIDAYS[part]
            before = self.holidays.get((name, year - 1))
            return holiday_period(f"{year}年{label}", self.holidays[name, year], before, self.today)
        if part.startswith("Q"):
            return quarter_period(year, int(part[1:]), self.today)
        if part:
            return month_period(Month(year, int(part[1:])), self.today)
        return year_period(year, self.today)

    def _check_range(self, first: date | None, last: date | None) -> None:
        problems = (
            (first is None, "since", "请填写起始日期"),
            (last is None, "until", "请填写截止日期"),
            (first and last and last < first, "until", "截止日期不能早于起始日期"),
            (first and last and (last - first).days >= LONGEST, "until", "期间最长十年"),
            (first and first > self.today, "since", "起始日期在将来"),
            (first and first.year <= FIRST_YEAR + 1, "since", "起始日期过早"),
            (last and last.year >= LAST_YEAR, "until", "截止日期过晚"),
        )
        for wrong, name, reason in problems:
            if wrong and name not in self.errors:
                self.add_error(name, reason)

    def _check_part(self, year: int, part: str) -> None:
        if part in HOLIDAYS and (HOLIDAYS[part][1], year) not in self.holidays:
            self.add_error("part", f"工作日历中没有{year}年{HOLIDAYS[part][0]}的安排")
        elif self._part(year, part).whole.first > self.today:
            self.add_error("part", "这一期间还没有开始")
