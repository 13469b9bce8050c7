"""三员: what each administrator may do to an account, and what PostgreSQL refuses to everybody."""

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from accounts.lockout import is_locked
from accounts.models import ApiToken, AuditEntry, User
from accounts.roles import ADMINISTRATORS, Role
from accounts.services.tokens import token_create
from accounts.services.users import (
    AccountError,
    Assignment,
    assignment_of,
    user_authorise,
    user_close,
    user_edit,
    user_open,
    user_reopen,
    user_reset_password,
    user_unlock,
)
from tests.factories import make_staff, make_user


@pytest.fixture(autouse=True)
def _no_failures_yet():
    cache.clear()


def opened(cast, org, **kw):
    facts = {"name": "新人", "role": Role.LEADERSHIP, "unit": org.branch} | kw
    return user_open(username="newcomer", assignment=Assignment(**facts), actor=cast.system_admin)


def last_event():
    entry = AuditEntry.objects.latest("id")
    return entry.event, entry.subject, entry.actor


@pytest.mark.parametrize("role", ADMINISTRATORS)
def test_the_database_refuses_an_administrator_with_a_unit(org, role):
    user = User(username="x", name="x", role=role, unit=org.branch)
    with pytest.raises(IntegrityError, match="user_administrator_has_no_unit"):
        user.save()


@pytest.mark.parametrize("role", [role for role in Role if role not in ADMINISTRATORS])
def test_the_database_refuses_anybody_else_without_one(db, role):
    with pytest.raises(IntegrityError):
        User(username="x", name="x", role=role).save()


def test_the_database_refuses_a_teller_who_is_not_staff(org):
    with pytest.raises(IntegrityError, match="user_teller_is_staff"):
        User(username="x", name="x", role=Role.TELLER, unit=org.a1).save()


def test_the_database_refuses_an_unknown_role(org):
    with pytest.raises(IntegrityError, match="user_role_known"):
        User(username="x", name="x", role="ROOT", unit=org.branch).save()


def test_the_database_refuses_an_active_account_nobody_authorised(cast):
    with pytest.raises(IntegrityError, match="user_active_is_authorised"):
        User.objects.filter(pk=cast.teller.pk).update(authorised_at=None)


def test_an_account_has_exactly_one_role(cast):
    rows = User.objects.values_list("role", flat=True)
    assert len(rows) == len(set(rows)) == len(Role)


def test_a_new_account_waits_for_authorisation(cast, org, client):
    user = opened(cast, org)
    assert user.state == User.State.PENDING
    assert not user.has_usable_password()
    assert last_event() == ("user.open", "newcomer", cast.system_admin)


def test_authorisation_gives_a_temporary_password_that_works_once(cast, org, client):
    user = opened(cast, org)
    password = user_authorise(user=user, actor=cast.security_admin)
    user.refresh_from_db()
    assert user.state == User.State.ACTIVE
    assert user.must_change_password
    assert user.check_password(password)
    assert last_event() == ("user.authorise", "newcomer", cast.security_admin)


def test_an_authorised_account_is_not_authorised_twice(cast, org):
    with pytest.raises(AccountError, match="不在待授权状态"):
        user_authorise(user=cast.teller, actor=cast.security_admin)


def test_a_name_is_taken_whatever_its_case(cast, org):
    with pytest.raises(AccountError, match="已被使用"):
        user_open(
            username="TELLER",
            assignment=Assignment("x", Role.LEADERSHIP, org.branch),
            actor=cast.system_admin,
        )


@pytest.mark.parametrize(
    ("role", "unit", "staff", "field"),
    [
        (Role.AUDITOR, True, False, "unit"),
        (Role.LEADERSHIP, False, False, "unit"),
        (Role.TELLER, True, False, "staff"),
        (Role.AUDITOR, False, True, "staff"),
    ],
)
def test_an_assignment_that_does_not_fit_is_refused(cast, org, role, unit, staff, field):
    assignment = Assignment(
        "x", role, org.branch if unit else None, make_staff(unit=org.a1) if staff else None
    )
    assert list(assignment.problems()) == [field]
    with pytest.raises(AccountError):
        user_open(username="x", assignment=assignment, actor=cast.system_admin)
    assert not User.objects.filter(username="x").exists()


def test_staff_of_another_branch_do_not_fit(org):
    stranger = make_staff(unit=org.other)
    assert "staff" in Assignment("x", Role.TELLER, org.a1, stranger).problems()


def test_another_role_must_be_authorised_again(cast, org):
    token_create(user=cast.leadership, name="x", days=30)
    user_edit(
        user=cast.leadership,
        assignment=Assignment("新名", Role.SERVICE_OFFICE, org.branch),
        actor=cast.system_admin,
    )
    cast.leadership.refresh_from_db()
    assert cast.leadership.state == User.State.PENDING
    assert not ApiToken.objects.exists()
    entry = AuditEntry.objects.latest("id")
    assert entry.detail["before"]["role"] == "分行领导"
    assert entry.detail["after"]["role"] == "服务办"
    assert user_authorise(user=cast.leadership, actor=cast.security_admin) is None


def test_another_name_needs_no_authorisation(cast, org):
    user_edit(
        user=cast.leadership,
        assignment=Assignment("新名", Role.LEADERSHIP, org.branch),
        actor=cast.system_admin,
    )
    cast.leadership.refresh_from_db()
    assert (cast.leadership.name, cast.leadership.is_active) == ("新名", True)


def test_closing_ends_sessions_and_tokens(cast, client):
    client.force_login(cast.teller)
    token_create(user=cast.teller, name="x", days=30)
    user_close(user=cast.teller, actor=cast.system_admin)
    assert client.get("/").status_code == 302
    assert not ApiToken.objects.exists()
    assert last_event()[:2] == ("user.close", "teller")


def test_a_closed_account_comes_back_by_way_of_authorisation(cast):
    user_close(user=cast.teller, actor=cast.system_admin)
    user_reopen(user=cast.teller, actor=cast.system_admin)
    cast.teller.refresh_from_db()
    assert cast.teller.state == User.State.PENDING
    assert user_authorise(user=cast.teller, actor=cast.security_admin) is None


def test_only_a_closed_account_is_reopened(cast):
    with pytest.raises(AccountError):
        user_reopen(user=cast.teller, actor=cast.system_admin)


@pytest.mark.parametrize("act", [user_close, user_unlock, user_reset_password, user_authorise])
def test_nobody_acts_on_the_own_account(cast, act):
    with pytest.raises(AccountError, match="自己的账号"):
        act(user=cast.security_admin, actor=cast.security_admin)


def test_the_last_administrator_of_a_kind_stays(cast, org):
    with pytest.raises(AccountError, match="唯一启用的安全管理员"):
        user_close(user=cast.security_admin, actor=cast.system_admin)
    with pytest.raises(AccountError, match="唯一启用的安全管理员"):
        user_edit(
            user=cast.security_admin,
            assignment=Assignment("x", Role.AUDITOR),
            actor=cast.system_admin,
        )
    cast.security_admin.refresh_from_db()
    assert assignment_of(cast.security_admin).role == Role.SECURITY_ADMIN


def test_a_second_administrator_can_be_closed(cast):
    second = make_user(role=Role.AUDITOR)
    user_close(user=second, actor=cast.system_admin)
    second.refresh_from_db()
    assert second.state == User.State.CLOSED


def test_resetting_a_password_replaces_it_and_ends_everything(cast, client):
    client.force_login(cast.teller)
    token_create(user=cast.teller, name="x", days=30)
    password = user_reset_password(user=cast.teller, actor=cast.security_admin)
    cast.teller.refresh_from_db()
    assert cast.teller.check_password(password)
    assert cast.teller.must_change_password
    assert client.get("/").status_code == 302
    assert not ApiToken.objects.exists()
    assert password not in str(AuditEntry.objects.latest("id").detail)


def test_unlocking_lets_the_user_sign_in(cast, client, django_capture_on_commit_callbacks):
    for _ in range(5):
        client.post("/accounts/login/", {"login": "teller", "password": "wrong"})
    assert is_locked(cast.teller)
    with django_capture_on_commit_callbacks(execute=True):
        user_unlock(user=cast.teller, actor=cast.security_admin)
    assert not is_locked(cast.teller)
    assert last_event() == ("user.unlock", "teller", cast.security_admin)


def test_an_act_whose_transaction_fails_leaves_no_audit_entry(cast, org):
    before = AuditEntry.objects.count()

    @transaction.atomic
    def close_and_fail():
        user_close(user=cast.teller, actor=cast.system_admin)
        User(username="y", name="y", role="ROOT", unit=org.branch).save()

    with pytest.raises(IntegrityError):
        close_and_fail()
    cast.teller.refresh_from_db()
    assert cast.teller.is_active
    assert AuditEntry.objects.count() == before


def test_the_first_administrators_are_opened_once(db, capsys):
    call_command("createadmin")
    lines = [line.split("\t") for line in capsys.readouterr().out.splitlines()[:3]]
    assert [role for role, _, _ in lines] == ["系统管理员", "安全管理员", "审计员"]
    for _, username, password in lines:
        user = User.objects.get(username=username)
        assert user.check_password(password)
        assert user.must_change_password
    with pytest.raises(CommandError, match="已有管理员"):
        call_command("createadmin")


def test_history_keeps_every_state_of_an_account(cast):
    user_close(user=cast.teller, actor=cast.system_admin)
    events = User.pgh_event_model.objects.filter(pgh_obj=cast.teller).order_by("pgh_id")
    assert list(events.values_list("is_active", flat=True)) == [True, False]
