"""Forms of accounts: sign-in, accounts, tokens, and the searches of the lists."""

from typing import Any, cast

from allauth.account.forms import ChangePasswordForm, LoginForm
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as ConfirmForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.core.validators import RegexValidator
from django.db.models import Manager, QuerySet
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.events import EVENTS
from accounts.models import User
from accounts.roles import Role
from accounts.selectors.audit import AuditSearch
from accounts.services.users import Assignment

# A list of suggestions longer than this helps nobody; the code can still be typed.
SUGGESTIONS = 1000

username_rule = RegexValidator(
    r"^[A-Za-z0-9._-]{3,64}\Z", "登录名为 3–64 位字母、数字、点、横线或下划线。"
)


class InOurWords:
    """Labels of our own on a form of allauth, and no placeholders that repeat them."""

    labels: dict[str, str] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, forms.Field] = self.fields  # type: ignore[attr-defined]
        for name, field in fields.items():
            field.label = self.labels.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)


class SignInForm(InOurWords, LoginForm):  # type: ignore[misc]
    labels = {"login": "登录名"}


class PasswordForm(InOurWords, ChangePasswordForm):  # type: ignore[misc]
    labels = {"password1": "新密码", "password2": "再输一次新密码"}


class CodeForm(InOurWords, AuthenticateForm):  # type: ignore[misc]
    labels = {"code": "验证码"}


class CodeAgainForm(InOurWords, ConfirmForm):  # type: ignore[misc]
    labels = {"code": "验证码"}


class AppForm(InOurWords, ActivateTOTPForm):  # type: ignore[misc]
    labels = {"code": "验证码"}


class CodeInput(forms.TextInput):
    """A code to type, with the rows it may name as suggestions."""

    suggestions: tuple[tuple[str, str], ...] = ()

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """The list's id goes on the input."""
        return super().get_context(
            name, value, (attrs or {}) | {"list": f"{name}-list", "autocomplete": "off"}
        )

    def render(self, name: str, *args: Any, **kwargs: Any) -> SafeString:
        """The input and its list."""
        options = format_html_join("", '<option value="{}">{}</option>', self.suggestions)
        field = super().render(name, *args, **kwargs)
        return format_html('{}<datalist id="{}-list">{}</datalist>', field, name, options)


class CodeField(forms.ModelChoiceField[Any]):
    """Picks a row by its code instead of from a drop-down of thousands."""

    def __init__(self, *, code: str, of: str, **kwargs: Any) -> None:
        model: Any = User._meta.get_field(of).related_model  # noqa: SLF001  (Django's own name)
        self.rows: Manager[Any] = model.objects
        super().__init__(self.rows.none(), to_field_name=code, widget=CodeInput, **kwargs)

    def offer(self, rows: QuerySet[Any]) -> None:
        """Accept these rows and suggest the first of them."""
        self.queryset = rows
        code = str(self.to_field_name)
        self.widget.suggestions = tuple(
            (getattr(row, code), row.name) for row in rows[:SUGGESTIONS]
        )


class AssignmentForm(forms.Form):
    """Name, role, unit and staff member of an account."""

    name = forms.CharField(label="姓名", max_length=64)
    role = forms.ChoiceField(label="岗位", choices=[("", "请选择"), *Role.choices])
    unit = CodeField(
        label="所属机构", code="code", of="unit", required=False,
        help_text="机构号；三员留空，其他岗位必填。",
        error_messages={"invalid_choice": "没有机构号为“%(value)s”的机构。"},
    )  # fmt: skip
    staff = CodeField(
        label="对应员工", code="number", of="staff", required=False,
        help_text="员工号；柜员必填。",
        error_messages={"invalid_choice": "没有员工号为“%(value)s”的员工，或已有账号。"},
    )  # fmt: skip

    def __init__(self, *args: Any, user: User | None = None, **kwargs: Any) -> None:
        if user is not None:
            kwargs["initial"] = {
                "name": user.name,
                "role": user.role,
                "unit": user.unit and user.unit.code,
                "staff": user.staff and user.staff.number,
            }
        super().__init__(*args, **kwargs)
        units = cast("CodeField", self.fields["unit"])
        staff = cast("CodeField", self.fields["staff"])
        units.offer(units.rows.filter(closed_on=None).order_by("path"))
        taken = User.objects.exclude(staff=None)
        if user is not None:
            taken = taken.exclude(pk=user.pk)
        staff.offer(
            staff.rows.filter(left_on=None).exclude(pk__in=taken.values("staff")).order_by("number")
        )

    def clean(self) -> dict[str, Any]:
        """What does not fit together stands beside its field."""
        super().clean()
        if not self.errors:
            for field, message in self.assignment.problems().items():
                self.add_error(field, message)
        return self.cleaned_data

    @property
    def assignment(self) -> Assignment:
        """What the service wants."""
        data = self.cleaned_data
        return Assignment(data["name"], data["role"], data["unit"], data["staff"])


class OpenForm(AssignmentForm):
    """A new account."""

    username = forms.CharField(
        label="登录名", max_length=64, validators=[username_rule],
        help_text="建议用员工号或姓名拼音，开立后不能修改。",
    )  # fmt: skip
    field_order = ["username", "name", "role", "unit", "staff"]

    def clean_username(self) -> str:
        """Taken names stand beside the field."""
        username = str(self.cleaned_data["username"])
        if User.objects.filter(username__iexact=username).exists():
            raise forms.ValidationError("这个登录名已被使用。")
        return username


class UserSearchForm(forms.Form):
    """What the list of accounts is narrowed by."""

    text = forms.CharField(label="登录名、姓名或机构", required=False)
    role = forms.ChoiceField(label="岗位", required=False, choices=[("", "全部"), *Role.choices])
    state = forms.ChoiceField(
        label="状态", required=False, choices=[("", "全部"), *User.State.choices]
    )


class AuditSearchForm(forms.Form):
    """What the audit trail is narrowed by."""

    event = forms.ChoiceField(label="事件", required=False, choices=[("", "全部"), *EVENTS.items()])
    actor = forms.CharField(label="操作人", required=False)
    subject = forms.CharField(label="对象", required=False)
    first = forms.DateField(
        label="从", required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    last = forms.DateField(
        label="到", required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )

    def clean(self) -> dict[str, Any]:
        """The days in order."""
        data = super().clean() or {}
        if data.get("first") and data.get("last") and data["first"] > data["last"]:
            self.add_error("last", "结束日期不能早于开始日期。")
        return data

    @property
    def search(self) -> AuditSearch:
        """What the selector wants; nothing found narrows nothing."""
        return AuditSearch(**self.cleaned_data)


class TokenForm(forms.Form):
    """A new API token."""

    name = forms.CharField(
        label="用途", max_length=40, help_text="例如：“每日导出排名到数据仓库”。"
    )
    days = forms.TypedChoiceField(
        label="有效期",
        coerce=int,
        choices=[(30, "30 天"), (90, "90 天"), (365, "一年")],
        initial=90,
    )
