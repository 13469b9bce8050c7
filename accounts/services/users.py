"""Opening, authorising, changing and closing accounts: 三员 divide these acts between them.

The system administrator opens, edits and closes; nothing of that takes effect before the security
administrator has authorised it, who also unlocks and resets passwords. Each act is audited in its
own transaction, and nobody acts on the own account.
"""

from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from accounts.lockout import unlock
from accounts.models import ApiToken, User
from accounts.passwords import temporary_password
from accounts.refusals import Refused
from accounts.roles import ADMINISTRATORS, Role
from accounts.services.audit import audit_add


class AccountError(Refused):
    """An account cannot be dealt with as asked."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who an account is for: a name, a role, and the unit (and staff member) it works for."""

    name: str
    role: str
    unit: Any = None  # outlets.Unit, which accounts may not import
    staff: Any = None  # outlets.Staff

    def problems(self) -> dict[str, str]:
        """What is wrong with it, by field; empty when it can be given to an account."""
        if self.role in ADMINISTRATORS:
            return {
                field: "三员不得挂机构或员工，请留空。"
                for field in ("unit", "staff")
                if getattr(self, field) is not None
            }
        if self.unit is None:
            return {"unit": "这个岗位必须指定机构。"}
        if self.role == Role.TELLER and self.staff is None:
            return {"staff": "柜员账号必须对应一名员工。"}
        if self.staff is not None and self.staff.branch_id != self.unit.branch_id:
            return {"staff": "这名员工不属于所选机构的分行。"}
        return {}

    def described(self) -> dict[str, str]:
        """The same in words, for the audit trail."""
        return {
            "name": self.name,
            "role": Role(self.role).label,
            "unit": _code(self.unit, "code"),
            "staff": _code(self.staff, "number"),
        }


def _code(row: Model | None, field: str) -> str:
    return str(getattr(row, field)) if row is not None else ""


def assignment_of(user: User) -> Assignment:
    """What an account is assigned now."""
    return Assignment(user.name, user.role, user.unit, user.staff)


def _check(assignment: Assignment) -> None:
    for message in assignment.problems().values():
        raise AccountError(message)


def _locked(user: User, actor: User) -> User:
    """The row, locked; AccountError when it is the actor's own."""
    if user.pk == actor.pk:
        raise AccountError("不能对自己的账号进行此操作，请由另一名管理员办理。")
    return User.objects.select_for_update(of=("self",)).get(pk=user.pk)


def _keep_an_administrator(user: User) -> None:
    """AccountError when the act would leave nobody to do what the account does."""
    others = User.objects.filter(role=user.role, is_active=True).exclude(pk=user.pk)
    if user.role in ADMINISTRATORS and user.is_active and not others.exists():
        raise AccountError(f"这是唯一启用的{user.get_role_display()}，不能停用或改岗。")


def _sign_out_programs(user: User) -> None:
    ApiToken.objects.filter(user=user).delete()


@transaction.atomic
def user_open(*, username: str, assignment: Assignment, actor: User) -> User:
    """Open an account that waits for authorisation; AccountError when the name is taken."""
    _check(assignment)
    if User.objects.filter(username__iexact=username).exists():
        raise AccountError(f"登录名 {username} 已被使用。")
    user = User(username=username, is_active=False, authorised_at=None, **_columns(assignment))
    user.set_unusable_password()
    user.save()
    audit_add(event="user.open", actor=actor, subject=username, **assignment.described())
    return user


def _columns(assignment: Assignment) -> dict[str, Any]:
    return {field: getattr(assignment, field) for field in ("name", "role", "unit", "staff")}


@transaction.atomic
def user_edit(*, user: User, assignment: Assignment, actor: User) -> User:
    """Change an account; another role, unit or staff member takes effect once authorised anew."""
    _check(assignment)
    row = _locked(user, actor)
    before = assignment_of(row)
    for field, value in _columns(assignment).items():
        setattr(row, field, value)
    if (row.role, row.unit, row.staff) != (before.role, before.unit, before.staff):
        _keep_an_administrator(User.objects.get(pk=row.pk))
        row.is_active, row.authorised_at = False, None
        _sign_out_programs(row)
    row.save()
    audit_add(
        event="user.edit", actor=actor, subject=row.username,
        before=before.described(), after=assignment.described(),
    )  # fmt: skip
    return row


@transaction.atomic
def user_close(*, user: User, actor: User) -> User:
    """Stop an account from signing in; its sessions and tokens end at once."""
    row = _locked(user, actor)
    if not row.is_active:
        raise AccountError("这个账号没有启用，无需停用。")
    _keep_an_administrator(row)
    row.is_active = False
    row.save(update_fields=["is_active"])
    _sign_out_programs(row)
    audit_add(event="user.close", actor=actor, subject=row.username)
    return row


@transaction.atomic
def user_reopen(*, user: User, actor: User) -> User:
    """Hand a closed account to the security administrator for authorisation."""
    row = _locked(user, actor)
    if row.state != User.State.CLOSED:
        raise AccountError("只有停用的账号才能申请恢复。")
    row.authorised_at = None
    row.save(update_fields=["authorised_at"])
    audit_add(event="user.reopen", actor=actor, subject=row.username)
    return row


@transaction.atomic
def user_authorise(*, user: User, actor: User) -> str | None:
    """Let a waiting account sign in; the temporary password if it never had one."""
    row = _locked(user, actor)
    if row.state != User.State.PENDING:
        raise AccountError("这个账号不在待授权状态。")
    row.is_active, row.authorised_at = True, timezone.now()
    password = None if row.has_usable_password() else _give_temporary_password(row)
    row.save()
    facts = assignment_of(row).described()
    audit_add(event="user.authorise", actor=actor, subject=row.username, **facts)
    return password


def _give_temporary_password(user: User) -> str:
    password = temporary_password()
    user.set_password(password)
    user.must_change_password = True
    return password


@transaction.atomic
def user_unlock(*, user: User, actor: User) -> None:
    """Lift the lock that failed sign-ins put on an account."""
    row = _locked(user, actor)
    audit_add(event="user.unlock", actor=actor, subject=row.username)
    transaction.on_commit(lambda: unlock(row))


@transaction.atomic
def user_reset_password(*, user: User, actor: User) -> str:
    """Replace the password by a temporary one, which is returned; sessions and tokens end."""
    row = _locked(user, actor)
    if not row.is_active:
        raise AccountError("这个账号没有启用，不能重置密码。")
    password = _give_temporary_password(row)
    row.save(update_fields=["password", "must_change_password"])
    _sign_out_programs(row)
    audit_add(event="password.reset", actor=actor, subject=row.username)
    transaction.on_commit(lambda: unlock(row))
    return password


@transaction.atomic
def user_reset_second_factor(*, user: User, actor: User) -> None:
    """Remove a user's second factors, when phone and recovery codes are lost."""
    row = _locked(user, actor)
    removed, _ = Authenticator.objects.filter(user=row).delete()
    if not removed:
        raise AccountError("这个账号没有启用两步验证。")
    audit_add(event="second_factor.remove", actor=actor, subject=row.username, kind="all")


@transaction.atomic
def user_change_password(*, user: User, password: str) -> None:
    """The user's own new password; it is no longer temporary."""
    user.set_password(password)
    user.must_change_password, user.password_changed_at = False, timezone.now()
    user.save(update_fields=["password", "must_change_password", "password_changed_at"])
    audit_add(event="password.change", actor=user, subject=user.username)


@transaction.atomic
def administrators_open() -> dict[User, str]:
    """Open the first three administrators: account → temporary password.

    AccountError where there is an administrator: from then on they authorise one another.
    """
    if User.objects.filter(role__in=ADMINISTRATORS).exists():
        raise AccountError("已有管理员账号；其余账号请由系统管理员在页面上建立。")
    passwords = {}
    for role in ADMINISTRATORS:
        user = User(username=role.value.lower(), name=role.label, role=role)
        password = _give_temporary_password(user)
        user.save()
        facts = assignment_of(user).described()
        audit_add(event="user.open", actor=None, subject=user.username, **facts)
        passwords[user] = password
    return passwords
