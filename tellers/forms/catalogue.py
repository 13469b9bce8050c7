"""The form of an entry of the catalogue."""

from typing import Any

from django import forms

from outlets.models import Unit
from tellers.models import ViolationKind


class ViolationKindForm(forms.ModelForm[ViolationKind]):
    """One entry: its code, what it is, how grave, on what rule, whether it is in use."""

    class Meta:
        model = ViolationKind
        fields = ("code", "name", "severity", "basis", "is_active")
        help_texts = {
            "code": "字母和数字，如 B01；列表按它排序",
            "severity": "只影响以后记录的违规，已记录的程度不变",
            "basis": "制度名称和条款，可留空",
            "is_active": "停用后不能再选，已记录的不受影响",
        }

    def __init__(self, *args: Any, branch: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.branch = branch
