"""A complaint's time extended and stopped by the people whose work it is, in a browser."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from complaints.services.extensions import extension_ask
from complaints.services.letters import letter_event_add
from complaints.services.reminders import letters_remind
from tests.browser import faults
from tests.complaints.letters import make_letter
from tests.complaints.views.test_clock import winding

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def complaint(org, handler, days, **kw):
    received = timezone.now() - timedelta(days=days)
    fields = {"kind": "COMPLAINT", "unit": org.a1, "handler": handler, "state": "ASSIGNED"}
    return make_letter(branch=org.branch, received_at=received, **(fields | kw))


def done(page, text):
    expect(page.locator("#toasts")).to_contain_text(text)


def test_extended_and_stopped_by_those_whose_work_it_is(org, cast, sign_in):
    letter = complaint(org, cast.department, 5)
    page = sign_in("department")
    page.get_by_role("link", name="1封来信等待您处理").click()
    page.get_by_role("link", name=letter.reference).click()
    page.get_by_role("link", name="申请延期").click()
    page.get_by_label("延期原因").fill("需调阅三个月的录像")
    page.get_by_role("button", name="提交申请").click()
    done(page, "延期申请已提交")
    leader = sign_in("leadership")
    leader.goto("/letters/mine/")
    expect(leader.locator("main")).to_contain_text("延期待审批")
    leader.get_by_role("link", name=letter.reference).click()
    leader.get_by_role("link", name="审批延期").click()
    leader.get_by_label("批准延期").check()
    leader.get_by_role("button", name="提交审批").click()
    done(leader, "已批准延期")
    expect(leader.locator(".lt-steps")).to_contain_text("+30日")
    page.reload()
    page.get_by_role("link", name="开始鉴定").click()
    page.get_by_label("委托事项").fill("委托司法鉴定所鉴定签名")
    page.get_by_label("电话").check()
    page.get_by_role("button", name="开始鉴定").click()
    expect(page.locator(".lt-due")).to_contain_text("期限停止计算")
    page.get_by_role("link", name="鉴定结束").click()
    page.get_by_role("button", name="鉴定结束").click()
    expect(page.locator(".lt-due")).to_contain_text("还有25天")


@pytest.fixture
def pages(org, cast):
    """A page of every sort, with much on it."""
    letter = winding(org, cast)
    asked = complaint(org, cast.department, 4)
    extension_ask(letter=asked, level="COMPLEX", reason="需调阅录像", actor=cast.department)
    for days in (22, 16, 13):
        complaint(org, cast.service_office, days)
    complaint(org, None, 15, state="RECEIVED")
    stopped = complaint(org, cast.service_office, 6)
    letter_event_add(letter=stopped, kind="APPRAISAL_STARTED", actor=None, means="电话")
    letters_remind(branch=org.branch, today=timezone.localdate())
    return {
        "home": "/",
        "letter": f"/letters/{letter.pk}/",
        "asked": f"/letters/{asked.pk}/",
        "decide": f"/letters/{asked.pk}/clock/extension/decide/",
        "appraisal": f"/letters/{asked.pk}/clock/appraisal/",
        "mine": "/letters/mine/",
        "rules": "/letters/rules/",
        "rules-new": "/letters/rules/new/",
    }


def test_the_pages_fit_and_speak_to_everybody(pages, sign_in):
    assert faults(sign_in("service_office"), *pages.values()) == {}
