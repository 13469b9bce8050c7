"""Forms of accounts: sign-in, accounts, tokens, and the searches of the lists."""

from typing import Any, cast

from allauth.account.forms import ChangePasswordForm, LoginForm
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as ConfirmForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.core.validators import RegexValidator
from django.urls import reverse

from accounts.events import EVENTS
from accounts.models import User
from accounts.roles import Role
from accounts.selectors.audit import AuditSearch
from accounts.selectors.picks import assignable
from accounts.services.users import Assignment

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


class CodeField(forms.ModelChoiceField[Any]):
    """Picks a row by its code: a plain field, which the page's script makes a search as one types.

    `url_name` gives what is offered; `beside` names the field whose value narrows it.
    """

    def __init__(
        self, *, code: str, of: str, url_name: str, beside: str = "", **kwargs: Any
    ) -> None:
        self.of, self.url_name, self.beside = of, url_name, beside
        super().__init__(User.objects.none(), to_field_name=code, widget=forms.TextInput, **kwargs)

    def offer(self, user: User | None) -> None:
        """Accept what this account may be given."""
        self.queryset = assignable(self.of, user)
        self.widget.attrs |= {
            "autocomplete": "off",
            "data-pick": f"{reverse(self.url_name)}?user={user.username if user else ''}",
            "data-pick-beside": self.beside,
        }


class AssignmentForm(forms.Form):
    """Name, role, unit and staff member of an account."""

    name = forms.CharField(label="姓名", max_length=64)
    role = forms.ChoiceField(label="岗位", choices=[("", "请选择"), *Role.choices])
    unit = CodeField(
        label="所属机构", code="code", of="unit", url_name="accounts:user-units", required=False,
        help_text="按名称、简称或机构号查找，填机构号；三员留空，其他岗位必填。",
        error_messages={"invalid_choice": "没有机构号为“%(value)s”的机构。"},
    )  # fmt: skip
    staff = CodeField(
        label="对应员工", code="number", of="staff", url_name="accounts:user-staff", beside="unit",
        required=False, help_text="按姓名或员工号在所属机构内查找，填员工号；柜员必填。",
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
        for name in ("unit", "staff"):
            cast("CodeField", self.fields[name]).offer(user)

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
