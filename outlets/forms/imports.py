"""The upload form of imports."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from outlets.forms import DateInput

MAX_UPLOAD = 20 * 1024 * 1024
Upload = UploadedFile[bytes]


class ImportForm(forms.Form):
    """A file, perhaps a mapping, perhaps the day from which changes hold."""

    file = forms.FileField(label="文件", help_text=".xlsx 或 .csv，第一行是表头，不超过 20 MB")
    mapping = forms.FileField(
        label="列名映射（可选）",
        required=False,
        help_text="对方的列名与模板不同时，用 JSON 文件说明对应关系",
    )
    as_of = forms.DateField(
        label="变动生效日期（可选）",
        required=False,
        widget=DateInput(),
        help_text="隶属关系和任职的变动自这一天起生效，默认今天",
    )

    def __init__(self, *args: Any, dated: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not dated:
            del self.fields["as_of"]
        self.fields["file"].widget.attrs["accept"] = ".xlsx,.csv"
        self.fields["mapping"].widget.attrs["accept"] = ".json"

    def clean_file(self) -> Upload:
        """Refuse what is too large before it is read."""
        return _bounded(self.cleaned_data["file"])

    def clean_mapping(self) -> Upload | None:
        """Refuse what is too large before it is read."""
        mapping = self.cleaned_data["mapping"]
        return _bounded(mapping) if mapping else None


def _bounded(upload: Upload) -> Upload:
    if (upload.size or 0) > MAX_UPLOAD:
        raise forms.ValidationError("文件超过 20 MB，请拆分，或由系统管理员用命令行导入")
    return upload
