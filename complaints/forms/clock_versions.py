"""The numbers of deadline rules as a form."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django import forms
from django.forms import BoundField

from complaints.deadlines import ARTICLE_LABELS, ClockRules
from complaints.deadlines.events import KIND_LABELS
from complaints.forms.responsibility import DateInput
from outlets.ruledata import InvalidRules

DAYS: Final[Mapping[str, str]] = {
    "complaint_days": "一般投诉（日）",
    "complex_days": "情况复杂（日）",
    "further_days": "情况特别复杂再延长（日）",
    "most_days": "总计最长（日）",
    "review_ask_days": "申请核查（日）",
    "review_days": "作出核查决定（日）",
}
REMINDING: Final[Mapping[str, str]] = {
    "remind_before": "到期前几日提醒承办人",
    "escalate_after": "逾期几日上报分行领导",
}


class ClockVersionForm(forms.Form):
    """Every number of the deadlines; what contradicts itself is refused by the rules themselves.

    `cleaned_data["rules"]` are the rules.
    """

    label = forms.CharField(label="名称", max_length=60, help_text="如“2026年修订”。")
    effective_on = forms.DateField(
        label="施行日期",
        widget=DateInput,
        help_text="从这一天起算的期限按新规则，此前起算的仍按原规则；发布后不能修改。",
    )

    def __init__(self, *args: Any, rules: ClockRules, **kwargs: Any) -> None:
        kwargs["initial"] = _values(rules) | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        for name, label in {**DAYS, **REMINDING}.items():
            self.fields[name] = _whole(label, minimum=0 if name == "remind_before" else 1)
        for kind in rules.working_days:
            self.fields[f"working_{kind}"] = _whole(f"{KIND_LABELS[kind]}（工作日）", minimum=1)
        self.fields["regulation"] = forms.CharField(label="所依据的规定", max_length=60)
        for what, label in ARTICLE_LABELS.items():
            self.fields[f"article_{what}"] = forms.CharField(
                label=f"{label}的条款", max_length=20, required=False
            )

    def groups(self) -> Iterator[tuple[str, list[BoundField]]]:
        """The fields by what they are about."""
        kinds = [name for name in self.fields if name.startswith("working_")]
        articles = [name for name in self.fields if name.startswith("article_")]
        yield "版本", [self["label"], self["effective_on"]]
        yield "投诉", [self[name] for name in DAYS]
        yield "其他来信", [self[name] for name in kinds]
        yield "提醒", [self[name] for name in REMINDING]
        yield "依据", [self["regulation"], *(self[name] for name in articles)]

    def clean(self) -> dict[str, Any]:
        """The rules; an error above the form when they contradict themselves."""
        data = super().clean() or {}
        if not self.errors:
            try:
                data["rules"] = _rules(data)
            except InvalidRules as error:
                self.add_error(None, f"{error}。")
        return data


def _whole(label: str, *, minimum: int) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=minimum, max_value=366)


def _values(rules: ClockRules) -> dict[str, Any]:
    return {
        **{name: getattr(rules, name) for name in (*DAYS, *REMINDING, "regulation")},
        **{f"working_{kind}": days for kind, days in rules.working_days.items()},
        **{f"article_{what}": text for what, text in rules.articles.items()},
    }


def _rules(data: Mapping[str, Any]) -> ClockRules:
    return ClockRules(
        effective_on=data["effective_on"],
        regulation=data["regulation"],
        working_days=_table(data, "working_"),
        articles=_table(data, "article_"),
        **{name: data[name] for name in (*DAYS, *REMINDING)},
    )


def _table(data: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    return {
        name.removeprefix(prefix): value for name, value in data.items() if name.startswith(prefix)
    }
