import re
import uuid
from datetime import date, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from complaints.models import Letter
from complaints.services.triage import letter_take_next
from tests.browser import looks, violations
from tests.complaints.letters import make_letter
from tests.factories import make_staff

pytestmark = pytest.mark.django_db
URL = reverse("complaints:letter_create")
NAME, NUMBER = "王示例", "13800001234"
TYPED = {
    "key": "0f9b1c52-5d0e-4b5e-9a8e-0d6b2c1a7f10",
    "channel": "VISIT",
    "received_at": "2011-04-15T09:20",
    "kind": "",
    "severity": "SERIOUS",
    "reference": "",
    "body": f"客户{NAME}（{NUMBER}）在甲一网点办理挂失，等候四十分钟，柜员态度生硬。",
    "customer_name": NAME,
    "customer_phone": "138 0000 1234",
    "customer_card": "",
    "customer_identity": "",
    "unit": "",
    "staff": "",
    "business": "B02",
    "cause": "C01",
}


@pytest.fixture
def office(client, cast):
    client.force_login(cast.service_office)
    return client


def test_an_empty_form(office):
    page = office.get(URL)
    assert page.status_code == 200
    form = page.context["form"]
    assert form["channel"].value() == "HOTLINE"
    assert uuid.UUID(str(form["key"].value()))


def test_a_letter_is_taken_down(office, org, cast):
    response = office.post(URL, TYPED | {"unit": org.a1.pk})
    letter = Letter.objects.get()
    assert response.status_code == 302
    assert response.url == reverse("complaints:letter", args=[letter.pk])
    assert letter.reference == "LX0F9B1C525D0E"
    assert (letter.channel, letter.source, letter.kind, letter.state) == (
        "VISIT", "FORM", "", "RECEIVED",
    )  # fmt: skip
    assert (letter.unit, letter.business, letter.cause) == (org.a1, "B02", "C01")
    assert letter.severity == "SERIOUS"
    assert f"{timezone.localtime(letter.received_at):%Y-%m-%d %H:%M}" == "2011-04-15 09:20"
    assert letter.customer_name == NAME
    assert NAME not in letter.text
    assert NUMBER not in letter.text
    entry = AuditEntry.objects.get(event="letter.receive")
    assert (entry.actor, entry.subject) == (cast.service_office, letter.reference)
    assert letter_take_next(triager=cast.service_office) == letter


@pytest.mark.parametrize(
    ("page", "label"),
    [("letters", "来信"), ("triage", "来信分拣"), ("letter_create", "来信"), ("mine", "待办来信")],
)
def test_one_place_of_the_menu_is_marked(office, page, label):
    entries = office.get(reverse(f"complaints:{page}")).context["navigation"]
    assert [one["label"] for one in entries if one["active"]] == [label]


def test_what_waits_is_said_on_the_first_page(office, org):
    make_letter(branch=org.branch)
    assert "1封来信等待分派" in office.get("/").content.decode()


def test_sent_twice_it_is_one_letter(office):
    first = office.post(URL, TYPED)
    again = office.post(URL, TYPED, follow=True)
    assert Letter.objects.count() == 1
    assert again.redirect_chain[0][0] == first.url
    assert "没有重复保存" in again.content.decode()


def test_a_known_number_with_other_content_is_refused(office, org):
    make_letter(branch=org.branch, reference="95566-1", body="别的事")
    page = office.post(URL, TYPED | {"reference": "95566-1"})
    assert page.status_code == 409
    (said,) = page.context["form"].errors["reference"]
    assert said.startswith("工单号95566-1已登记，内容不同：来源、程度、受理时间")
    assert page.context["form"]["body"].value() == TYPED["body"]


def test_likely_duplicates_are_named_before_anything_is_saved(office, org):
    at = timezone.make_aware(datetime.fromisoformat("2011-04-10T09:20"))
    same = make_letter(
        branch=org.branch, body="询问何时能领卡。", customer_phone=NUMBER, received_at=at
    )
    make_letter(branch=org.branch, body="建议增设坡道。", customer_phone="", customer_card="",
                customer_identity="", received_at=at)  # fmt: skip
    page = office.post(URL, TYPED)
    assert page.status_code == 409
    assert [one.letter for one in page.context["alike"]] == [same]
    text = page.content.decode()
    assert reverse("complaints:letter", args=[same.pk]) in text
    assert "同一电话" in text
    assert page.context["form"]["body"].value() == TYPED["body"]
    assert Letter.objects.count() == 2
    assert office.post(URL, TYPED | {"seen": [same.pk]}).status_code == 302
    assert Letter.objects.count() == 3


def test_alike_in_words(office, org):
    at = timezone.make_aware(datetime.fromisoformat("2011-04-14T09:20"))
    make_letter(
        branch=org.branch, received_at=at, customer_phone="", customer_card="",
        customer_identity="", body="客户在甲一网点办理挂失，等候四十分钟，柜员态度很生硬。",
    )  # fmt: skip
    assert office.post(URL, TYPED).status_code == 409


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"body": ""}, "body", "该字段是必填项。"),
        ({"channel": "X"}, "channel", "选择一个有效的选项"),
        ({"received_at": "2999-01-01T00:00"}, "received_at", "受理时间不能在将来"),
        ({"received_at": ""}, "received_at", "该字段是必填项。"),
        ({"customer_phone": "无"}, "customer_phone", "联系电话应是数字"),
        ({"reference": "a b"}, "reference", "工单号为3至40个"),
        ({"unit": "999999"}, "unit", "选择一个有效的选项"),
        ({"key": "x"}, "key", "请输入有效UUID"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(office, changes, field, said):
    page = office.post(URL, TYPED | changes)
    assert page.status_code == 422
    assert said in page.context["form"].errors[field][0]
    if field != "body":
        assert page.context["form"]["body"].value() == TYPED["body"]
    assert not Letter.objects.exists()


def test_the_employee_was_there_that_day(office, org):
    staff = make_staff(unit=org.a1)
    late = make_staff(unit=org.a1, start=date(2011, 5, 1))
    page = office.post(URL, TYPED | {"unit": org.b1.pk, "staff": staff.pk})
    assert page.context["form"].errors["staff"] == [
        f"{staff.name}受理当天不在所选机构，任职于甲一网点"
    ]
    assert office.post(URL, TYPED | {"staff": late.pk}).status_code == 422
    assert office.post(URL, TYPED | {"staff": staff.pk}).status_code == 302
    assert Letter.objects.get().unit == org.a1


def test_files_come_along(office):
    files = [SimpleUploadedFile(f"{n}.txt", f"第{n}页".encode()) for n in (1, 2)]
    office.post(URL, TYPED | {"attachments": files})
    held = Letter.objects.get().attachments.all()
    assert [(one.name, one.kind) for one in held] == [("1.txt", "RECEIVED"), ("2.txt", "RECEIVED")]


def test_a_bad_file_keeps_the_letter_out(office):
    files = [SimpleUploadedFile("a.exe", b"MZ\x90\x00")]
    page = office.post(URL, TYPED | {"attachments": files})
    assert page.status_code == 422
    assert page.context["form"].errors["attachments"][0].startswith("a.exe：")
    assert "请重新选择附件" in page.content.decode()
    assert not Letter.objects.exists()


def test_who_may(client, cast):
    for user in (cast.leadership, cast.outlet_head, cast.department):
        client.force_login(user)
        assert client.post(URL, TYPED).status_code == 403
    client.logout()
    assert client.post(URL, TYPED).status_code == 302
    assert not Letter.objects.exists()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_in_a_browser(sign_in, org, cast):
    make_staff(unit=org.a1, name="赵立春", number="2100001")
    page = sign_in("service_office")
    page.goto(URL)
    page.get_by_label("内容").fill(TYPED["body"])
    page.get_by_label("联系电话").fill(NUMBER)
    page.get_by_role("combobox", name=re.compile("涉及员工")).fill("zlc")
    page.keyboard.press("Enter")
    assert violations(page) == []
    page.get_by_role("button", name="登记").click()
    page.wait_for_url("**/letters/*/")
    letter = Letter.objects.get()
    assert (letter.unit, letter.staff.name) == (org.a1, "赵立春")

    page.goto(URL)
    page.get_by_label("内容").fill(TYPED["body"])
    page.get_by_role("button", name="登记").click()
    page.get_by_role("heading", name=re.compile("尚未保存")).wait_for()
    assert looks(page) == []
    page.get_by_role("button", name="仍要登记").first.click()
    page.wait_for_url("**/letters/*/")
    assert Letter.objects.count() == 2
    assert Letter.objects.latest("pk").received_at > timezone.now() - timedelta(hours=1)
