"""The pages of accounts: lists, forms, acts, and what they say."""

import pytest
from django.core.cache import cache

from accounts.models import AuditEntry, User
from accounts.roles import Role
from tests.factories import PASSWORD, make_staff, make_user

UNCHANGED = {"name": "王分行", "role": "LEADERSHIP", "unit": "AS", "staff": ""}


@pytest.fixture(autouse=True)
def _no_failures_yet():
    cache.clear()


@pytest.fixture
def system(client, cast):
    client.force_login(cast.system_admin)
    return client


@pytest.fixture
def security(client, cast):
    client.force_login(cast.security_admin)
    return client


def open_account(client, **kw):
    body = {"username": "newcomer", "name": "新人", "role": "LEADERSHIP", "unit": "AS"} | kw
    return client.post("/accounts/users/open/", body)


def test_the_list_shows_state_and_what_waits(system, org):
    make_user(role=Role.LEADERSHIP, unit=org.branch, is_active=False, authorised_at=None)
    text = system.get("/accounts/users/").content.decode()
    assert "共 13 个账号" in text
    assert "1 个待授权" in text


@pytest.mark.parametrize(
    ("query", "count"),
    [("text=tell", 1), ("text=ASA1", 2), ("role=AUDITOR", 1), ("state=CLOSED", 0), ("text=无", 0)],
)
def test_the_list_is_filtered(system, query, count):
    page = system.get(f"/accounts/users/?{query}")
    assert page.context["page_obj"].paginator.count == count
    assert ("没有符合条件的账号" in page.content.decode()) == (count == 0)


def test_the_number_of_queries_does_not_grow(system, org, django_assert_num_queries):
    system.get("/accounts/users/")
    for _ in range(3):
        make_user(role=Role.LEADERSHIP, unit=org.branch, name="很多")
    with django_assert_num_queries(4):
        system.get("/accounts/users/?text=teller")
    with django_assert_num_queries(4):
        system.get("/accounts/users/?text=很多")


def test_opening_leads_to_the_account_and_waits(system, org):
    response = open_account(system)
    user = User.objects.get(username="newcomer")
    assert response.url == f"/accounts/users/{user.pk}/"
    assert user.state == User.State.PENDING
    assert "待安全管理员授权" in system.get(response.url).content.decode()


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("username", "ab", "登录名为 3–64 位"),
        ("username", "teller", "已被使用"),
        ("username", "", "字段是必填项"),
        ("unit", "NOPE", "没有机构号为“NOPE”的机构"),
        ("unit", "", "必须指定机构"),
        ("role", "ROOT", "ROOT"),
        ("role", "AUDITOR", "三员不得挂机构"),
        ("role", "TELLER", "必须对应一名员工"),
        ("staff", "NOPE", "没有员工号为“NOPE”的员工"),
    ],
)
def test_bad_input_is_named_beside_the_field_and_kept(system, org, field, value, message):
    response = open_account(system, **{field: value})
    text = response.content.decode()
    assert response.status_code == 422
    assert message in text
    assert "提交的内容有误" in text
    assert 'value="新人"' in text
    assert not User.objects.filter(name="新人").exists()


def test_a_staff_member_with_an_account_gets_no_second(system, cast):
    taken = cast.teller.staff.number
    response = open_account(system, role="TELLER", unit="ASA1", staff=taken)
    assert "或已有账号" in response.content.decode()


def test_a_teller_is_opened_with_a_staff_member(system, org):
    staff = make_staff(unit=org.a1)
    assert open_account(system, role="TELLER", unit="ASA1", staff=staff.number).status_code == 302


def picks(client, what, **query):
    return client.get(f"/accounts/users/{what}/", query).json()["picks"]


@pytest.mark.parametrize(("text", "found"), [("甲一", ["ASA1"]), ("asa", ["ASA", "ASA1", "ASA2"])])
def test_units_are_found_by_name_or_code(system, org, text, found):
    assert [pick["code"] for pick in picks(system, "units", q=text)] == found


def test_a_unit_stands_on_its_path(system, org):
    (pick,) = picks(system, "units", q=org.a1.name)
    path = (org.branch, org.a1.parent, org.a1)
    assert pick["place"] == " › ".join(unit.short_name for unit in path)


def test_a_closed_unit_is_not_on_offer(system, org):
    org.a1.closed_on = "2011-01-01"
    org.a1.save()
    assert picks(system, "units", q="ASA1") == []


def test_people_are_found_within_the_unit(system, org):
    here, there = make_staff(unit=org.a1, name="王同"), make_staff(unit=org.b1, name="王同")
    found = picks(system, "staff", q="王同", unit=org.a1.parent.code)
    assert [pick["code"] for pick in found] == [here.number]
    assert found[0]["place"].startswith(org.a1.short_name)
    assert len(picks(system, "staff", q="王同", unit="还没选")) == 2
    assert picks(system, "staff", q=there.number)[0]["name"] == "王同"


def test_people_with_an_account_are_on_offer_for_that_one_only(system, cast):
    number = cast.teller.staff.number
    assert picks(system, "staff", q=number) == []
    assert picks(system, "staff", q=number, user="teller")[0]["code"] == number


def test_long_lists_are_cut(system, org):
    for _ in range(25):
        make_staff(unit=org.a1)
    answer = system.get("/accounts/users/staff/", {"unit": "ASA1"}).json()
    assert (len(answer["picks"]), answer["more"]) == (20, True)


def test_editing_keeps_what_is_there(system, cast):
    url = f"/accounts/users/{cast.leadership.pk}/edit/"
    assert 'value="AS"' in system.get(url).content.decode()
    assert system.post(url, UNCHANGED).status_code == 302
    cast.leadership.refresh_from_db()
    assert (cast.leadership.name, cast.leadership.is_active) == ("王分行", True)


def test_the_own_account_is_for_another_administrator(system, cast):
    own = cast.system_admin.pk
    assert "由另一名管理员办理" in system.get(f"/accounts/users/{own}/").content.decode()
    page = system.post(f"/accounts/users/{own}/close/", follow=True)
    assert "不能对自己的账号" in page.content.decode()


def test_closing_and_asking_for_it_back(system, cast):
    url = f"/accounts/users/{cast.teller.pk}/"
    assert "已停用" in system.post(url + "close/", follow=True).content.decode()
    assert "申请恢复" in system.get(url).content.decode()
    assert "待安全管理员授权" in system.post(url + "reopen/", follow=True).content.decode()


def test_closing_twice_says_so(system, cast):
    url = f"/accounts/users/{cast.teller.pk}/close/"
    system.post(url)
    assert "无需停用" in system.post(url, follow=True).content.decode()


def test_the_temporary_password_is_shown_once_and_not_cached(security, org):
    user = make_user(role=Role.LEADERSHIP, unit=org.branch, is_active=False, authorised_at=None)
    user.set_unusable_password()
    user.save()
    response = security.post(f"/accounts/users/{user.pk}/authorise/")
    password = response.context["password"]
    assert password in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    user.refresh_from_db()
    assert user.check_password(password)
    assert password not in security.get(f"/accounts/users/{user.pk}/").content.decode()


def test_resetting_shows_a_new_password(security, cast):
    response = security.post(f"/accounts/users/{cast.teller.pk}/password/")
    cast.teller.refresh_from_db()
    assert cast.teller.check_password(response.context["password"])


def test_a_refused_reset_goes_back_with_the_reason(security, cast):
    User.objects.filter(pk=cast.teller.pk).update(is_active=False)
    page = security.post(f"/accounts/users/{cast.teller.pk}/password/", follow=True)
    assert "没有启用" in page.content.decode()


def test_a_locked_account_shows_and_is_unlocked(
    security, cast, client, django_capture_on_commit_callbacks
):
    from django.test import Client

    for _ in range(5):
        Client().post("/accounts/login/", {"login": "teller", "password": "wrong"})
    url = f"/accounts/users/{cast.teller.pk}/"
    assert "已锁定" in security.get(url).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        security.post(url + "unlock/")
    assert "登录失败过多，已锁定" not in security.get(url).content.decode()
    signed_in = Client().post("/accounts/login/", {"login": "teller", "password": PASSWORD})
    assert signed_in.status_code == 302


def test_clearing_a_second_factor_that_is_not_there_says_so(security, cast):
    page = security.post(f"/accounts/users/{cast.teller.pk}/second-factor/", follow=True)
    assert "没有启用两步验证" in page.content.decode()


@pytest.mark.parametrize(
    "act", ["close", "reopen", "authorise", "unlock", "password", "second-factor"]
)
def test_acts_are_posts(system, cast, act):
    assert system.get(f"/accounts/users/{cast.teller.pk}/{act}/").status_code == 405


@pytest.mark.parametrize("act", ["authorise", "unlock", "password", "second-factor"])
def test_the_system_administrator_does_not_do_the_security_administrators_acts(system, cast, act):
    assert system.post(f"/accounts/users/{cast.teller.pk}/{act}/").status_code == 403
    assert not AuditEntry.objects.exclude(event="signin").exists()


@pytest.mark.parametrize("act", ["close", "reopen", "edit"])
def test_the_security_administrator_does_not_do_the_system_administrators_acts(security, cast, act):
    assert security.post(f"/accounts/users/{cast.teller.pk}/{act}/").status_code == 403


def test_an_account_that_is_not_there(system):
    assert system.get("/accounts/users/999999/").status_code == 404
