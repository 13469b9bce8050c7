from datetime import date

import pytest
from rest_framework.test import APIClient

from outlets.models import CalendarDay, Staff, Unit
from tests.factories import make_outlet, make_staff

UNITS, STAFF, DAYS = "/api/v1/units/", "/api/v1/staff/", "/api/v1/calendar-days/"
NEW = {"code": "N1", "parent": "ASA", "name": "新网点", "short_name": "新", "kind": "OUTLET"}


@pytest.fixture
def api():
    return APIClient()


@pytest.fixture
def office(api, cast):
    api.force_authenticate(cast.service_office)
    return api


def test_units_are_listed_and_filtered(office):
    page = office.get(UNITS).json()
    assert {unit["code"] for unit in page["results"]} == {
        "AS", "ASA", "ASB", "ASA1", "ASA2", "ASB1", "ASB2",
    }  # fmt: skip
    found = office.get(UNITS, {"parent": "ASA", "kind": "OUTLET"}).json()["results"]
    assert [(unit["code"], unit["parent"], unit["branch"]) for unit in found] == [
        ("ASA2", "ASA", "AS"),
        ("ASA1", "ASA", "AS"),
    ]


@pytest.mark.parametrize(
    ("role", "code", "status"),
    [
        ("service_office", "ASB1", 200),
        ("service_office", "BX", 404),
        ("inspector", "ASB1", 200),
        ("institution_head", "ASA2", 200),
        ("institution_head", "ASB1", 404),
        ("outlet_head", "ASA1", 200),
        ("outlet_head", "ASA2", 404),
        ("teller", "ASA1", 403),
        ("shopper", "ASA1", 403),
        ("auditor", "ASA1", 403),
    ],
)
def test_who_reads_a_unit(api, cast, role, code, status):
    api.force_authenticate(getattr(cast, role))
    answer = api.get(f"{UNITS}{code}/")
    assert answer.status_code == status
    if status != 200:
        assert answer["Content-Type"] == "application/problem+json"


def test_strangers_are_turned_away(api, org):
    assert api.get(UNITS).status_code in {401, 403}


def test_a_unit_is_founded_changed_and_moved(office, org):
    made = office.post(UNITS, NEW | {"windows": 3, "serves_customers": True}, format="json")
    assert made.status_code == 201
    assert made.json()["path"] == "AS/ASA/N1/"
    changed = office.patch(f"{UNITS}N1/", {"windows": 5, "code": "ignored"}, format="json")
    assert (changed.json()["windows"], changed.json()["name"]) == (5, "新网点")
    moved = office.post(
        f"{UNITS}N1/move/", {"parent": "ASB", "effective_on": "2011-07-01"}, format="json"
    )
    assert moved.json()["parent"] == "ASB"


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        ({"code": "ASA1"}, "code", "机构号“ASA1”已有机构使用"),
        ({"parent": "BX"}, "parent", "没有机构号为“BX”的机构，或不在您的查阅范围内"),
        ({"kind": "BRANCH"}, "kind", "分行没有上级机构"),
        ({"windows": -1}, "windows", None),
        ({"code": "a/b"}, "code", None),
        ({"parent": ["x"]}, "parent", None),
        ({"parent": "\x00"}, "parent", None),
    ],
)
def test_what_is_refused_is_named(office, change, field, message):
    answer = office.post(UNITS, NEW | change, format="json")
    assert answer.status_code == 400
    problem = answer.json()
    assert problem["code"] == "invalid"
    assert list(problem["errors"]) == [field]
    assert message is None or problem["errors"][field] == [message]
    assert not Unit.objects.filter(code="N1").exists()


def test_a_cycle_is_refused(office):
    answer = office.post(
        f"{UNITS}ASA/move/", {"parent": "ASA1", "effective_on": "2011-07-01"}, format="json"
    )
    assert answer.status_code == 400
    assert "成环" in answer.json()["errors"]["parent"][0]


@pytest.mark.parametrize("role", ["leadership", "institution_head", "inspector", "teller"])
def test_only_the_service_office_writes(api, cast, org, role):
    number = make_staff(unit=org.a1).number
    api.force_authenticate(getattr(cast, role))
    assert api.post(UNITS, NEW).status_code == 403
    assert api.patch(f"{UNITS}ASA1/", {"windows": 1}).status_code == 403
    assert api.post(f"{UNITS}ASA1/move/", {}).status_code == 403
    assert api.post(STAFF, {}).status_code == 403
    assert api.patch(f"{STAFF}{number}/", {}).status_code == 403
    assert api.post(f"{STAFF}{number}/transfer/", {}).status_code == 403
    assert api.post(DAYS, {}).status_code == 403
    assert api.delete(f"{DAYS}2011-10-01/").status_code == 403


def test_addresses_that_no_unit_can_have(office):
    assert office.get(f"{UNITS}%00/").status_code == 404
    assert office.get(f"{STAFF}%00/").status_code == 404
    assert office.get(UNITS, {"name": "\x00"}).status_code == 400


def test_nothing_is_deleted(office):
    assert office.delete(f"{UNITS}ASA1/").status_code == 405
    assert office.put(f"{UNITS}ASA1/", NEW).status_code == 405


def test_people(office, org):
    new = {
        "number": "1", "name": "张明", "hired_on": "2011-01-01",
        "unit": "ASA1", "post": "TELLER", "start": "2011-01-01",
    }  # fmt: skip
    made = office.post(STAFF, new, format="json")
    assert made.status_code == 201
    assert office.post(STAFF, new, format="json").json()["errors"] == {
        "number": ["员工号“1”已有员工使用"]
    }
    place = {"unit": "ASB1", "post": "LOBBY_MANAGER", "start": "2011-07-01"}
    moved = office.post(f"{STAFF}1/transfer/", place, format="json").json()
    assert moved["postings"] == [
        {"unit": "ASA1", "post": "TELLER", "start": "2011-01-01", "end": "2011-06-30"},
        {"unit": "ASB1", "post": "LOBBY_MANAGER", "start": "2011-07-01", "end": None},
    ]
    left = office.patch(f"{STAFF}1/", {"left_on": "2011-12-31"}, format="json").json()
    assert left["postings"][1]["end"] == "2011-12-31"
    assert office.patch(f"{STAFF}1/", {"left_on": "2010-12-31"}, format="json").status_code == 400


def test_people_as_far_as_they_are_seen(api, cast, org):
    staff = make_staff(unit=org.a1, number="7")
    staff.postings.update(end=date(2011, 6, 30))
    staff.postings.create(unit=org.b1, post="TELLER", start=date(2011, 7, 1))
    make_staff(unit=org.b1, number="8")
    api.force_authenticate(cast.outlet_head)
    found = {one["number"]: one for one in api.get(STAFF).json()["results"]}
    assert "8" not in found
    assert [posting["unit"] for posting in found["7"]["postings"]] == ["ASA1"]
    assert api.get(f"{STAFF}8/").status_code == 404
    api.force_authenticate(cast.inspector)
    assert api.get(STAFF).status_code == 403


def test_lists_take_as_many_queries_for_three_times_the_rows(
    office, org, django_assert_max_num_queries
):
    def count(url):
        with django_assert_max_num_queries(6) as queries:
            office.get(url)
        return len(queries)

    first = {url: count(url) for url in (UNITS, STAFF)}
    for _ in range(3):
        make_staff(unit=make_outlet(parent=org.a))
    assert {url: count(url) for url in (UNITS, STAFF)} == first
    assert Staff.objects.count() == 4


def test_the_calendar(office):
    day = {"date": "2011-10-08", "is_working": True, "name": "调休"}
    assert office.post(DAYS, day, format="json").status_code == 201
    assert (
        office.post(DAYS, day | {"is_working": False}, format="json").json()["is_working"] is False
    )
    assert office.get(f"{DAYS}2011-10-08/").json()["name"] == "调休"
    found = office.get(DAYS, {"first": "2011-10-01", "last": "2011-10-31"}).json()["results"]
    assert [one["date"] for one in found] == ["2011-10-08"]
    assert office.get(f"{DAYS}2011-02-30/").status_code == 404
    assert office.delete(f"{DAYS}2011-10-08/").status_code == 204
    assert office.delete(f"{DAYS}2011-10-08/").status_code == 404
    assert not CalendarDay.objects.exists()
