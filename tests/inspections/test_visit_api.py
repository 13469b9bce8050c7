import hashlib
import io
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image
from rest_framework.test import APIClient

from inspections.models import Answer, Inspection, Visit
from inspections.selectors.forms import published_form
from tests.factories import make_staff
from tests.inspections.builders import (
    DAY,
    make_inspection,
    make_sheet,
    make_version,
    make_visit,
    submit,
)


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def version(org):
    return make_version(org.branch)


@pytest.fixture
def visit(org, cast, version):
    return make_visit(org.a1, cast.inspector)


@pytest.fixture
def api(cast):
    def of(role):
        client = APIClient()
        client.force_authenticate(getattr(cast, role))
        return client

    return of


def url(name, *args):
    return reverse(name, args=args)


def payload(visit, values=None, **kw):
    sheet = make_sheet(visit, values)
    answers = [
        {"item": item, "value": one.value, "note": one.note, "staff": one.staff, "photos": []}
        for item, one in sheet.replies.items()
    ]
    facts = {"uuid": str(uuid.uuid4()), "visit": visit.pk, "date": DAY.isoformat()}
    return facts | {"answers": answers} | kw


# Visits -----------------------------------------------------------------------------------------


def test_the_office_plans_reads_changes_and_cancels(api, org, cast, version):
    office = api("service_office")
    data = {
        "units": [org.a1.pk, org.b1.pk], "channel": "OPEN", "not_before": "2011-04-01",
        "not_after": "2011-04-30", "inspectors": [cast.inspector.pk],
    }  # fmt: skip
    made = office.post(url("visit-list"), data, format="json")
    assert made.status_code == 201
    assert [one["unit"]["code"] for one in made.json()] == ["ASA1", "ASB1"]
    pk = made.json()[0]["id"]
    assert (
        office.get(url("visit-list"), {"unit": org.b1.pk}).json()["results"][0]["state"]
        == "PLANNED"
    )
    changed = office.patch(url("visit-detail", pk), {"note": "看录像"}, format="json")
    assert (changed.status_code, changed.json()["note"]) == (200, "看录像")
    wrong = office.patch(url("visit-detail", pk), {"not_after": "2011-01-01"}, format="json")
    assert (wrong.status_code, wrong.json()["errors"]) == (
        400,
        {"not_after": ["最迟日期早于最早日期"]},
    )
    assert office.post(url("visit-cancel", pk)).json()["state"] == "CANCELLED"
    submit(Visit.objects.get(unit=org.b1))
    refused = office.post(url("visit-cancel", made.json()[1]["id"]))
    assert (refused.status_code, refused.json()["code"]) == (409, "visit_not_open")


def test_a_wrong_plan_is_a_problem_by_field(api, org, cast, version):
    data = {
        "units": [org.other.pk], "channel": "SPECIAL", "not_before": "2011-04-01",
        "not_after": "2011-04-30",
    }  # fmt: skip
    answer = api("service_office").post(url("visit-list"), data, format="json")
    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == {"units"}
    assert answer["Content-Type"] == "application/problem+json"


def test_the_coordinator_assigns_by_api(api, org, cast, version):
    visit = make_visit(org.a1, cast.shopper, "COVERT")
    data = {"inspector": cast.shopper.pk}
    assert api("coordinator").post(url("visit-assign", visit.pk), data).status_code == 200
    assert api("coordinator").post(url("visit-cancel", visit.pk)).status_code == 403
    assert api("shopper").post(url("visit-assign", visit.pk), data).status_code == 403
    wrong = api("coordinator").post(url("visit-assign", visit.pk), {"inspector": cast.inspector.pk})
    assert wrong.status_code == 400


# Drafts and photos ------------------------------------------------------------------------------


def test_the_draft_is_read_and_patched(api, visit):
    client = api("inspector")
    draft = client.get(url("visit-draft", visit.pk)).json()
    assert (draft["answers"], draft["revision"]) == ({}, 0)
    item = str(visit.version.items.first().pk)
    data = {"answers": {item: {"value": "pass"}}, "header": {"date": "2011-04-13"}}
    assert client.patch(url("visit-draft", visit.pk), data, format="json").json() == {"revision": 1}
    draft = client.get(url("visit-draft", visit.pk)).json()
    assert draft["answers"][item]["value"] == "pass"
    assert draft["header"]["date"] == "2011-04-13"
    cleared = client.patch(url("visit-draft", visit.pk), {"answers": {item: None}}, format="json")
    assert cleared.json() == {"revision": 2}
    unknown = client.patch(
        url("visit-draft", visit.pk), {"answers": {"7777777": {"value": "x"}}}, format="json"
    )
    assert unknown.status_code == 400
    submit(visit)
    late = client.patch(url("visit-draft", visit.pk), data, format="json")
    assert (late.status_code, late.json()["code"]) == (409, "visit_not_open")


def test_drafts_are_out_of_reach_for_others(api, visit):
    assert api("shopper").get(url("visit-draft", visit.pk)).status_code == 404
    assert api("service_office").get(url("visit-draft", visit.pk)).status_code == 403


def test_who_was_there_that_day(api, visit, org):
    make_staff(unit=org.a1, name="后来的", start=DAY.replace(month=6))
    client = api("inspector")
    people = client.get(url("visit-staff", visit.pk), {"date": "2011-04-12"}).json()
    assert [one["post"] for one in people] == ["柜员"]
    assert len(client.get(url("visit-staff", visit.pk), {"date": "2011-07-01"}).json()) == 2
    assert client.get(url("visit-staff", visit.pk)).status_code == 400
    assert client.get(url("visit-staff", visit.pk), {"date": "x"}).status_code == 400


def photo(content=None):
    if content is None:
        out = io.BytesIO()
        Image.new("RGB", (300, 200)).save(out, "JPEG")
        content = out.getvalue()
    return content, hashlib.sha256(content).hexdigest()


def test_a_photo_goes_up_comes_back_and_goes_away(api, visit):
    client, (content, sha256) = api("inspector"), photo()
    item = visit.version.items.get(code="1.02").pk

    def send(**kw):
        data = {"item": item, "sha256": sha256, "file": SimpleUploadedFile("a.jpg", content)} | kw
        return client.post(url("visit-evidence", visit.pk), data)

    first = send()
    assert (first.status_code, send().status_code) == (201, 200)
    shown = client.get(first.json()["url"])
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/jpeg")
    assert send(item=7_777_777).status_code == 400
    assert send(file=SimpleUploadedFile("a.jpg", b"x")).status_code == 200  # known by its hash
    assert send(sha256="0" * 64).json()["errors"] == {"file": ["照片在传输中损坏，请重新上传"]}
    gone = url("visit-evidence-remove", visit.pk, first.json()["uuid"])
    assert api("service_office").delete(gone).status_code == 403
    assert client.delete(gone).status_code == 204
    assert client.delete(gone).status_code == 404
    assert client.delete(url("visit-evidence-remove", visit.pk, "-" * 36)).status_code == 404
    assert client.get(first.json()["url"]).status_code == 404


# Submitting -------------------------------------------------------------------------------------


def test_submitting_twice_and_otherwise(api, visit):
    client, data = api("inspector"), payload(visit)
    first = client.post(url("inspection-list"), data, format="json")
    again = client.post(url("inspection-list"), data, format="json")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    data["answers"][0]["value"] = "fail"
    differs = client.post(url("inspection-list"), data, format="json")
    assert differs.status_code == 409
    assert differs.json()["code"] == "submission_differs"
    assert differs.json()["differences"] == ["项目1.01"]
    other = client.post(url("inspection-list"), payload(visit), format="json")
    assert (other.status_code, other.json()["code"]) == (409, "visit_not_open")


def test_what_is_missing_comes_back_by_item(api, visit):
    data = payload(visit)
    data["answers"] = data["answers"][2:]
    answer = api("inspector").post(url("inspection-list"), data, format="json")
    assert answer.status_code == 400
    faults = answer.json()["errors"]["answers"]
    assert [(one["code"], one["field"], one["reason"]) for one in faults] == [
        ("1.01", "value", "尚未评分"),
        ("1.02", "value", "尚未评分"),
    ]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"uuid": "x"}, "uuid"),
        ({"visit": 0}, "visit"),
        ({"date": "yesterday"}, "date"),
        ({"methods": ["SPY"]}, "methods"),
        ({"answers": "none"}, "answers"),
        ({"answers": [{"item": 1, "value": "pass"}] * 2}, "answers"),
        ({"answers": [{"item": 1, "value": "pa\x00ss"}]}, "answers"),
    ],
)
def test_nonsense_is_refused(api, visit, change, field):
    answer = api("inspector").post(url("inspection-list"), payload(visit) | change, format="json")
    assert answer.status_code == 400
    assert field in answer.json()["errors"]
    assert not Inspection.objects.exists()


def test_only_the_inspector_submits(api, visit):
    answer = api("shopper").post(url("inspection-list"), payload(visit), format="json")
    assert (answer.status_code, set(answer.json()["errors"])) == (400, {"visit"})
    assert api("service_office").post(url("inspection-list"), {}).status_code == 403


def test_sixty_answers_take_at_most_ten_statements(client, org, cast):
    make_version(
        org.branch,
        [
            (f"{n // 10}.{n % 10:02d}", f"模块{n // 10}", 10, "ALL_OR_NOTHING", "",
             {"attribution": "STAFF", "photo": "ON_LOSS"})
            for n in range(60)
        ],
    )  # fmt: skip
    visit = make_visit(org.a1, cast.inspector)
    form = published_form(visit.version_id, "OPEN")
    staff = cast.teller.staff_id
    answers = [{"item": item, "value": "pass", "staff": staff} for item in form.items]
    client.force_login(cast.inspector)
    client.get(url("inspections:today"))
    with CaptureQueriesContext(connection) as captured:
        answer = client.post(
            url("inspection-list"), payload(visit) | {"answers": answers},
            content_type="application/json",
        )  # fmt: skip
    assert answer.status_code == 201
    assert Answer.objects.count() == 60
    assert len(captured) <= 10, [one["sql"][:90] for one in captured]


# Reading, returning, releasing ------------------------------------------------------------------


def test_reading_one_with_its_answers(api, org, cast, version):
    inspection = make_inspection(org.a1, cast.inspector, values={"1.02": "1"}, released=True)
    shown = api("outlet_head").get(url("inspection-detail", inspection.pk)).json()
    assert shown["number"] == inspection.number
    assert shown["inspector"]["username"] == "inspector"
    assert {one["code"]: one["value"] for one in shown["answers"]}["1.02"] == "1"
    assert "visit" not in shown
    listed = api("leadership").get(url("inspection-list"), {"date__gte": "2011-04-01"}).json()
    assert [one["id"] for one in listed["results"]] == [inspection.pk]


def test_returning_and_releasing(api, org, cast, version):
    office = api("service_office")
    one = make_inspection(org.a1, cast.inspector)
    two = make_inspection(org.b1, cast.inspector)
    assert office.post(url("inspection-send-back", one.pk), {"reason": ""}).status_code == 400
    back = office.post(url("inspection-send-back", one.pk), {"reason": "照片不清"})
    assert (back.status_code, back.json()["state"]) == (200, "RETURNED")
    again = office.post(url("inspection-send-back", one.pk), {"reason": "照片不清"})
    assert (again.status_code, again.json()["code"]) == (409, "inspection_not_open")
    both = office.post(url("inspection-release"), {"ids": [one.pk, two.pk]}, format="json")
    assert (both.status_code, both.json()["code"]) == (409, "not_releasable")
    assert not Inspection.objects.filter(state="RELEASED").exists()
    done = office.post(url("inspection-release"), {"ids": [two.pk]}, format="json")
    assert done.json() == {"count": 1}
    unknown = office.post(url("inspection-release"), {"ids": [7]}, format="json")
    assert unknown.status_code == 400
    assert api("leadership").post(url("inspection-release"), {"ids": [1]}).status_code == 403


def test_waves_by_api(api, org, cast, version):
    visit = make_visit(org.a1, cast.shopper, "COVERT")
    pk = visit.wave_id
    assert api("coordinator").get(url("wave-list")).json()["results"][0]["id"] == pk
    assert api("coordinator").post(url("wave-release", pk)).status_code == 403
    assert api("service_office").post(url("wave-release", pk)).status_code == 409
    submit(visit)
    assert api("service_office").post(url("wave-release", pk)).json() == {"count": 1}
    assert api("leadership").get(url("wave-detail", pk)).status_code == 403


def test_lists_ask_the_same_number_of_questions(api, org, cast, version):
    def counted(name):
        client = api("service_office")
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url(name)).status_code == 200
        return len(captured)

    names = ("visit-list", "inspection-list", "wave-list")
    make_inspection(org.a1, cast.inspector)
    make_visit(org.a1, cast.shopper, "COVERT")
    before = [counted(name) for name in names]
    for unit in (org.a2, org.b1):
        make_inspection(unit, cast.inspector)
        make_visit(unit, cast.shopper, "COVERT")
    assert [counted(name) for name in names] == before
