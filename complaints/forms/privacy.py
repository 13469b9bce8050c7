"""Asking for customers' data: why one looks at it, and what somebody who asks for their own gets."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from complaints.redaction import normalised
from complaints.services.reveals import LEAST, Purpose

SHORTEST = 7  # digits of a number


class RevealForm(forms.Form):
    """Why a customer's data are looked at."""

    purpose = forms.ChoiceField(label="用途", choices=[("", "请选择"), *Purpose.choices])
    reason = forms.CharField(
        label="原因",
        max_length=100,
        help_text="会记入来信过程和审计记录；不要写客户的姓名和号码",
        error_messages={"required": "请写明原因"},
    )


class SubjectForm(forms.Form):
    """Whose data, and on what ground (个人信息保护法 第四十五条)."""

    number = forms.CharField(
        label="电话、卡号或证件号",
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    name = forms.CharField(
        label="姓名",
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="几位客户共用这个号码时必填：只给出姓名相符者的信息",
    )
    reason = forms.CharField(
        label="依据",
        min_length=LEAST,
        max_length=100,
        help_text="例如：本人持身份证到柜台申请查阅，已核验身份。会记入审计记录；不要写姓名和号码",
        error_messages={"required": "请写明依据", "min_length": f"请把依据写清楚，至少{LEAST}个字"},
    )

    def clean_number(self) -> str:
        """The number as it is compared."""
        number = normalised(self.cleaned_data["number"])
        if len(number) < SHORTEST:
            raise ValidationError("请输入完整的号码")
        return number

    def clean_name(self) -> Any:
        """Without spaces at its ends."""
        return self.cleaned_data["name"].strip()
