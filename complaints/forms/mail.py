"""Forms of mail: a letter made by hand, why a mail is put away, why somebody wants the original."""

from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import User
from complaints.mail.drafting import Draft
from complaints.models import Channel, Kind
from complaints.redaction import mask_name, mask_number, normalised
from complaints.services.mail import IGNORED_AS, HandMade
from complaints.taxonomy import BUSINESSES
from outlets.selectors import units_visible_to

BODY_MAX: Final = 20_000
_UNKNOWN: Final = "邮件里没有认出"


class MailLetterForm(forms.Form):
    """What a letter made of a mail is; name, phone and text may be left to the mail."""

    reference = forms.RegexField(
        r"^[\w〔〕\[\]()（）./-]{3,40}$",
        label="工单号",
        required=False,
        help_text="留空则自动编号",
        error_messages={"invalid": "工单号为3至40个字母、数字、汉字或 -./ 括号"},
    )
    channel = forms.ChoiceField(label="来源", choices=Channel.choices)
    kind = forms.ChoiceField(label="类型", choices=[("", "待定"), *Kind.choices], required=False)
    received_at = forms.DateTimeField(
        label="受理时间",
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    unit: "forms.ModelChoiceField[Any]" = forms.ModelChoiceField(
        None, label="涉及机构", required=False, empty_label="待定"
    )
    business = forms.ChoiceField(
        label="业务类别", choices=[("", "待定"), *BUSINESSES.items()], required=False
    )
    customer_name = forms.CharField(label="客户姓名", max_length=60, required=False)
    customer_phone = forms.CharField(label="联系电话", max_length=60, required=False)
    body = forms.CharField(
        label="正文", max_length=BODY_MAX, required=False, widget=forms.Textarea({"rows": 5})
    )

    def __init__(self, data: Any = None, *, user: User, draft: Draft | None) -> None:
        super().__init__(data, initial=_initial(draft))
        self.draft = draft
        unit: Any = self.fields["unit"]
        unit.queryset = units_visible_to(user).order_by("path")
        unit.label_from_instance = lambda one: one.name
        for name, known in _known(draft).items():
            self.fields[name].help_text = f"留空则用邮件里的{known}" if known else _UNKNOWN

    def clean_received_at(self) -> Any:
        """Not in the future."""
        received_at = self.cleaned_data["received_at"]
        if received_at > timezone.now():
            raise ValidationError("受理时间不能在将来")
        return received_at

    def made(self) -> HandMade:
        """The letter as it was filled in."""
        return HandMade(**self.cleaned_data)


def _initial(draft: Draft | None) -> dict[str, Any]:
    if draft is None:
        return {"channel": Channel.HOTLINE}
    return {
        "reference": draft.reference,
        "channel": draft.channel,
        "kind": draft.kind,
        "received_at": draft.received_at,
        "unit": draft.unit_id,
        "business": draft.business,
    }


def _known(draft: Draft | None) -> dict[str, str]:
    """What the mail itself has, masked."""
    if draft is None:
        return {"customer_name": "", "customer_phone": "", "body": ""}
    return {
        "customer_name": f"“{mask_name(draft.name)}”" if draft.name else "",
        "customer_phone": f"“{mask_number(normalised(draft.phone))}”" if draft.phone else "",
        "body": f"正文（{len(draft.body)}字）" if draft.body.strip() else "",
    }


class MailIgnoreForm(forms.Form):
    """Why a mail is no letter."""

    why = forms.ChoiceField(label="原因", choices=list(IGNORED_AS.items()))


class MailRawForm(forms.Form):
    """Why somebody needs the original."""

    reason = forms.CharField(
        label="原因",
        max_length=100,
        help_text="会记入审计记录；不要写客户的姓名和号码",
        error_messages={"required": "请写明原因"},
    )
