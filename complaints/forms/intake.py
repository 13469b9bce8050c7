"""The intake form: a letter taken down by the service office."""

import uuid
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from complaints.files import ENDINGS, MAX_BYTES, FileRefused, file_checked
from complaints.forms.handling import branch_units, text_area
from complaints.forms.triage import NONE, PickerSelect, UnitChoice, choose
from complaints.models import Channel, Kind, Letter, Severity
from complaints.services.attachments import MAX_FILES
from complaints.services.letters import LetterFacts
from complaints.taxonomy import BUSINESSES, CAUSES
from outlets.models import Posting, Staff, Unit
from outlets.selectors.staff import on_day

BODY_MAX: Final = 20_000
_NUMBER: Final = r"^[0-9０-９Xx+（）() \-－]{5,40}$"


class FilesInput(forms.FileInput):
    """The browser's own field for several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, as (name, bytes); each is checked, none is kept."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[tuple[str, bytes]]:
        """Read them; a message per file that cannot be kept."""
        files: list[UploadedFile[bytes]] = [
            super(FilesField, self).clean(one, initial) for one in data or []
        ]
        if len(files) > MAX_FILES:
            raise ValidationError(f"每封来信最多{MAX_FILES}个附件")
        if sum(one.size or 0 for one in files) > MAX_BYTES:
            raise ValidationError(f"附件合计不超过{MAX_BYTES // 1024 // 1024} MB，其余请登记后上传")
        return [_checked(one) for one in files]


def _checked(file: "UploadedFile[bytes]") -> tuple[str, bytes]:
    name, content = file.name or "", file.read()
    try:
        file_checked(name, content)
    except FileRefused as error:
        raise ValidationError(f"{name}：{error}") from error
    return name, content


def _number(label: str, **kwargs: Any) -> forms.RegexField:
    return forms.RegexField(
        _NUMBER,
        label=label,
        required=False,
        error_messages={"invalid": f"{label}应是数字，可有空格和连字符"},
        **kwargs,
    )


def _choice(label: str, choices: Any, none: str) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=[("", none), *choices], required=False, widget=PickerSelect
    )


class LetterForm(forms.Form):
    """A letter as it is taken down. `key` makes it one letter however often it is sent."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    channel = forms.ChoiceField(label="来源", choices=Channel.choices)
    received_at = forms.DateTimeField(
        label="受理时间",
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    kind = forms.ChoiceField(
        label="类型", choices=[("", "分拣时再定"), *Kind.choices], required=False
    )
    severity = forms.ChoiceField(label="程度", choices=Severity.choices)
    reference = forms.RegexField(
        r"^[\w〔〕\[\]()（）./-]{3,40}$",
        label="工单号",
        required=False,
        help_text="95566 或来文的编号；留空则自动编号",
        error_messages={"invalid": "工单号为3至40个字母、数字、汉字或 -./ 括号"},
    )
    body = forms.CharField(
        label="内容",
        max_length=BODY_MAX,
        widget=text_area(8),
        help_text="照客户的原话记；姓名和号码加密保存，页面上自动遮盖",
    )
    customer_name = forms.CharField(label="客户姓名", max_length=40, required=False)
    customer_phone = _number("联系电话")
    customer_card = _number("卡号或账号")
    customer_identity = _number("证件号")
    unit = UnitChoice(
        label="涉及机构",
        queryset=Unit.objects.none(),
        widget=PickerSelect,
        empty_label=NONE,
        required=False,
        help_text="按名称、拼音或机构号查找",
    )
    staff = forms.ModelChoiceField(
        label="涉及员工",
        queryset=Staff.objects.none(),
        widget=PickerSelect,
        empty_label=NONE,
        required=False,
        help_text="按姓名、拼音或员工号查找；只选员工时，机构按其受理当天的任职",
    )
    business = _choice("业务类别", BUSINESSES.items(), NONE)
    cause = _choice("原因", CAUSES.items(), NONE)
    attachments = FilesField(
        label="附件",
        required=False,
        widget=FilesInput({"accept": ",".join(f".{one}" for one in ENDINGS)}),
        help_text="可选多个；照片、PDF、录音、Word、Excel 或文本，合计不超过 50 MB",
    )

    def __init__(self, *args: Any, branch: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("customer_name", "customer_phone", "customer_card", "customer_identity"):
            self.fields[name].widget.attrs["autocomplete"] = "off"
        choose(self, "unit", branch_units(branch.pk))
        choose(self, "staff", Staff.objects.filter(branch=branch).order_by("number"))

    @staticmethod
    def begun() -> dict[str, Any]:
        """What an empty form shows."""
        return {
            "key": uuid.uuid4(),
            "channel": Channel.HOTLINE,
            "severity": Severity.NORMAL,
            "received_at": timezone.localtime().replace(second=0, microsecond=0),
        }

    def clean_received_at(self) -> Any:
        """Not in the future."""
        received_at = self.cleaned_data["received_at"]
        if received_at > timezone.now():
            raise ValidationError("受理时间不能在将来")
        return received_at

    def clean(self) -> dict[str, Any]:
        """The employee was at the unit that day, which is where they were if none was chosen."""
        given = super().clean() or {}
        staff, received_at = given.get("staff"), given.get("received_at")
        if staff is None or received_at is None or "unit" not in given:
            return given
        posted = Posting.objects.filter(on_day(timezone.localdate(received_at)), staff=staff)
        held = posted.select_related("unit").first()
        if held is None or given["unit"] not in (None, held.unit):
            where = f"，任职于{held.unit.short_name}" if held else ""
            self.add_error("staff", f"{staff.name}受理当天不在所选机构{where}")
        else:
            given["unit"] = held.unit
        return given

    def facts(self) -> LetterFacts:
        """The letter as it was filled in."""
        given = {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in {"key", "attachments"}
        }
        return LetterFacts(source=Letter.Source.FORM, **given)
