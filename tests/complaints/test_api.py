import io
import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from python_calamine import CalamineWorkbook
from rest_framework.test import APIClient

from accounts.models import AuditEntry
from accounts.roles import Role
from complaints.deadlines import ClockRules
from complaints.models import Letter, LetterEvent, Responsibility
from complaints.services.attachments import attachment_read
from outlets.services.calendar import calendar_seed
from tests.complaints.letters import CARD, NAME, PHONE, make_letter
from tests.complaints.mail_rows import set_aside
from tests.factories import make_staff, make_user

pytestmark = pytest.mark.django_db
URL = "/api/v1/letters/"
KEY = "0f9b1c52-5d0e-4b5e-9a8e-0d6b2c1a7f10"
SENT = {
    "uuid": KEY,
    "channel": "REGULATOR",
    "received_at": "2011-04-15T09:20:00+08:00",
    "body": f"客户{NAME}（{PHONE}）反映网点排队时间长。",
    "customer_name": NAME,
    "customer_phone": PHONE,
}


def door(user):
    client = APIClient()
    client.force_authenticate(user)
    return client


@pytest.fixture
def office(cast):
    return door(cast.service_office)


@pytest.fixture
def second(org):
    return make_user(role=Role.SERVICE_OFFICE, unit=org.branch)


def act(client, letter, name, **sent):
    return client.post(f"{URL}{letter.pk}/{name}/", sent, format="json")


def test_taken_in_once(office, cast):
    first = office.post(URL, SENT, format="json")
    assert first.status_code == 201
    letter = Letter.objects.get()
    assert (letter.source, letter.channel, letter.state) == ("API", "REGULATOR", "RECEIVED")
    assert letter.customer_phone == PHONE
    again = office.post(URL, SENT, format="json")
    assert again.status_code == 200
    assert again.json() == first.json()
    assert Letter.objects.count() == 1
    assert NAME not in first.content.decode()
    assert PHONE not in first.content.decode()


def test_the_same_again_after_it_was_handled_is_the_first_receipt(office, org, cast):
    office.post(URL, SENT, format="json")
    letter = Letter.objects.get()
    act(office, letter, "triage", kind="INQUIRY", channel="POST", severity="NORMAL",
        unit=org.a1.pk, handler=cast.institution_head.pk)  # fmt: skip
    again = office.post(URL, SENT, format="json")
    assert again.status_code == 200
    assert again.json()["state"] == "ASSIGNED"


@pytest.mark.parametrize("key", ["uuid", "reference"])
def test_other_content_is_a_conflict_that_says_what_differs(office, key):
    sent = {name: value for name, value in SENT.items() if name != "uuid"}
    sent |= {"uuid": KEY} if key == "uuid" else {"reference": "协查-2011-15"}
    assert office.post(URL, sent, format="json").status_code == 201
    changed = sent | {"body": "另一件事", "severity": "GRAVE"}
    refused = office.post(URL, changed, format="json")
    assert refused.status_code == 409
    problem = refused.json()
    assert problem["code"] == "letter_differs"
    assert problem["differences"] == ["severity", "body"]
    assert "内容不同：程度、内容" in problem["detail"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"uuid": None}, "uuid"),
        ({"received_at": "2999-01-01T00:00:00Z"}, "received_at"),
        ({"received_at": "1800-01-01T00:00:00Z"}, "received_at"),
        ({"body": ""}, "body"),
        ({"channel": "FAX"}, "channel"),
        ({"business": "B00"}, "business"),
        ({"unit": 2**80}, "unit"),
    ],
)
def test_what_cannot_be_taken_in(office, changes, field):
    response = office.post(URL, SENT | changes, format="json")
    assert response.status_code == 400
    assert field in response.json()["errors"]
    assert not Letter.objects.exists()


def test_without_a_key_nothing_is_taken_in(office):
    response = office.post(URL, {k: v for k, v in SENT.items() if k != "uuid"}, format="json")
    assert response.json()["errors"] == {"uuid": ["请给出 uuid 或 reference"]}


def test_the_list_is_what_one_sees_with_filters_and_a_cursor(office, org, cast):
    for unit in (org.a1, org.b1, org.a1):
        make_letter(branch=org.branch, unit=unit)
    make_letter(branch=org.other)
    page = office.get(URL, {"page_size": 2}).json()
    assert len(page["results"]) == 2
    assert len(office.get(page["next"]).json()["results"]) == 1
    assert len(office.get(URL, {"unit": org.a1.pk}).json()["results"]) == 2
    assert len(door(cast.outlet_head).get(URL).json()["results"]) == 2
    assert len(office.get(URL, {"q": "排队 态度"}).json()["results"]) == 3
    assert office.get(URL, {"q": "贷款"}).json()["results"] == []
    assert len(office.get(URL, {"received_from": "2011-04-30"}).json()["results"]) == 3
    assert office.get(URL, {"received_to": "2011-04-29"}).json()["results"] == []
    assert office.get(URL, {"q": "队"}).status_code == 400


def test_more_letters_take_no_more_queries(office, org):
    def queries():
        with CaptureQueriesContext(connection) as held:
            office.get(URL)
        return len(held)

    make_letter(branch=org.branch, unit=org.a1, staff=make_staff(unit=org.a1))
    one = queries()
    make_letter(branch=org.branch, unit=org.b1)
    make_letter(branch=org.branch, unit=org.a2, staff=make_staff(unit=org.a2))
    assert queries() == one


def test_numbers_are_sought_in_the_body_not_in_the_address(office, org):
    letter = make_letter(branch=org.branch)
    assert office.get(URL, {"q": PHONE}).status_code == 400
    found = office.post(f"{URL}search/", {"number": "138 1234 5678"}, format="json").json()
    assert [one["id"] for one in found] == [letter.pk]
    assert office.post(f"{URL}search/", {"number": "13900000000"}, format="json").json() == []


def test_one_letter_with_everything_masked(office, org, cast):
    letter = make_letter(branch=org.branch, unit=org.a1, kind="COMPLAINT", state="ASSIGNED")
    act(office, letter, "notes", kind="INVESTIGATION", body=f"已致电{NAME}（{PHONE}）。")
    detail = office.get(f"{URL}{letter.pk}/")
    shown = detail.json()
    assert shown["customer"]["name"] == "王**"
    assert shown["notes"][0]["body"] == "已致电王**（138****5678）。"
    assert shown["clock"]["due"] == "2011-05-15"
    assert shown["clock"]["steps"][0]["due"] == "2011-05-15"
    assert "draft" in shown["acts"]
    assert office.get(f"{URL}{letter.pk}/clock/").json() == shown["clock"]
    for private in (NAME, PHONE, CARD):
        assert private not in detail.content.decode()


def test_from_triage_to_the_second_signature(office, org, cast, second):
    staff = make_staff(unit=org.a1)
    letter = make_letter(branch=org.branch)
    assert office.post(f"{URL}next/").json()["id"] == letter.pk
    done = act(office, letter, "triage", kind="COMPLAINT", channel="HOTLINE", severity="SERIOUS",
               unit=org.a1.pk, staff=staff.pk, business="B02", cause="C01",
               handler=cast.institution_head.pk)  # fmt: skip
    assert done.json()["handler"]["username"] == cast.institution_head.username
    assert office.post(f"{URL}next/").status_code == 204
    taken = act(office, letter, "triage", kind="COMPLAINT", channel="HOTLINE", severity="SERIOUS",
                unit=org.a1.pk, business="B02", cause="C01", handler=second.pk)  # fmt: skip
    assert (taken.status_code, taken.json()["code"]) == (409, "letter_moved")

    assert act(office, letter, "reassign", handler=second.pk, reason="熟悉情况").status_code == 200
    handler = door(second)
    assert (
        act(door(cast.outlet_head), letter, "statement", body="当日系统故障。").status_code == 200
    )
    draft = act(handler, letter, "draft", body="您好。")
    assert draft.json()["state"] == "ASSIGNED"
    unfinished = act(handler, letter, "send", means="电话")
    assert unfinished.status_code == 400
    assert "救济途径" in unfinished.json()["errors"]["body"][0]
    stale = act(handler, letter, "draft", body="您好，再改。")
    assert (stale.status_code, stale.json()["code"]) == (409, "act_refused")

    file = SimpleUploadedFile("a.txt", b"12:00")
    path = f"{URL}{letter.pk}/attachments/"
    added = handler.post(path, {"kind": "SLIP", "file": file}, format="multipart")
    assert added.status_code == 201
    file.seek(0)
    assert handler.post(path, {"kind": "SLIP", "file": file}, format="multipart").status_code == 200
    evidence = added.json()["uuid"]
    opened = handler.get(f"/api/v1/letter-attachments/{evidence}/")
    assert (opened.content, opened["Content-Security-Policy"]) == (b"12:00", "sandbox")

    act(handler, letter, "judge", finding="BANK", grounds="查实", unit=org.a1.pk, staff=staff.pk,
        attachments=[evidence])  # fmt: skip
    finding = Responsibility.objects.get()
    assert [str(one.uuid) for one in finding.evidence_files.all()] == [evidence]
    path = f"/api/v1/letter-findings/{finding.pk}/"
    own = handler.post(f"{path}confirm/", {}, format="json")
    assert (own.status_code, own.json()["code"]) == (409, "act_refused")
    signed = office.post(f"{path}confirm/", {"opinion": "同意"}, format="json")
    assert signed.json()["state"] == "CONFIRMED"
    objected = door(cast.outlet_head).post(f"{path}object/", {"objection": "不服"}, format="json")
    assert objected.status_code == 200
    dismissed = office.post(f"{path}dismiss/", {"answer": "维持"}, format="json")
    assert dismissed.json()["objection_upheld"] is False


def test_the_clock_is_moved(office, org, cast, second):
    letter = make_letter(
        branch=org.branch, unit=org.a1, kind="COMPLAINT",
        received_at=timezone.now() - timedelta(days=2),
    )  # fmt: skip
    Letter.objects.filter(pk=letter.pk).update(state="ASSIGNED", handler=second)
    asked = act(door(second), letter, "extension-ask", level="COMPLEX", reason="须调录像")
    assert asked.status_code == 200
    assert act(door(second), letter, "extension-approve").json()["code"] == "act_refused"
    assert act(office, letter, "extension-approve").status_code == 200
    due = timezone.localdate(letter.received_at) + timedelta(days=30)
    assert office.get(f"{URL}{letter.pk}/clock/").json()["due"] == due.isoformat()
    act(office, letter, "appraisal-start", matter="笔迹鉴定", means="电话")
    assert office.get(f"{URL}{letter.pk}/clock/").json()["stopped_on"]
    act(office, letter, "appraisal-end")
    act(office, letter, "new-facts", reason="补充录音")
    ended = act(office, letter, "withdraw", reason="来电撤回")
    assert ended.json()["state"] == "WITHDRAWN"
    kinds = list(letter.events.values_list("kind", flat=True))
    assert kinds.count(LetterEvent.Kind.EXTENDED) == 1


def test_answered_closed_opened_again(office, org, cast):
    letter = make_letter(branch=org.branch, unit=org.a1, kind="INQUIRY", state="ASSIGNED",
                         handler=cast.service_office)  # fmt: skip
    act(office, letter, "draft", body="已查明。")
    assert act(office, letter, "send", means="电话").json()["state"] == "ANSWERED"
    act(office, letter, "call-back", body="表示理解", satisfied=True)
    assert act(office, letter, "close", outcome="已解释").json()["outcome"] == "已解释"
    assert act(office, letter, "reopen", reason="又来电").json()["state"] == "ASSIGNED"
    assert act(office, letter, "escalate", reason="不满").json()["kind"] == "COMPLAINT"
    assert act(office, letter, "send-back", reason="应由支行办").json()["state"] == "RECEIVED"


def test_related_letters(office, org):
    one, other = (make_letter(branch=org.branch, unit=org.a1) for _ in range(2))
    assert act(office, other, "relate", relation="REPEAT", other=one.pk).status_code == 200
    related = office.get(f"{URL}{other.pk}/").json()["related"]
    assert [row["letter"] for row in related] == [one.pk]
    path = f"{URL}{other.pk}/links/{related[0]['link']}/"
    assert office.delete(path).status_code == 204
    assert office.delete(path).status_code == 404
    assert act(office, other, "relate", relation="MERGED", other=one.pk).json()["state"] == "MERGED"


def test_a_customer_is_revealed_on_record(office, org, cast):
    letter = make_letter(branch=org.branch, unit=org.a1)
    assert act(office, letter, "reveal", purpose="CONTACT").status_code == 400
    shown = act(office, letter, "reveal", purpose="CONTACT", reason="回电核实")
    assert shown.json()["customer"]["phone"] == PHONE
    assert shown["Cache-Control"] == "private, no-store"
    assert AuditEntry.objects.filter(event="letter.reveal").count() == 1
    assert (
        act(door(cast.outlet_head), letter, "reveal", purpose="CONTACT", reason="看看").status_code
        == 403
    )


def test_an_interest_keeps_out(org, cast):
    handler = cast.institution_head
    letter = make_letter(branch=org.branch, unit=org.a1, kind="INQUIRY", state="ASSIGNED",
                         handler=handler)  # fmt: skip
    client = door(handler)
    assert act(client, letter, "recuse", reason="亲属").status_code == 200
    assert act(client, letter, "notes", kind="REMARK", body="x").status_code == 403


def test_mails(office, org):
    mail = set_aside(org.branch)
    set_aside(org.other)
    (row,) = office.get("/api/v1/letter-mails/").json()["results"]
    assert (row["id"], row["state"]) == (mail.pk, "SET_ASIDE")
    path = f"/api/v1/letter-mails/{mail.pk}/"
    assert office.post(f"{path}replay/").json()["state"] == "SET_ASIDE"
    raw = office.post(f"{path}raw/", {"reason": "核对"}, format="json")
    assert raw["Content-Type"] == "message/rfc822"
    made = office.post(
        f"{path}letter/", {"channel": "ONLINE", "received_at": SENT["received_at"]}, format="json"
    )
    assert made.json()["state"] == "TAKEN"
    ignored = office.post(f"{path}ignore/", {"why": "AD"}, format="json")
    assert (ignored.status_code, ignored.json()["code"]) == (409, "mail_moved")


def test_settings(office, org, cast):
    templates = "/api/v1/letter-reply-templates/"
    assert {one["id"] for one in office.get(templates).json()} == {None}
    sent = {"name": "简短答复", "kind": "INQUIRY", "body": "{客户}，您好。"}
    made = office.post(templates, sent, format="json")
    assert made.status_code == 201
    path = f"{templates}{made.json()['id']}/"
    assert office.put(path, sent | {"body": "您好。"}, format="json").json()["body"] == "您好。"
    assert office.put(path, sent | {"kind": "COMPLAINT"}, format="json").status_code == 400

    rules = ClockRules(effective_on=timezone.localdate(), complaint_days=10).to_json()
    versions = "/api/v1/letter-clock-versions/"
    added = office.post(versions, {"label": "新规", "rules": rules}, format="json")
    assert added.status_code == 201
    assert office.get(versions).json()["results"][0]["rules"]["complaint_days"] == 10
    wrong = office.post(versions, {"label": "坏", "rules": rules | {"most_days": 1}}, format="json")
    assert wrong.status_code == 400

    patterns = office.get("/api/v1/letter-patterns/").json()
    patterns["patterns"]["reference"] = [r"单号(\d+)"]
    assert office.put("/api/v1/letter-patterns/", patterns, format="json").status_code == 200
    stale = office.put("/api/v1/letter-patterns/", patterns, format="json")
    assert "seen" in stale.json()["errors"]
    assert office.delete("/api/v1/letter-patterns/").status_code == 200
    assert office.get("/api/v1/letter-suggestions/").json() == []
    assert office.post("/api/v1/letter-suggestions/").status_code == 202
    views = "/api/v1/letter-views/"
    kept = office.post(views, {"name": "排队", "query": {"q": f"排队 {PHONE}"}}, format="json")
    assert kept.status_code == 201
    assert office.get(views).json() == [kept.json()]
    assert PHONE not in kept.content.decode()
    assert kept.json()["query"]["q"] == "排队"
    tried = patterns["patterns"] | {"reference": [r"单号(\d+)"]}
    trial = {"patterns": tried, "text": "单号20110001，客户反映排队"}
    found = office.post("/api/v1/letter-patterns/try/", trial, format="json").json()
    assert {one["name"]: one["value"] for one in found["rows"]}["工单号"] == "20110001"


def test_what_waits_for_me(cast, org):
    calendar_seed(year=2011)
    make_letter(branch=org.branch, unit=org.a1, kind="INQUIRY", state="ASSIGNED",
                handler=cast.outlet_head)  # fmt: skip
    make_letter(branch=org.branch, unit=org.a1)
    client = door(cast.outlet_head)
    assert len(client.get(URL, {"todo": "true"}).json()["results"]) == 1
    assert len(client.get(URL).json()["results"]) == 2


def test_files_are_read_from_memory_only(office, org, cast):
    letter = make_letter(branch=org.branch, unit=org.a1, kind="INQUIRY", state="ASSIGNED")
    big = SimpleUploadedFile("a.txt", b"x" * 3_000_000)
    path = f"{URL}{letter.pk}/attachments/"
    response = office.post(path, {"kind": "OTHER", "file": big}, format="multipart")
    assert response.status_code == 201
    row = letter.attachments.get(uuid=uuid.UUID(response.json()["uuid"]))
    assert attachment_read(attachment=row, actor=cast.service_office) == b"x" * 3_000_000


def test_files_in_and_out(office, org, cast):
    head = "工单号,来源,类型,受理时间,客户姓名,联系电话,机构号,员工号,业务类别,内容,办结时间,责任认定,处理结果"
    row = f"F1,95566,协查,2011-04-15 09:20,{NAME},{PHONE},{org.a1.code},,,排队时间长,,,"
    bad = SimpleUploadedFile("来信.csv", f"{head}\n{row}\n{row}\n".encode())
    refused = office.post(f"{URL}import/", {"file": bad})
    assert (refused.status_code, Letter.objects.count()) == (400, 0)
    assert [one["line"] for one in refused.json()["rows"]] == [3]
    good = SimpleUploadedFile("来信.csv", f"{head}\n{row}\n".encode())
    assert office.post(f"{URL}import/", {"file": good}).json()["created"] == 1
    written = office.get(f"{URL}export/", {"q": "排队"})
    (first,) = (
        CalamineWorkbook.from_filelike(io.BytesIO(written.content))
        .get_sheet_by_index(0)
        .to_python()[1:]
    )
    assert (first[0], first[4], PHONE in str(first)) == ("F1", f"{NAME[0]}**", False)
    assert office.get(f"{URL}export/", {"q": PHONE}).status_code == 400


def test_what_is_kept_of_somebody_is_handed_out(office, org, cast):
    make_letter(branch=org.branch, unit=org.a1)
    asked = {"number": PHONE, "reason": "本人持身份证申请"}
    given = office.post(f"{URL}subject/", asked, format="json")
    assert given["Content-Type"].endswith("spreadsheetml.sheet")
    assert AuditEntry.objects.filter(event="letter.subject_export").count() == 1
    nobody = office.post(f"{URL}subject/", asked | {"number": "13900001111"}, format="json")
    assert "没有找到" in nobody.content.decode()
    head = door(cast.outlet_head)
    assert head.post(f"{URL}subject/", asked, format="json").status_code == 403
