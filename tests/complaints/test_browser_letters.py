from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from complaints.models import Letter, LetterEvent, SavedView
from tests.browser import PHONE, faults, overflow, violations
from tests.complaints import letters as sample
from tests.complaints.letters import make_letter

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SAID = (
    "客户王小明来电反映，4月30日上午在网点办理业务时排队时间较长，窗口只开两个，自助取款机吞卡后无人处理，要求尽快核实并回复，联系电话13812345678",
    "表扬柜员耐心细致，为老人兑换零钞，全程微笑服务",
    "建议在大堂增设老年人爱心窗口，并延长周末营业时间",
    "信用卡年费扣收有异议，柜员态度生硬，客户要求退还并道歉，多次联系未得到答复，已向监管部门反映",
    "请协助查询一笔跨行转账是否到账",
)
KINDS = ("COMPLAINT", "PRAISE", "SUGGESTION", "COMPLAINT", "INQUIRY")
STATES = ("ASSIGNED", "CLOSED", "RECEIVED", "ANSWERED", "RECEIVED")


@pytest.fixture
def letters(org, cast):
    """Twenty letters of every kind, some close to their deadline or past it."""
    today = timezone.localdate()
    made = []
    for number in range(20):
        which = number % 5
        day = today - timedelta(days=number * 4)
        kind = "" if number == 2 else KINDS[which]
        made.append(
            make_letter(
                branch=org.branch, reference=f"GD{day:%Y%m%d}{number:04}", body=SAID[which],
                received_at=timezone.make_aware(datetime.combine(day, datetime.min.time())),
                unit=(org.a1, org.a2, org.b1, None)[number % 4], kind=kind, state=STATES[which],
                handler=cast.department if STATES[which] in {"ASSIGNED", "ANSWERED"} else None,
                due_on=day + timedelta(days=15) if kind else None,
                answered_on=day + timedelta(days=20) if STATES[which] in {"ANSWERED", "CLOSED"} else None,
                is_late=STATES[which] == "ANSWERED", severity="GRAVE" if number == 3 else "NORMAL",
            )
        )  # fmt: skip
    return made


def test_the_list_fits_and_can_be_used_by_everybody(letters, cast, sign_in):
    SavedView.objects.create(user=cast.service_office, name="态度类投诉", query={"q": "态度"})
    queries = ("", "?q=柜员&kind=COMPLAINT", "?q=找不到的", "?overdue=on&repeats=none")
    paths = [f"/letters/{query}" for query in queries]
    assert faults(sign_in("service_office"), *paths) == {}


def test_search_by_words_then_by_number(letters, sign_in):
    page = sign_in("service_office")
    page.goto("/letters/")
    page.get_by_label("内容或号码").fill("柜员")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=*")
    assert page.locator("mark").first.text_content() == "柜员"
    page.get_by_label("内容或号码").fill(sample.PHONE)
    page.keyboard.press("Enter")
    page.wait_for_url("**number=*")
    assert sample.PHONE not in page.url
    assert page.locator(".ls-chip").text_content().strip() == "客户号码 138****5678"
    page.get_by_label("去掉条件：客户号码 138****5678").click()
    page.wait_for_url(lambda url: "number" not in url)


def test_a_search_is_kept_and_opened_again(letters, cast, sign_in):
    page = sign_in("service_office")
    page.goto("/letters/?q=柜员")
    page.get_by_text("保存此查询").click()
    page.locator("#id_name").fill("提到柜员的")
    page.get_by_role("button", name="保存").click()
    page.wait_for_load_state()
    page.goto("/letters/")
    page.get_by_role("link", name="提到柜员的").click()
    page.wait_for_url("**q=*")
    page.get_by_label("删除常用查询“提到柜员的”").click()
    page.get_by_role("button", name="确定").click()
    page.wait_for_load_state()
    assert not SavedView.objects.exists()


def test_a_customer_is_shown_once_with_a_reason(letters, sign_in):
    letter = Letter.objects.filter(handler__isnull=False).first()
    page = sign_in("department", viewport=PHONE)
    page.goto(reverse("complaints:letter", args=[letter.pk]))
    assert sample.PHONE not in page.content()
    page.get_by_role("link", name="查看完整信息").click()
    page.get_by_label("用途").select_option(label="联系客户")
    assert violations(page) == []
    page.get_by_role("button", name="查看", exact=True).click()
    assert page.get_by_text("请写明原因").count() == 0  # the browser itself asks first
    page.get_by_label("原因").fill("请客户补充时间")
    page.get_by_role("button", name="查看", exact=True).click()
    shown = page.locator("#customer-full").get_by_text(sample.PHONE, exact=True)
    shown.wait_for()
    assert overflow(page) == 0
    assert violations(page) == []
    page.get_by_role("button", name="隐藏").click()
    assert sample.PHONE not in page.content()
    page.reload()
    assert sample.PHONE not in page.content()
    assert LetterEvent.objects.filter(kind="REVEALED").count() == 1


def test_what_one_person_is_given(letters, sign_in):
    page = sign_in("service_office")
    assert faults(page, "/letters/subject/") == {}
    page.get_by_label("电话、卡号或证件号").fill(sample.PHONE)
    page.get_by_label("依据").fill("本人到柜台申请")
    with page.expect_download() as download:
        page.get_by_role("button", name="生成文件").click()
    assert download.value.suggested_filename == f"个人信息查询_{timezone.localdate():%Y%m%d}.xlsx"
