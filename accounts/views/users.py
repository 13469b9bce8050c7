"""Pages: accounts, and the acts of the system and the security administrator on them."""

from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.access import SignedInRequest, allowed
from accounts.acting import tried
from accounts.forms import AssignmentForm, OpenForm, UserSearchForm
from accounts.lockout import is_locked
from accounts.models import User
from accounts.roles import Capability
from accounts.selectors.users import users_found, users_visible_to
from accounts.services import users as services

PAGE_SIZE = 50
UNPROCESSABLE = 422


@require_safe
@allowed(Capability.USERS_MANAGE, Capability.USERS_AUTHORISE)
def users(request: SignedInRequest) -> HttpResponse:
    """The accounts, filtered."""
    form = UserSearchForm(request.GET)
    rows = users_visible_to(request.user)
    waiting = users_found(rows, text="", role="", state=User.State.PENDING).count()
    found = users_found(rows, **form.cleaned_data) if form.is_valid() else rows
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"form": form, "page_obj": page, "waiting": waiting, **_may(request.user)}
    return render(request, "accounts/users.html", context)


def _may(user: User) -> dict[str, bool]:
    return {
        "may_manage": user.can(Capability.USERS_MANAGE),
        "may_authorise": user.can(Capability.USERS_AUTHORISE),
    }


@require_safe
@allowed(Capability.USERS_MANAGE, Capability.USERS_AUTHORISE)
def user(request: SignedInRequest, pk: int) -> HttpResponse:
    """One account and what may be done with it."""
    account = _account(request, pk)
    context = {
        "account": account,
        "locked": is_locked(account),
        "second_factors": account.authenticator_set.count(),  # type: ignore[attr-defined]
        "own": account.pk == request.user.pk,
        **_may(request.user),
    }
    return render(request, "accounts/user.html", context)


def _account(request: SignedInRequest, pk: int) -> User:
    return get_object_or_404(users_visible_to(request.user), pk=pk)


@allowed(Capability.USERS_MANAGE)
def user_open(request: SignedInRequest) -> HttpResponse:
    """The form of a new account."""
    form = OpenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        username = form.cleaned_data["username"]
        account = services.user_open(
            username=username, assignment=form.assignment, actor=request.user
        )
        messages.success(request, f"已开立账号 {username}，待安全管理员授权后启用。")
        return redirect("accounts:user", account.pk)
    context = {"form": form}
    return render(request, "accounts/user_open.html", context, status=_status(request))


def _status(request: SignedInRequest) -> int:
    return UNPROCESSABLE if request.method == "POST" else 200


@allowed(Capability.USERS_MANAGE)
def user_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """The form of an account's name, role, unit and staff member."""
    account = _account(request, pk)
    form = AssignmentForm(request.POST or None, user=account)
    if request.method == "POST" and form.is_valid():
        return _done(
            request,
            account,
            lambda: services.user_edit(
                user=account, assignment=form.assignment, actor=request.user
            ),
            "已保存。岗位、机构或员工有变动的，须由安全管理员重新授权。",
        )
    context = {"form": form, "account": account}
    return render(request, "accounts/user_edit.html", context, status=_status(request))


def _done(
    request: SignedInRequest, account: User, act: Callable[[], object], message: str
) -> HttpResponse:
    """Act, say how it went, and go back to the account's page."""
    tried(request, act, message)
    return redirect("accounts:user", account.pk)


def _act(
    capability: Capability, service: Callable[..., object], done: str
) -> Callable[..., HttpResponseBase]:
    """A page that is one act on an account, with the word that it is done."""

    @require_POST
    @allowed(capability)
    def act(request: SignedInRequest, pk: int) -> HttpResponse:
        account = _account(request, pk)
        service_now = partial(service, user=account, actor=request.user)
        return _done(request, account, service_now, f"账号 {account.username} {done}")

    return act


user_close = _act(Capability.USERS_MANAGE, services.user_close, "已停用。")
user_reopen = _act(Capability.USERS_MANAGE, services.user_reopen, "已提交，待安全管理员授权。")
user_unlock = _act(Capability.USERS_AUTHORISE, services.user_unlock, "已解锁。")
user_reset_second_factor = _act(
    Capability.USERS_AUTHORISE, services.user_reset_second_factor, "的两步验证已清除。"
)


@require_POST
@never_cache
@allowed(Capability.USERS_AUTHORISE)
def user_authorise(request: SignedInRequest, pk: int) -> HttpResponse:
    """Authorise; a new account's temporary password is shown this once."""
    account = _account(request, pk)
    return _password_shown(
        request, account, lambda: services.user_authorise(user=account, actor=request.user)
    )


@require_POST
@never_cache
@allowed(Capability.USERS_AUTHORISE)
def user_reset_password(request: SignedInRequest, pk: int) -> HttpResponse:
    """A temporary password, shown this once."""
    account = _account(request, pk)
    return _password_shown(
        request, account, lambda: services.user_reset_password(user=account, actor=request.user)
    )


def _password_shown(
    request: SignedInRequest, account: User, act: Callable[[], str | None]
) -> HttpResponse:
    try:
        password = act()
    except services.AccountError as error:
        messages.error(request, str(error))
        return redirect("accounts:user", account.pk)
    if password is None:
        messages.success(request, f"账号 {account.username} 已授权启用，密码不变。")
        return redirect("accounts:user", account.pk)
    context = {"account": account, "password": password}
    return render(request, "accounts/password_issued.html", context)
