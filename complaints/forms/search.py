"""The search of the letter list: what may be asked, and a query that names no customer."""

from collections.abc import Mapping
from typing import Any, Final, cast

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import flatatt
from django.http import QueryDict
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.masking import folded
from accounts.models import User
from complaints.models import Channel, Kind, Letter, Responsibility, SavedView, Severity
from complaints.redaction import Found, mask_number, normalised, numbers
from complaints.sealing import blind_index
from complaints.selectors.handlers import handlers_of
from complaints.selectors.letters import letters_visible_to
from complaints.selectors.search import NEWEST, NONE, LetterSought
from complaints.taxonomy import BUSINESSES, CAUSES
from outlets.forms import DateInput
from outlets.models import Unit
from outlets.selectors import units_visible_to

SHORTEST: Final = 2
MANY: Final = 8
# A query string is kept in URLs, logs and saved views: these are all it may have.
ASKED: Final = (
    "q", "number", "shown", "kind", "state", "channel", "business", "cause", "severity", "responsibility",
    "repeats", "under", "unit", "institution", "staff", "person", "handler", "from", "to", "overdue",
    "todo", "sort",
)  # fmt: skip
# Shown in the bar; the others are folded away until one of them is used.
FIRST: Final = ("q", "kind", "under", "since", "until")


class QuickSelect(forms.Select):
    """The browser's list without a template an option: a search form has a hundred of them."""

    def render(
        self,
        name: str,
        value: Any,
        attrs: dict[str, Any] | None = None,
        renderer: Any = None,  # noqa: ARG002
    ) -> SafeString:
        """The same HTML."""
        widget = self.get_context(name, value, attrs)["widget"]
        chosen = (one for _, group, _ in widget["optgroups"] for one in group)
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            (
                (one["value"], " selected" if one["selected"] else "", one["label"])
                for one in chosen
            ),
        )
        return format_html(
            '<select name="{}"{}>{}</select>', name, flatatt(widget["attrs"]), options
        )


def _choices(label: str, choices: Any, none: str = "") -> list[tuple[str, Any]]:
    nothing = [(NONE, none)] if none else []
    return [("", label), *choices, *nothing]


def _choice(label: str, choices: Any, none: str = "") -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=_choices("全部", choices, none), required=False, widget=QuickSelect
    )


def _hidden(pattern: str) -> forms.RegexField:
    return forms.RegexField(pattern, required=False, widget=forms.HiddenInput)


class _PersonField(forms.ModelChoiceField[User]):
    """Somebody by name."""

    def label_from_instance(self, obj: User) -> str:
        """The name."""
        return obj.name


class LetterSearchForm(forms.Form):
    """Which letters to show."""

    q = forms.CharField(
        label="内容或号码",
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "两个字以上；或电话、卡号、工单号"}),
    )
    kind = _choice("类型", Kind.choices, "未定类")
    under = forms.ModelChoiceField(
        label="机构",
        queryset=Unit.objects.none(),
        empty_label="全部",
        required=False,
        widget=QuickSelect,
    )
    since = forms.DateField(label="受理从", widget=DateInput(), required=False)
    until = forms.DateField(label="到", widget=DateInput(), required=False)
    channel = _choice("来源", Channel.choices)
    business = _choice("业务", BUSINESSES.items(), "未填")
    cause = _choice("原因", CAUSES.items(), "未填")
    severity = _choice("程度", Severity.choices)
    responsibility = _choice("责任认定", Responsibility.Finding.choices, "待认定")
    person = forms.CharField(label="涉及员工", max_length=40, required=False)
    handler = _PersonField(
        label="承办人",
        queryset=User.objects.none(),
        empty_label="全部",
        required=False,
        widget=QuickSelect,
    )
    customer = forms.CharField(
        label="客户电话、卡号或证件号",
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    overdue = forms.BooleanField(label="只看逾期", required=False)
    todo = forms.BooleanField(label="只看待办", required=False)
    state = forms.ChoiceField(
        choices=_choices("", Letter.State.choices), required=False, widget=forms.HiddenInput
    )
    number = _hidden(r"^[0-9a-f]{64}$")
    shown = _hidden(r"^[0-9A-Z*]{1,20}$")
    repeats = _hidden(rf"^{NONE}$")
    unit = _hidden(rf"^(\d{{1,18}}|{NONE})$")
    institution = _hidden(rf"^(\d{{1,18}}|{NONE})$")
    staff = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    sort = _hidden(r"^(-?received|due)$")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = units_visible_to(user).exclude(kind=Unit.Kind.DEPARTMENT).order_by("path")
        cast("forms.ModelChoiceField[Unit]", self.fields["under"]).queryset = units
        own = cast("forms.ModelChoiceField[User]", self.fields["handler"])
        own.queryset = handlers_of(user.unit.branch_id if user.unit else 0)

    def add_prefix(self, field_name: str) -> str:
        """The names the statistics' links use; `from` cannot be a name in Python."""
        return {"since": "from", "until": "to"}.get(field_name, field_name)

    def clean_q(self) -> str:
        """Words of two characters or more."""
        asked: str = self.cleaned_data["q"]
        words = words_of(asked)
        if any(len(word) < SHORTEST for word in words):
            raise ValidationError("请至少输入两个字")
        if len(words) > MANY:
            raise ValidationError(f"最多{MANY}个词")
        return asked

    def clean(self) -> dict[str, Any]:
        """The days in their order."""
        chosen = super().clean() or {}
        since, until = chosen.get("since"), chosen.get("until")
        if since and until and since > until:
            self.add_error("until", "不能早于开始日期")
        return chosen

    @property
    def first(self) -> list[forms.BoundField]:
        """The fields of the bar."""
        return [self[name] for name in FIRST]

    @property
    def more(self) -> list[forms.BoundField]:
        """The fields folded away."""
        return [field for field in self.visible_fields() if field.name not in FIRST]

    @property
    def is_open(self) -> bool:
        """Whether one of those folded away is in use or wrong."""
        return any(field.errors or field.value() for field in self.more)

    def sought(self) -> LetterSought:
        """What was asked; a wrong value counts as none and says so beside its field."""
        self.is_valid()
        chosen = self.cleaned_data
        fields = {name: value for name, value in chosen.items() if value}
        for name in ("q", "customer", "shown"):
            fields.pop(name, None)
        fields["sort"] = fields.get("sort") or NEWEST
        return LetterSought(words=tuple(words_of(chosen.get("q") or "")), **fields)


def words_of(asked: str) -> list[str]:
    """The words of a query, once each."""
    return list(dict.fromkeys(folded(asked).split()))


def private_query(asked: Mapping[str, str], user: User) -> QueryDict:
    """The query with any customer's number in it replaced by its blind index, and nothing unknown."""
    given = {name: asked.get(name, "").strip() for name in ASKED}
    words, found = given["q"], customer_numbers(asked, user)
    for one in reversed(found):
        words = f"{words[: one.start]} {words[one.end :]}"
    typed = asked.get("customer", "").strip()
    wanted = [normalised(typed)] if typed else [one.number for one in found]
    if wanted:
        given |= {"number": blind_index("NUMBER", wanted[0]).hex(), "shown": mask_number(wanted[0])}
    given["q"] = " ".join(words.split())
    query = QueryDict(mutable=True)
    query.update({name: value for name, value in given.items() if value})
    return query


def names_a_customer(asked: Mapping[str, str], user: User) -> bool:
    """Whether a query holds a number that has no place in a URL."""
    return bool(asked.get("customer") or customer_numbers(asked, user))


def customer_numbers(asked: Mapping[str, str], user: User) -> list[Found]:
    """The customers' numbers among the words; one that is a letter's reference names no customer."""
    words = asked.get("q", "").strip()
    seen = letters_visible_to(user)
    return [
        one
        for one in numbers(words)
        if not seen.filter(reference=words[one.start : one.end]).exists()
    ]


class SavedViewForm(forms.ModelForm[SavedView]):
    """The name a search is kept under."""

    class Meta:
        model = SavedView
        fields = ("name",)
        error_messages = {"name": {"required": "请给这个查询起个名称"}}
