"""The standards' API: the same services, the same sight."""

import pytest
from rest_framework.test import APIClient

from accounts.roles import Role
from inspections.models import ChecklistVersion
from tests.factories import make_user
from tests.inspections.checklist_rows import draft, item, published, section

VERSIONS = "/api/v1/checklist-versions/"
ITEM = {
    "code": "1.50",
    "text": "地面整洁",
    "points": "1000",
    "mode": "GRADED",
    "parameters": "优=1;差=0",
    "channels": ["OPEN"],
}


def signed_in(user):
    client = APIClient()
    client.force_authenticate(user)
    return client


@pytest.fixture
def office(cast):
    return signed_in(cast.service_office)


@pytest.fixture
def reader(cast):
    return signed_in(cast.outlet_head)


def test_from_nothing_to_published(office):
    checklist = office.post("/api/v1/checklists/", {"name": "服务检查标准"}).json()
    head = {"checklist": checklist["id"], "label": "2011版", "scoring": "POINTS"}
    version = office.post(VERSIONS, head | {"effective_on": "2011-04-01"}).json()
    module = office.post(
        "/api/v1/checklist-sections/", {"version": version["id"], "name": "环境"}
    ).json()
    added = office.post("/api/v1/checklist-items/", ITEM | {"section": module["id"]}, format="json")
    assert added.status_code == 201
    done = office.post(f"{VERSIONS}{version['id']}/publish/")
    assert done.status_code == 200
    assert done.json()["published_at"]
    shown = office.get(f"{VERSIONS}{version['id']}/").json()
    assert shown["sections"][0]["items"][0]["parameters"] == "优=1;差=0"


def test_a_copy(office, org, cast):
    source = published(org.branch, cast.service_office)
    body = {
        "checklist": source.checklist_id,
        "label": "2012版",
        "scoring": "POINTS",
        "effective_on": "2012-01-01",
        "copy_of": source.pk,
    }
    assert office.post(VERSIONS, body, format="json").status_code == 201
    assert ChecklistVersion.objects.get(label="2012版").items.count() == 10


def test_refusals_name_the_field(office, org):
    version = draft(org.branch, section("甲", item()))
    target = f"/api/v1/checklist-items/{version.items.get().pk}/"
    response = office.patch(target, {"mode": "DEDUCT"}, format="json")
    assert response.status_code == 400
    assert "每次扣分" in response.json()["errors"]["parameters"][0]
    response = office.post(f"{VERSIONS}{version.pk}/publish/")
    assert response.status_code == 400
    assert "少990分" in response.json()["errors"]["version"][0]


def test_changes_to_a_draft(office, org):
    version = draft(
        org.branch, section("甲", item("1.01"), item("1.02")), section("乙", item("2.01"))
    )
    first, module = version.items.get(code="1.01"), version.sections.get(name="甲")
    items, modules = "/api/v1/checklist-items/", "/api/v1/checklist-sections/"
    assert office.patch(f"{items}{first.pk}/", {"is_hot": True}, format="json").json()["is_hot"]
    assert office.post(f"{items}{first.pk}/move/", {"by": 1}).json()["position"] == 2
    assert office.post(f"{modules}{module.pk}/move/", {"by": 1}).json()["position"] == 2
    assert office.patch(f"{modules}{module.pk}/", {"name": "丙"}).json()["name"] == "丙"
    assert office.delete(f"{items}{first.pk}/").status_code == 204
    assert office.delete(f"{modules}{module.pk}/").status_code == 204
    assert office.patch(f"{VERSIONS}{version.pk}/", {"label": "试行"}).json()["label"] == "试行"
    assert office.delete(f"{VERSIONS}{version.pk}/").status_code == 204


def test_published_ones_conflict(office, org, cast):
    version = published(org.branch, cast.service_office)
    one, module = version.items.first(), version.sections.get()
    attempts = [
        office.post(f"{VERSIONS}{version.pk}/publish/"),
        office.patch(f"{VERSIONS}{version.pk}/", {"label": "x"}),
        office.delete(f"{VERSIONS}{version.pk}/"),
        office.patch(f"/api/v1/checklist-sections/{module.pk}/", {"name": "x"}),
        office.delete(f"/api/v1/checklist-sections/{module.pk}/"),
        office.patch(f"/api/v1/checklist-items/{one.pk}/", {"text": "x"}),
        office.delete(f"/api/v1/checklist-items/{one.pk}/"),
        office.post("/api/v1/checklist-items/", ITEM | {"section": module.pk}, format="json"),
    ]
    for response in attempts:
        assert response.status_code == 409
        assert response.json()["code"] == "version_frozen"
        assert "已发布" in response.json()["detail"]


def test_readers_read_published_ones_only(reader, org, cast):
    shown = published(org.branch, cast.service_office)
    hidden = draft(org.branch, label="2012版")
    listed = reader.get(VERSIONS).json()["results"]
    assert [one["id"] for one in listed] == [shown.pk]
    assert reader.get(f"{VERSIONS}{hidden.pk}/").status_code == 404
    assert reader.post(f"{VERSIONS}{shown.pk}/publish/").status_code == 403
    assert reader.post("/api/v1/checklists/", {"name": "x"}).status_code == 403


def test_another_branch_is_not_there(org, cast):
    version = draft(org.branch)
    stranger = signed_in(make_user(role=Role.SERVICE_OFFICE, unit=org.other))
    assert stranger.get(f"{VERSIONS}{version.pk}/").status_code == 404
    assert stranger.post(f"{VERSIONS}{version.pk}/publish/").status_code == 404
    body = ITEM | {"section": version.sections.get().pk}
    response = stranger.post("/api/v1/checklist-items/", body, format="json")
    assert (response.status_code, list(response.json()["errors"])) == (400, ["section"])


@pytest.mark.parametrize(
    "path", ["checklists", "checklist-versions", "checklist-sections", "checklist-items"]
)
def test_lists_take_a_constant_number_of_queries(office, org, path, django_assert_num_queries):
    draft(org.branch)
    with django_assert_num_queries(1):
        office.get(f"/api/v1/{path}/")
    for n in range(2):
        draft(org.branch, name=f"标准{n}")
    with django_assert_num_queries(1):
        office.get(f"/api/v1/{path}/")


def test_one_version_takes_a_constant_number_of_queries(office, org, django_assert_num_queries):
    small = draft(org.branch, section("甲", item()))
    large = draft(org.branch, label="2012版")
    for version in (small, large):
        with django_assert_num_queries(3):
            office.get(f"{VERSIONS}{version.pk}/")


def test_what_people_write_wrongly(office, org):
    version = draft(org.branch)
    module = version.sections.get().pk
    for change in (
        {"channels": []},
        {"channels": ["X"]},
        {"points": "-1"},
        {"text": ""},
        {"mode": "X"},
    ):
        body = ITEM | {"section": module} | change
        assert office.post("/api/v1/checklist-items/", body, format="json").status_code == 400, (
            change
        )
    assert office.post(f"/api/v1/checklist-sections/{module}/move/", {"by": "x"}).status_code == 400
