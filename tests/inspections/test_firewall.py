"""Nothing a unit's people can reach tells who, when, or that a covert visit is planned or under way."""

import hashlib
import io
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from accounts.models import AuditEntry
from accounts.roles import Role
from inspections.models import Inspection
from inspections.selectors.firewall import (
    answers_visible_to,
    evidence_visible_to,
    inspections_visible_to,
    visits_visible_to,
    waves_visible_to,
)
from inspections.services.evidence import evidence_add
from inspections.services.releases import inspections_release, wave_release
from inspections.services.submissions import inspection_submit
from inspections.services.visits import visits_assign, visits_cancel
from tests.factories import make_user
from tests.inspections.builders import make_inspection, make_sheet, make_version, make_visit

KNOWING = {Role.SERVICE_OFFICE, Role.COORDINATOR, Role.SHOPPER}
LINE = {Role.LEADERSHIP, Role.INSTITUTION_HEAD, Role.OUTLET_HEAD}
SECRET = "暗访小李"


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def covert(org, cast):
    """A submitted covert inspection of a1 about the cast's teller, with a photo."""
    make_version(org.branch)
    cast.shopper.name = SECRET
    cast.shopper.save()
    visit = make_visit(org.a1, cast.shopper, "COVERT")
    out = io.BytesIO()
    Image.new("RGB", (400, 300), "red").save(out, "JPEG")
    sha256 = hashlib.sha256(out.getvalue()).hexdigest()
    evidence_add(
        visit=visit, item_id=visit.version.items.get(code="2.01").pk, sha256=sha256,
        file=SimpleUploadedFile("x.jpg", out.getvalue()), actor=cast.shopper,
    )  # fmt: skip
    sheet = make_sheet(
        visit, {"2.01": "中"}, staff={"2.01": cast.teller.staff_id}, photos={"2.01": [sha256]}
    )
    return inspection_submit(
        visit=visit, key=uuid.uuid4(), sheet=sheet, actor=cast.shopper
    ).inspection


def seen(cast, selector):
    """The roles that see anything of it."""
    return {role for role in Role if selector(getattr(cast, role.lower())).exists()}


def test_before_the_wave_only_those_who_know_see_anything(covert, cast):
    assert seen(cast, visits_visible_to) == KNOWING
    assert seen(cast, inspections_visible_to) == KNOWING
    assert seen(cast, answers_visible_to) == KNOWING
    assert seen(cast, evidence_visible_to) == KNOWING
    assert seen(cast, waves_visible_to) == KNOWING - {Role.SHOPPER}


def test_after_the_wave_the_line_sees_results_but_no_visits(covert, cast):
    wave_release(wave=covert.wave, actor=cast.service_office)
    assert seen(cast, visits_visible_to) == KNOWING
    assert seen(cast, inspections_visible_to) == KNOWING | LINE | {Role.TELLER}
    assert seen(cast, evidence_visible_to) == KNOWING | LINE | {Role.TELLER}
    assert seen(cast, waves_visible_to) == KNOWING - {Role.SHOPPER}


def test_a_state_alone_does_not_open_the_wall(covert, cast):
    """Even marked as released it stays hidden while its wave is not out."""
    Inspection.objects.filter(pk=covert.pk).update(state="RELEASED")
    assert seen(cast, inspections_visible_to) == KNOWING


def test_open_ones_are_hidden_from_the_line_until_released(org, cast):
    make_version(org.branch)
    inspection = make_inspection(org.a1, cast.inspector)
    assert seen(cast, inspections_visible_to) == {Role.SERVICE_OFFICE, Role.INSPECTOR}
    assert seen(cast, visits_visible_to) == {Role.SERVICE_OFFICE, Role.INSPECTOR}
    make_inspection(org.b1, cast.inspector, released=True)
    assert not inspections_visible_to(cast.outlet_head).exists()
    assert not inspections_visible_to(cast.institution_head).exists()
    assert inspections_visible_to(cast.leadership).count() == 1
    assert inspection not in inspections_visible_to(cast.leadership)


def test_another_shopper_sees_nothing_of_it(covert, org):
    from tests.factories import make_user

    other = make_user(role=Role.SHOPPER, unit=org.branch)
    assert not visits_visible_to(other).exists()
    assert not inspections_visible_to(other).exists()


def test_another_branch_sees_nothing_of_it(covert, org, cast):
    wave_release(wave=covert.wave, actor=cast.service_office)
    for role in (*KNOWING, Role.LEADERSHIP):
        user = getattr(cast, role.lower())
        user.unit = org.other
        if role != Role.SHOPPER:
            assert not inspections_visible_to(user).exists()
            assert not evidence_visible_to(user).exists()


def test_a_teller_sees_the_own_answer_only(covert, cast):
    wave_release(wave=covert.wave, actor=cast.service_office)
    (answer,) = answers_visible_to(cast.teller)
    assert answer.item.code == "2.01"
    assert evidence_visible_to(cast.teller).count() == 1
    covert.answers.filter(item__code="2.01").update(staff=None)
    assert not inspections_visible_to(cast.teller).exists()
    assert not evidence_visible_to(cast.teller).exists()


def doors(inspection):
    """Every page and operation on which a reader could meet the inspection."""
    photo = inspection.evidence.get()
    return [
        reverse("inspections:inspections"),
        reverse("inspections:inspection", args=[inspection.pk]),
        reverse("inspection-list"),
        reverse("inspection-detail", args=[inspection.pk]),
        reverse("inspections:photo", args=[photo.uuid]),
        reverse("evidence-detail", args=[photo.uuid]),
    ]


def body(response):
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return content.decode(errors="replace")


@pytest.mark.parametrize("role", sorted(LINE | {Role.TELLER}))
def test_no_door_tells_before_the_wave(covert, cast, client, role):
    client.force_login(getattr(cast, role.lower()))
    lists = {reverse("inspections:inspections"), reverse("inspection-list")}
    for url in doors(covert):
        response = client.get(url)
        assert response.status_code == (200 if url in lists else 404), url
        if url in lists:
            text = body(response)
            assert covert.number not in text
            assert str(covert.pk) not in text
            assert SECRET not in text
    for name in ("visit-list", "wave-list", "inspections:visits", "inspections:waves"):
        assert client.get(reverse(name)).status_code == 403
    for name in ("visit-detail", "visit-draft"):
        assert client.get(reverse(name, args=[covert.visit_id])).status_code in {403, 404}


@pytest.mark.parametrize("role", sorted(LINE | {Role.TELLER}))
def test_no_door_tells_who_or_when_after_the_wave(covert, cast, client, role):
    wave_release(wave=covert.wave, actor=cast.service_office)
    client.force_login(getattr(cast, role.lower()))
    minute = covert.submitted_at.isoformat()[:16]
    for url in doors(covert):
        response = client.get(url)
        assert response.status_code == 200, url
        text = body(response)
        for secret in (SECRET, cast.shopper.username, minute, f'"visit":{covert.visit_id}'):
            assert secret not in text, (url, secret)
    shown = client.get(reverse("inspection-detail", args=[covert.pk])).json()
    assert (shown["inspector"], shown["inspector_name"], shown["submitted_at"]) == (None, "", None)
    by_name = client.get(reverse("inspection-list"), {"inspector": cast.shopper.pk}).json()
    assert by_name["results"] == []


@pytest.mark.parametrize("role", [Role.SERVICE_OFFICE, Role.COORDINATOR])
def test_those_who_know_are_told(covert, cast, client, role):
    client.force_login(getattr(cast, role.lower()))
    assert SECRET in body(client.get(reverse("inspections:inspection", args=[covert.pk])))
    found = client.get(reverse("inspection-list"), {"inspector": cast.shopper.pk}).json()
    assert found["results"][0]["inspector_name"] == SECRET


def test_a_line_reader_cannot_sort_by_the_moment(covert, cast, client, org):
    """The order of submission would date a covert visit between two open ones."""
    wave_release(wave=covert.wave, actor=cast.service_office)
    make_inspection(org.a1, cast.inspector, released=True)
    client.force_login(cast.outlet_head)
    orders = [
        [
            one.pk
            for one in client.get(reverse("inspections:inspections"), {"sort": sort}).context[
                "page_obj"
            ]
        ]
        for sort in ("submitted", "-submitted", "-date")
    ]
    assert orders[0] == orders[1] == orders[2]


def test_numbers_on_pages_do_not_count_what_is_hidden(covert, cast, client):
    client.force_login(cast.outlet_head)
    assert client.get(reverse("inspections:inspections")).context["page_obj"].paginator.count == 0
    assert client.get(reverse("inspection-list")).json()["results"] == []


def test_a_teller_learns_no_figures_of_the_outlet(covert, cast, client):
    wave_release(wave=covert.wave, actor=cast.service_office)
    client.force_login(cast.teller)
    shown = client.get(reverse("inspection-detail", args=[covert.pk])).json()
    assert (shown["score"], shown["sections"], shown["possible"]) == (None, [], None)
    assert [one["code"] for one in shown["answers"]] == ["2.01"]
    page = body(client.get(reverse("inspections:inspection", args=[covert.pk])))
    assert "检查内容2.01" in page
    assert "检查内容1.01" not in page
    assert f"{covert.score}" not in page


def test_the_audit_trail_names_what_is_released(covert, org, cast):
    shown = make_inspection(org.b1, cast.inspector)
    inspections_release(inspection_ids=[shown.pk], actor=cast.service_office)
    wave_release(wave=covert.wave, actor=cast.service_office)
    named = AuditEntry.objects.filter(event__endswith=".release").order_by("id")
    assert [entry.detail["inspections"] for entry in named] == [
        [f"{shown.number} {org.b1.short_name}"], [f"{covert.number} {org.a1.short_name}"],
    ]  # fmt: skip


def test_the_audit_trail_tells_no_covert_visit_from_another(org, cast):
    make_version(org.branch)
    trails = []
    for channel, role in (("OPEN", Role.INSPECTOR), ("COVERT", Role.SHOPPER)):
        first, second = (make_user(role=role, unit=org.branch) for _ in range(2))
        before = AuditEntry.objects.count()
        visit = make_visit(org.a1, first, channel)
        visits_assign(visits=[visit], inspector=second, actor=cast.service_office)
        visits_cancel(visits=[visit], actor=cast.service_office)
        rows = AuditEntry.objects.order_by("id")[before:].values_list("event", "subject", "detail")
        trails.append([(event, subject, list(detail)) for event, subject, detail in rows])
    assert trails[0] == trails[1] != []
