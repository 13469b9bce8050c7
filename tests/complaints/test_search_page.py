from datetime import date, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from complaints.models import Letter
from complaints.sealing import blind_index
from complaints.selectors import listing
from complaints.selectors.listing import letter_list
from complaints.selectors.search import LetterSought
from tests.complaints.letters import CARD, IDENTITY, NAME, PHONE, make_letter, make_letters

TODAY = date(2011, 6, 1)
URL = "/letters/"


def at(day: int, month: int = 4) -> datetime:
    return datetime(2011, month, day, 10, tzinfo=timezone.get_default_timezone())


@pytest.fixture
def office(cast):
    return cast.service_office


@pytest.fixture
def client(office):
    client = Client()
    client.force_login(office)
    return client


class TestNumbers:
    @pytest.mark.parametrize(
        "number", [PHONE, f"+86 {PHONE[:3]}-{PHONE[3:7]}-{PHONE[7:]}", CARD, IDENTITY]
    )
    def test_a_letter_is_found_by_any_number_it_holds(self, org, client, number):
        make_letter(branch=org.branch, reference="N1")
        make_letter(
            branch=org.branch,
            reference="N2",
            body="别的事",
            customer_phone="13900000000",
            customer_card="",
            customer_identity="",
        )
        for field in ("q", "customer"):
            response = client.post(URL, {field: number})
            assert response.status_code == 302
            assert number not in response.url
            page = client.get(response.url)
            assert [row.letter.reference for row in page.context["page"].rows] == ["N1"]
            assert number not in page.content.decode()

    def test_the_url_holds_a_digest_and_a_mask(self, client):
        response = client.post(URL, {"q": f"柜员 {PHONE}", "kind": "PRAISE", "rubbish": "1"})
        query = {key: value[0] for key, value in parse_qs(urlsplit(response.url).query).items()}
        assert query == {
            "q": "柜员",
            "kind": "PRAISE",
            "number": blind_index("NUMBER", PHONE).hex(),
            "shown": "138****5678",
        }

    def test_a_number_typed_into_the_address_is_sent_on_without_it(self, client):
        response = client.get(URL, {"q": PHONE})
        assert response.status_code == 302
        assert PHONE not in response.url

    def test_a_reference_that_looks_like_a_number_finds_its_letter(self, org, client):
        make_letter(branch=org.branch, reference="955661104300012")
        page = client.post(URL, {"q": "955661104300012"}, follow=True)
        assert [row.letter.reference for row in page.context["page"].rows] == ["955661104300012"]

    def test_numbers_of_another_branch_are_not_found(self, org, client):
        make_letter(branch=org.other)
        page = client.post(URL, {"q": PHONE}, follow=True)
        assert page.context["page"].rows == []


class TestPage:
    def test_what_it_shows(self, org, client):
        make_letter(branch=org.branch, reference="P1", kind="COMPLAINT", unit=org.a1)
        page = client.get(URL, {"q": "柜员"})
        content = page.content.decode()
        assert "<mark>柜员</mark>" in content
        assert "找到 1 封来信" in content
        for secret in (NAME, PHONE, CARD, IDENTITY):
            assert secret not in content

    @pytest.mark.parametrize(
        ("query", "problem"),
        [
            ("卡", "请至少输入两个字"),
            ("柜员 卡", "请至少输入两个字"),
            (" ".join(["柜员" + str(n) for n in range(9)]), "最多8个词"),
        ],
    )
    def test_words_that_cannot_be_looked_for(self, client, query, problem):
        assert problem in client.get(URL, {"q": query}).content.decode()

    @pytest.mark.parametrize(
        "query",
        [{"from": "x"}, {"unit": "x"}, {"page": "x"}, {"page": "-1"}, {"page": "99999"}, {"number": "zz"}, {"staff": "x"}, {"sort": "x"}, {"state": "x"}, {"q": "\x00a"}, {"under": "0"}, {"unit": "9" * 18}],
    )  # fmt: skip
    def test_a_wrong_value_is_no_error(self, org, client, query):
        make_letter(branch=org.branch)
        assert client.get(URL, query).status_code == 200

    def test_days_in_the_wrong_order(self, client):
        content = client.get(URL, {"from": "2011-05-02", "to": "2011-05-01"}).content.decode()
        assert "不能早于开始日期" in content

    def test_as_many_queries_for_three_letters_as_for_one(self, org, client):
        def count(query):
            with CaptureQueriesContext(connection) as captured:
                assert client.get(URL, query).status_code == 200
            return len(captured)

        make_letters(1, branch=org.branch, unit=org.a1, kind="COMPLAINT")
        queries = [{}, {"q": "柜员"}, {"state": "RECEIVED"}, {"kind": "COMPLAINT", "q": "柜员"}]
        client.get(URL)
        before = [count(query) for query in queries]
        make_letters(2, branch=org.branch, unit=org.b1, kind="COMPLAINT")
        assert [count(query) for query in queries] == before

    def test_tabs_count_by_state_and_keep_the_filters(self, org, client):
        make_letters(3, branch=org.branch)
        make_letter(branch=org.branch, kind="PRAISE", state="CLOSED")
        tabs = {one.state: one.letters for one in client.get(URL).context["tabs"]}
        assert (tabs["RECEIVED"], tabs["CLOSED"], tabs["MERGED"]) == ("3", "1", "0")
        chosen = client.get(URL, {"state": "CLOSED", "q": "柜员"})
        assert len(chosen.context["page"].rows) == 1
        assert {one.state: one.letters for one in chosen.context["tabs"]}["RECEIVED"] == "3"

    def test_chips_say_what_the_statistics_asked_for(self, org, client):
        content = client.get(
            URL, {"unit": org.a1.pk, "institution": "none", "repeats": "none"}
        ).content.decode()
        assert "单位：甲一网点" in content
        assert "当时所属机构：无" in content
        assert "不含重复来信" in content

    def test_an_empty_list_says_what_to_do(self, client):
        assert "还没有来信" in client.get(URL).content.decode()
        assert "没有符合条件的来信" in client.get(URL, {"q": "柜员"}).content.decode()

    def test_other_methods_and_other_roles(self, cast, client):
        assert client.put(URL).status_code == 405
        client.force_login(cast.teller)
        assert client.get(URL).status_code == 403


class TestManyLetters:
    """The bounds made small: what a million letters do at their real size (benchmarks/letters.py)."""

    @pytest.fixture
    def many(self, org, monkeypatch):
        monkeypatch.setattr(listing, "PAGE", 3)
        monkeypatch.setattr(listing, "CAP", 9)
        monkeypatch.setattr(listing, "READ", 8)
        for day in range(1, 21):
            body = "柜员" if day % 2 else "吞卡"
            body += "保函" if day <= 2 else ""
            body += "流水" if day % 4 == 0 else ""
            make_letter(branch=org.branch, reference=f"M{day:02}", body=body, received_at=at(day))

    def test_pages_go_on_to_the_cap_and_then_by_date(self, many, office, client):
        first = letter_list(office, LetterSought(), 1, TODAY)
        assert [row.letter.reference for row in first.rows] == ["M20", "M19", "M18"]
        assert (first.has_next, first.is_exact, first.states["RECEIVED"]) == (True, False, 10)
        last = letter_list(office, LetterSought(), 3, TODAY)
        assert [row.letter.reference for row in last.rows] == ["M14", "M13", "M12"]
        assert (last.has_next, last.ends_early) == (False, True)
        assert "看更早的（2011-04-12 以前）" in client.get(URL, {"page": 3}).content.decode()

    def test_a_common_word(self, many, office):
        found = letter_list(office, LetterSought(words=("柜员",)), 1, TODAY)
        assert [row.letter.reference for row in found.rows] == ["M19", "M17", "M15"]
        assert found.count.startswith("约 ")
        second = letter_list(office, LetterSought(words=("柜员",)), 2, TODAY)
        assert [row.letter.reference for row in second.rows] == ["M13", "M11", "M09"]

    @pytest.mark.parametrize(
        ("sort", "found"),
        [
            ("-received", ["M20", "M16", "M12"]),
            ("received", ["M04", "M08", "M12"]),
            ("due", ["M04", "M08", "M12"]),
        ],
    )
    def test_a_word_that_some_say(self, many, office, monkeypatch, sort, found):
        monkeypatch.setattr(listing, "NEAR", 2)
        page = letter_list(office, LetterSought(words=("流水",), sort=sort), 1, TODAY)
        assert [row.letter.reference for row in page.rows] == found
        assert page.count.startswith("约 ") == (sort == "-received")
        last = letter_list(office, LetterSought(words=("流水",), sort=sort), 2, TODAY)
        assert len(last.rows) == 2

    def test_a_rare_word_is_counted(self, many, office):
        found = letter_list(office, LetterSought(words=("保函",)), 1, TODAY)
        assert [row.letter.reference for row in found.rows] == ["M02", "M01"]
        assert (found.count, found.last, found.states) == ("2", 1, {"RECEIVED": 2})
        assert (
            letter_list(office, LetterSought(words=("保函",), state="CLOSED"), 1, TODAY).rows == []
        )

    def test_a_word_in_a_state(self, many, office):
        Letter.objects.filter(reference__in=["M19", "M03"]).update(state="WITHDRAWN")
        found = letter_list(office, LetterSought(words=("柜员",), state="WITHDRAWN"), 1, TODAY)
        assert [row.letter.reference for row in found.rows] == ["M19", "M03"]


class TestSavedViews:
    def test_saved_opened_replaced_deleted(self, client, office, cast):
        for query in ("q=吞卡&kind=COMPLAINT&rubbish=1", f"q=取款 {PHONE}"):
            client.post(reverse("complaints:letter_view_save"), {"name": "我的", "query": query})
        view = office.letter_views.get()
        assert view.query == {
            "q": "取款",
            "number": blind_index("NUMBER", PHONE).hex(),
            "shown": "138****5678",
        }
        assert "我的" in client.get(URL).content.decode()
        url = reverse("complaints:letter_view_delete", args=[view.pk])
        other = Client()
        other.force_login(cast.leadership)
        assert other.post(url).status_code == 404
        assert client.get(url).status_code == 405
        client.post(url)
        assert not office.letter_views.exists()

    def test_a_name_is_needed_and_there_is_an_end_to_them(self, client, office):
        save = reverse("complaints:letter_view_save")
        response = client.post(save, {"name": "", "query": "kind=PRAISE"}, follow=True)
        assert "请给这个查询起个名称" in response.content.decode()
        for number in range(21):
            response = client.post(save, {"name": str(number), "query": ""}, follow=True)
        assert office.letter_views.count() == 20
        assert "最多保存20个" in response.content.decode()
