from datetime import date

import pytest
from rest_framework.test import APIClient

from tests.reports.letters import complaint, make_letter

pytestmark = pytest.mark.django_db
URL = "/api/v1/letter-statistics/"


def ask(user, **params):
    client = APIClient()
    client.force_authenticate(user)
    return client.get(URL, params)


def test_the_tables_of_the_page(org, cast):
    complaint(org.a1)
    make_letter(org.b1, "PRAISE", date(2010, 4, 8))
    body = ask(cast.leadership, year="2011", part="M04").json()
    assert (body["period"], body["first"], body["last"]) == (
        "2011年4月",
        "2011-04-01",
        "2011-04-30",
    )
    assert body["lead"].startswith("2011年4月收到来信1件，同比持平")
    summary = body["tables"][0]
    assert (summary["key"], summary["columns"][:2]) == ("summary", ["类型", "本期"])
    row = summary["rows"][3]
    assert [cell["value"] for cell in row[:5]] == ["投诉", 1, 1, 0, "新增"]
    assert row[1]["url"] == "/letters/?kind=COMPLAINT&from=2011-04-01&to=2011-04-30"
    assert summary["foot"][0]["value"] == "合计"
    assert summary["rows"][4][2]["value"] is None


def test_the_latest_year_unless_asked(org, cast):
    make_letter(org.a1, day=date(2011, 4, 8))
    assert ask(cast.outlet_head).json()["period"] == "2011年"


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"from": "2011-04-01"}, "to"),
        ({"from": "x", "to": "y"}, "from"),
        ({"year": "x"}, "year"),
        ({"part": "Q9"}, "part"),
    ],
)
def test_what_cannot_be_asked_is_a_problem(org, cast, params, field):
    make_letter(org.a1)
    response = ask(cast.service_office, **params)
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")
    assert field in response.json()["errors"]


def test_who_may_not(org, cast):
    assert ask(cast.inspector).status_code == 403
