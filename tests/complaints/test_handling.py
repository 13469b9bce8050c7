"""Notes, replies, closing, opening again, recusal, templates."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from accounts.models import AuditEntry
from complaints.models import Letter, LetterEvent, LetterNote, Reply
from complaints.replies import DEFAULT_TEXTS
from complaints.selectors.recusal import conflicts_by_user, conflicts_of
from complaints.selectors.replies import drafted, templates_for, templates_of
from complaints.selectors.standing import standing_of
from complaints.services.handling import (
    letter_call_back,
    letter_close,
    letter_recuse,
    letter_reopen,
    note_add,
)
from complaints.services.refusals import ActRefused, LetterMoved, MustRecuse
from complaints.services.replies import reply_draft, reply_send, reply_template_save
from tests.complaints.letters import NAME, PHONE, make_letter
from tests.factories import make_staff, make_user
from tests.inspections.builders import at_once

TEXT = "处理决定如下。可在30日内申请核查，或申请调解、仲裁，或提起诉讼。"


@pytest.fixture
def letter(org, cast):
    return make_letter(
        branch=org.branch,
        unit=org.a1,
        kind="COMPLAINT",
        state="ASSIGNED",
        handler=cast.department,
        received_at=timezone.now() - timedelta(days=3),
    )


def kinds(letter):
    return list(letter.events.values_list("kind", flat=True))


def answered(letter, actor):
    reply_draft(letter=letter, body=TEXT, actor=actor)
    return reply_send(letter=letter, means="电话", actor=actor)


def test_notes_are_sealed_and_added_only(letter, cast):
    body = f"已联系{NAME}，电话{PHONE}"
    note = note_add(letter=letter, kind="INVESTIGATION", body=body, actor=cast.department)
    assert LetterNote.objects.get().body == body
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM complaints_letternote")
        (stored,) = cursor.fetchone()
    assert PHONE.encode() not in bytes(stored)
    assert note.author == cast.department


@pytest.mark.parametrize("body", ["", "  \n"])
def test_an_empty_note_is_refused(letter, cast, body):
    with pytest.raises(ValidationError):
        note_add(letter=letter, kind="REMARK", body=body, actor=cast.department)


def test_no_investigation_of_a_closed_letter(letter, cast):
    Letter.objects.update(state="CLOSED")
    with pytest.raises(LetterMoved, match="已办结"):
        note_add(letter=letter, kind="INVESTIGATION", body="查", actor=cast.department)
    note_add(letter=letter, kind="REMARK", body="补记", actor=cast.department)


def test_the_head_of_the_named_unit_states_but_does_not_investigate(letter, cast):
    note_add(letter=letter, kind="STATEMENT", body="情况属实", actor=cast.outlet_head)
    with pytest.raises(MustRecuse, match="所在机构"):
        note_add(letter=letter, kind="INVESTIGATION", body="查", actor=cast.outlet_head)


def test_answering_starts_no_second_reply(letter, cast):
    reply = answered(letter, cast.department)
    letter.refresh_from_db()
    assert (letter.state, letter.answered_on) == ("ANSWERED", timezone.localdate())
    assert (reply.means, reply.sent_by, reply.body) == ("电话", cast.department, TEXT)
    assert kinds(letter) == ["RECEIVED", "ANSWERED"]
    with pytest.raises(LetterMoved, match="已答复"):
        reply_send(letter=letter, means="电话", actor=cast.department)
    with pytest.raises(LetterMoved):
        reply_draft(letter=letter, body="再答", actor=cast.department)
    assert AuditEntry.objects.get(event="letter.answer").subject == letter.reference


@pytest.mark.django_db(transaction=True)
def test_a_reply_sent_ten_times_at_once_is_sent_once(letter, cast):
    reply_draft(letter=letter, body=TEXT, actor=cast.department)

    def send():
        try:
            reply_send(letter=letter, means="短信", actor=cast.department)
        except LetterMoved:
            return "refused"
        return "sent"

    assert sorted(at_once([send] * 10)) == ["refused"] * 9 + ["sent"]
    assert kinds(letter).count("ANSWERED") == 1


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("如有异议请申请核查。", "30日内申请核查、调解、仲裁、诉讼"),
        (f"{TEXT}{{处理结果}}", "{处理结果}"),
    ],
)
def test_an_unfinished_reply_is_not_sent(letter, cast, body, says):
    reply_draft(letter=letter, body=body, actor=cast.department)
    with pytest.raises(ValidationError, match=says):
        reply_send(letter=letter, means="电话", actor=cast.department)
    letter.refresh_from_db()
    assert letter.state == "ASSIGNED"
    assert kinds(letter) == ["RECEIVED"]


def test_an_inquiry_needs_no_remedies(letter, cast):
    Letter.objects.update(kind="INQUIRY")
    reply_draft(letter=letter, body="情况如上。", actor=cast.department)
    assert reply_send(letter=letter, means="书面", actor=cast.department).sent_at


def test_means_are_of_the_list(letter, cast):
    reply_draft(letter=letter, body=TEXT, actor=cast.department)
    with pytest.raises(ValidationError, match="答复方式"):
        reply_send(letter=letter, means="飞鸽", actor=cast.department)


def test_nothing_drafted_nothing_sent(letter, cast):
    with pytest.raises(ActRefused, match="还没有答复草稿"):
        reply_send(letter=letter, means="电话", actor=cast.department)


def test_two_tabs_on_one_draft(letter, cast):
    first = reply_draft(letter=letter, body="初稿", actor=cast.department)
    seen = first.updated_at.isoformat()
    reply_draft(letter=letter, body="二稿", actor=cast.department, seen=seen)
    with pytest.raises(ActRefused, match="department"):
        reply_draft(letter=letter, body="另一稿", actor=cast.service_office, seen=seen)
    assert Reply.objects.get().body == "二稿"


def test_closing_masks_the_outcome(letter, cast):
    answered(letter, cast.department)
    closed = letter_close(
        letter=letter, outcome=f"已向{NAME}（{PHONE}）致歉", actor=cast.department
    )
    assert closed.state == "CLOSED"
    assert closed.outcome == "已向王**（138****5678）致歉"
    assert closed.closed_at
    assert kinds(letter)[-1] == "CLOSED"
    with pytest.raises(LetterMoved):
        letter_close(letter=letter, outcome="再办结", actor=cast.department)


def test_an_unanswered_letter_is_not_closed(letter, cast):
    with pytest.raises(LetterMoved, match="须先答复"):
        letter_close(letter=letter, outcome="完", actor=cast.department)
    with pytest.raises(ValidationError, match="处理结果"):
        letter_close(letter=letter, outcome=" ", actor=cast.department)


def test_a_praise_is_closed_without_a_reply(letter, cast):
    Letter.objects.update(kind="PRAISE")
    letter.refresh_from_db()
    assert letter_close(letter=letter, outcome="已转达", actor=cast.department).state == "CLOSED"


def test_opening_again(letter, cast):
    answered(letter, cast.department)
    letter_close(letter=letter, outcome="完", actor=cast.department)
    opened = letter_reopen(letter=letter, reason=f"{NAME}不满", actor=cast.department)
    assert (opened.state, opened.closed_at) == ("ASSIGNED", None)
    event = letter.events.get(kind="REOPENED")
    assert event.detail == {"reason": "王**不满"}
    answered(letter, cast.department)
    assert Reply.objects.filter(letter=letter).count() == 2


def test_without_a_handler_it_waits_for_triage_again(letter, cast):
    Letter.objects.update(state="CLOSED", handler=None)
    letter.refresh_from_db()
    opened = letter_reopen(letter=letter, reason="新情况", actor=cast.service_office)
    assert opened.state == "RECEIVED"


def test_call_back(letter, cast):
    with pytest.raises(LetterMoved):
        letter_call_back(letter=letter, body="满意", satisfied=True, actor=cast.department)
    answered(letter, cast.department)
    note = letter_call_back(letter=letter, body="仍不满", satisfied=False, actor=cast.department)
    assert (note.kind, note.satisfied) == ("CALL_BACK", False)
    assert letter.events.get(kind="CALLED_BACK").detail == {"satisfied": False}


def test_recusal_sends_the_letter_back_to_triage(letter, cast):
    letter_recuse(letter=letter, reason="亲属", actor=cast.department)
    letter.refresh_from_db()
    assert (letter.state, letter.handler) == ("RECEIVED", None)
    assert letter.events.get(kind="RECUSED").actor == cast.department
    assert "申请回避" in conflicts_of(cast.department, letter)[0]
    assert not standing_of(cast.department, letter).handles
    with pytest.raises(ActRefused, match="申请过回避"):
        letter_recuse(letter=letter, reason="亲属", actor=cast.department)


def test_who_is_not_the_handler_may_step_back_too(letter, cast):
    letter_recuse(letter=letter, reason="熟人", actor=cast.service_office)
    letter.refresh_from_db()
    assert (letter.state, letter.handler) == ("ASSIGNED", cast.department)
    standing = standing_of(cast.service_office, letter)
    assert standing.triages
    assert not any((standing.handles, standing.holds, standing.confirms))


@pytest.mark.parametrize(
    "act",
    [
        lambda **kw: note_add(kind="INVESTIGATION", body="查", **kw),
        lambda **kw: reply_draft(body=TEXT, **kw),
        lambda **kw: letter_reopen(reason="再办", **kw),
        lambda **kw: letter_close(outcome="完", **kw),
    ],
)
def test_the_recused_do_nothing_more(letter, cast, act):
    LetterEvent.objects.create(
        branch=letter.branch, letter=letter, kind="RECUSED", at=timezone.now(),
        actor=cast.department,
    )  # fmt: skip
    with pytest.raises(MustRecuse, match="须回避"):
        act(letter=letter, actor=cast.department)


def test_the_facts_of_recusal(letter, org, cast, django_assert_num_queries):
    teller = make_staff(unit=org.a1)
    colleague = make_user(role="DEPARTMENT", unit=org.branch, staff=make_staff(unit=org.a1))
    stranger = make_user(role="DEPARTMENT", unit=org.branch, staff=make_staff(unit=org.b1))
    named = make_user(role="OUTLET_HEAD", unit=org.b1, staff=teller)
    letter.staff = teller
    users = [colleague, stranger, named, cast.institution_head, cast.service_office]
    for user in users:
        assert user.unit
    with django_assert_num_queries(2):
        found = conflicts_by_user(users, letter)
    assert [len(found[user.pk]) for user in users] == [2, 0, 1, 0, 0]


def test_templates_of_the_branch_replace_those_that_ship(org, cast):
    names = [text.name for text in DEFAULT_TEXTS]
    assert [row.name for row in templates_of(org.branch)] == names
    save = {"branch": org.branch, "template": None, "actor": cast.service_office}
    own = reply_template_save(
        name=names[0], kind="COMPLAINT", body=f"尊敬的{{客户}}：{TEXT}", is_active=False, **save
    )
    rows = {row.name: row for row in templates_of(org.branch)}
    assert len(rows) == len(names)
    assert rows[names[0]].own == own
    with pytest.raises(ValidationError, match="已有名为"):
        reply_template_save(name=names[0], kind="PRAISE", body="谢谢", is_active=True, **save)
    assert templates_of(org.other)[0].own is None


@pytest.mark.parametrize(
    ("kind", "body", "says"),
    [
        ("COMPLAINT", "如有异议可申请仲裁", "还缺：30日内申请核查、调解、诉讼"),
        ("INQUIRY", "今天{天气}", "不认识的填充项：{天气}"),
    ],
)
def test_a_template_that_is_refused(org, cast, kind, body, says):
    with pytest.raises(ValidationError, match=says):
        reply_template_save(
            branch=org.branch, template=None, actor=cast.service_office,
            name="新", kind=kind, body=body, is_active=True,
        )  # fmt: skip


def test_drafting_fills_in_what_is_known(letter, cast):
    body = drafted(templates_for(letter)[0], letter, cast.department)
    received = timezone.localdate(letter.received_at)
    assert "尊敬的王先生/女士" in body
    assert letter.reference in body
    assert f"{received.year}年{received.month}月{received.day}日" in body
    assert "甲一网点" in body
    assert "{处理结果}" in body
    assert NAME not in body
    assert {row.kind for row in templates_for(letter)} == {"COMPLAINT"}


def test_a_late_answer_is_told_of_once(letter, cast, monkeypatch):
    told = []
    monkeypatch.setattr("complaints.services.letters._LISTENERS", [told.extend])
    day = date(2011, 6, 1)
    Letter.objects.update(due_on=day)
    letter.refresh_from_db()
    at = timezone.now() + timedelta(days=40)
    reply_draft(letter=letter, body=TEXT, actor=cast.department)
    reply_send(letter=letter, means="电话", actor=cast.department, at=at)
    assert [(one.unit_id, one.day) for one in told] == [(letter.unit_id, timezone.localdate(at))]
