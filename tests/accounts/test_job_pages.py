"""The progress of a job as users see it."""

import json

import pytest

from accounts.models import Job
from accounts.roles import Role
from tests.factories import make_user


def make_job(asked_by, **kw):
    number = Job.objects.count()
    kw = {"kind": "rollup", "scope": "AS", "period": "2011-04", "key": f"k{number}"} | kw
    return Job.objects.create(requested_by=asked_by, **kw)


def part(client, job):
    return client.get(f"/accounts/jobs/{job.pk}/")


@pytest.fixture
def leader(client, cast):
    client.force_login(cast.leadership)
    return client


def test_a_running_job_polls_and_shows_how_far_it_is(leader, cast):
    job = make_job(cast.leadership, state="RUNNING", progress=42, message="第 3 步")
    text = part(leader, job).content.decode()
    assert f'hx-get="/accounts/jobs/{job.pk}/"' in text
    assert 'hx-trigger="every 2s"' in text
    assert "42%" in text
    assert "第 3 步" in text


@pytest.mark.parametrize(("state", "word"), [("DONE", "完成"), ("FAILED", "失败")])
def test_an_ended_job_stops_polling_and_tells_the_page(leader, cast, state, word):
    job = make_job(cast.leadership, state=state, error="原因在此" if state == "FAILED" else "")
    response = part(leader, job)
    text = response.content.decode()
    assert "hx-get" not in text
    assert word in text
    assert ("原因在此" in text) == (state == "FAILED")
    told = json.loads(response["HX-Trigger-After-Settle"])
    assert told == {"job-ended": {"id": job.pk, "state": state}}


def test_jobs_of_others_are_not_found(leader, cast):
    assert part(leader, make_job(cast.service_office)).status_code == 404
    assert part(leader, make_job(None)).status_code == 404


def test_the_service_office_sees_those_of_its_branch(client, cast, org):
    client.force_login(cast.service_office)
    assert part(client, make_job(cast.leadership)).status_code == 200
    stranger = make_user(role=Role.SERVICE_OFFICE, unit=org.other)
    assert part(client, make_job(stranger)).status_code == 404


def test_the_home_page_shows_what_is_under_way(leader, cast):
    make_job(cast.leadership, message="正在汇总")
    make_job(cast.leadership, state="DONE", message="早已完成")
    text = leader.get("/").content.decode()
    assert "正在汇总" in text
    assert "早已完成" not in text


def test_the_api_lists_them(leader, cast):
    job = make_job(cast.leadership, result={"rows": 3})
    (row,) = leader.get("/api/v1/jobs/?state=QUEUED").json()["results"]
    assert row["result"] == {"rows": 3}
    assert leader.get(f"/api/v1/jobs/{job.pk}/").json()["kind"] == "rollup"


@pytest.mark.parametrize("role", list(Role))
def test_the_home_page_has_a_tile_for_every_place_in_the_menu(client, cast, role):
    client.force_login(getattr(cast, role.lower()))
    page = client.get("/")
    entries = page.context["navigation"]
    assert entries[0]["active"]
    assert page.content.decode().count('class="mc-tile"') == len(entries) - 1
    assert all(entry["description"] for entry in entries[1:])
