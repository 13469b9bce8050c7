"""Forms of units."""

from typing import Any, cast

from django import forms
from django.db.models import QuerySet

from outlets.forms import DateInput
from outlets.models import Unit, Window
from outlets.services import UnitFacts

MAX_WINDOWS = 200


class UnitChoiceField(forms.ModelChoiceField[Unit]):
    """A unit of the tree, indented by its depth."""

    def label_from_instance(self, obj: Any) -> str:
        """Name and code, moved in by one space a level."""
        return f"{'　' * (obj.path.count('/') - 1)}{obj.short_name}（{obj.code}）"


class TreeFilterForm(forms.Form):
    """What the tree page looks for."""

    q = forms.CharField(label="名称或机构号", required=False, max_length=40)
    kind = forms.ChoiceField(
        label="层级", required=False, choices=[("", "全部"), *Unit.Kind.choices]
    )
    group = forms.ChoiceField(label="组别", required=False)
    closed = forms.BooleanField(label="含已撤并", required=False)

    def __init__(self, *args: Any, groups: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "全部"), *((group, group) for group in groups)]
        cast("forms.ChoiceField", self.fields["group"]).choices = choices


class UnitEditForm(forms.Form):
    """The facts of a unit."""

    name = forms.CharField(label="机构名称", max_length=100)
    short_name = forms.CharField(label="简称", max_length=40, help_text="表格和简报中使用")
    kind = forms.ChoiceField(label="层级", choices=Unit.Kind.choices)
    windows = forms.IntegerField(
        label="窗口数",
        min_value=0,
        max_value=MAX_WINDOWS,
        initial=0,
        help_text="支行得分按窗口数加权",
    )
    peer_group = forms.CharField(
        label="组别", max_length=20, required=False, help_text="同组网点一起排名，如 城区、县域"
    )
    district = forms.CharField(label="区县", max_length=40, required=False)
    address = forms.CharField(label="地址", max_length=200, required=False)
    opened_on = forms.DateField(label="开业日期", required=False, widget=DateInput())
    closed_on = forms.DateField(
        label="撤并日期",
        required=False,
        widget=DateInput(),
        help_text="自这一天起不再营业；下级机构和在岗人员须先调整",
    )
    serves_customers = forms.BooleanField(
        label="对外营业", required=False, help_text="管理网点的机构自己也对外营业时同样勾选"
    )

    def __init__(self, *args: Any, is_branch: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [
            choice for choice in Unit.Kind.choices if (choice[0] == Unit.Kind.BRANCH) == is_branch
        ]
        cast("forms.ChoiceField", self.fields["kind"]).choices = kinds

    def facts(self) -> UnitFacts:
        """The cleaned fields as services take them."""
        names = UnitFacts.__dataclass_fields__
        return UnitFacts(**{name: self.cleaned_data[name] for name in names})


class UnitNewForm(UnitEditForm):
    """A new unit below one of the branch's."""

    code = forms.CharField(label="机构号", max_length=32, help_text="建立后不再改变")
    parent = UnitChoiceField(label="上级机构", queryset=Unit.objects.none())
    field_order = ["code", "parent", "name", "short_name", "kind"]

    def __init__(self, *args: Any, units: QuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, is_branch=False, **kwargs)
        cast("UnitChoiceField", self.fields["parent"]).queryset = units

    def place(self) -> dict[str, Any]:
        """Its code and its parent, as the service takes them."""
        return {name: self.cleaned_data[name] for name in ("code", "parent")}


class UnitMoveForm(forms.Form):
    """A new parent from a day on."""

    parent = UnitChoiceField(label="新的上级机构", queryset=Unit.objects.none())
    effective_on = forms.DateField(
        label="生效日期",
        widget=DateInput(),
        help_text="可填过去（更正历史）或将来（到日自动生效）的日期；此前月份的数据不受影响",
    )

    def __init__(self, *args: Any, units: QuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("UnitChoiceField", self.fields["parent"]).queryset = units


class WindowsForm(forms.Form):
    """How many windows there are in each zone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for zone, label in Window.Zone.choices:
            self.fields[zone] = forms.IntegerField(
                label=f"{label}窗口数", min_value=0, max_value=MAX_WINDOWS, initial=0
            )
