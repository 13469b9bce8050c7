"""Inquiries that become complaints, repeats, merging and undoing, likely duplicates, both counts."""

from datetime import datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from complaints.models import Letter, LetterLink
from complaints.selectors.letters import letters_visible_to
from complaints.selectors.relations import (
    distinct_letters,
    duplicates_of,
    letter_counts,
    related_to,
)
from complaints.services.refusals import ActRefused, LetterMoved, MustRecuse
from complaints.services.relations import (
    letter_escalate,
    letter_grew,
    letter_merge,
    letter_repeats,
    link_undo,
)
from complaints.services.responsibility import Verdict, responsibility_propose
from tests.complaints.letters import NAME, make_letter

START = datetime(2011, 4, 30, 10, tzinfo=timezone.get_default_timezone())
NOBODYS = {"customer_name": "", "customer_phone": "", "customer_card": "", "customer_identity": ""}
QUEUE = "客户反映昨天上午在网点排队两个小时，只开了一个窗口，大堂经理不闻不问。"


@pytest.fixture
def inquiry(org, cast):
    return make_letter(
        branch=org.branch, unit=org.a1, kind="INQUIRY", state="ASSIGNED", handler=cast.department
    )


@pytest.fixture
def later(org, cast):
    return make_letter(
        branch=org.branch, unit=org.a1, kind="COMPLAINT", state="ASSIGNED",
        handler=cast.department, received_at=START + timedelta(days=5),
    )  # fmt: skip


def kinds(letter):
    return list(letter.events.values_list("kind", flat=True))


def test_an_inquiry_becomes_a_complaint(inquiry, cast):
    letter = letter_escalate(letter=inquiry, reason=f"{NAME}要求投诉", actor=cast.department)
    assert (letter.kind, letter.first_kind, letter.state) == ("COMPLAINT", "INQUIRY", "ASSIGNED")
    event = letter.events.get(kind="ESCALATED")
    assert event.detail == {"kind": "COMPLAINT", "from": "INQUIRY", "reason": "王**要求投诉"}
    assert kinds(letter)[0] == "RECEIVED"
    with pytest.raises(ActRefused, match="只有协查"):
        letter_escalate(letter=letter, reason="再转", actor=cast.department)


@pytest.mark.parametrize("state", ["ANSWERED", "CLOSED"])
def test_an_ended_inquiry_is_handled_again(inquiry, cast, state):
    Letter.objects.update(state=state, closed_at=START)
    letter = letter_escalate(letter=inquiry, reason="不满", actor=cast.department)
    assert (letter.state, letter.closed_at) == ("ASSIGNED", None)


def test_a_reason_is_asked_for(inquiry, cast):
    with pytest.raises(ValidationError, match="原因"):
        letter_escalate(letter=inquiry, reason=" ", actor=cast.department)


def test_who_must_recuse_does_not_escalate(inquiry, cast):
    with pytest.raises(MustRecuse):
        letter_escalate(letter=inquiry, reason="不满", actor=cast.outlet_head)


def test_a_complaint_of_its_own_is_linked(inquiry, later, cast):
    link = letter_grew(complaint=later, inquiry=inquiry, actor=cast.service_office)
    assert (link.letter, link.other, link.kind) == (later, inquiry, "ESCALATED")
    words = [one.words for one in related_to(cast.service_office, inquiry)]
    assert words == ["由本件转为投诉"]
    assert letter_counts(Letter.objects.all()) == (2, 2)
    with pytest.raises(ActRefused, match="所由来的协查"):
        letter_grew(complaint=inquiry, inquiry=later, actor=cast.service_office)


def test_the_later_one_is_the_repeat(inquiry, later, cast):
    for _ in range(2):
        link = letter_repeats(letter=inquiry, other=later, actor=cast.service_office)
    assert (link.letter, link.other) == (later, inquiry)
    assert LetterLink.objects.count() == 1
    assert letter_counts(Letter.objects.all()) == (2, 1)
    assert list(distinct_letters(Letter.objects.all())) == [inquiry]
    link_undo(link=link, actor=cast.service_office)
    assert letter_counts(Letter.objects.all()) == (2, 2)


def test_merging_and_taking_it_back(inquiry, later, cast):
    letter_merge(letter=later, into=inquiry, actor=cast.service_office)
    later.refresh_from_db()
    assert later.state == "MERGED"
    assert later.events.get(kind="MERGED").detail == {"reference": inquiry.reference}
    assert inquiry.events.get(kind="REPEATED").detail == {"reference": later.reference}
    assert letter_counts(Letter.objects.all()) == (2, 1)
    link = LetterLink.objects.get()
    link_undo(link=link, actor=cast.service_office)
    link_undo(link=link, actor=cast.service_office)
    later.refresh_from_db()
    assert later.state == "ASSIGNED"
    assert kinds(later) == ["RECEIVED", "MERGED", "REOPENED"]


def test_a_merger_stands_once_the_other_is_answered(inquiry, later, cast):
    letter_merge(letter=later, into=inquiry, actor=cast.service_office)
    Letter.objects.filter(pk=inquiry.pk).update(state="ANSWERED")
    with pytest.raises(LetterMoved, match="撤销并案"):
        link_undo(link=LetterLink.objects.get(), actor=cast.service_office)
    assert LetterLink.objects.exists()


@pytest.mark.parametrize("state", ["MERGED", "WITHDRAWN"])
def test_not_into_what_has_ended(inquiry, later, cast, state):
    Letter.objects.filter(pk=inquiry.pk).update(state=state)
    with pytest.raises(LetterMoved):
        letter_merge(letter=later, into=inquiry, actor=cast.service_office)


def test_not_what_has_been_merged_into_or_judged(org, inquiry, later, cast):
    third = make_letter(branch=org.branch, state="RECEIVED")
    letter_merge(letter=third, into=later, actor=cast.service_office)
    with pytest.raises(ActRefused, match="已有来信并入"):
        letter_merge(letter=later, into=inquiry, actor=cast.service_office)
    judged = make_letter(branch=org.branch, unit=org.a1, kind="COMPLAINT", state="ASSIGNED")
    responsibility_propose(
        letter=judged, verdict=Verdict(finding="CUSTOMER", grounds="查"), actor=cast.department
    )
    with pytest.raises(ActRefused, match="责任认定"):
        letter_merge(letter=judged, into=inquiry, actor=cast.service_office)


def test_only_within_the_branch_and_not_with_itself(org, later, cast):
    for other in (later, make_letter(branch=org.other)):
        with pytest.raises(ActRefused):
            letter_repeats(letter=later, other=other, actor=cast.service_office)
        with pytest.raises(ActRefused):
            letter_merge(letter=later, into=other, actor=cast.service_office)


def test_likely_duplicates(org, cast, later):
    same_customer = make_letter(
        branch=org.branch, unit=org.b1, body="完全是另一件事情，咨询理财产品收益。",
        received_at=START - timedelta(days=100),
    )  # fmt: skip
    long_ago = make_letter(branch=org.branch, received_at=START - timedelta(days=400))
    told_alike = make_letter(branch=org.branch, unit=org.a1, body=f"再次来电。{QUEUE}", **NOBODYS)
    another = make_letter(branch=org.branch, unit=org.a1, body="客户表扬柜员拾金不昧。", **NOBODYS)
    make_letter(branch=org.other, unit=org.a1)
    letter = make_letter(
        branch=org.branch, unit=org.a1, body=QUEUE, received_at=START + timedelta(days=1),
        customer_name=NAME, customer_phone=later.customer_phone,
        customer_card="", customer_identity="",
    )  # fmt: skip
    found = {one.letter: one for one in duplicates_of(cast.service_office, letter)}
    assert set(found) == {later, same_customer, told_alike}
    assert found[same_customer].numbers == ("电话",)
    assert found[told_alike].percent > 80
    assert long_ago not in found
    assert another not in found
    letter_repeats(letter=letter, other=told_alike, actor=cast.service_office)
    assert told_alike not in {one.letter for one in duplicates_of(cast.service_office, letter)}


def test_duplicates_are_of_visible_letters_in_a_constant_number_of_queries(
    org, cast, later, django_assert_num_queries
):
    make_letter(branch=org.branch, unit=org.b1)
    assert [one.letter for one in duplicates_of(cast.outlet_head, later)] == []
    for _ in range(5):
        make_letter(branch=org.branch, unit=org.a1)
    with django_assert_num_queries(3):
        assert len(duplicates_of(cast.service_office, later)) == 5
    assert letters_visible_to(cast.service_office).count() == 7
