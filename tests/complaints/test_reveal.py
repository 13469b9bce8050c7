import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry
from complaints.models import Letter, LetterEvent
from complaints.services.handling import letter_recuse
from complaints.services.refusals import ActRefused, MustRecuse
from complaints.services.reveals import NotYours, customer_reveal
from tests.complaints.letters import BODY, CARD, IDENTITY, NAME, PHONE, make_letter
from tests.factories import make_staff, make_user

WHY = {"purpose": "CONTACT", "reason": "请客户补充时间"}


@pytest.fixture
def letter(org, cast):
    return make_letter(
        branch=org.branch, unit=org.a1, kind="COMPLAINT", state="ASSIGNED", handler=cast.department
    )


def url(letter):
    return reverse("complaints:reveal", args=[letter.pk])


@pytest.fixture
def client(cast):
    client = Client()
    client.force_login(cast.department)
    return client


@pytest.mark.parametrize("who", ["department", "service_office"])
def test_the_handler_and_the_office_see_the_customer_and_it_is_written_down(cast, letter, who):
    actor = getattr(cast, who)
    revealed = customer_reveal(letter=letter, actor=actor, **WHY)
    customer = revealed.customer
    assert (customer.name, customer.phone, customer.card, customer.identity) == (
        NAME,
        PHONE,
        CARD,
        IDENTITY,
    )
    assert revealed.body == BODY
    event = LetterEvent.objects.get(letter=letter, kind="REVEALED")
    assert (event.actor, event.detail) == (actor, {"reason": "联系客户：请客户补充时间"})
    entry = AuditEntry.objects.get(event="letter.reveal")
    assert (entry.actor, entry.subject) == (actor, letter.reference)
    assert entry.detail == {"reason": "联系客户：请客户补充时间"}


@pytest.mark.parametrize("who", ["leadership", "institution_head", "teller", "inspector"])
def test_nobody_else_does(cast, letter, who):
    with pytest.raises((NotYours, MustRecuse)):
        customer_reveal(letter=letter, actor=getattr(cast, who), **WHY)
    assert not LetterEvent.objects.filter(letter=letter, kind="REVEALED").exists()


def test_nor_does_the_head_of_the_unit_it_is_about(cast, letter):
    with pytest.raises((NotYours, MustRecuse)):
        customer_reveal(letter=letter, actor=cast.outlet_head, **WHY)


def test_nor_does_who_asked_to_be_recused(cast, letter):
    letter_recuse(letter=letter, reason="亲属", actor=cast.department)
    with pytest.raises(MustRecuse):
        customer_reveal(letter=letter, actor=cast.department, **WHY)


def test_nor_does_the_named_employee_even_of_the_office(org, letter):
    staff = make_staff(unit=org.branch)
    named = make_user(role="SERVICE_OFFICE", unit=org.branch, staff=staff)
    Letter.objects.filter(pk=letter.pk).update(staff=staff)
    letter.refresh_from_db()
    with pytest.raises(MustRecuse):
        customer_reveal(letter=letter, actor=named, **WHY)


@pytest.mark.parametrize(
    ("given", "field"),
    [({"purpose": ""}, "purpose"), ({"purpose": "X"}, "purpose"), ({"reason": " 查。 "}, "reason")],
)
def test_a_reason_is_needed(cast, letter, given, field):
    with pytest.raises(ValidationError) as refused:
        customer_reveal(letter=letter, actor=cast.department, **(WHY | given))
    assert field in refused.value.message_dict


def test_a_customer_named_in_the_reason_is_masked(cast, letter):
    customer_reveal(
        letter=letter, actor=cast.department, purpose="OTHER", reason=f"打给{NAME}{PHONE}"
    )
    kept = str(LetterEvent.objects.get(kind="REVEALED").detail) + str(
        AuditEntry.objects.get(event="letter.reveal").detail
    )
    assert NAME not in kept
    assert PHONE not in kept


def test_nothing_is_left_of_a_letter_whose_years_are_over(cast, letter):
    Letter.objects.filter(pk=letter.pk).update(redacted_at="2020-01-01T00:00Z")
    letter.refresh_from_db()
    with pytest.raises(ActRefused, match="脱敏归档"):
        customer_reveal(letter=letter, actor=cast.department, **WHY)


class TestPages:
    def test_the_letter_page_shows_masks_and_the_way_to_more(self, letter, client):
        content = client.get(reverse("complaints:letter", args=[letter.pk])).content.decode()
        for masked in ("王**", "138****5678", "622****0123", "210****123X"):
            assert masked in content
        for secret in (NAME, PHONE, CARD, IDENTITY):
            assert secret not in content
        assert url(letter) in content

    def test_who_may_not_see_more_is_not_offered_it(self, cast, letter):
        reader = Client()
        reader.force_login(cast.leadership)
        content = reader.get(reverse("complaints:letter", args=[letter.pk])).content.decode()
        assert "138****5678" in content
        assert url(letter) not in content
        assert reader.get(url(letter)).status_code == 403

    def test_the_office_sees_who_looked_and_why_others_do_not(self, cast, letter, client):
        client.post(url(letter), WHY)
        reader = Client()
        reader.force_login(cast.service_office)
        page = reverse("complaints:letter", args=[letter.pk])
        assert "已有 1 次查看" in reader.get(page).content.decode()
        assert "已有 1 次查看" not in client.get(page).content.decode()

    @pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
    def test_ask_then_show_once_and_keep_nowhere(self, letter, client, headers):
        asked = client.get(url(letter), headers=headers)
        assert PHONE not in asked.content.decode()
        shown = client.post(url(letter), WHY, headers=headers)
        for secret in (NAME, PHONE, CARD, IDENTITY, BODY):
            assert secret in shown.content.decode()
        assert "no-store" in shown["Cache-Control"]
        assert PHONE not in client.get(url(letter), headers=headers).content.decode()
        assert ("<html" in shown.content.decode()) == (not headers)

    def test_without_a_reason_nothing_is_shown(self, letter, client):
        refused = client.post(url(letter), {"purpose": "CONTACT", "reason": ""})
        assert refused.status_code == 422
        assert "请写明原因" in refused.content.decode()
        assert PHONE not in refused.content.decode()
        assert not LetterEvent.objects.filter(kind="REVEALED").exists()

    def test_after_its_years_the_page_says_so(self, letter, client):
        Letter.objects.filter(pk=letter.pk).update(redacted_at="2020-01-01T00:00Z")
        assert (
            "客户信息不再保存"
            in client.get(reverse("complaints:letter", args=[letter.pk])).content.decode()
        )
        assert client.post(url(letter), WHY).status_code == 409

    def test_other_methods_and_other_branches(self, org, letter, client):
        assert client.put(url(letter)).status_code == 405
        assert client.get(url(make_letter(branch=org.other))).status_code == 404
