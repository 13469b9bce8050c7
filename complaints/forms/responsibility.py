"""Forms of findings: proposing, confirming, objecting, settling an objection."""

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from complaints.forms.handling import TEXT_MAX, branch_units, text_area
from complaints.judging import FINDINGS
from complaints.models import Attachment, Letter, LetterNote, Responsibility
from complaints.services.responsibility import Verdict
from outlets.models import Staff, Unit


class DateInput(forms.DateInput):
    """The browser's own date field."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class VerdictForm(forms.Form):
    """What is found, on what grounds and evidence."""

    finding = forms.ChoiceField(
        label="认定", widget=forms.RadioSelect({"class": "form-check-input"})
    )
    unit = forms.ModelChoiceField(
        label="责任机构", queryset=Unit.objects.none(), required=False, empty_label="不涉及机构"
    )
    staff = forms.CharField(
        label="责任员工的员工号", max_length=20, required=False, help_text="不针对个人的留空。"
    )
    grounds = forms.CharField(
        label="依据",
        max_length=TEXT_MAX,
        widget=text_area(6),
        help_text="写明查明的事实和适用的规定。",
    )
    notes = forms.ModelMultipleChoiceField(
        label="作为证据的记录",
        queryset=LetterNote.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple({"class": "form-check-input"}),
    )
    attachments = forms.ModelMultipleChoiceField(
        label="作为证据的附件",
        queryset=Attachment.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple({"class": "form-check-input"}),
    )

    def __init__(self, *args: Any, letter: Letter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.letter = letter
        labels = dict(Responsibility.Finding.choices)
        codes = FINDINGS.get(letter.kind, ())
        cast("forms.ChoiceField", self.fields["finding"]).choices = [
            (code, labels[Responsibility.Finding(code)]) for code in codes
        ]
        self._choose("unit", branch_units(letter.branch_id), lambda unit: unit.short_name)
        self._choose("notes", letter.notes.select_related("author"), _note)
        self._choose("attachments", letter.attachments.all(), _file)
        self.fields["unit"].initial = letter.unit_id
        self.fields["staff"].initial = letter.staff.number if letter.staff else ""
        for name in ("notes", "attachments"):
            if not cast("forms.ModelChoiceField[Any]", self.fields[name]).queryset.exists():  # type: ignore[union-attr]
                del self.fields[name]

    def _choose(self, name: str, rows: Any, label: Any) -> None:
        field = cast("forms.ModelChoiceField[Any]", self.fields[name])
        field.queryset = rows
        field.label_from_instance = label  # type: ignore[method-assign]

    def clean_staff(self) -> Staff | None:
        """The employee of that number."""
        number = self.cleaned_data["staff"].strip()
        if not number:
            return None
        found = Staff.objects.filter(branch=self.letter.branch_id, number=number).first()
        if found is None:
            raise ValidationError(f"本分行没有员工号为“{number}”的员工")
        return found

    def verdict(self) -> Verdict:
        """What was found."""
        data = self.cleaned_data
        return Verdict(
            finding=data["finding"],
            grounds=data["grounds"],
            unit=data["unit"],
            staff=data["staff"],
            notes=data.get("notes", ()),
            attachments=data.get("attachments", ()),
        )


def _note(note: LetterNote) -> str:
    author = note.author.name if note.author else ""
    return f"{note.get_kind_display()}（{author} {timezone.localtime(note.at):%m-%d %H:%M}）"


def _file(file: Attachment) -> str:
    return f"{file.get_kind_display()}（{timezone.localtime(file.created_at):%m-%d %H:%M}上传）"


class DecideForm(forms.Form):
    """The second signature, or why not."""

    agree = forms.TypedChoiceField(
        label="复核意见",
        choices=[("yes", "同意，认定生效"), ("no", "不同意，退回重新提出")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect({"class": "form-check-input"}),
    )
    day = forms.DateField(
        label="认定日期",
        required=False,
        widget=DateInput,
        help_text="计入这一天所在的月份。默认今天；只能在本月之内，且不早于来信受理之日。",
    )
    opinion = forms.CharField(
        label="说明",
        max_length=TEXT_MAX,
        required=False,
        widget=text_area(3),
        help_text="不同意时必填。",
    )


class ObjectionForm(forms.Form):
    """Why the unit contests a finding."""

    objection = forms.CharField(
        label="异议理由",
        max_length=TEXT_MAX,
        widget=text_area(8),
        help_text="写明不服的事实和理由，有材料的先在来信页上传。",
    )


class AnswerForm(forms.Form):
    """What the unit is told about its objection."""

    answer = forms.CharField(label="对异议的答复", max_length=TEXT_MAX, widget=text_area(4))


class UpheldForm(VerdictForm):
    """An objection that holds, and what shall be found instead."""

    answer = forms.CharField(label="对异议的答复", max_length=TEXT_MAX, widget=text_area(4))
    field_order = ("answer",)
