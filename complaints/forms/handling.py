"""Forms of handling a letter: notes, files, closing, reasons, related letters."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from complaints.files import ENDINGS
from complaints.models import Attachment, Letter
from outlets.models import Unit

TEXT_MAX = 5000
_PRIVATE = "写到客户时不必写全名和号码；页面上会自动遮盖。"


def text_area(rows: int = 6) -> forms.Textarea:
    """A box for a text of some lines."""
    return forms.Textarea({"rows": rows})


class NoteForm(forms.Form):
    """A record, statement or remark."""

    body = forms.CharField(
        label="内容", max_length=TEXT_MAX, widget=text_area(8), help_text=_PRIVATE
    )


class CallBackForm(forms.Form):
    """What the customer said when called back."""

    satisfied = forms.TypedChoiceField(
        label="客户是否满意",
        choices=[("yes", "满意"), ("no", "不满意")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect({"class": "form-check-input"}),
    )
    body = forms.CharField(
        label="回访情况", max_length=TEXT_MAX, widget=text_area(), help_text=_PRIVATE
    )


class CloseForm(forms.Form):
    """With what outcome a letter is closed."""

    outcome = forms.CharField(
        label="处理结果",
        max_length=500,
        widget=text_area(4),
        help_text=f"一两句话写明结论，会出现在列表和导出里。{_PRIVATE}",
    )


class ReasonForm(forms.Form):
    """Why something is done."""

    reason = forms.CharField(label="原因", max_length=300, widget=text_area(3))


class AttachmentForm(forms.Form):
    """A file to be kept with the letter."""

    kind = forms.ChoiceField(
        label="种类",
        choices=[one for one in Attachment.Kind.choices if one[0] != Attachment.Kind.RECEIVED],
        help_text="录像请只截取与来信有关的一段。",
    )
    file = forms.FileField(
        label="文件",
        help_text="照片、PDF、录像、录音、Word、Excel 或文本，不超过 50 MB；保存时加密，照片去除拍摄信息。",
        widget=forms.ClearableFileInput({"accept": ",".join(f".{one}" for one in ENDINGS)}),
    )

    def content(self) -> tuple[str, bytes]:
        """The file's name and bytes."""
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        return file.name or "", file.read()


class RelateForm(forms.Form):
    """Which other letter belongs with this one, and how."""

    relation = forms.ChoiceField(
        label="关系",
        choices=[
            ("REPEAT", "重复来信：同一件事，各自办理，去重统计时只算一件"),
            ("MERGED", "并案：本件并入另一来信，一起办理，本件到此为止"),
            ("ESCALATED", "由协查转来：本件投诉是另一件协查引起的"),
        ],
        widget=forms.RadioSelect({"class": "form-check-input"}),
    )
    other = forms.CharField(label="另一来信的工单号", max_length=40)

    def __init__(self, *args: Any, letters: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.letters = letters

    def clean_other(self) -> Letter:
        """The visible letter of that reference."""
        reference = self.cleaned_data["other"].strip()
        found: Letter | None = self.letters.filter(reference=reference).first()
        if found is None:
            raise ValidationError(f"没有工单号为“{reference}”的来信")
        return found


def branch_units(branch_id: int) -> Any:
    """The units of a branch, in the order of the tree."""
    return Unit.objects.filter(branch=branch_id).order_by("path")
