"""API tokens: made, used, expired, revoked."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import ApiToken, AuditEntry
from accounts.services.tokens import digest, token_create

ME = "/api/v1/me/"


@pytest.fixture
def teller(client, cast):
    client.force_login(cast.teller)
    return client


def call(key, path=ME):
    from django.test import Client

    return Client().get(path, headers={"authorization": f"Token {key}"})


def make(client, **kw):
    return client.post("/accounts/tokens/", {"name": "导出", "days": 30} | kw)


def test_the_key_is_shown_once_and_stored_as_its_digest(teller, cast):
    key = make(teller).context["key"]
    token = ApiToken.objects.get(user=cast.teller)
    assert token.digest == digest(key)
    assert key not in teller.get("/accounts/tokens/").content.decode()
    assert token.hint in teller.get("/accounts/tokens/").content.decode()
    assert key not in str(AuditEntry.objects.latest("id").subject)


def test_a_token_speaks_for_its_user(teller, cast):
    key = make(teller).context["key"]
    assert call(key).json()["username"] == "teller"
    assert ApiToken.objects.get().last_used_at is not None


def test_a_token_has_its_users_rights_and_no_more(cast):
    _, key = token_create(user=cast.teller, name="x", days=1)
    assert call(key, "/api/v1/users/").status_code == 403


@pytest.mark.parametrize("key", ["", "mc_nonsense", "mc nonsense"])
def test_nonsense_is_refused_in_chinese(cast, key):
    response = call(key)
    assert response.status_code in {401, 403}
    assert response["Content-Type"] == "application/problem+json"


def test_an_expired_token_is_refused(cast):
    token, key = token_create(user=cast.teller, name="x", days=1)
    ApiToken.objects.filter(pk=token.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    response = call(key)
    assert response.status_code in {401, 403}
    assert "到期" in response.json()["detail"]


def test_a_closed_users_token_is_refused(cast):
    _, key = token_create(user=cast.teller, name="x", days=1)
    cast.teller.is_active = False
    cast.teller.save()
    assert call(key).status_code in {401, 403}


def test_a_revoked_token_is_gone(teller, cast):
    token, key = token_create(user=cast.teller, name="x", days=1)
    page = teller.post(f"/accounts/tokens/{token.pk}/revoke/", follow=True)
    assert "已撤销" in page.content.decode()
    assert call(key).status_code in {401, 403}
    assert AuditEntry.objects.latest("id").event == "token.revoke"


def test_a_token_makes_no_tokens(cast):
    from django.test import Client

    _, key = token_create(user=cast.teller, name="x", days=1)
    response = Client().post(
        "/api/v1/tokens/", {"name": "y", "days": 1}, headers={"authorization": f"Token {key}"}
    )
    assert response.status_code in {401, 403}


@pytest.mark.parametrize(("field", "value"), [("name", ""), ("name", "x" * 41), ("days", "9999")])
def test_bad_input_is_refused(teller, field, value):
    assert make(teller, **{field: value}).status_code == 422
    assert not ApiToken.objects.exists()


def test_the_use_is_noted_now_and_then_only(cast, django_assert_max_num_queries):
    _, key = token_create(user=cast.teller, name="x", days=1)
    call(key)
    first = ApiToken.objects.get().last_used_at
    call(key)
    assert ApiToken.objects.get().last_used_at == first
