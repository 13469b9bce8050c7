"""Stars through the API alone: from a scheme to final stars, and what is refused."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.jobs import job_run
from outlets.services.calendar import calendar_seed
from tellers.models import StarPeriod, StarScheme
from tellers.stars import DEFAULT_STARS
from tests.factories import make_user
from tests.tellers.rated import a_teller, computed, moved_to, published, rating_of, violate

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(client, cast):
    """A function that asks as a user: status and body."""

    def ask(user, method, name, body=None, query=None, **keys):
        client.force_login(user)
        asked = getattr(client, method)
        where = reverse(name, kwargs=keys)
        if method == "get":
            response = asked(where, query or {})
        else:
            response = asked(where, body or {}, content_type="application/json")
        return response.status_code, response.json() if response.content else None

    return ask


@pytest.fixture
def people(org, cast):
    return a_teller(org, staff=cast.teller.staff, score=60), a_teller(org, unit=org.b1)


def test_from_a_scheme_to_final_stars(api, org, cast, people):
    calendar_seed(year=2011)
    office, lead = cast.service_office, cast.leadership
    body = {"name": "2011年办法", "rules": DEFAULT_STARS.to_json()}
    status, scheme = api(office, "post", "star-scheme-list", body)
    assert (status, scheme["published_at"]) == (201, None)
    body["rules"]["floor"] = "101"
    status, problem = api(office, "put", "star-scheme-detail", body, pk=scheme["id"])
    assert (status, problem["errors"]) == (400, {"rules": ["维度下限应在0与100之间"]})
    status, problem = api(
        office, "post", "star-period-list", {"name": "2011", "scheme": scheme["id"]}
    )
    assert (status, problem["code"]) == (409, "record_refused")
    api(office, "post", "star-scheme-publish", pk=scheme["id"])
    status, period = api(
        office, "post", "star-period-list", {"name": "2011", "scheme": scheme["id"]}
    )
    assert (status, period["state"]) == (201, "OPEN")
    status, job = api(office, "post", "star-period-compute", pk=period["id"])
    assert status == 202
    job_run(job["id"])
    own = rating_of(people[0])
    status, made = api(
        lead, "post", "star-rating-adjust", {"step": -1, "grounds": "迟到"}, pk=own.pk
    )
    assert (status, made["state"]) == (201, "PROPOSED")
    refused, _ = api(lead, "post", "star-adjustment-decide", {"agreed": True}, pk=made["id"])
    assert refused == 409
    api(office, "post", "star-adjustment-decide", {"agreed": True}, pk=made["id"])
    assert api(cast.teller, "get", "star-rating-list")[1]["results"] == []
    # Shown directly: the five working days of today's year are not what this is about.
    moved_to(StarPeriod.objects.get(), "PUBLIC")
    today = timezone.localdate()
    StarPeriod.objects.update(public_on=today, objections_until=today)
    (listed,) = api(cast.teller, "get", "star-rating-list")[1]["results"]
    assert (listed["staff"]["number"], listed["star"], listed["computed_star"]) == (
        people[0].number, 3, 4,
    )  # fmt: skip
    status, objection = api(cast.teller, "post", "star-rating-object", {"text": "漏计"}, pk=own.pk)
    assert status == 201
    assert api(office, "post", "star-period-finish", pk=period["id"])[0] == 409
    decided = {"new_star": 4, "reason": "属实"}
    status, kept = api(office, "post", "star-objection-decide", decided, pk=objection["id"])
    assert (status, kept["decision"]) == (200, "UPHELD")
    StarPeriod.objects.update(objections_until=today - timedelta(days=1))
    assert api(office, "post", "star-period-finish", pk=period["id"])[1]["state"] == "FINAL"
    stars = api(cast.inspector, "get", "star-period-honours", pk=period["id"])[1]
    assert [(one["number"], one["star"]) for one in stars] == [
        (people[1].number, 5), (people[0].number, 4),
    ]  # fmt: skip
    status, code = api(
        cast.shopper, "get", "star-verification-detail", token=rating_of(people[1]).token
    )
    assert (status, set(code)) == (
        200, {"number", "star", "period", "first_day", "last_day", "final_on"},
    )  # fmt: skip


def test_evidence_distribution_and_pacesetters(api, org, cast, people):
    violate(org, people[0], "MINOR", day=date(2011, 3, 4))
    period = computed(org.branch)
    parts = api(cast.service_office, "get", "star-rating-evidence", pk=rating_of(people[0]).pk)[1]
    discipline = next(one for one in parts if one["name"] == "discipline")
    assert (discipline["arithmetic"], discipline["pieces"][0]["text"]) == (
        "100-5=95.00", "轻微违规“着装”",
    )  # fmt: skip
    *rows, total = api(cast.leadership, "get", "star-period-distribution", pk=period.pk)[1]
    assert [row["code"] for row in rows] == ["ASA", "ASB"]
    assert (total["stars"]["5"], total["people"]) == (1, 2)
    found = api(cast.leadership, "get", "pacesetter-list", query={"year": "2011"})[1]
    assert [one["staff"]["number"] for one in found["candidates"]] == [people[1].number]
    assert found["disqualified"][0]["reasons"] == ["2011-03-04轻微违规“着装”"]


def test_nothing_of_another_branch_can_be_named(api, org, cast, people):
    foreign = published(org.other)
    body = {"name": "2011", "scheme": foreign.pk}
    status, problem = api(cast.service_office, "post", "star-period-list", body)
    assert (status, list(problem["errors"])) == (400, ["scheme"])
    theirs = moved_to(computed(org.other), "FINAL")
    status, _ = api(cast.service_office, "post", "star-badges-list", {"period": theirs.pk})
    assert status == 404
    assert not StarScheme.objects.filter(branch=org.branch).exists()


def test_a_trial_and_badges(api, org, cast, people):
    period = moved_to(computed(org.branch), "FINAL")
    body = {"name": "再版", "rules": DEFAULT_STARS.to_json()}
    scheme = api(cast.service_office, "post", "star-scheme-list", body)[1]
    tried = api(cast.service_office, "get", "star-scheme-what-if", pk=scheme["id"])[1]
    assert (tried["period"], tried["people"], tried["moves"]) == ("2011", 2, [])
    (best, _) = api(
        cast.leadership, "get", "star-period-allowances", query={"months": 3}, pk=period.pk
    )[1][::-1]
    assert (best["number"], best["monthly"], best["amount"]) == (
        people[1].number,
        "50.00",
        "150.00",
    )
    bad = {"months": 13}
    assert api(cast.leadership, "get", "star-period-allowances", query=bad, pk=period.pk)[0] == 400
    wanted = {"period": period.pk, "unit": org.b.pk, "stars": [5]}
    status, document = api(cast.leadership, "post", "star-badges-list", wanted)
    assert (status, document["kind"], document["title"]) == (
        201, "BADGES", "2011年度星级工号牌（乙支行）",
    )  # fmt: skip
    elsewhere = make_user(role="SERVICE_OFFICE", unit=org.other)
    assert api(elsewhere, "get", "star-scheme-detail", pk=scheme["id"])[0] == 404
