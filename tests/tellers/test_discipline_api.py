"""The API of discipline: recorded, proposed, decided, appealed; candidates, catalogue, figures."""

import pytest

from accounts.roles import Role
from tellers.models import Penalty, Violation, ViolationKind
from tests.factories import make_staff, make_user
from tests.tellers.discipline import (
    approve,
    fine,
    kind_of,
    lost_mark,
    make_leader,
    make_violation,
    propose,
)

pytestmark = pytest.mark.django_db
API = "/api/v1/"


@pytest.fixture
def api(client):
    """A function that asks as somebody: the status and the body."""

    def ask(user, method, path, **data):
        client.force_login(user)
        kwargs = {"data": data} | ({} if method == "get" else {"content_type": "application/json"})
        response = getattr(client, method)(API + path, **kwargs)
        return response.status_code, response.json()

    return ask


def test_recorded_by_hand_and_from_evidence(api, org, cast):
    staff, kind = make_staff(unit=org.a1), kind_of(org.branch, "B03")
    answer = lost_mark(org.a1, staff)
    office = cast.service_office
    _, found = api(office, "get", "violation-answers/", month="2011-04")
    assert [one["id"] for one in found["results"]] == [answer.pk]
    assert api(office, "get", "violation-answers/", month="April")[0] == 400
    asked = {"staff": staff.pk, "kind": kind.pk, "day": "2011-04-08"}
    status, made = api(office, "post", "violations/", **asked, answer=answer.pk)
    assert (status, made["source"], made["severity"]) == (201, "INSPECTION", "SERIOUS")
    status, again = api(office, "post", "violations/", **asked, answer=answer.pk)
    assert (status, again["code"]) == (409, "record_refused")
    assert api(office, "get", "violation-answers/")[1]["results"] == []
    assert api(office, "get", "violation-letters/")[1]["results"] == []
    status, wrong = api(office, "post", "violations/", **asked | {"day": "2999-01-01"})
    assert (status, list(wrong["errors"])) == (400, ["day"])
    other = make_staff(unit=org.other)
    assert api(office, "post", "violations/", **asked | {"staff": other.pk})[0] == 400
    _, by_hand = api(office, "post", "violations/", **asked)
    assert api(office, "post", f"violations/{by_hand['id']}/revoke/", reason="")[0] == 400
    _, gone = api(office, "post", f"violations/{by_hand['id']}/revoke/", reason="认错了人")
    assert gone["state"] == "REVOKED"
    _, listed = api(office, "get", "violations/", unit=org.a.pk, state="RECORDED")
    assert [one["id"] for one in listed["results"]] == [made["id"]]
    assert api(office, "get", "violations/", unfounded=True)[1]["results"] == []


def test_the_way_of_a_penalty(api, org, cast):
    row = make_violation(org.a1)
    office, boss = cast.service_office, cast.leadership
    person = make_user(role=Role.TELLER, unit=org.a1, staff=row.staff)
    asked = {
        "staff": row.staff_id, "kind": "ECONOMIC", "ground": "OFFENDER", "reason": "违规",
        "violations": [row.pk],
    }  # fmt: skip
    assert list(api(office, "post", "penalties/", **asked)[1]["errors"]) == ["amount"]
    status, made = api(office, "post", "penalties/", **asked, amount="100")
    assert (status, made["state"], made["violations"]) == (201, "PROPOSED", [row.pk])
    door = f"penalties/{made['id']}/"
    assert api(person, "get", door)[0] == 404
    assert api(office, "post", f"{door}decide/", agreed=True)[0] == 409
    assert [one["id"] for one in api(boss, "get", "penalties/", waiting=True)[1]["results"]] == [
        made["id"]
    ]
    assert api(boss, "post", f"{door}decide/", agreed=False)[0] == 400
    assert api(boss, "post", f"{door}decide/", agreed=True)[1]["state"] == "APPROVED"
    assert api(office, "post", f"{door}notify/")[1]["state"] == "NOTIFIED"
    assert api(office, "post", f"{door}appeal/", text="不服")[0] == 403
    assert api(person, "post", f"{door}appeal/", text="不服")[1]["state"] == "APPEALED"
    assert api(office, "post", f"{door}answer/", upheld=True, reason="属实")[0] == 409
    assert api(boss, "post", f"{door}answer/", upheld=True, reason="属实")[1]["state"] == "REVOKED"


def test_who_is_due(api, org, cast):
    leader, often = make_leader(org.a), make_staff(unit=org.a1)
    rows = [make_violation(org.a1, staff=often) for _ in range(2)]
    fine(*rows, ground="REPEAT")
    status, found = api(cast.service_office, "get", "penalties/due/", year=2011)
    assert status == 200
    assert [(one["ground"], one["staff"]["id"], one["held"]) for one in found] == [
        ("REPEAT", often.pk, ["ECONOMIC"]), ("LEADER", leader.pk, []),
    ]  # fmt: skip


def test_lists_by_a_constant_number_of_queries(api, org, cast, django_assert_num_queries):
    approve(propose(make_violation(org.a1)))
    api(cast.leadership, "get", "penalties/")
    with django_assert_num_queries(9):
        api(cast.leadership, "get", "penalties/")
    for unit in (org.a2, org.b1):
        approve(propose(make_violation(unit)))
    with django_assert_num_queries(9):
        _, found = api(cast.leadership, "get", "penalties/", circulated=False)
    assert len(found["results"]) == Penalty.objects.count() == 3


def test_the_catalogue(api, org, cast):
    office = cast.service_office
    asked = {"code": "D01", "name": "擅自代班", "severity": "SERIOUS"}
    status, made = api(office, "post", "violation-kinds/", **asked)
    assert (status, made["is_active"]) == (201, True)
    assert api(office, "post", "violation-kinds/", **asked)[0] == 409
    _, changed = api(office, "patch", f"violation-kinds/{made['id']}/", is_active=False)
    assert changed["is_active"] is False
    assert ViolationKind.objects.get(code="D01").branch == org.branch


def test_the_figures(api, org, cast):
    first, second = (make_violation(org.a1, staff=cast.teller.staff) for _ in range(2))
    fine(first, second, ground="REPEAT", amount=150)
    status, found = api(cast.leadership, "get", "discipline-statistics/", year=2011)
    assert (status, found["violators"], found["repeaters"], found["amount"]) == (
        200,
        1,
        1,
        "150.00",
    )
    assert found["tables"][0]["rows"][0][0]["text"] == "甲支行"
    assert api(cast.leadership, "get", "discipline-statistics/", year=1999)[0] == 400
    assert Violation.objects.count() == 2
