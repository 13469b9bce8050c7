"""Authenticator app, recovery codes, and what protects them."""

import time

import pytest
from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from django.core.cache import cache

from accounts.models import AuditEntry
from accounts.services.users import user_reset_second_factor
from tests.factories import PASSWORD

ACTIVATE = "/accounts/2fa/totp/activate/"


@pytest.fixture(autouse=True)
def _no_failures_yet():
    cache.clear()


def code_for(secret, steps_ago=0):
    """What the app shows now, or showed so many 30-second steps ago."""
    counter = int(time.time()) // app_settings.TOTP_PERIOD - steps_ago
    return auth.format_hotp_value(auth.hotp_value(secret, counter))


@pytest.fixture
def with_app(client, cast, django_capture_on_commit_callbacks):
    """A teller with an authenticator app, signed out again; returns the app's secret."""
    sign_in(client)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    secret = client.get(ACTIVATE).context["form"].secret
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(ACTIVATE, {"code": code_for(secret)}).status_code == 302
    client.post("/accounts/logout/")
    cache.clear()  # a code is good once
    return secret


def sign_in(client):
    return client.post("/accounts/login/", {"login": "teller", "password": PASSWORD})


def test_activation_wants_a_right_code(client, cast):
    sign_in(client)
    assert client.get(ACTIVATE).url.startswith("/accounts/reauthenticate/")
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.get(ACTIVATE)
    page = client.post(ACTIVATE, {"code": "000000"})
    assert "验证码不正确" in page.content.decode()
    assert not Authenticator.objects.exists()


def test_the_password_alone_no_longer_suffices(client, with_app):
    assert sign_in(client).url == "/accounts/2fa/authenticate/"
    assert client.get("/").status_code == 302
    page = client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert "验证码不正确" in page.content.decode()
    assert AuditEntry.objects.filter(event="signin.second_factor_failed").count() == 1


def test_code_and_password_sign_in(client, with_app):
    sign_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": code_for(with_app)})
    assert client.get("/").status_code == 200


def test_a_code_typed_as_it_changed_still_signs_in(client, with_app):
    sign_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": code_for(with_app, steps_ago=1)})
    assert client.get("/").status_code == 200


def test_an_old_code_does_not(client, with_app):
    sign_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": code_for(with_app, steps_ago=3)})
    assert client.get("/").status_code == 302


def test_a_recovery_code_works_once(client, with_app):
    codes = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
    sign_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": codes[0]})
    assert client.get("/").status_code == 200
    client.post("/accounts/logout/")
    sign_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": codes[0]})
    assert client.get("/").status_code == 302


def test_wrong_codes_lock_too(client, with_app):
    sign_in(client)
    for _ in range(5):
        client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    page = client.post("/accounts/2fa/authenticate/", {"code": code_for(with_app)})
    assert "账号已锁定 30 分钟" in page.content.decode()


def test_secrets_are_stored_encrypted(with_app):
    stored = Authenticator.objects.get(type="totp").data["secret"]
    assert with_app not in stored
    assert stored.startswith("gAAAA")


def test_activation_is_audited(with_app):
    entries = AuditEntry.objects.filter(event="second_factor.add", subject="teller")
    assert {entry.detail["kind"] for entry in entries} == {"totp", "recovery_codes"}


def test_the_security_administrator_can_clear_them(client, with_app, cast):
    user_reset_second_factor(user=cast.teller, actor=cast.security_admin)
    assert sign_in(client).url == "/"
    assert AuditEntry.objects.filter(event="second_factor.remove", subject="teller").exists()


@pytest.mark.parametrize(
    "path",
    ["", "codes/", "codes/generate/", "codes/download/", "totp/deactivate/", "keys/", "keys/add/"],
)
def test_the_pages_are_chinese(client, with_app, path):
    sign_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": code_for(with_app)})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get(f"/accounts/2fa/{path}")
    assert page.status_code == 200
    assert "验证" in page.content.decode() or "密钥" in page.content.decode()
