"""What a correction asks for."""

from django import forms


class CorrectionForm(forms.Form):
    """Why the closed figures change; printed on the correction."""

    reason = forms.CharField(
        label="更正原因",
        max_length=300,
        widget=forms.Textarea({"rows": 3}),
        help_text="写明是哪一项结果、为何在封账之后才计入；更正发出后不能修改。",
    )
