"""Signing in and out, the lock after failures, idle sessions, temporary passwords."""

import pytest
from django.core.cache import cache
from django.urls import reverse

from accounts.lockout import is_locked, unlock
from accounts.models import AuditEntry
from accounts.roles import Role
from tests.factories import PASSWORD, make_user

LOGIN = "/accounts/login/"
LOCKED = "账号已锁定 30 分钟"


@pytest.fixture(autouse=True)
def _no_failures_yet():
    cache.clear()


def sign_in(client, username, password=PASSWORD, **extra):
    return client.post(LOGIN, {"login": username, "password": password}, **extra)


def events(**filters):
    return list(AuditEntry.objects.filter(**filters).order_by("id").values_list("event", "subject"))


def test_a_user_signs_in_reaches_home_and_signs_out(client, cast):
    response = sign_in(client, "teller")
    assert response.status_code == 302
    assert response.url == reverse("home")
    assert client.get("/").status_code == 200
    client.post("/accounts/logout/")
    assert client.get("/").status_code == 302
    assert events() == [("signin", "teller"), ("signout", "teller")]


def test_the_audit_names_who_and_from_where(client, cast):
    sign_in(client, "teller", REMOTE_ADDR="10.1.2.3")
    entry = AuditEntry.objects.get(event="signin")
    assert (entry.actor, entry.actor_name, entry.ip) == (cast.teller, "teller", "10.1.2.3")


def test_behind_a_proxy_the_address_is_the_clients(client, cast, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    sign_in(client, "teller", HTTP_X_FORWARDED_FOR="1.1.1.1, 10.9.9.9")
    assert AuditEntry.objects.get(event="signin").ip == "10.9.9.9"


def test_a_wrong_password_is_refused_in_chinese_and_audited(client, cast):
    response = sign_in(client, "teller", "wrong")
    assert "登录名或密码不正确" in response.content.decode()
    assert events() == [("signin.failed", "teller")]


def test_an_unknown_name_gets_the_same_answer(client, db):
    response = sign_in(client, "nobody", "wrong")
    assert "登录名或密码不正确" in response.content.decode()


def test_five_failures_lock_the_name_even_for_the_right_password(client, cast):
    for _ in range(5):
        assert LOCKED not in sign_in(client, "teller", "wrong").content.decode()
    assert is_locked(cast.teller)
    response = sign_in(client, "teller")
    assert LOCKED in response.content.decode()
    assert client.get("/").status_code == 302
    assert events()[-1] == ("signin.locked", "teller")


def test_the_lock_does_not_depend_on_case_or_host(client, cast, settings):
    settings.ALLOWED_HOSTS = ["*"]
    for host in ("a.bank", "b.bank", "c.bank", "d.bank", "e.bank"):
        sign_in(client, "TELLER", "wrong", headers={"host": host})
    assert LOCKED in sign_in(client, "teller").content.decode()


def test_others_are_not_locked(client, cast):
    for _ in range(5):
        sign_in(client, "teller", "wrong")
    assert sign_in(client, "leadership").status_code == 302


def test_successes_do_not_count_as_failures(client, cast):
    for _ in range(7):
        assert sign_in(client, "teller").status_code == 302
        client.post("/accounts/logout/")
    assert not is_locked(cast.teller)


def test_an_unlocked_user_signs_in_again(client, cast):
    for _ in range(6):
        sign_in(client, "teller", "wrong")
    unlock(cast.teller)
    assert sign_in(client, "teller").status_code == 302


def test_too_many_attempts_from_one_address_get_the_chinese_429_page(client, db):
    for number in range(60):
        sign_in(client, f"name{number}", "wrong")
    response = sign_in(client, "one-more", "wrong")
    assert response.status_code == 429
    assert "操作过于频繁" in response.content.decode()


def test_a_deactivated_user_cannot_sign_in(client, org):
    make_user(role=Role.LEADERSHIP, unit=org.branch, username="gone", is_active=False)
    sign_in(client, "gone")
    assert client.get("/").status_code == 302


def test_deactivation_ends_a_running_session(client, cast):
    client.force_login(cast.teller)
    cast.teller.is_active = False
    cast.teller.save()
    assert client.get("/").status_code == 302


def test_an_idle_session_ends_and_says_so(client, cast, settings):
    client.force_login(cast.teller)
    assert client.get("/").status_code == 200
    session = client.session
    session["seen_at"] -= settings.SESSION_IDLE_MINUTES * 60 + 1
    session.save()
    response = client.get("/", follow=True)
    assert response.redirect_chain[0][0].startswith(LOGIN)
    assert "长时间未操作" in response.content.decode()


def test_a_busy_session_goes_on(client, cast, settings):
    client.force_login(cast.teller)
    client.get("/")
    session = client.session
    session["seen_at"] -= settings.SESSION_IDLE_MINUTES * 60 - 5
    session.save()
    assert client.get("/").status_code == 200
    assert client.session["seen_at"] > session["seen_at"]


@pytest.mark.parametrize(
    "path",
    ["signup/", "email/", "password/reset/", "password/set/", "3rdparty/", "confirm-email/"],
)
def test_the_other_pages_of_allauth_do_not_exist(client, db, path):
    assert client.get(f"/accounts/{path}").status_code == 404


def test_next_leads_to_our_pages_only(client, cast):
    body = {"login": "teller", "password": PASSWORD, "next": "https://evil.example/"}
    assert client.post(LOGIN, body).url == reverse("home")


@pytest.fixture
def newcomer(org):
    return make_user(
        role=Role.LEADERSHIP, unit=org.branch, username="newcomer", must_change_password=True
    )


def change(client, new, old=PASSWORD):
    body = {"oldpassword": old, "password1": new, "password2": new}
    return client.post("/accounts/password/change/", body)


def test_a_temporary_password_must_be_changed_first(client, newcomer):
    response = sign_in(client, "newcomer")
    page = client.get(response.url)
    assert page.url == "/accounts/password/change/"
    assert "临时密码" in client.get(page.url).content.decode()
    problem = client.get("/api/v1/me/")
    assert problem.status_code == 403
    assert problem.json()["code"] == "password_change_required"


def test_after_the_change_everything_opens(client, newcomer):
    sign_in(client, "newcomer")
    assert change(client, "Another-2011-one").status_code == 302
    assert client.get("/").status_code == 200
    newcomer.refresh_from_db()
    assert not newcomer.must_change_password
    assert newcomer.password_changed_at is not None
    assert ("password.change", "newcomer") in events()


@pytest.mark.parametrize(
    ("password", "message"),
    [
        (PASSWORD, "不能与当前密码相同"),
        ("Ab1-x", "至少 10 个字符"),
        ("onlylowercase", "至少三类"),
        ("password123", "太常见"),
        ("newcomer-A1", "太相似"),
    ],
)
def test_weak_passwords_are_refused_in_chinese(client, newcomer, password, message):
    client.force_login(newcomer)
    page = change(client, password)
    assert page.status_code == 200
    assert message in page.content.decode()
    newcomer.refresh_from_db()
    assert newcomer.must_change_password


def test_the_present_password_is_asked_for(client, cast):
    client.force_login(cast.teller)
    assert "请输入当前密码" in change(client, "Another-2011-one", old="guess").content.decode()


def test_a_changed_password_ends_the_other_sessions(client, cast, django_user_model):
    from django.test import Client

    elsewhere = Client()
    sign_in(elsewhere, "teller")
    sign_in(client, "teller")
    change(client, "Another-2011-one")
    assert client.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302
