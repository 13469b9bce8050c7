"""The numbers of a scheme as a form, and the months of a season."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from django import forms

from outlets.months import InvalidMonth, Month
from reports.models import SchemeVersion
from reports.scheme import (
    CAUSE_LABELS,
    COMPONENT_LABELS,
    COMPONENTS,
    DEFAULT_SCHEME,
    REWEIGHT,
    TIE_BREAKERS,
    ZERO,
    InvalidScheme,
    SchemeRules,
)

TIE_LABELS: Final = {**COMPONENT_LABELS, "complaints": "有效投诉（少者在前）"}
MISSING_LABELS: Final = {REWEIGHT: "权重让给其余各项", ZERO: "按0分计"}
_PLACES: Final = 2


class MonthField(forms.CharField):
    """A month written 2011-04."""

    widget = forms.TextInput({"placeholder": "2011-04", "inputmode": "numeric"})

    def clean(self, value: Any) -> Any:
        """The month; a ValidationError in Chinese otherwise."""
        text = super().clean(value)
        try:
            return Month.parse(text) if text else None
        except InvalidMonth as error:
            raise forms.ValidationError(str(error)) from error


class SchemeForm(forms.Form):
    """Every number of R3 to R6; what contradicts itself is refused by the rules themselves."""

    label = forms.CharField(
        label="名称", max_length=40, help_text="如“2012年办法”，本分行内不重复。"
    )
    month = MonthField(label="自何月起", help_text="从这个月起施行；已公示或封账的月份不受影响。")

    def __init__(self, *args: Any, rules: SchemeRules | None = None, **kwargs: Any) -> None:
        kwargs["initial"] = _values(rules or DEFAULT_SCHEME) | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        for name in COMPONENTS:
            self.fields[f"weight_{name}"] = _number(COMPONENT_LABELS[name], minimum=0)
            self.fields[f"missing_{name}"] = forms.ChoiceField(
                label=f"{COMPONENT_LABELS[name]}缺项时", choices=MISSING_LABELS
            )
        self.fields["usage_target"] = _number("评价率目标（0至1）", minimum=0)
        self.fields["usage_share"] = _number("评价率份额（0至1）", minimum=0)
        self.fields["satisfaction_share"] = _number("满意率份额（0至1）", minimum=0)
        for name, label in CAUSE_LABELS.items():
            self.fields[f"value_{name}"] = _number(label)
            self.fields[f"cap_{name}"] = _number(f"{label}每月限额", minimum=0, required=False)
        self.fields["floor"] = _number("总分下限", minimum=0)
        self.fields["ceiling"] = _number("总分上限", minimum=0)
        for place in range(len(TIE_BREAKERS)):
            self.fields[f"tie_{place}"] = forms.ChoiceField(
                label=f"第{place + 1}比较", choices={"": "不再比较", **TIE_LABELS}, required=False
            )
        for name, label in _WHOLE.items():
            self.fields[name] = forms.IntegerField(label=label, min_value=0, max_value=1000)

    def clean(self) -> dict[str, Any]:
        """Add `rules`; the form's error is the rules' own."""
        data: dict[str, Any] = super().clean() or {}
        if self.errors:
            return data
        try:
            data["rules"] = _rules(data)
        except InvalidScheme as error:
            self.add_error(None, str(error))
        return data

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields by heading, for the page."""
        return [
            ("名称与施行", self._named("label", "month")),
            ("权重", self._named(*(f"weight_{name}" for name in COMPONENTS))),
            ("缺项", self._named(*(f"missing_{name}" for name in COMPONENTS))),
            ("星级柜员牌", self._named("usage_target", "usage_share", "satisfaction_share")),
            ("加减分（每次）", self._named(*(f"value_{name}" for name in CAUSE_LABELS))),
            ("每月限额（可空）", self._named(*(f"cap_{name}" for name in CAUSE_LABELS))),
            ("总分界限", self._named("floor", "ceiling")),
            ("同分比较", self._named(*(f"tie_{place}" for place in range(len(TIE_BREAKERS))))),
            ("机构与赛季", self._named(*_WHOLE)),
        ]

    def _named(self, *names: str) -> list[forms.BoundField]:
        return [self[name] for name in names]


_WHOLE: Final = {
    "least_windows": "窗口数至少按几个计",
    "absent": "缺评限度：缺评月数",
    "months": "缺评限度：每几个月",
    "rewarded": "表彰名额",
    "named": "点名名额",
}


class SeasonForm(forms.Form):
    """A competition over several months."""

    name = forms.CharField(label="名称", max_length=60, help_text="如“2011年文明优质服务竞赛”。")
    first = MonthField(label="首月")
    last = MonthField(label="末月")


def scheme_form(version: SchemeVersion | None, data: Mapping[str, Any] | None) -> SchemeForm:
    """The form of a draft, or of a new version that begins as a copy."""
    rules = SchemeRules.from_json(version.rules) if version else DEFAULT_SCHEME
    initial = {}
    if version and version.published_at is None:
        initial = {"label": version.label, "month": str(Month.of(version.effective_from))}
    return SchemeForm(data, rules=rules, initial=initial)


def _number(label: str, *, minimum: int | None = None, required: bool = True) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, min_value=minimum, max_digits=7, decimal_places=_PLACES, required=required
    )


def _values(rules: SchemeRules) -> dict[str, Any]:
    absent, months = rules.absence_limit
    return {
        **{f"weight_{name}": value for name, value in rules.weights.items()},
        **{f"missing_{name}": value for name, value in rules.missing.items()},
        **{f"value_{name}": value for name, value in rules.values.items()},
        **{f"cap_{name}": value for name, value in rules.caps.items()},
        **{f"tie_{place}": name for place, name in enumerate(rules.tie_break)},
        **{name: getattr(rules, name) for name in _PLAIN},
        "absent": absent,
        "months": months,
    }


_PLAIN: Final = (
    "usage_target", "usage_share", "satisfaction_share", "floor", "ceiling", "least_windows",
    "rewarded", "named",
)  # fmt: skip


def _rules(data: Mapping[str, Any]) -> SchemeRules:
    caps: dict[str, Decimal | None] = {name: data.get(f"cap_{name}") for name in CAUSE_LABELS}
    ties = [data[f"tie_{place}"] for place in range(len(TIE_BREAKERS))]
    return SchemeRules(
        weights={name: data[f"weight_{name}"] for name in COMPONENTS},
        missing={name: data[f"missing_{name}"] for name in COMPONENTS},
        values={name: data[f"value_{name}"] for name in CAUSE_LABELS},
        caps={name: cap for name, cap in caps.items() if cap is not None},
        tie_break=tuple(name for name in ties if name),
        absence_limit=(data["absent"], data["months"]),
        **{name: data[name] for name in _PLAIN},
    )
