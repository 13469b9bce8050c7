"""A complaint from assignment to a confirmed finding, by the people whose work it is, in a browser."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from complaints.models import Letter, Responsibility
from complaints.services.attachments import attachment_add
from complaints.services.handling import note_add
from complaints.services.replies import reply_draft
from complaints.services.responsibility import (
    Verdict,
    responsibility_confirm,
    responsibility_object,
    responsibility_propose,
)
from complaints.services.triage import Classification, letter_triage
from tests.browser import faults, violations
from tests.complaints.letters import NAME, make_letter
from tests.factories import make_staff

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def complaint(org, cast):
    """A complaint about `a1` of the day before yesterday, given to the department by the office."""
    letter = make_letter(branch=org.branch, received_at=timezone.now() - timedelta(days=2))
    found = Classification(
        kind="COMPLAINT",
        channel="HOTLINE",
        severity="NORMAL",
        unit=org.a1,
        staff=make_staff(unit=org.a1, name="张柜员"),
        business="B01",
        cause="C01",
    )
    office = cast.service_office
    return letter_triage(letter=letter, found=found, handler=cast.department, actor=office)


def done(page, text):
    """The act was done and said so."""
    expect(page.locator("#toasts")).to_contain_text(text)


def state(page):
    """The outlet's head says what happened."""
    page.get_by_role("link", name="提交网点说明").click()
    page.get_by_label("内容").fill(f"当日业务量大，已向{NAME}当面道歉。")
    page.get_by_role("button", name="提交说明").click()
    done(page, "网点说明已保存")
    expect(page.locator("main")).not_to_contain_text(NAME)


def investigate(page):
    """The handler writes down what was found out, and keeps the extract."""
    page.get_by_role("button", name="更多办理").click()
    page.get_by_role("link", name="写调查记录").last.click()
    page.get_by_label("内容").fill("调看录像，排队一小时五十分钟，只开一个窗口。")
    page.get_by_role("button", name="保存记录").click()
    page.get_by_role("link", name="上传附件").first.click()
    page.get_by_label("种类").select_option("录像截取")
    page.get_by_label("文件").set_input_files(
        {"name": "录像 09-10点.txt", "mimeType": "text/plain", "buffer": "09:10 排队".encode()}
    )
    page.get_by_role("button", name="上传", exact=True).click()
    done(page, "附件已保存")


def reply(page):
    """The handler begins with a template, finishes it and records that the customer was told."""
    page.get_by_role("link", name="拟写答复").first.click()
    text = page.get_by_label("答复正文")
    expect(text).to_have_value(re.compile("尊敬的王先生/女士"))
    page.get_by_role("button", name="保存并预览").click()
    expect(page.get_by_text("还有没填写的内容：{处理结果}")).to_be_visible()
    page.get_by_role("link", name="修改草稿").click()
    text.fill(text.input_value().replace("{处理结果}", "向您致歉，增开窗口。"))
    page.get_by_role("button", name="保存并预览").click()
    page.get_by_label("电话").check()
    page.get_by_role("button", name="记录已答复").click()
    done(page, "等待办结")


def propose(page):
    """The service office proposes a finding with its evidence, and cannot confirm it."""
    page.get_by_role("link", name="提出责任认定").first.click()
    page.get_by_label("有效投诉").check()
    page.get_by_label("依据").fill("录像和排队记录属实。")
    page.get_by_label("网点说明", exact=False).check()
    page.get_by_label("录像截取", exact=False).check()
    page.get_by_role("button", name="提出认定").click()
    done(page, "等待另一人复核")
    expect(page.get_by_role("link", name="复核责任认定")).to_have_count(0)


def confirm(page):
    """Leadership signs as the second."""
    page.get_by_role("link", name="复核责任认定").click()
    page.get_by_label("同意，认定生效", exact=True).check()
    page.get_by_role("button", name="提交复核意见").click()
    done(page, "责任认定已生效")


def test_from_assignment_to_a_confirmed_finding(sign_in, complaint):
    url = f"/letters/{complaint.pk}/"
    work = {
        "outlet_head": [state],
        "department": [investigate, reply],
        "service_office": [propose],
        "leadership": [confirm],
    }
    for username, acts in work.items():
        page = sign_in(username)
        page.goto(url)
        for act in acts:
            act(page)
    page = sign_in("outlet_head")
    page.goto(url)
    for word in (
        "有效投诉", "网点说明", "调查记录", "录像 09-10点.txt", "电话", "责任认定", "提出异议",
    ):  # fmt: skip
        expect(page.locator("main")).to_contain_text(word)
    assert Letter.objects.get().state == "ANSWERED"
    assert Responsibility.objects.get().state == "CONFIRMED"
    assert violations(page) == []


def test_every_page_fits_and_anybody_can_use_it(sign_in, org, cast, complaint):
    note_add(letter=complaint, kind="STATEMENT", body="情况属实" * 40, actor=cast.outlet_head)
    attachment_add(
        letter=complaint, kind="CCTV", name=f"{'录像' * 30}.txt", content=b"x", actor=None
    )
    make_letter(branch=org.branch, unit=org.a1, received_at=complaint.received_at)
    reply_draft(letter=complaint, body="草稿" * 200, actor=cast.department)
    verdict = Verdict(finding="BANK", grounds="录像属实" * 30, unit=org.a1)
    row = responsibility_propose(letter=complaint, verdict=verdict, actor=cast.department)
    responsibility_confirm(responsibility=row, actor=cast.leadership)
    responsibility_object(responsibility=row, objection="不服" * 30, actor=cast.outlet_head)
    acts = ("", "notes/investigation/", "attachments/", "reply/", "reply/send/", "close/",
            "relate/", "responsibility/")  # fmt: skip
    letter = [f"/letters/{complaint.pk}/{act}" for act in acts]
    other = ["/letters/templates/", "/letters/templates/new/", f"/letters/findings/{row.pk}/",
             f"/letters/findings/{row.pk}/objection/"]  # fmt: skip
    assert faults(sign_in("service_office"), *letter, *other) == {}
