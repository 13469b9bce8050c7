"""Sign-in, the second factor, the pages of accounts and the shared furniture, in a real browser."""

import pytest
from allauth.mfa.totp.internal import auth
from django.core.cache import cache
from playwright.sync_api import expect

from accounts.models import Job, User
from accounts.services.tokens import token_create
from tests.browser import PHONE, faults, overflow, violations
from tests.factories import PASSWORD, make_staff

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _no_failures_yet():
    cache.clear()


def code_for(secret):
    counter = next(iter(auth.yield_hotp_counters_from_time()))
    return auth.format_hotp_value(auth.hotp_value(secret, counter))


def reauthenticate(page):
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="确认").click()


def test_a_wrong_password_then_the_right_one(new_page, cast):
    page = new_page(viewport=PHONE)
    page.goto("/")
    page.get_by_label("登录名").fill("teller")
    page.get_by_label("密码").fill("wrong")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("alert")).to_contain_text("登录名或密码不正确")
    expect(page.get_by_label("登录名")).to_have_value("teller")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("teller，您好")


def test_setting_up_and_using_an_authenticator_app(sign_in, cast):
    page = sign_in("teller")
    page.get_by_role("button", name="teller（柜员）的菜单").click()
    page.get_by_role("link", name="两步验证").click()
    page.get_by_role("link", name="启用验证器应用").click()
    reauthenticate(page)
    secret = page.locator("#totp-secret").inner_text()
    assert page.locator(".mc-qr img").evaluate("image => image.naturalWidth") > 0
    page.get_by_label("验证码").fill("000000")
    page.get_by_role("button", name="启用").click()
    expect(page.get_by_role("alert")).to_contain_text("验证码不正确")
    page.get_by_label("验证码").fill(code_for(page.locator("#totp-secret").inner_text()))
    page.get_by_role("button", name="启用").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("恢复码")
    expect(page.locator(".mc-codes li")).to_have_count(10)
    expect(page.locator(".mc-toast").first).to_contain_text("已启用")

    cache.clear()  # a code is good once
    again = sign_in("teller")
    expect(again.get_by_role("heading", level=1)).to_have_text("两步验证")
    again.get_by_label("验证码").fill(code_for(secret))
    again.get_by_role("button", name="登录", exact=True).click()
    expect(again.get_by_role("heading", level=1)).to_have_text("teller，您好")


def test_a_security_key(sign_in, cast):
    page = sign_in("teller")
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "usb", "hasResidentKey": False,
        "hasUserVerification": True, "isUserVerified": True,
    }  # fmt: skip
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.goto(page.url.replace("127.0.0.1", "localhost"))
    page.goto("/accounts/2fa/keys/add/")
    reauthenticate(page)
    page.get_by_role("textbox").fill("我的密钥")
    page.get_by_role("button", name="添加").click()
    expect(page.get_by_text("恢复码").first).to_be_visible()
    page.goto("/accounts/2fa/keys/")
    expect(page.get_by_role("cell", name="我的密钥")).to_be_visible()


def test_an_account_from_opening_to_first_sign_in(sign_in, cast):
    system = sign_in("system_admin")
    system.get_by_role("link", name="账号").first.click()
    system.get_by_role("link", name="开立账号").click()
    system.get_by_label("登录名").fill("newcomer")
    system.get_by_label("姓名").fill("新人")
    system.get_by_label("岗位").select_option(label="分行领导")
    system.get_by_role("button", name="开立").click()
    expect(system.get_by_role("alert")).to_contain_text("必须指定机构")
    system.get_by_label("所属机构").fill("AS")
    system.get_by_role("button", name="开立").click()
    expect(system.get_by_role("main")).to_contain_text("待授权")

    security = sign_in("security_admin")
    security.goto("/accounts/users/?state=PENDING")
    security.get_by_role("link", name="newcomer").click()
    security.get_by_role("button", name="授权").click()
    security.get_by_role("dialog").get_by_role("button", name="取消").click()
    assert not User.objects.get(username="newcomer").is_active
    security.get_by_role("button", name="授权").click()
    security.get_by_role("dialog").get_by_role("button", name="确定").click()
    password = security.locator(".mc-secret").inner_text()

    page = sign_in("newcomer", password, viewport=PHONE)
    expect(page.get_by_role("heading", level=1)).to_have_text("修改密码")
    page.get_by_label("当前密码").fill(password)
    page.get_by_label("新密码", exact=True).fill("Another-2011-one")
    page.get_by_label("再输一次新密码").fill("Another-2011-one")
    page.get_by_role("button", name="修改密码").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("新人，您好")


def test_the_auditor_searches_and_verifies(sign_in, cast):
    page = sign_in("auditor")
    page.get_by_role("link", name="审计").first.click()
    page.get_by_label("事件").select_option(label="登录")
    page.get_by_role("button", name="筛选").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("button", name="校验完整性").click()
    expect(page.get_by_role("main")).to_contain_text("链条完整")


def test_a_job_is_polled_until_it_ends(sign_in, cast):
    job = Job.objects.create(
        kind="k", scope="s", period="p", key="k", state="RUNNING", progress=10, message="开始",
        requested_by=cast.leadership,
    )  # fmt: skip
    page = sign_in("leadership")
    page.evaluate("document.body.addEventListener('job-ended', e => window.ended = e.detail)")
    expect(page.locator(".mc-job")).to_contain_text("10%")
    Job.objects.filter(pk=job.pk).update(progress=60, message="过半")
    expect(page.locator(".mc-job")).to_contain_text("过半")
    Job.objects.filter(pk=job.pk).update(state="DONE", progress=100)
    expect(page.locator(".mc-job")).to_contain_text("完成")
    page.wait_for_function("window.ended")
    assert page.evaluate("window.ended.state") == "DONE"
    assert page.locator("[hx-get]").count() == 0


def test_the_menu_opens_on_a_phone_and_closes_with_escape(sign_in, cast):
    page = sign_in("service_office", viewport=PHONE)
    menu = page.get_by_role("dialog")
    page.get_by_role("button", name="打开菜单").click()
    expect(menu.get_by_role("link", name="月度封账")).to_be_visible()
    page.wait_for_selector("#mc-nav.show:not(.showing)")
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()


def test_the_theme_is_the_systems_until_chosen_and_then_remembered(sign_in, cast):
    page = sign_in("teller", color_scheme="dark")
    root = page.locator("html")
    expect(root).to_have_attribute("data-bs-theme", "dark")
    page.get_by_role("button", name="切换浅色与深色").click()
    expect(root).to_have_attribute("data-bs-theme", "light")
    page.reload()
    expect(root).to_have_attribute("data-bs-theme", "light")


def test_the_keyboard_alone_gets_to_the_content(sign_in, cast):
    page = sign_in("teller")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("main a").first).to_be_focused()


PAGES = {
    "service_office": ["/"],
    "system_admin": ["/accounts/users/", "/accounts/users/open/", "/accounts/users/{teller}/"],
    "security_admin": ["/accounts/users/{teller}/"],
    "auditor": ["/accounts/audit/"],
    "teller": [
        "/accounts/tokens/", "/accounts/2fa/", "/accounts/2fa/keys/", "/accounts/reauthenticate/",
        "/accounts/password/change/", "/accounts/logout/",
    ],
}  # fmt: skip


def test_pages_are_accessible_and_fit(new_page, sign_in, cast):
    token_create(user=cast.teller, name="导出", days=30)
    Job.objects.create(
        kind="k", scope="s", period="p", key="k", state="RUNNING", requested_by=cast.service_office
    )
    assert faults(new_page(), "/accounts/login/") == {}
    for username, paths in PAGES.items():
        page = sign_in(username)
        assert faults(page, *(path.format(teller=cast.teller.pk) for path in paths)) == {}


def test_unit_and_staff_are_found_as_one_types(sign_in, org, cast):
    staff = make_staff(unit=org.a1, name="王小二")
    make_staff(unit=org.b1, name="王小三")
    page = sign_in("system_admin")
    page.goto("/accounts/users/open/")
    page.get_by_label("登录名").fill("wang2")
    page.get_by_label("姓名").fill("王小二")
    page.get_by_label("岗位").select_option("TELLER")
    unit = page.get_by_role("combobox", name="所属机构")
    unit.press_sequentially("甲一")
    options = page.get_by_role("listbox").get_by_role("option")
    expect(options).to_contain_text("甲一网点")
    assert violations(page) == []
    unit.press("ArrowDown")
    unit.press("Enter")
    expect(unit).to_have_value("ASA1")
    person = page.get_by_role("combobox", name="对应员工")
    person.press_sequentially("王小")
    expect(options).to_have_count(1)
    person.press("Escape")
    expect(page.get_by_role("listbox")).to_have_count(0)
    person.press("Tab")  # only one is meant
    expect(person).to_have_value(staff.number)
    assert overflow(page) == 0
    page.get_by_role("button", name="开立").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("王小二")
