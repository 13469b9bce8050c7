from datetime import date, datetime

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from complaints.excerpts import LENGTH, excerpt
from complaints.forms.search import words_of
from complaints.models import Letter, LetterLink, Responsibility
from complaints.selectors import listing
from complaints.selectors.listing import letter_list
from complaints.selectors.search import LetterSought, letters_sought
from tests.complaints.letters import CARD, IDENTITY, NAME, PHONE, make_letter
from tests.factories import make_staff

TODAY = date(2011, 6, 1)


def at(day: int, month: int = 4) -> datetime:
    return datetime(2011, month, day, 10, tzinfo=timezone.get_default_timezone())


def sought(user, **kw):
    """References of what is found, by the list and, alike, by the query for exports."""
    asked = LetterSought(**kw)
    page = letter_list(user, asked, 1, TODAY)
    found = [row.letter.reference for row in page.rows]
    assert found == [one.reference for one in letters_sought(user, asked, TODAY)]
    return found


@pytest.fixture
def office(cast):
    return cast.service_office


class TestWords:
    @pytest.fixture
    def letters(self, org):
        texts = {
            "L1": "自助取款机吞卡，ATM没有反应",
            "L2": "柜员态度生硬，取款机正常",
            "L3": "100%满意_好，表扬柜员的'耐心'\\细致",
            "L4": "ＡＴＭ取不出钱😀😀",
        }
        for day, (reference, body) in enumerate(texts.items(), 1):
            make_letter(branch=org.branch, reference=reference, body=body, received_at=at(day))

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("吞卡", ["L1"]),
            ("取款机", ["L2", "L1"]),
            ("取款 柜员", ["L2"]),
            ("款取", []),
            ("卡，A", ["L1"]),
            ("atm", ["L4", "L1"]),
            ("AtM没", ["L1"]),
            ("ＡＴＭ", ["L4", "L1"]),
            ("0%", ["L3"]),
            ("意_好", ["L3"]),
            ("的'耐心'", ["L3"]),
            ("\\细致", ["L3"]),
            ("😀😀", ["L4"]),
            ("L3", ["L3"]),
            ("柜员态度生硬，取款机正常", ["L2"]),
        ],
    )
    @pytest.mark.parametrize("read", [1, 4_000])
    def test_substrings_of_two_characters_or_more(
        self, office, letters, monkeypatch, query, found, read
    ):
        monkeypatch.setattr(listing, "READ", read)  # 1: the index
        assert sought(office, words=tuple(words_of(query))) == found

    def test_a_letter_is_found_by_its_text_as_it_is_now(self, office, letters):
        Letter.objects.filter(reference="L1").update(text="全新内容")
        assert sought(office, words=("吞卡",)) == []
        assert sought(office, words=("新内",)) == ["L1"]

    def test_the_pairs_are_in_the_index(self, office, letters):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
        plan = letters_sought(office, LetterSought(words=("吞卡",)), TODAY).order_by().explain()
        assert "letter_bigrams" in plan

    def test_what_is_masked_is_not_found(self, org, office):
        make_letter(branch=org.branch)
        for secret in (NAME, PHONE, CARD, IDENTITY, PHONE[3:7]):
            assert sought(office, words=(secret,)) == []


ALPHABET = "柜员取款机吞卡aA1 ，。%_'\\"


@pytest.mark.django_db
class TestExactness:
    @settings(max_examples=60, deadline=None)
    @given(
        st.lists(st.text(ALPHABET, max_size=20), min_size=1, max_size=4),
        st.text(ALPHABET, min_size=2, max_size=4),
    )
    def test_the_index_finds_what_reading_finds(self, texts, word):
        words = [one for one in word.lower().split() if len(one) > 1]
        if not words:
            return
        with connection.cursor() as cursor:
            for text in texts:
                cursor.execute(
                    "SELECT letter_bigrams('R', %s) @@ %s::tsquery, letter_bigrams('', %s)",
                    [text, _tsquery(words), text],
                )
                has_pairs, _ = cursor.fetchone()
                said = all(one in f"r {text.lower()}" for one in words)
                assert has_pairs or not said


def _tsquery(words):
    pairs = {word[at : at + 2] for word in words for at in range(len(word) - 1)}
    quoted = (one.replace("\\", "\\\\").replace("'", "''") for one in pairs)
    return " & ".join(f"'{one}'" for one in quoted)


class TestFilters:
    @pytest.fixture
    def world(self, org, cast):
        staff = make_staff(unit=org.a1, name="李静", number="S777")
        kinds = {"K1": "COMPLAINT", "K2": "PRAISE", "K3": ""}
        for day, (reference, kind) in enumerate(kinds.items(), 1):
            unit = {"K1": org.a1, "K2": org.b1, "K3": None}[reference]
            make_letter(
                branch=org.branch, reference=reference, kind=kind, unit=unit, received_at=at(day),
                staff=staff if kind == "COMPLAINT" else None, business="B01" if unit else "",
                handler=cast.department if kind == "PRAISE" else None,
                state="ASSIGNED" if kind else "RECEIVED",
                due_on=date(2011, 5, day) if kind else None,
                severity="GRAVE" if kind == "COMPLAINT" else "NORMAL",
            )  # fmt: skip
        make_letter(branch=org.other, reference="X1", received_at=at(1))
        return org

    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            ({}, ["K3", "K2", "K1"]),
            ({"sort": "received"}, ["K1", "K2", "K3"]),
            ({"sort": "due"}, ["K1", "K2", "K3"]),
            ({"kind": "PRAISE"}, ["K2"]),
            ({"kind": "none"}, ["K3"]),
            ({"state": "ASSIGNED"}, ["K2", "K1"]),
            ({"business": "none"}, ["K3"]),
            ({"severity": "GRAVE"}, ["K1"]),
            ({"unit": "none"}, ["K3"]),
            ({"institution": "none"}, ["K3"]),
            ({"person": "S777"}, ["K1"]),
            ({"person": "李"}, ["K1"]),
            ({"since": date(2011, 4, 2)}, ["K3", "K2"]),
            ({"until": date(2011, 4, 2)}, ["K2", "K1"]),
            ({"overdue": True}, ["K2", "K1"]),
            ({"todo": True}, ["K3"]),
            ({"responsibility": "none"}, ["K3", "K2", "K1"]),
        ],
    )
    def test_each(self, world, office, asked, found):
        assert sought(office, **asked) == found

    def test_units_by_subtree_alone_and_as_they_stood(self, world, office):
        assert sought(office, under=world.a) == ["K1"]
        assert sought(office, under=world.branch) == ["K2", "K1"]
        assert sought(office, unit=str(world.a.pk)) == []
        assert sought(office, unit=str(world.a1.pk)) == ["K1"]
        assert sought(office, institution=str(world.b.pk)) == ["K2"]
        assert sought(office, institution="0") == []

    def test_an_institution_keeps_its_letters_when_an_outlet_moves(self, world, office):
        type(world.a1).objects.filter(pk=world.a1.pk).update(
            parent=world.b, path=f"{world.b.path}{world.a1.code}/"
        )
        assert sought(office, institution=str(world.a.pk)) == ["K1"]
        assert sought(office, under=world.b) == ["K2", "K1"]

    def test_people(self, world, office, cast):
        assert sought(office, handler=cast.department) == ["K2"]
        assert sought(cast.department) == ["K2"]
        assert sought(cast.department, todo=True) == ["K2"]
        assert sought(cast.outlet_head) == ["K1"]
        assert sought(cast.leadership, todo=True) == []
        assert sought(cast.system_admin) == []
        staff = Letter.objects.get(reference="K1").staff_id
        assert sought(office, staff=staff) == ["K1"]

    def test_a_finding_in_force_and_one_to_sign(self, world, office, cast):
        letter = Letter.objects.get(reference="K1")
        made = Responsibility.objects.create(
            branch=world.branch, letter=letter, finding="BANK", unit=world.a1, grounds="录像",
            proposed_by=office,
        )  # fmt: skip
        assert sought(cast.leadership, todo=True) == ["K1"]
        Responsibility.objects.filter(pk=made.pk).update(
            state="CONFIRMED", confirmed_by=cast.leadership, decided_on=TODAY
        )
        assert sought(office, responsibility="BANK") == ["K1"]
        assert sought(office, responsibility="none") == ["K3", "K2"]

    def test_without_repeats(self, world, office):
        first, second = (Letter.objects.get(reference=one) for one in ("K1", "K2"))
        LetterLink.objects.create(letter=second, other=first, kind="REPEAT")
        Letter.objects.filter(reference="K3").update(state="MERGED")
        assert sought(office, repeats="none") == ["K1"]


class TestExcerpt:
    def test_around_the_first_hit(self):
        text = "前" * 200 + "吞卡" + "后" * 200
        pieces = excerpt(text, ["吞卡"])
        assert [piece.text for piece in pieces if piece.is_hit] == ["吞卡"]
        assert (pieces[0].text, pieces[-1].text) == ("…", "…")
        assert len("".join(piece.text for piece in pieces)) == LENGTH + 2

    @given(
        st.text("柜员吞卡Aa \n", max_size=150),
        st.lists(st.text("柜员吞卡aA", min_size=2, max_size=3), max_size=3),
    )
    def test_the_pieces_are_the_text(self, text, words):
        line = " ".join(text.split())
        shown = "".join(piece.text for piece in excerpt(text, words)).strip("…")
        assert shown in line
        for piece in excerpt(text, words):
            assert (
                piece.is_hit == (piece.text.lower() in [one.lower() for one in words])
                or not piece.is_hit
            )
