"""Forms of what moves a letter's deadline."""

from typing import Any

from django import forms
from django.utils import timezone

from complaints.forms.handling import TEXT_MAX, text_area
from complaints.forms.responsibility import DateInput
from complaints.services.replies import MEANS
from complaints.services.reviews import RESULTS


def _reason(label: str, help_text: str = "") -> forms.CharField:
    return forms.CharField(label=label, max_length=300, widget=text_area(3), help_text=help_text)


def _means() -> forms.ChoiceField:
    return forms.ChoiceField(
        label="告知方式",
        choices=[(one, one) for one in MEANS],
        widget=forms.RadioSelect,
        help_text="须已告知投诉人。",
    )


class DatedForm(forms.Form):
    """Something that happened on a day, today unless told otherwise."""

    on = forms.DateField(label="日期", widget=DateInput, help_text="可以补记，不能晚于今天。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"on": timezone.localdate()} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        self.order_fields([*(name for name in self.fields if name != "on"), "on"])


class ExtensionForm(forms.Form):
    """Why more time is needed."""

    reason = _reason("延期原因", "写明为什么在现有期限内办不完。")


class ExtensionDecideForm(forms.Form):
    """Whether more time is given."""

    decision = forms.ChoiceField(
        label="审批",
        choices=[("approve", "批准延期"), ("refuse", "不予延期")],
        widget=forms.RadioSelect,
    )
    authority = forms.CharField(
        label="批准机构和文号",
        max_length=100,
        required=False,
        help_text="情况特别复杂的延期须经上级机构或总行高级管理人员批准，写明是谁、哪一份批复。",
    )
    reason = forms.CharField(
        label="不予延期的原因", max_length=300, required=False, widget=text_area(3)
    )

    def __init__(self, *args: Any, further: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not further:
            del self.fields["authority"]


class ExtensionNotifyForm(DatedForm):
    """How and when the complainant was told of the extension."""

    means = _means()


class AppraisalForm(DatedForm):
    """What is appraised by whom, and how the complainant was told."""

    matter = _reason("委托事项", "写明委托谁鉴定、检测或评估什么。")
    means = _means()


class AppraisalEndForm(DatedForm):
    """When the appraisal came back."""


class NewFactsForm(DatedForm):
    """What the customer newly brings."""

    reason = _reason("新的事实或理由", "只是重复原来的内容时不算，请登记为重复来信。")


class WithdrawForm(DatedForm):
    """How the customer withdrew the letter."""

    reason = _reason("撤回情况", "写明客户以什么方式提出撤回。")


class ReviewAskForm(DatedForm):
    """Why the complainant wants the decision reviewed."""

    reason = _reason("申请理由")


class ReviewDecideForm(DatedForm):
    """What the review came to."""

    result = forms.ChoiceField(
        label="核查决定", choices=[(one, one) for one in RESULTS], widget=forms.RadioSelect
    )
    opinion = forms.CharField(label="核查意见", max_length=TEXT_MAX, widget=text_area(6))
