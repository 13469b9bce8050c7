"""The numbers of a star scheme as a form."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from django import forms

from outlets.models import Post
from tellers.models import StarScheme
from tellers.star_words import plain
from tellers.stars import (
    DEFAULT_STARS,
    DIMENSION_LABELS,
    DIMENSIONS,
    HIGHEST,
    SEVERITY_LABELS,
    STAR_LABELS,
    InvalidStarScheme,
    StarRules,
)

_STARS: Final = tuple(str(star) for star in range(HIGHEST, 0, -1))
_PLACES: Final = 2
_HUNDRED: Final = Decimal(100)
_DECIMALS: Final = {
    "floor": "维度下限（分）",
    "satisfaction_share": "满意率所占份额（0至1）",
    "complaint_points": "有效投诉每件扣",
    "praise_points": "属实表扬每件加",
}
_WHOLE: Final = {
    "repeats": "同类轻微违规几次不予评定",
    "least_device_months": "评价数据至少几个月",
    "objection_days": "公示几个工作日",
}
_STAR_CHOICES: Final = [(star, STAR_LABELS[star]) for star in range(HIGHEST, -1, -1)]


class StarSchemeForm(forms.Form):
    """Every number of R8; what contradicts itself is refused by the rules themselves."""

    label = forms.CharField(
        label="名称", max_length=60, help_text="如“2012年星级柜员评定办法”，本分行内不重复。"
    )

    def __init__(self, *args: Any, rules: StarRules = DEFAULT_STARS, **kwargs: Any) -> None:
        kwargs["initial"] = _values(rules) | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        self.fields |= {
            **{f"weight_{name}": _number(DIMENSION_LABELS[name]) for name in DIMENSIONS},
            **_star_fields("cut", "分数线"),
            **_star_fields("quota", "名额（%）", required=False),
            **_star_fields("allowance", "津贴（元/月）"),
            **{name: _number(label) for name, label in _DECIMALS.items()},
            **{
                f"points_{key}": _number(f"{label}违规扣") for key, label in SEVERITY_LABELS.items()
            },
            **{f"target_{post}": _number(post.label, required=False) for post in Post},
            **{name: _whole(label) for name, label in _WHOLE.items()},
            "floor_cap": _star_choice("低于下限最高评", lowest=0),
            "disqualifying": _severities("一次即不予评定的违规"),
            **{f"tie_{place}": _tie(place) for place in range(len(DIMENSIONS))},
            "pacesetter_star": _star_choice("标兵候选人至少", lowest=1),
            "pacesetter_barring": _severities("取消标兵资格的违规"),
        }

    def clean(self) -> dict[str, Any]:
        """Add `rules`; the form's error is the rules' own."""
        data: dict[str, Any] = super().clean() or {}
        if self.errors:
            return data
        try:
            data["rules"] = _rules(data)
        except InvalidStarScheme as error:
            self.add_error(None, f"{error}。")
        return data

    def groups(self) -> list[tuple[str, str, list[forms.BoundField]]]:
        """The fields by heading with a hint, for the page."""
        stars = [f"{{}}_{star}" for star in _STARS]
        return [
            ("名称", "", self._named("label")),
            ("维度权重", "没有数据的维度，权重让给其余各维度。", self._named(*(f"weight_{n}" for n in DIMENSIONS))),
            ("分数线", "总分达到分数线的评为该星级。", self._named(*(s.format("cut") for s in stars))),
            (
                "名额", "占参评人数的比例，留空不限；超出的降一星。",
                self._named(*(s.format("quota") for s in stars)),
            ),
            ("维度下限", "任一维度低于下限，星级封顶。", self._named("floor", "floor_cap")),
            (
                "服务质量", "满意率以外的份额归来信得分。",
                self._named("satisfaction_share", "complaint_points", "praise_points"),
            ),
            (
                "服务效率", "每个工作日的业务笔数目标；留空的岗位不参评。",
                self._named(*(f"target_{post}" for post in Post)),
            ),
            (
                "服务纪律与不予评定", "",
                self._named(*(f"points_{key}" for key in SEVERITY_LABELS), "repeats", "disqualifying"),
            ),
            ("参评条件与公示", "", self._named("least_device_months", "objection_days")),
            (
                "同分比较", "总分相同时依次比较。",
                self._named(*(f"tie_{place}" for place in range(len(DIMENSIONS)))),
            ),
            ("津贴", "生效的星级逐月发放。", self._named(*(s.format("allowance") for s in stars))),
            ("服务标兵", "", self._named("pacesetter_star", "pacesetter_barring")),
        ]  # fmt: skip

    def _named(self, *names: str) -> list[forms.BoundField]:
        return [self[name] for name in names]


def star_scheme_form(scheme: StarScheme | None, data: Mapping[str, Any] | None) -> StarSchemeForm:
    """The form of a draft, or of a new version that begins as a copy of a published one."""
    rules = StarRules.from_json(scheme.rules) if scheme else DEFAULT_STARS
    draft = scheme is not None and scheme.published_at is None
    initial = {"label": scheme.label} if scheme is not None and draft else {}
    return StarSchemeForm(data, rules=rules, initial=initial)


def _number(label: str, *, required: bool = True) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, min_value=0, max_digits=7, decimal_places=_PLACES, required=required
    )


def _whole(label: str) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=1, max_value=366)


def _star_fields(prefix: str, label: str, *, required: bool = True) -> dict[str, forms.Field]:
    return {
        f"{prefix}_{star}": _number(f"{STAR_LABELS[int(star)]}{label}", required=required)
        for star in _STARS
    }


def _star_choice(label: str, *, lowest: int) -> forms.TypedChoiceField:
    choices = [one for one in _STAR_CHOICES if one[0] >= lowest]
    return forms.TypedChoiceField(label=label, choices=choices, coerce=int)


def _severities(label: str) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label,
        choices=list(SEVERITY_LABELS.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple({"class": "form-check-input"}),
    )


def _tie(place: int) -> forms.ChoiceField:
    choices = [("", "不再比较"), *DIMENSION_LABELS.items()]
    return forms.ChoiceField(label=f"第{place + 1}比较", choices=choices, required=False)


def _values(rules: StarRules) -> dict[str, Any]:
    return {
        **{f"weight_{name}": value for name, value in rules.weights.items()},
        **{f"cut_{star}": value for star, value in rules.cuts.items()},
        **{f"quota_{star}": plain(value * _HUNDRED) for star, value in rules.quotas.items()},
        **{f"allowance_{star}": value for star, value in rules.allowances.items()},
        **{f"points_{key}": value for key, value in rules.penalty_points.items()},
        **{f"target_{post}": value for post, value in rules.targets.items()},
        **{f"tie_{place}": name for place, name in enumerate(rules.tie_break)},
        **{name: getattr(rules, name) for name in _PLAIN},
        "disqualifying": list(rules.disqualifying),
        "pacesetter_barring": list(rules.pacesetter_barring),
    }


_PLAIN: Final = (*_DECIMALS, *_WHOLE, "floor_cap", "pacesetter_star")


def _rules(data: Mapping[str, Any]) -> StarRules:
    quotas = {star: data[f"quota_{star}"] for star in _STARS}
    targets = {str(post): data[f"target_{post}"] for post in Post}
    return StarRules(
        weights={name: data[f"weight_{name}"] for name in DIMENSIONS},
        cuts={star: data[f"cut_{star}"] for star in reversed(_STARS)},
        quotas={star: share / _HUNDRED for star, share in quotas.items() if share is not None},
        allowances={star: data[f"allowance_{star}"] for star in reversed(_STARS)},
        penalty_points={key: data[f"points_{key}"] for key in SEVERITY_LABELS},
        targets={post: target for post, target in targets.items() if target is not None},
        tie_break=tuple(
            data[f"tie_{place}"] for place in range(len(DIMENSIONS)) if data[f"tie_{place}"]
        ),
        disqualifying=tuple(data["disqualifying"]),
        pacesetter_barring=tuple(data["pacesetter_barring"]),
        **{name: data[name] for name in _PLAIN},
    )
