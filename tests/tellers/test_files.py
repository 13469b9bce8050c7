"""The service file: one a person, and each outlet and institution reads its own time of it."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import AuditEntry, User
from inspections.models import Answer, Wave
from outlets.services import unit_move
from reports.documents.file import file_html
from reports.models import Document
from tellers.models import FileComment
from tellers.selectors.files import EntryKind, FileSought, files_visible_to, service_file
from tests.complaints.letters import NAME, PHONE
from tests.reports.rows import make_inspection
from tests.tellers.files import AUTUMN, SPRING, fill, make_praise, make_quiz, moved_teller

pytestmark = pytest.mark.django_db
TODAY = date(2011, 12, 31)
KINDS = {
    EntryKind.POSTING, EntryKind.INSPECTION, EntryKind.PRAISE, EntryKind.QUIZ, EntryKind.TRAINING,
    EntryKind.DEVICE, EntryKind.VIOLATION, EntryKind.PENALTY,
}  # fmt: skip


@pytest.fixture
def world(org, cast):
    found = moved_teller(org)
    found.org, found.cast = org, cast
    return found


def months(user, person, **sought):
    """The months of the entries a user reads, by kind."""
    file = service_file(user, person, FileSought(**sought), TODAY)
    return {(entry.kind, entry.day.month) for entry in file.entries}


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def shown(user, person):
    """The page's text."""
    return signed_in(user).get(reverse("tellers:file", args=[person.pk])).content.decode()


def attribute(inspection, person):
    """The items of an earlier inspection, again, as this person's."""
    for answer in Answer.objects.filter(staff=person)[:1]:
        answer.pk, answer.inspection = None, inspection
        answer.save()


SPRINGS = {(kind, 4) for kind in KINDS - {EntryKind.POSTING}}
AUTUMNS = {(kind, 9) for kind in KINDS - {EntryKind.POSTING}}


def test_one_file_and_each_its_own_time(world):
    person, heads = world.person, world.heads
    spring = SPRINGS | {(EntryKind.POSTING, 1)}
    autumn = AUTUMNS | {(EntryKind.POSTING, 7)}
    assert months(heads.a1, person) == months(heads.a, person) == spring
    assert months(heads.b1, person) == months(heads.b, person) == autumn
    for user in (world.user, world.cast.service_office, world.cast.leadership):
        assert months(user, person) == spring | autumn
    assert person not in files_visible_to(heads.a2)


def test_the_page_the_api_and_the_pdf_agree(world, settings):
    """What was in the other outlet's time is on none of the head's doors, and is on the branch's."""
    url = reverse("tellers:file", args=[world.person.pk])
    expected = {
        world.heads.a1: (True, False),
        world.heads.b1: (False, True),
        world.cast.service_office: (True, True),
        world.user: (True, True),
    }
    for user, seen in expected.items():
        client = signed_in(user)
        page = client.get(url).content.decode()
        read = client.get(reverse("file-detail", args=[world.person.pk])).json()
        client.post(reverse("reports:file_make", args=[world.person.pk]))
        document = Document.objects.get(created_by=user)
        pdf = file_html(document.figures)
        for text in (page, str(read), pdf):
            assert ("4月服务礼仪" in text, "9月服务礼仪" in text) == seen
        assert (SPRING.isoformat() in pdf, AUTUMN.isoformat() in pdf) == seen
    assert client.post(url).status_code == 405
    assert signed_in(world.heads.a2).get(url).status_code == 404


def test_the_queries_do_not_grow(world):
    def asked(user):
        with CaptureQueriesContext(connection) as queries:
            service_file(user, world.person, FileSought(), TODAY)
        return len(queries)

    readers = (world.heads.b, world.heads.b1, world.cast.service_office)
    before = [asked(user) for user in readers]
    fill(world.org.b1, world.person, date(2011, 10, 8), 70)
    fill(world.org.b2, world.person, date(2011, 11, 8), 70)
    assert [asked(user) for user in readers] == before
    assert max(before) <= 20


def test_a_covert_inspection_waits_for_its_wave(world):
    wave = Wave.objects.create(branch=world.org.branch, month=date(2011, 4, 1), channel="COVERT")
    found = make_inspection(world.org.a1, "COVERT", SPRING, wave=wave)
    attribute(found, world.person)
    readers = (world.heads.a1, world.heads.a, world.user, world.cast.service_office)
    for user in readers:
        assert found.number not in shown(user, world.person)
    wave.released_at = timezone.now()
    wave.save()
    for user in readers:
        assert f"暗访 {found.number}" in shown(user, world.person)
        assert "督导" not in shown(user, world.person)


def test_customers_stay_masked_and_a_later_finding_takes_the_place(world):
    made = make_praise(world.org.b1, world.person, date(2011, 10, 9), "BANK")
    office = world.cast.service_office
    text = shown(office, world.person)
    assert "：有效投诉" in text
    assert NAME not in text
    assert PHONE not in text
    assert service_file(office, world.person, FileSought(), TODAY).total.complaints == 1
    made.superseded_on = date(2011, 10, 20)
    made.save()
    assert "：有效投诉" not in shown(office, world.person)


def test_a_year_a_kind_and_their_sums(world):
    make_quiz(world.person, date(2010, 5, 5), 80)
    file = service_file(world.user, world.person, FileSought(2011, "QUIZ"), TODAY)
    assert [entry.day for entry in file.entries] == [AUTUMN, SPRING]
    assert file.years == [2011, 2010, 2005]
    assert file.total.knowledge == Decimal("86.5")
    assert [span.label for span in file.spans] == ["9 月", "7 月", "4 月"]
    assert dict(file.spans[0].cells)["QUIZ"] == "82.00"
    everything = service_file(world.user, world.person, FileSought(), TODAY)
    assert [span.year for span in everything.spans] == [2011, 2010, 2005]
    total = everything.spans[0].sums
    assert (total.inspections, total.lost, total.praise, total.violations) == (2, 2, 2, 2)
    assert (total.usage, total.satisfaction) == (Decimal(80), Decimal(95))
    assert (total.trainings, total.hours, total.penalties, total.fines) == (2, 8, 2, 400)


def test_reading_somebody_elses_is_written_down(world):
    url = reverse("tellers:file", args=[world.person.pk])
    signed_in(world.user).get(url)
    signed_in(world.heads.a1).get(f"{url}?year=2011&kind=QUIZ")
    [entry] = AuditEntry.objects.filter(event="file.read")
    assert (entry.actor, entry.subject) == (world.heads.a1, "王芳（2106001）")
    assert entry.detail == {"year": 2011, "kind": "知识测试"}


def test_the_person_comments_and_nobody_else(world):
    file = service_file(world.user, world.person, FileSought(kind="VIOLATION"), TODAY)
    spring = file.entries[-1].key
    url = reverse("tellers:file_comment", args=[world.person.pk])
    signed_in(world.heads.a1).post(url, {"entry": spring, "text": "不是我说的"})
    signed_in(world.user).post(url, {"entry": "VIOLATION:0", "text": "没有的条目"})
    signed_in(world.user).post(url, {"entry": spring, "text": "  "})
    assert not FileComment.objects.exists()
    signed_in(world.user).post(url, {"entry": spring, "text": "当天设备故障"})
    assert "当天设备故障" in shown(world.heads.a1, world.person)
    assert "当天设备故障" not in shown(world.heads.b1, world.person)
    answer = APIClient()
    answer.force_authenticate(world.heads.a1)
    refused = answer.post(
        reverse("file-comments", args=[world.person.pk]), {"entry": spring, "text": "x"}
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "record_refused")


def test_an_outlet_keeps_its_time_when_it_moves_itself(world, org):
    """B1 goes over to institution A in August: A reads her autumn there, B what came before."""
    unit_move(unit=org.b1, parent=org.a, effective_on=date(2011, 8, 1))
    make_quiz(world.person, date(2011, 7, 15), 77)
    a, b = (User.objects.get(pk=user.pk) for user in (world.heads.a, world.heads.b))
    assert {("QUIZ", 4), ("QUIZ", 9)} <= months(a, world.person)
    assert ("QUIZ", 7) not in months(a, world.person)
    assert {each for each in months(b, world.person) if each[0] == "QUIZ"} == {("QUIZ", 7)}


def test_whose_files_are_found(world):
    def found(user, **query):
        page = signed_in(user).get(reverse("tellers:files"), query)
        return {person.number for person in page.context["page_obj"]}

    def told(user, **query):
        client = APIClient()
        client.force_authenticate(user)
        rows = client.get("/api/v1/files/", query).json()["results"]
        return {(row["number"], row["unit"]) for row in rows}

    assert ("2106001", "") in told(world.heads.a1)
    assert told(world.heads.b, q="王芳", unit=world.org.b1.pk) == {("2106001", "乙一网点")}
    assert told(world.heads.a, q="王芳", unit=world.org.a1.pk) == set()
    assert "2106001" in found(world.heads.a1)
    assert found(world.heads.b1) == {"2106001"}
    assert found(world.cast.service_office, q="王芳") == {"2106001"}
    assert found(world.heads.b, q="王芳", unit=world.org.b1.pk, post="TELLER") == {"2106001"}
    assert found(world.heads.a, unit=world.org.a1.pk, q="王芳") == set()
    assert signed_in(world.user).get(reverse("tellers:files")).url == reverse(
        "tellers:file", args=[world.person.pk]
    )
