"""The resources of accounts under /api/v1/."""

import pytest

from accounts.models import AuditEntry, User
from tests.factories import make_staff

USERS = "/api/v1/users/"


@pytest.fixture
def call(client, cast):
    """The response a signed-in user of a role gets to a method, a path and a body."""

    def request(role, method, path, body=None):
        client.force_login(getattr(cast, role))
        return client.generic(
            method, path, "" if body is None else dumps(body), content_type="application/json"
        )

    return request


def dumps(body):
    import json

    return json.dumps(body, ensure_ascii=False)


NEW = {"username": "newcomer", "name": "新人", "role": "LEADERSHIP", "unit": "AS"}


def test_me(call):
    body = call("outlet_head", "GET", "/api/v1/me/").json()
    assert (body["username"], body["role_label"], body["unit"]) == (
        "outlet_head",
        "网点负责人",
        "ASA1",
    )
    assert "LEAGUE_READ" in body["capabilities"]


def test_me_of_an_administrator_has_no_unit(call):
    body = call("auditor", "GET", "/api/v1/me/").json()
    assert (body["unit"], body["unit_name"]) == (None, None)


def test_an_account_from_opening_to_reset(call):
    created = call("system_admin", "POST", USERS, NEW)
    assert created.status_code == 201
    assert created.json()["state"] == "PENDING"
    url = f"{USERS}{created.json()['id']}/"
    password = call("security_admin", "POST", url + "authorise/").json()["password"]
    assert User.objects.get(username="newcomer").check_password(password)
    assert call("security_admin", "POST", url + "unlock/").json()["state"] == "ACTIVE"
    other = call("security_admin", "POST", url + "password/").json()["password"]
    assert other != password
    assert call("system_admin", "POST", url + "close/").json()["state"] == "CLOSED"
    assert call("system_admin", "POST", url + "reopen/").json()["state"] == "PENDING"


def test_a_refused_act_is_a_conflict_with_its_reason(call, cast):
    response = call("system_admin", "POST", f"{USERS}{cast.teller.pk}/reopen/")
    assert response.status_code == 409
    assert response["Content-Type"] == "application/problem+json"
    assert "停用的账号" in response.json()["detail"]
    assert response.json()["code"] == "conflict"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"username": "x"}, "username"),
        ({"unit": "NOPE"}, "unit"),
        ({"role": "TELLER"}, "staff"),
        ({"role": "AUDITOR"}, "unit"),
        ({"role": "ROOT"}, "role"),
        ({"name": ""}, "name"),
        ({"name": "x" * 65}, "name"),
        ({"name": "\x00"}, "name"),
    ],
)
def test_bad_input_names_the_field(call, change, field):
    response = call("system_admin", "POST", USERS, NEW | change)
    assert response.status_code == 400
    assert list(response.json()["errors"]) == [field]
    assert not User.objects.filter(username="newcomer").exists()


def test_a_patch_changes_what_it_names(call, cast):
    url = f"{USERS}{cast.leadership.pk}/"
    body = call("system_admin", "PATCH", url, {"name": "新名"}).json()
    assert (body["name"], body["role"], body["unit"]) == ("新名", "LEADERSHIP", "AS")
    body = call("system_admin", "PATCH", url, {"unit": "ASA"}).json()
    assert (body["unit"], body["state"]) == ("ASA", "PENDING")


def test_a_teller_patch_keeps_the_staff_member(call, cast, org):
    url = f"{USERS}{cast.teller.pk}/"
    staff = make_staff(unit=org.a1)
    body = call("system_admin", "PATCH", url, {"staff": staff.number}).json()
    assert body["staff"] == staff.number


@pytest.mark.parametrize(
    ("query", "count"), [("role=TELLER", 1), ("state=ACTIVE", 12), ("username=tell", 1)]
)
def test_the_list_is_filtered(call, query, count):
    assert len(call("system_admin", "GET", f"{USERS}?{query}").json()["results"]) == count


def test_the_list_pages_by_cursor(call):
    page = call("system_admin", "GET", f"{USERS}?page_size=5").json()
    assert len(page["results"]) == 5
    assert len(call("system_admin", "GET", page["next"]).json()["results"]) == 5


def test_the_number_of_queries_does_not_grow(call, cast, django_assert_num_queries):
    call("system_admin", "GET", USERS)
    for size in (1, 3):
        with django_assert_num_queries(7):  # five of them sign in
            call("system_admin", "GET", f"{USERS}?page_size={size}")


def test_the_audit_trail_is_listed_and_verified(call):
    rows = call("auditor", "GET", "/api/v1/audit/?event=signin").json()["results"]
    assert rows[0]["event_label"] == "登录"
    assert rows[0]["actor"] == "auditor"
    report = call("auditor", "POST", "/api/v1/audit/verify/").json()
    assert report["intact"] is True
    assert AuditEntry.objects.latest("id").event == "audit.verify"


def test_tokens_are_made_and_revoked(call):
    made = call("teller", "POST", "/api/v1/tokens/", {"name": "导出", "days": 7})
    assert made.status_code == 201
    assert made.json()["key"].startswith("mc_")
    (row,) = call("teller", "GET", "/api/v1/tokens/").json()["results"]
    assert "key" not in row
    assert call("leadership", "DELETE", f"/api/v1/tokens/{row['id']}/").status_code == 404
    assert call("teller", "DELETE", f"/api/v1/tokens/{row['id']}/").status_code == 204
