"""Forms of the scoring standards."""

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError

from inspections.models import Channel, Checklist, ChecklistVersion, Item, Section
from inspections.scoring import plain
from inspections.selectors.checklists import item_content
from inspections.standards import ITEM_FIELDS, ItemContent

PARAMETERS_HELP = "次扣填每次扣分，如 0.5；分档如 优=1;良=0.8;中=0.6;差=0；实测填限值，如 <=300000"


class DateInput(forms.DateInput):
    """The browser's own date field."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class VersionHeadForm(forms.Form):
    """What stands over a version."""

    label = forms.CharField(label="版本", max_length=20, help_text="如 2012版")
    scoring = forms.ChoiceField(
        label="计分",
        choices=ChecklistVersion.Scoring.choices,
        help_text="千分制：各项分值合计1000分；加权：按模块权重折算",
    )
    effective_on = forms.DateField(label="生效日期", widget=DateInput())


class ChecklistForm(VersionHeadForm):
    """A new standard with its first, empty version."""

    name = forms.CharField(label="名称", max_length=80)
    field_order = ["name", "label", "scoring", "effective_on"]


class VersionCopyForm(forms.Form):
    """A new version on the basis of one there is."""

    source = forms.ModelChoiceField(
        label="底稿", queryset=ChecklistVersion.objects.none(), empty_label=None
    )
    label = forms.CharField(label="版本", max_length=20)
    effective_on = forms.DateField(label="生效日期", widget=DateInput())

    def __init__(self, *args: Any, checklist: Checklist, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        source = cast("forms.ModelChoiceField[Any]", self.fields["source"])
        source.queryset = checklist.versions.select_related("checklist")


class SectionForm(forms.Form):
    """A module of a draft."""

    name = forms.CharField(label="模块", max_length=60)
    weight = forms.DecimalField(
        label="模块权重", max_digits=6, decimal_places=2, min_value=0, required=False
    )


class ItemForm(forms.Form):
    """An item of a draft; what its parts mean together is checked by the service."""

    section = forms.ModelChoiceField(
        label="模块", queryset=Section.objects.none(), empty_label=None
    )
    code = forms.CharField(label="编号", max_length=16)
    text = forms.CharField(
        label="检查内容", max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )
    points = forms.DecimalField(label="分值", max_digits=6, decimal_places=2)
    mode = forms.ChoiceField(label="计分方式", choices=Item.Mode.choices)
    parameters = forms.CharField(
        label="参数", max_length=200, required=False, help_text=PARAMETERS_HELP
    )
    photo = forms.ChoiceField(label="拍照", choices=Item.Photo.choices)
    red_line = forms.ChoiceField(label="一票否决", choices=Item.RedLine.choices)
    attribution = forms.ChoiceField(label="归属", choices=Item.Attribution.choices)
    stage = forms.ChoiceField(
        label="首问环节", choices=[("", "无"), *Item.Stage.choices], required=False
    )
    channels = forms.MultipleChoiceField(
        label="渠道",
        choices=Channel.choices,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )
    allows_na = forms.BooleanField(label="允许不适用", required=False)
    is_hot = forms.BooleanField(label="热点", required=False)

    def __init__(self, *args: Any, version: ChecklistVersion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        section = cast("forms.ModelChoiceField[Any]", self.fields["section"])
        section.queryset = version.sections.order_by("position", "pk")

    @property
    def content(self) -> ItemContent:
        """What was typed, as the services take it."""
        values = {name: self.cleaned_data[name] for name in ITEM_FIELDS}
        return ItemContent(**values | {"channels": tuple(values["channels"])})


def item_initial(item: Item) -> dict[str, Any]:
    """A stored item as the form shows it first."""
    content = item_content(item)
    values = {name: getattr(content, name) for name in ITEM_FIELDS}
    return values | {"section": item.section_id, "points": plain(item.points)}


def section_initial(section: Section) -> dict[str, Any]:
    """A stored module as the form shows it first."""
    weight = None if section.weight is None else plain(section.weight)
    return {"name": section.name, "weight": weight}


class ItemFilterForm(forms.Form):
    """Which items of a version to show."""

    channel = forms.ChoiceField(
        label="渠道", choices=[("", "全部渠道"), *Channel.choices], required=False
    )
    mode = forms.ChoiceField(
        label="计分方式", choices=[("", "全部计分方式"), *Item.Mode.choices], required=False
    )
    hot = forms.BooleanField(label="只看热点", required=False)
    red_line = forms.BooleanField(label="只看一票否决", required=False)


class ChannelForm(forms.Form):
    """Which channel to preview."""

    channel = forms.ChoiceField(label="渠道", choices=Channel.choices)


class ImportForm(forms.Form):
    """A standard as a file."""

    file = forms.FileField(label="文件", help_text="按模板填写的 .xlsx 或 .csv，一个文件一个版本")


def add_errors(form: forms.Form, error: ValidationError) -> None:
    """Show a service's refusal beside the fields it names."""
    for name, texts in error.message_dict.items():
        for text in texts:
            form.add_error(name if name in form.fields else None, text)
