"""Health, metrics, error pages."""

import pytest
from django.core.exceptions import RequestDataTooBig
from django.template.loader import render_to_string
from django.test import Client, RequestFactory

from accounts.views.errors import bad_request


def test_live_asks_nobody(client):
    response = client.get("/health/live/")
    assert (response.status_code, response.content) == (200, b"ok\n")


@pytest.mark.django_db(transaction=True)
def test_ready_asks_postgresql_and_redis(client):
    response = client.get("/health/ready/")
    assert response.status_code == 200
    assert len(response.json()) == 2
    assert set(response.json().values()) == {"OK"}


@pytest.mark.django_db(transaction=True)
def test_not_ready_without_redis(client, settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }
    assert client.get("/health/ready/?format=text").status_code == 500


def test_metrics_are_for_this_machine(db):
    assert b"django_http_requests_total" in Client().get("/metrics").content


@pytest.mark.parametrize(
    "extra",
    [{"REMOTE_ADDR": "10.0.0.9"}, {"HTTP_X_FORWARDED_FOR": "127.0.0.1"}, {"REMOTE_ADDR": ""}],
)
def test_metrics_are_not_for_strangers(db, extra, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    extra = {"HTTP_X_FORWARDED_FOR": "10.0.0.9"} | extra if not extra.get("REMOTE_ADDR") else extra
    assert Client(**extra).get("/metrics").status_code == 403


def test_metrics_are_for_the_system_administrator(cast):
    client = Client(REMOTE_ADDR="10.0.0.9")
    client.force_login(cast.system_admin)
    assert client.get("/metrics").status_code == 200
    client.force_login(cast.auditor)
    assert client.get("/metrics").status_code == 403


def test_what_is_not_there_says_so_in_chinese(client, db):
    response = client.get("/nowhere/")
    assert response.status_code == 404
    assert "没有找到" in response.content.decode()


def test_what_is_not_allowed_says_so_in_chinese(client, cast):
    client.force_login(cast.teller)
    response = client.get("/accounts/audit/")
    assert response.status_code == 403
    assert "您的岗位没有这项权限" in response.content.decode()


def test_a_stale_form_says_so_in_chinese(db):
    response = Client(enforce_csrf_checks=True).post("/accounts/login/", {})
    assert response.status_code == 403
    assert "页面已过期" in response.content.decode()


def test_too_large_a_request_is_413(rf: RequestFactory, db):
    assert bad_request(rf.post("/"), RequestDataTooBig()).status_code == 413
    assert bad_request(rf.post("/"), ValueError()).status_code == 400


def test_the_page_of_a_fault_needs_nothing(db):
    assert "系统出错" in render_to_string("500.html")


def test_a_fault_is_not_explained_to_the_user(cast, monkeypatch):
    client = Client(raise_request_exception=False)
    client.force_login(cast.teller)
    monkeypatch.setattr("accounts.views.start.jobs_open_of", lambda user: 1 / 0)
    response = client.get("/")
    assert response.status_code == 500
    assert "系统出错" in response.content.decode()
    assert "ZeroDivisionError" not in response.content.decode()


def test_scripts_carry_the_nonce_of_the_policy(client, cast):
    client.force_login(cast.teller)
    response = client.get("/")
    policy = response["Content-Security-Policy"]
    nonce = policy.split("'nonce-")[1].split("'")[0]
    assert f'<script nonce="{nonce}">' in response.content.decode()
    assert "unsafe-inline' 'self'" not in policy
    assert "script-src" in policy
