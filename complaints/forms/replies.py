"""Forms of replies and their templates."""

from typing import Any

from django import forms

from complaints.forms.handling import text_area
from complaints.models import Kind, ReplyTemplate
from complaints.services.replies import MEANS


class ReplyForm(forms.Form):
    """The draft; `seen` is the state of it that was opened."""

    body = forms.CharField(label="答复正文", max_length=10_000, widget=text_area(18), strip=False)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)


class SendForm(forms.Form):
    """By what means the customer was told."""

    means = forms.ChoiceField(
        label="答复方式",
        choices=[(one, one) for one in MEANS],
        widget=forms.RadioSelect({"class": "form-check-input"}),
    )


class TemplateForm(forms.Form):
    """A reply template."""

    name = forms.CharField(label="名称", max_length=40)
    kind = forms.ChoiceField(label="用于", choices=Kind.choices)
    body = forms.CharField(label="正文", max_length=5000, widget=text_area(16), strip=False)
    is_active = forms.BooleanField(label="启用", required=False, initial=True)

    def __init__(self, *args: Any, template: ReplyTemplate | None = None, **kwargs: Any) -> None:
        if template is not None:
            names = ("name", "kind", "body", "is_active")
            kwargs["initial"] = {name: getattr(template, name) for name in names}
        super().__init__(*args, **kwargs)
