"""Forms of service files."""

from django import forms

from outlets.forms.staff import StaffFilterForm
from tellers.selectors.files import EntryKind


class FileFilterForm(StaffFilterForm):
    """Whose file is looked for."""


class FileSoughtForm(forms.Form):
    """What of a file is shown."""

    year = forms.IntegerField(required=False, min_value=1900, max_value=2999)
    kind = forms.ChoiceField(required=False, choices=[("", "全部"), *EntryKind.choices])


class CommentForm(forms.Form):
    """What somebody says about an entry of the own file."""

    entry = forms.CharField(max_length=40, widget=forms.HiddenInput())
    text = forms.CharField(label="意见", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
