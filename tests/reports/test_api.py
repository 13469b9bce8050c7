import pytest
from rest_framework.test import APIClient

from accounts.jobs import job_run
from accounts.models import Job
from reports.models import Correction, MonthClose, MonthlyScore, SchemeVersion, Season
from reports.scheme import DEFAULT_SCHEME
from reports.services.corrections import correction_issue
from reports.services.months import month_open, month_publish, months_close
from tests.factories import make_outlet
from tests.reports.rows import APRIL, MAY, release

pytestmark = pytest.mark.django_db
API = "/api/v1"


@pytest.fixture
def api():
    """A client signed in as a user."""

    def sign_in(user):
        client = APIClient()
        client.force_authenticate(user)
        return client

    return sign_in


def closed_and_late(org):
    release(org.a1, score="90.00")
    months_close(branch_ids=[org.branch.pk], month=APRIL, actor=None)
    release(org.b1, score="95.00")


def test_scores_of_a_month(api, org, cast):
    release(org.a1, score="90.00")
    release(org.b1, day=MAY.first, score="80.00")
    release(make_outlet(parent=org.other))
    client = api(cast.outlet_head)
    rows = client.get(f"{API}/scores/?month=2011-04&kind=OUTLET").json()["results"]
    assert {row["unit"] for row in rows} == {"ASA1", "ASA2", "ASB1", "ASB2"}
    first = next(row for row in rows if row["rank"] == 1)
    assert (first["unit"], first["total"], first["institution"], first["month"]) == (
        "ASA1", "90.00", "ASA", "2011-04",
    )  # fmt: skip
    assert "lines" not in first
    rows = client.get(f"{API}/scores/?month=2011-05&unit=ASB").json()["results"]
    assert [(row["kind"], row["change"]) for row in rows] == [("INSTITUTION", None)]
    assert client.get(f"{API}/scores/?month=2011-13").json()["results"] == []
    assert client.get(f"{API}/scores/?kind=X").status_code == 400


def test_what_a_score_is_made_of(api, org, cast):
    one = release(org.a1, score="90.00")
    release(org.b1)
    own, other = (MonthlyScore.objects.get(unit=unit, kind="OUTLET") for unit in (org.a1, org.b1))
    client = api(cast.outlet_head)
    lines = client.get(f"{API}/scores/{own.pk}/").json()["lines"]
    assert lines[0] == {"rule": "R3.open", "ids": [one.pk], "text": "90.00", "value": "90.00"}
    assert client.get(f"{API}/scores/{other.pk}/").status_code == 404
    assert api(cast.leadership).get(f"{API}/scores/{other.pk}/").status_code == 200


def test_editions(api, org, cast):
    closed_and_late(org)
    correction_issue(branch=org.branch, month=APRIL, reason="迟报", actor=cast.service_office)
    client = api(cast.leadership)
    latest = client.get(f"{API}/scores/?month=2011-04&unit=ASB1").json()["results"]
    assert [(row["edition"], row["total"]) for row in latest] == [(1, "95.00")]
    first = client.get(f"{API}/scores/?month=2011-04&unit=ASB1&edition=0").json()["results"]
    assert [(row["edition"], row["total"]) for row in first] == [(0, None)]


def test_months(api, org, cast):
    release(org.a1)
    client = api(cast.service_office)
    response = client.post(f"{API}/months/2011-04/rollup/")
    assert response.status_code == 202
    assert response.json()["state"] == "QUEUED"
    job_run(Job.objects.get().pk)
    response = client.post(f"{API}/months/2011-04/close/")
    assert (response.status_code, response.json()["detail"]) == (
        409,
        "月份不能由“统计中”变为“已封账”",
    )
    assert client.post(f"{API}/months/2011-04/publish/").json()["state"] == "PROVISIONAL"
    assert client.post(f"{API}/months/2011-04/publish/").status_code == 409
    assert client.post(f"{API}/months/2011-04/close/").status_code == 202
    job_run(Job.objects.get(kind="close").pk)
    assert client.post(f"{API}/months/2011-04/rollup/").status_code == 409
    month_open(branch=org.branch, month=MAY)
    rows = client.get(f"{API}/months/").json()["results"]
    assert [(row["month"], row["state"]) for row in rows] == [
        ("2011-05", "OPEN"),
        ("2011-04", "CLOSED"),
    ]
    assert len(client.get(f"{API}/months/?state=CLOSED").json()["results"]) == 1
    assert client.get(f"{API}/months/2011-04/").json()["scheme"] == "初始办法"
    assert client.get(f"{API}/months/2011-07/").status_code == 404
    assert client.get(f"{API}/months/2011-13/").status_code == 404


def test_what_waits_and_corrections(api, org, cast):
    closed_and_late(org)
    client = api(cast.service_office)
    (waiting,) = client.get(f"{API}/months/2011-04/waiting/").json()
    assert (waiting["kind"], waiting["unit"]) == ("OPEN", org.b1.short_name)
    body = {"month": "2011-04", "reason": "迟报"}
    response = client.post(f"{API}/corrections/", body, format="json")
    assert response.status_code == 201
    difference = response.json()["differences"][0]
    assert {"name": "total", "old": None, "new": "95.00"} in difference["changes"]
    assert client.get(f"{API}/months/2011-04/waiting/").json() == []
    assert client.post(f"{API}/corrections/", body, format="json").status_code == 409
    wrong = client.post(f"{API}/corrections/", {"month": "4月"}, format="json")
    assert wrong.status_code == 400
    assert set(wrong.json()["errors"]) == {"month", "reason"}
    pk = Correction.objects.get().pk
    assert api(cast.outlet_head).get(f"{API}/corrections/{pk}/").json()["number"] == 1
    assert len(api(cast.outlet_head).get(f"{API}/corrections/").json()["results"]) == 1


def test_schemes(api, org, cast):
    client = api(cast.service_office)
    body = {"name": "新办法", "month": "2011-05", "rules": DEFAULT_SCHEME.to_json()}
    response = client.post(f"{API}/schemes/", body, format="json")
    assert response.status_code == 201
    assert response.json()["rules"] == DEFAULT_SCHEME.to_json()
    assert client.post(f"{API}/schemes/", body, format="json").status_code == 409
    for rules in ({}, "x", DEFAULT_SCHEME.to_json() | {"floor": "120"}):
        wrong = client.post(f"{API}/schemes/", body | {"rules": rules}, format="json")
        assert wrong.status_code == 400
        assert "rules" in wrong.json()["errors"]
    pk = SchemeVersion.objects.get().pk
    assert client.get(f"{API}/schemes/{pk}/").status_code == 200
    assert api(cast.leadership).get(f"{API}/schemes/{pk}/").status_code == 404  # a draft


def test_seasons(api, org, cast):
    client = api(cast.service_office)
    body = {"name": "竞赛", "first": "2011-04", "last": "2011-12"}
    assert client.post(f"{API}/seasons/", body, format="json").status_code == 201
    assert client.post(f"{API}/seasons/", body, format="json").status_code == 409
    release(org.a1, score="90.00")
    months_close(branch_ids=[org.branch.pk], month=APRIL, actor=None)
    pk = Season.objects.get().pk
    rows = client.get(f"{API}/seasons/{pk}/standings/").json()
    assert (rows[0]["name"], rows[0]["rank"], rows[0]["score"]) == (
        "甲一网点", 1, "90.00",
    )  # fmt: skip
    rows = client.get(f"{API}/seasons/{pk}/standings/?kind=INSTITUTION").json()
    assert rows[0]["rewarded"] is True
    assert client.get(f"{API}/seasons/{pk}/standings/?kind=X").status_code == 400


def test_outsiders(api, org, cast):
    month_publish(branch=org.branch, month=APRIL, actor=None)
    for user in (cast.leadership, cast.outlet_head, cast.auditor):
        for name in ("rollup", "publish", "close"):
            assert api(user).post(f"{API}/months/2011-04/{name}/").status_code == 403
    assert api(cast.auditor).get(f"{API}/scores/").status_code == 403
    assert APIClient().get(f"{API}/scores/").status_code == 403
    assert MonthClose.objects.get().state == "PROVISIONAL"
