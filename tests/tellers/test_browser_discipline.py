"""From a lost mark to the circular, through an appeal, by the people whose work it is, in a browser."""

import pytest
from playwright.sync_api import expect

from accounts.tasks import job_run
from reports.models import Document
from tellers.models import Penalty, Violation
from tests.browser import PHONE, faults
from tests.tellers.discipline import kind_of, lost_mark

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LISTS = "/tellers/discipline/"
PENALTY = "/tellers/discipline/penalties/{pk}/"


def done(page, text):
    """The act was done and said so."""
    expect(page.locator("#toasts")).to_contain_text(text)


def record(page, inspection):
    """The office goes from the inspection to what it shows, and records it in one step."""
    page.goto(f"/inspections/inspections/{inspection.pk}/")
    page.get_by_role("link", name="记录违规").click()
    page.get_by_label("的违规事项").select_option(label="B03 离柜票据、现金未入锁（较重）")
    page.get_by_role("button", name="的这一项").click()
    done(page, "已记录1项违规")


def propose(page):
    """The office ticks the violation and proposes a fine, and cannot approve it."""
    page.goto(LISTS)
    page.get_by_role("checkbox", name="选择").first.check()
    page.get_by_role("button", name="对所选提出处罚").click()
    page.get_by_label("经济处罚").check()
    page.get_by_label("理由").fill("离柜票据未入锁")
    page.get_by_role("button", name="提出处罚").click()
    expect(page.get_by_role("alert")).to_contain_text("请写明经济处罚的金额")
    page.get_by_label("每人金额（元）").fill("100")
    page.get_by_role("button", name="提出处罚").click()
    done(page, "等待另一人审批")
    page.goto(PENALTY.format(pk=Penalty.objects.get().pk))
    expect(page.get_by_role("link", name="审批")).to_have_count(0)


def approve(page):
    """Leadership finds it on the first page and signs as the second."""
    page.goto("/")
    page.get_by_role("link", name="1项处罚等待您办理").click()
    page.get_by_role("checkbox", name="选择").first.check()
    page.get_by_role("button", name="批准").click()
    page.get_by_role("button", name="确定").click()
    done(page, "已批准1项处罚")


def notify(page):
    """The office notes that the person was told."""
    page.goto(PENALTY.format(pk=Penalty.objects.get().pk))
    page.get_by_role("button", name="已告知本人").click()
    page.get_by_role("button", name="确定").click()
    done(page, "已记下告知")


def appeal(page):
    """The teller is told on the first page, sees the own record alone, and appeals."""
    page.goto("/")
    page.get_by_role("link", name="可以申诉").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("本人的处罚")
    page.locator("tbody a").first.click()
    page.get_by_role("link", name="申诉").click()
    page.get_by_label("申诉的内容和理由").fill("当时由他人代看。")
    page.get_by_role("button", name="提交申诉").click()
    done(page, "申诉已提交")
    expect(page.locator("main")).not_to_contain_text("service_office")


def decide(page):
    """Leadership decides that the penalty stays."""
    page.goto(PENALTY.format(pk=Penalty.objects.get().pk))
    page.get_by_role("link", name="处理申诉").click()
    expect(page.locator("main")).to_contain_text("当时由他人代看。")
    page.get_by_label("申诉不成立，维持处罚").check()
    page.get_by_label("理由").fill("录像显示无人看管。")
    page.get_by_role("button", name="作出决定").click()
    done(page, "处罚维持")


def circulate(page):
    """The office makes it known: a number at once, then the file."""
    page.goto("/reports/circulars/")
    page.get_by_role("link", name="编发通报").first.click()
    page.get_by_role("checkbox", name="选择").first.check()
    page.get_by_role("button", name="编发").click()
    page.get_by_role("button", name="确定").click()
    done(page, "号，正在生成文件")
    job_run(Document.objects.get().job_id)
    expect(page.get_by_role("link", name="下载 PDF")).to_be_visible()


def test_from_a_lost_mark_to_the_circular(sign_in, org, cast):
    kind_of(org.branch)
    answer = lost_mark(org.a1, cast.teller.staff, note="午间离柜，票据箱未上锁")
    office = sign_in("service_office")
    record(office, answer.inspection)
    propose(office)
    boss = sign_in("leadership")
    approve(boss)
    notify(office)
    appeal(sign_in("teller", viewport=PHONE))
    decide(boss)
    circulate(office)
    made = Penalty.objects.get()
    assert (made.state, made.circular_number) == ("UPHELD", 1)
    for username in ("outlet_head", "institution_head", "teller"):
        page = sign_in(username)
        page.goto(PENALTY.format(pk=made.pk))
        expect(page.locator("main")).to_contain_text("申诉不成立，维持处罚")
    assert faults(office, *every_page(Violation.objects.get().pk, made.pk)) == {}


def every_page(violation, penalty):
    """The paths of all pages of discipline."""
    return [
        LISTS, f"{LISTS}violations/{violation}/", f"{LISTS}violations/new/",
        f"{LISTS}violations/{violation}/revoke/", f"{LISTS}candidates/",
        f"{LISTS}penalties/", f"{LISTS}penalties/{penalty}/", f"{LISTS}penalties/due/",
        f"{LISTS}penalties/new/?violations={violation}", f"{LISTS}statistics/?year=2011",
        f"{LISTS}catalogue/", f"{LISTS}catalogue/new/", "/reports/circulars/",
        "/reports/circulars/issue/",
    ]  # fmt: skip
