"""What may be asked of the league page; anything else falls back to the whole table."""

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from outlets.months import Month
from reports.models import MonthClose
from reports.selectors.league import LeagueRow
from reports.tables import INSTITUTION, OUTLET

VIEWS: Final = {
    "outlets": "网点排名",
    "institutions": "机构排名",
    "season": "本赛季累计",
    "heat": "逐月热力",
    "gap": "明暗对比",
}
KINDS: Final = {OUTLET: "网点", INSTITUTION: "机构"}


def _is_shown(record: MonthClose) -> bool:
    """Whether the month has been published: an open one may hold a single result so far."""
    return record.state != MonthClose.State.OPEN


class PlainSelect(forms.Select):
    """A drop-down list written in one go: a template per option is most of the page's time."""

    def render(
        self,
        name: str,
        value: Any,
        attrs: dict[str, Any] | None = None,
        renderer: Any = None,  # noqa: ARG002
    ) -> SafeString:
        """The element with its options; texts and values escaped."""
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            (
                (key, SafeString(" selected") if str(key) == str(value or "") else "", label)
                for key, label in self.choices
            ),
        )
        held = flatatt(self.build_attrs(self.attrs, {**(attrs or {}), "name": name}))
        return format_html("<select{}>{}</select>", held, options)


class MonthForm(forms.Form):
    """Which month, which view, which kind of unit."""

    month = forms.ChoiceField(label="月份", required=False, widget=PlainSelect)
    view = forms.ChoiceField(choices=VIEWS, required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(choices=KINDS, required=False, widget=forms.HiddenInput)
    sort = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)

    def __init__(self, *args: object, records: Sequence[MonthClose], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.records = {str(Month.of(record.month)): record for record in records}
        self._choices("month", [(key, Month.parse(key).label) for key in self.records])

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        field.choices = choices

    def asked(self, name: str) -> str:
        """A valid answer, else nothing."""
        self.is_valid()
        return str(self.cleaned_data.get(name) or "")

    @property
    def record(self) -> MonthClose:
        """The month asked for, else the latest published, else the latest."""
        asked = self.records.get(self.asked("month"))
        return asked or next(filter(_is_shown, self.records.values()), self._newest)

    @property
    def _newest(self) -> MonthClose:
        return next(iter(self.records.values()))

    @property
    def chosen_view(self) -> str:
        """The view asked for, else the outlets."""
        return self.asked("view") or "outlets"

    @property
    def chosen_kind(self) -> str:
        """The kind of unit the view shows."""
        if self.chosen_view == "institutions":
            return INSTITUTION
        return self.asked("kind") or OUTLET if self.chosen_view in {"season", "heat"} else OUTLET


class LeagueForm(MonthForm):
    """The filters of a month's table, with the groups and institutions it has."""

    group = forms.ChoiceField(label="组别", required=False, widget=PlainSelect)
    institution = forms.ChoiceField(label="所属机构", required=False, widget=PlainSelect)
    q = forms.CharField(
        label="名称",
        required=False,
        max_length=40,
        widget=forms.TextInput({"type": "search", "placeholder": "机构名称或机构号"}),
    )

    def offer(self, rows: Sequence[LeagueRow]) -> None:
        """Offer the groups and institutions of these rows."""
        groups = sorted({row.peer_group for row in rows if row.peer_group})
        heads = {
            str(row.institution_id): row.institution or "" for row in rows if row.institution_id
        }
        self._choices("group", [("", "全部"), *((group, group) for group in groups)])
        self._choices("institution", [("", "全部"), *sorted(heads.items(), key=lambda one: one[1])])
        if self.chosen_kind == INSTITUTION:
            del self.fields["institution"]
        if not groups:
            del self.fields["group"]
        self.full_clean()

    def matching(self, rows: Sequence[LeagueRow]) -> list[LeagueRow]:
        """The rows that meet the filters."""
        group, institution, q = (self.asked(name) for name in ("group", "institution", "q"))
        return [
            row
            for row in rows
            if (not group or row.peer_group == group)
            and (not institution or str(row.institution_id) == institution)
            and (not q or q in row.name or q.upper() in row.code.upper())
        ]
