"""The pages of mail and patterns in a real browser, on a phone, a tablet and a desk."""

import pytest
from playwright.sync_api import expect

from complaints.mail.reader import MailReader
from complaints.mail.recognise import Ours
from complaints.models import ExtractionPattern, Letter, Mail
from complaints.services.mail import Arrival, mail_take
from tests.browser import faults, violations
from tests.complaints.mail.builder import file_part, mail, multipart, part, word
from tests.complaints.mail.hostile import OWN_ADDRESS, hostile_mails
from tests.complaints.mail.letters import SAMPLES

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ODD = "您好，我部今日受理一件客户反映：\n单据 KF-2011-0415-88\n办理地点 甲二网点\n存折补登时机器吞折，请处理。"
PDF = b"%PDF-1.4\n%%EOF\n"


@pytest.fixture
def odd(org, cast):
    """Some of everything; the last mail, which no pattern fits."""
    hostile = [one.raw for one in hostile_mails() if len(one.raw) < 100_000]
    subject = word("转办：客户来电工单", "gbk")
    letters = [mail(part(one.text, "gbk"), subject=subject) for one in SAMPLES]
    last = mail(
        multipart(
            part(ODD, "gbk", "base64"),
            file_part(b"filename=slip.exe", b"MZ" + bytes(500)),
            file_part(b"filename=slip.pdf", PDF),
        ),
        subject=word("请协助处理：客户刘芳 13841239999 来电反映", "gbk"),
    )
    with MailReader(Ours(frozenset({OWN_ADDRESS}))) as reader:
        for raw in [*letters, *hostile, last]:
            kept, _ = mail_take(branch=org.branch, arrival=Arrival(raw), reader=reader)
    return kept


def test_pages_fit_and_can_be_read_by_everybody(odd, sign_in):
    paths = (
        "/letters/mail/?state=ALL",
        f"/letters/mail/{odd.pk}/",
        f"/letters/mail/{odd.pk}/letter/",
        "/letters/patterns/",
    )
    assert faults(sign_in("service_office"), *paths) == {}


def test_a_pattern_is_corrected_while_it_is_tried_and_the_mail_becomes_a_letter(odd, sign_in, org):
    page = sign_in("service_office")
    page.goto("/letters/patterns/")
    page.get_by_label("用一封待人工处理的邮件").select_option(str(odd.pk))
    result = page.locator("#patterns-result")
    expect(result).to_contain_text("不能自动成为来信")
    assert page.get_by_label("粘贴一封来信的正文").is_hidden()

    units = page.get_by_role("group", name="网点")
    units.get_by_role("button", name="添加一条").click()
    page.keyboard.type(r"办理地点 (\S+")
    expect(result).to_contain_text("缺少右括号")
    page.keyboard.type(")")
    expect(result).to_contain_text("能自动成为来信")
    expect(result).to_contain_text("甲二网点")
    for _ in range(2):
        units.get_by_role("button", name="上移").last.click()
    tickets = page.get_by_role("group", name="工单号")
    tickets.get_by_role("button", name="删除").last.click()
    tickets.get_by_role("button", name="添加一条").click()
    page.keyboard.type(r"单据 ([A-Z0-9-]+)")
    page.keyboard.press("Enter")
    expect(result).to_contain_text("KF-2011-0415-88")
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".mc-toast").first).to_contain_text("提取模式已保存")
    first = ExtractionPattern.objects.filter(field="unit").order_by("position").first()
    assert first is not None
    assert ExtractionPattern.objects.filter(field="unit").count() == 3

    page.goto(f"/letters/mail/{odd.pk}/")
    page.get_by_role("button", name="重新处理").click()
    expect(page.locator(".lead-sentence")).to_contain_text("已成为来信 KF-2011-0415-88")
    made = Letter.objects.get(reference="KF-2011-0415-88")
    assert made.unit == org.a2
    assert [one.name for one in made.attachments.all()] == ["slip.pdf"]
    assert Mail.objects.get(pk=odd.pk).reason == "第1个附件未存入来信：是可执行文件"


def test_text_is_tried_as_it_is_pasted(odd, sign_in):
    page = sign_in("service_office")
    page.goto("/letters/patterns/")
    page.get_by_label("粘贴一封来信的正文").fill(SAMPLES[0].text)
    expect(page.locator("#patterns-result")).to_contain_text("20110415000123")
    assert violations(page) == []
