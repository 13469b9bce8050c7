"""Circulars: numbered a year and branch, each penalty once, the same bytes; the pages and the API."""

import hashlib
import io
from datetime import date
from pathlib import Path

import pypdf
import pytest
from django.urls import reverse

from accounts.jobs import Progress
from accounts.models import AuditEntry
from accounts.roles import Role
from reports.documents import html_of
from reports.documents.circular import sections
from reports.documents.circular_figures import CircularFacts
from reports.models import Document
from reports.pdf import pdf_render
from reports.services.circulars import CircularDateRefused, circular_issue
from reports.services.documents import document_render
from tellers.models import Penalty
from tellers.services.penalties import penalty_appeal, penalty_appeal_decide
from tellers.services.refusals import RecordRefused
from tests.factories import make_staff, make_user
from tests.tellers.discipline import approve, fine, make_leader, make_violation, propose

pytestmark = pytest.mark.django_db
DAY = date(2011, 4, 30)


def issue(org, *penalties, day=DAY, **kw):
    facts = CircularFacts(penalties=list(penalties), issued_on=day, **kw)
    return circular_issue(branch=org.branch, facts=facts, actor=None)


@pytest.fixture
def held(org):
    """A repeat violator fined, their leader too, and somebody named: four penalties."""
    make_leader(org.a, name="李主管")
    often = make_staff(unit=org.a1, name="王常犯")
    first, second = (
        make_violation(org.a1, "B01", day=date(2011, n, 8), staff=often) for n in (3, 4)
    )
    once = make_violation(org.b1, "A05", staff=make_staff(unit=org.b1, name="赵一次"))
    return [
        fine(first, second, ground="REPEAT", amount=200, reason="两次推诿客户"),
        approve(propose(first, second, ground="REPEAT", kind="NO_STAR", year=2011)),
        fine(first, second, ground="LEADER", amount=500, reason="管理不力"),
        approve(propose(once)),
    ]


class TestNumbers:
    def test_of_the_branch_and_the_year(self, org, held):
        first, second = issue(org, held[0]), issue(org, held[1])
        assert [(one.year, one.number) for one in (first, second)] == [(2011, 1), (2011, 2)]
        assert first.title == "处罚通报〔2011〕1号"
        assert issue(org, held[2], day=date(2012, 1, 4)).number == 1
        held[0].refresh_from_db()
        assert (held[0].circular_year, held[0].circular_number) == (2011, 1)
        assert AuditEntry.objects.filter(event="document.make").count() == 3

    def test_each_penalty_once(self, org, held):
        issue(org, held[0])
        with pytest.raises(RecordRefused, match="已经通报过"):
            issue(org, held[0], held[1])
        assert Document.objects.count() == 1
        assert Penalty.objects.filter(circular_number=None).count() == 3

    def test_only_what_holds(self, org, held, cast):
        made = held[3]
        person = make_user(role=Role.TELLER, unit=org.b1, staff=made.staff)
        penalty_appeal(penalty=made, text="不服", actor=person)
        with pytest.raises(RecordRefused):
            issue(org, made)
        penalty_appeal_decide(penalty=made, upheld=True, reason="属实", actor=cast.leadership)
        with pytest.raises(RecordRefused):
            issue(org, made)
        with pytest.raises(RecordRefused):
            issue(org, propose(held[0].violations.first(), ground="LEADER", kind="CRITICISM"))
        with pytest.raises(RecordRefused, match="请选择"):
            issue(org)

    def test_dates_that_cannot_be(self, org, held):
        with pytest.raises(CircularDateRefused, match="不能晚于今天"):
            issue(org, *held, day=date(2999, 1, 1))
        with pytest.raises(CircularDateRefused, match="不能早于"):
            issue(org, *held, day=date(2011, 4, 1))


class TestPaper:
    def test_what_it_says(self, org, held):
        made = issue(org, *held)
        document_render(document_id=made.pk, progress=Progress())
        made.refresh_from_db()
        data = Path(made.file.path).read_bytes()
        assert hashlib.sha256(data).hexdigest() == made.sha256
        assert pdf_render(html_of("CIRCULAR", made.figures)) == data
        pages = pypdf.PdfReader(io.BytesIO(data)).pages
        said = "".join(page.extract_text() for page in pages).replace("\n", "").replace(" ", "")
        for words in (
            "处罚通报", "〔2011〕1号", "2011年3月至4月", "共查实2人违规3项，其中较重2项、轻微1项",
            "通报批评1人，经济处罚2人、金额700元，取消星级评定资格1人", "甲支行甲一网点", "王常犯",
            "经济处罚200元；取消2011年度星级评定资格", "李主管", "主管领导责任", "赵一次",
            "示例分行服务办公室", "2011年4月30日印发",
        ):  # fmt: skip
            assert words in said, words
        assert len(pages) == 2

    def test_only_the_parts_there_are(self, org, held):
        figures = issue(org, held[3], demand="").figures
        assert [one.heading for one in sections(figures)] == ["一、违规情况", "二、处罚决定"]
        led = issue(org, held[2]).figures
        assert [one.name for one in sections(led)] == ["违规情况", "主管领导责任", "有关要求"]


class TestDoors:
    def test_chosen_on_the_page(self, org, held, cast, client):
        client.force_login(cast.service_office)
        page = client.get("/reports/circulars/")
        assert "有 4 项处罚还没有通报" in page.content.decode()
        here = [one["label"] for one in page.context["navigation"] if one["active"]]
        assert here == ["违规与处罚"]
        asked = {"penalties": [held[0].pk, held[3].pk], "issued_on": "2011-04-30", "title": "通报"}
        nothing = client.post("/reports/circulars/issue/", asked | {"penalties": []})
        assert nothing.status_code == 422
        wrong = client.post("/reports/circulars/issue/", asked | {"issued_on": "2999-01-01"})
        assert wrong.status_code == 422
        assert "不能晚于今天" in wrong.content.decode()
        made = client.post("/reports/circulars/issue/", asked)
        document = Document.objects.get()
        assert made.url == reverse("reports:document", args=[document.pk])
        assert client.get("/reports/circulars/2011/1/").url == made.url
        again = client.post("/reports/circulars/issue/", asked)
        assert again.status_code == 422
        page = client.get(reverse("tellers:penalty", args=[held[0].pk])).content.decode()
        assert reverse("reports:circular", args=[2011, 1]) in page
        client.force_login(cast.outlet_head)
        listed = client.get("/reports/circulars/").content.decode()
        assert "通报" in listed
        assert "编发" not in listed

    def test_by_the_api(self, org, held, cast, client):
        client.force_login(cast.service_office)
        asked = {"penalties": [held[0].pk], "issued_on": "2011-04-30"}
        missing = client.post(
            "/api/v1/circulars/", asked | {"penalties": [0]}, content_type="application/json"
        )
        assert missing.status_code == 400
        made = client.post("/api/v1/circulars/", asked, content_type="application/json")
        assert (made.status_code, made.json()["number"]) == (201, 1)
        assert made.json()["issued_on"] == "2011-04-30"
        again = client.post("/api/v1/circulars/", asked, content_type="application/json")
        assert (again.status_code, again.json()["code"]) == (409, "record_refused")
        assert len(client.get("/api/v1/circulars/").json()["results"]) == 1
