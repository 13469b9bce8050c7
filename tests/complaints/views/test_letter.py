"""The letter page and the pages of what is done with it: success, invalid, wrong method, outsider, repeat."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from complaints.deadlines import Clock
from complaints.models import (
    Attachment,
    Letter,
    LetterLink,
    LetterNote,
    Reply,
    ReplyTemplate,
    Responsibility,
)
from complaints.selectors.letter_page import lead, letter_page
from complaints.selectors.letters import letters_visible_to
from complaints.services.attachments import attachment_add
from complaints.services.handling import note_add
from complaints.services.relations import letter_repeats
from complaints.services.replies import reply_draft
from complaints.services.responsibility import (
    Verdict,
    responsibility_confirm,
    responsibility_object,
    responsibility_propose,
)
from complaints.taxonomy import CAUSES
from tests.complaints.letters import CARD, IDENTITY, NAME, PHONE, make_letter
from tests.factories import make_staff

TEXT = "处理决定如下。可在30日内申请核查，或申请调解、仲裁，或提起诉讼。"


@pytest.fixture
def letter(org, cast):
    return make_letter(
        branch=org.branch,
        unit=org.a1,
        staff=make_staff(unit=org.a1, name="张柜员"),
        kind="COMPLAINT",
        business="B01",
        cause="C01",
        state="ASSIGNED",
        handler=cast.department,
        received_at=timezone.now() - timedelta(days=2),
    )


@pytest.fixture
def enter(client):
    def sign_in(user):
        client.force_login(user)
        return client

    return sign_in


def at(name, pk, **kw):
    return reverse(f"complaints:{name}", kwargs={"pk": pk} | kw)


def shown(client, letter):
    return client.get(at("letter", letter.pk)).content.decode()


def test_the_page_says_what_it_is_where_it_stands_and_until_when(letter, cast, enter):
    text = shown(enter(cast.department), letter)
    due = f"{letter.due_on:%Y-%m-%d}"
    for word in (
        "投诉，涉及甲一网点张柜员，由department办理",
        due,
        "还有13天",
        "人民币储蓄",
        CAUSES["C01"],
        "95566",
    ):
        assert word in text


def test_nothing_of_the_customers_is_on_the_page(letter, cast, enter):
    note_add(letter=letter, kind="REMARK", body=f"{NAME} {PHONE}", actor=cast.department)
    reply_draft(letter=letter, body=f"{NAME}：{CARD} {IDENTITY}", actor=cast.department)
    attachment_add(letter=letter, kind="RECEIVED", name=f"{NAME}.txt", content=b"x", actor=None)
    responsibility_propose(
        letter=letter, verdict=Verdict(finding="CUSTOMER", grounds=f"{NAME}有误"),
        actor=cast.department,
    )  # fmt: skip
    for user in (cast.department, cast.service_office, cast.leadership, cast.outlet_head):
        text = shown(enter(user), letter)
        for secret in (NAME, PHONE, CARD, IDENTITY):
            assert secret not in text, user


@pytest.mark.parametrize(
    ("role", "reads"),
    [("department", True), ("service_office", True), ("leadership", True), ("outlet_head", False)],
)
def test_what_is_inside_the_office_stays_there(letter, cast, enter, role, reads):
    note_add(letter=letter, kind="REMARK", body="内部备注一句", actor=cast.department)
    reply_draft(letter=letter, body="草稿一段", actor=cast.department)
    responsibility_propose(
        letter=letter, verdict=Verdict(finding="CUSTOMER", grounds="拟议的依据"),
        actor=cast.department,
    )  # fmt: skip
    text = shown(enter(getattr(cast, role)), letter)
    for inside in ("内部备注一句", "草稿一段", "拟议的依据"):
        assert (inside in text) == reads


def test_what_came_with_the_letter_opens_for_its_handlers_only(letter, cast, enter):
    row, _ = attachment_add(
        letter=letter, kind="RECEIVED", name="来信.txt", content=b"x", actor=None
    )
    url = reverse("complaints:attachment", kwargs={"uuid": row.uuid})
    for user, status in ((cast.department, 200), (cast.outlet_head, 403), (cast.leadership, 403)):
        assert enter(user).get(url).status_code == status
        assert (url in shown(enter(user), letter)) == (status == 200)


def test_an_attachment_is_handed_out_on_record(letter, cast, enter):
    row, _ = attachment_add(
        letter=letter, kind="SLIP", name="业务凭证 1.txt", content="凭证".encode(), actor=None
    )
    response = enter(cast.outlet_head).get(
        reverse("complaints:attachment", kwargs={"uuid": row.uuid})
    )
    assert response.content == "凭证".encode()
    assert response["Content-Type"] == "text/plain"
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''%E4%B8%9A")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response["Cache-Control"]
    assert AuditEntry.objects.get(event="letter.attachment_read").actor == cast.outlet_head


def upload(client, letter, file, **kw):
    data = {"kind": "CCTV", "file": file}
    return client.post(at("letter_attach", letter.pk), data, **kw)


def test_uploading(letter, cast, enter):
    client = enter(cast.outlet_head)
    file = SimpleUploadedFile("录像.txt", b"x" * 3_000_000)
    assert upload(client, letter, file).status_code == 302
    assert Attachment.objects.get().name == "录像.txt"
    assert Attachment.objects.get().uploaded_by == cast.outlet_head
    response = upload(client, letter, SimpleUploadedFile("a.exe", b"MZ"))
    assert response.status_code == 422
    assert "不接受" in response.content.decode()


def test_uploading_wants_the_token(letter, cast):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.department)
    assert upload(client, letter, SimpleUploadedFile("a.txt", b"x")).status_code == 403
    assert not Attachment.objects.exists()


def test_an_upload_too_large_is_not_read(letter, cast, enter):
    file = SimpleUploadedFile("a.txt", b"x" * 52 * 1024 * 1024)
    assert upload(enter(cast.department), letter, file).status_code == 413


def test_a_statement(letter, cast, enter):
    client, url = enter(cast.outlet_head), at("letter_note", letter.pk, kind="statement")
    assert client.get(url).status_code == 200
    assert client.post(url, {"body": ""}).status_code == 422
    assert client.post(url, {"body": "情况属实"}).status_code == 302
    assert LetterNote.objects.get().author == cast.outlet_head
    assert "情况属实" in shown(client, letter)


@pytest.mark.parametrize(
    ("act", "data"),
    [
        ("letter_close", {"outcome": "完"}),
        ("letter_reopen", {"reason": "再"}),
        ("letter_call_back", {"satisfied": "yes", "body": "满意"}),
    ],
)
def test_an_act_in_the_wrong_state_keeps_what_was_typed(letter, cast, enter, act, data):
    Letter.objects.update(state="MERGED")
    response = enter(cast.department).post(at(act, letter.pk), data)
    assert response.status_code == 409
    text = response.content.decode()
    assert "已并案" in text
    assert all(value in text for value in data.values())


def test_drafting_from_a_template_and_sending(letter, cast, enter):
    client = enter(cast.department)
    reply, send = at("letter_reply", letter.pk), at("letter_send", letter.pk)
    text = client.get(reply).content.decode()
    assert "尊敬的王先生/女士" in text
    assert "投诉答复（致歉）" in text
    assert client.post(reply, {"body": ""}).status_code == 422
    assert client.post(reply, {"body": "草草了事"}).url == send
    assert "投诉答复必须告知救济途径" in client.get(send).content.decode()
    assert client.post(send, {"means": "电话"}).status_code == 422
    seen = Reply.objects.get().updated_at.isoformat()
    assert client.post(reply, {"body": TEXT, "seen": "2011-01-01T00:00"}).status_code == 409
    client.post(reply, {"body": TEXT, "seen": seen})
    assert client.post(send, {"means": "飞鸽"}).status_code == 422
    assert client.post(send, {"means": "电话"}).url == at("letter", letter.pk)
    assert client.post(send, {"means": "电话"}).status_code == 409
    assert client.get(reply).status_code == client.get(send).status_code == 302
    assert Reply.objects.get().sent_by == cast.department


def test_a_chosen_template(letter, cast, enter):
    url = f"{at('letter_reply', letter.pk)}?template=投诉答复（解释）"
    assert "按照有关规定为您办理人民币储蓄业务" in enter(cast.department).get(url).content.decode()


def test_stepping_back_leads_home_when_the_letter_is_out_of_sight(letter, cast, enter):
    client = enter(cast.department)
    response = client.post(at("letter_recuse", letter.pk), {"reason": "亲属"})
    assert response.url == reverse("home")
    assert client.get(at("letter", letter.pk)).status_code == 404


def test_who_must_recuse_is_told_and_offered_only_that(letter, org, cast, enter):
    Letter.objects.update(handler=cast.outlet_head)
    client = enter(cast.outlet_head)
    text = shown(client, letter)
    assert "您须回避这封来信" in text
    assert at("letter_recuse", letter.pk) in text
    assert at("letter_reply", letter.pk) not in text
    assert client.get(at("letter_reply", letter.pk)).status_code == 403
    response = client.post(at("letter_recuse", letter.pk), {"reason": "本网点"})
    assert response.url == at("letter", letter.pk)  # the head of the named unit still reads it


def test_escalating(letter, cast, enter):
    Letter.objects.update(kind="INQUIRY", first_kind="INQUIRY")
    client, url = enter(cast.department), at("letter_escalate", letter.pk)
    assert client.post(url, {"reason": ""}).status_code == 422
    assert client.post(url, {"reason": "要求投诉"}).status_code == 302
    assert client.post(url, {"reason": "要求投诉"}).status_code == 409
    text = shown(client, letter)
    assert "协查 → 投诉" in text
    assert "投诉（原为协查）" in text


def test_relating_and_taking_it_back(letter, org, cast, enter):
    other = make_letter(branch=org.branch, unit=org.a1, received_at=letter.received_at)
    client, url = enter(cast.service_office), at("letter_relate", letter.pk)
    assert other.reference in shown(client, letter)  # suggested
    wrong = client.post(url, {"relation": "REPEAT", "other": "没有"})
    assert wrong.status_code == 422
    assert "没有工单号为" in wrong.content.decode()
    data = {"relation": "MERGED", "other": other.reference}
    assert client.post(url, data).status_code == 302
    assert client.post(url, data).status_code == 409
    assert f"已并入{other.reference}" in shown(client, letter)
    undo = at("letter_unlink", letter.pk, link=LetterLink.objects.get().pk)
    assert client.get(undo).status_code == 405
    assert client.post(undo).status_code == 302
    assert client.post(undo).status_code == 404
    letter.refresh_from_db()
    assert letter.state == "ASSIGNED"


def test_judging_confirming_objecting_settling(letter, org, cast, enter):
    Letter.objects.update(state="ANSWERED")
    judge = at("letter_judge", letter.pk)
    client = enter(cast.service_office)
    assert client.post(judge, {"finding": "BANK"}).status_code == 422
    data = {"finding": "BANK", "unit": org.a1.pk, "staff": "没有", "grounds": "录像"}
    assert "没有员工号为" in client.post(judge, data).content.decode()
    data["staff"] = letter.staff.number
    assert client.post(judge, data).status_code == 302
    assert client.post(judge, data).status_code == 409
    row = Responsibility.objects.get()
    decide = at("responsibility_decide", row.pk)
    assert client.post(decide, {"agree": "yes"}).status_code == 409
    client = enter(cast.leadership)
    assert "复核责任认定" in shown(client, letter)
    assert client.post(decide, {"agree": "no"}).status_code == 422
    tomorrow = timezone.localdate() + timedelta(days=1)
    late = client.post(decide, {"agree": "yes", "day": tomorrow.isoformat()})
    assert "不能晚于今天" in late.content.decode()
    assert client.post(decide, {"agree": "yes"}).status_code == 302
    client = enter(cast.institution_head)
    contest = at("responsibility_object", row.pk)
    assert client.post(contest, {"objection": "不服"}).status_code == 302
    assert client.post(contest, {"objection": "不服"}).status_code == 409
    settle = at("objection_settle", row.pk)
    client = enter(cast.leadership)
    assert "处理机构异议" in shown(client, letter)
    assert client.post(settle, {"settle": "uphold", "yes-answer": "是"}).status_code == 422
    assert client.post(settle, {"settle": "dismiss", "no-answer": "否"}).status_code == 302
    assert client.post(settle, {"settle": "dismiss", "no-answer": "否"}).status_code == 409


def test_upholding(letter, org, cast, enter):
    row = responsibility_propose(
        letter=letter, verdict=Verdict(finding="BANK", grounds="查", unit=org.a1),
        actor=cast.service_office,
    )  # fmt: skip
    responsibility_confirm(responsibility=row, actor=cast.leadership)
    responsibility_object(responsibility=row, objection="不服", actor=cast.outlet_head)
    data = {
        "settle": "uphold", "yes-answer": "有理", "yes-finding": "MIXED", "yes-unit": org.a1.pk,
        "yes-grounds": "各有责任",
    }  # fmt: skip
    client = enter(cast.leadership)
    assert client.post(at("objection_settle", row.pk), data).status_code == 302
    assert Responsibility.objects.get(state="PROPOSED").finding == "MIXED"
    text = shown(enter(cast.outlet_head), letter)
    assert "有理" in text
    assert "各有责任" not in text  # not in force yet


def test_templates(org, cast, enter):
    client = enter(cast.service_office)
    new = reverse("complaints:reply_template_new")
    assert "内置" in client.get(reverse("complaints:reply_templates")).content.decode()
    assert "尊敬的{客户}" in client.get(f"{new}?from=协查回复").content.decode()
    data = {"name": "短", "kind": "COMPLAINT", "body": "谢谢", "is_active": "on"}
    refused = client.post(new, data)
    assert refused.status_code == 422
    assert "还缺：30日内申请核查、调解、仲裁、诉讼" in refused.content.decode()
    assert client.post(new, data | {"body": TEXT}).status_code == 302
    assert client.post(new, data | {"body": TEXT}).status_code == 422
    row = ReplyTemplate.objects.get()
    edit = at("reply_template", row.pk)
    assert client.post(edit, data | {"kind": "PRAISE", "name": "谢"}).status_code == 302
    row.refresh_from_db()
    assert (row.name, row.kind, row.body) == ("谢", "PRAISE", "谢谢")


def test_the_page_reads_only(letter, cast, enter):
    assert enter(cast.department).post(at("letter", letter.pk)).status_code == 405
    assert enter(cast.outlet_head).get("/letters/999999/").status_code == 404


def fill(letter, org, cast, times):
    for n in range(times):
        note_add(letter=letter, kind="INVESTIGATION", body=f"查{n}", actor=cast.department)
        attachment_add(letter=letter, kind="SLIP", name="a.txt", content=b"%d" % n, actor=None)
        other = make_letter(branch=org.branch, unit=org.a1, received_at=letter.received_at)
        letter_repeats(letter=letter, other=other, actor=cast.department)
        make_letter(branch=org.branch, unit=org.a1, received_at=letter.received_at)
        row = responsibility_propose(
            letter=letter, actor=cast.department,
            verdict=Verdict(
                finding="BANK", grounds="查", unit=org.a1, notes=list(letter.notes.all()),
                attachments=list(letter.attachments.all()),
            ),
        )  # fmt: skip
        responsibility_confirm(responsibility=row, actor=cast.leadership)


def queries(client, letter):
    with CaptureQueriesContext(connection) as counted:
        shown(client, letter)
    return len(counted)


def test_a_constant_number_of_queries(letter, org, cast, enter):
    client = enter(cast.department)
    fill(letter, org, cast, 1)
    shown(client, letter)  # what is cached is cached
    one = queries(client, letter)
    fill(letter, org, cast, 3)
    many = queries(client, letter)
    assert one == many
    assert many <= 36


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        (
            {"state": "RECEIVED", "kind": "", "handler": None},
            "未定类的来信，涉及甲一网点张柜员，等待分派",
        ),
        ({"state": "WITHDRAWN"}, "客户已撤回"),
        ({"state": "MERGED"}, "已并入他案"),
        ({"first_kind": "INQUIRY"}, "投诉（原为协查）"),
        ({"unit": None, "staff": None}, "投诉，由department办理"),
    ],
)
def test_the_lead_sentence(letter, cast, columns, says):
    Letter.objects.update(**columns)
    found = letters_visible_to(cast.service_office).get()
    assert says in letter_page(cast.service_office, found).lead


@pytest.mark.parametrize(("days", "says"), [(3, "还有3天"), (0, "今天到期"), (-2, "已逾期2天")])
def test_until_when(letter, days, says):
    today = timezone.localdate()
    clock = Clock(today + timedelta(days=days), None, ended=False, steps=())
    assert says in lead(letter, clock, today)
