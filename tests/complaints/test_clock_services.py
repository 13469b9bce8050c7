"""Extensions, appraisal, new facts, withdrawal, review, versions of the rules."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.roles import Role
from complaints.deadlines import COMPLEX, DEFAULT_RULES, FURTHER, ClockRules
from complaints.models import ClockVersion, Letter, LetterEvent, LetterNote
from complaints.selectors.clocks import clocks_of
from complaints.selectors.letters import letters_visible_to
from complaints.services.clock_versions import clock_version_add
from complaints.services.extensions import (
    extension_approve,
    extension_ask,
    extension_notify,
    extension_refuse,
)
from complaints.services.letters import letter_event_add
from complaints.services.proceedings import (
    appraisal_end,
    appraisal_start,
    letter_withdraw,
    new_facts_add,
)
from complaints.services.refusals import ActRefused, LetterMoved, MustRecuse
from complaints.services.reviews import CHANGED, UPHELD, review_ask, review_decide
from tests.complaints.letters import NAME, PHONE, make_letter
from tests.factories import make_user
from tests.inspections.builders import at_once

TODAY = timezone.localdate


def ago(days):
    return TODAY() - timedelta(days=days)


def letter_of(org, cast, *, days=3, **kw):
    fields = {"kind": "COMPLAINT", "state": "ASSIGNED", "handler": cast.department, "unit": org.a1}
    received = timezone.now() - timedelta(days=days)
    return make_letter(branch=org.branch, received_at=received, **(fields | kw))


@pytest.fixture
def letter(org, cast):
    return letter_of(org, cast)


def clock(letter):
    return clocks_of([letter])[letter.pk]


def due(letter):
    letter.refresh_from_db()
    assert letter.due_on == clock(letter).due
    return letter.due_on


def complex_extension(letter, cast):
    extension_ask(letter=letter, level=COMPLEX, reason="需调阅录像", actor=cast.department)
    extension_approve(letter=letter, actor=cast.leadership)


def last(letter):
    return LetterEvent.objects.filter(letter=letter).order_by("pk").last()


class TestExtension:
    def test_asked_by_one_approved_by_another(self, letter, cast):
        extension_ask(letter=letter, level=COMPLEX, reason="需调阅录像", actor=cast.department)
        assert due(letter) == ago(3) + timedelta(days=15)
        extension_approve(letter=letter, actor=cast.leadership)
        assert due(letter) == ago(3) + timedelta(days=30)
        events = AuditEntry.objects.order_by("pk").values_list("event", flat=True)
        assert list(events)[-2:] == ["letter.extension_ask", "letter.extension_approve"]

    def test_nobody_approves_what_they_asked_for(self, letter, cast):
        extension_ask(letter=letter, level=COMPLEX, reason="难", actor=cast.service_office)
        with pytest.raises(ActRefused, match="申请人不能自己审批"):
            extension_approve(letter=letter, actor=cast.service_office)
        with pytest.raises(ActRefused, match="申请人不能自己审批"):
            extension_refuse(letter=letter, reason="不必", actor=cast.service_office)

    def test_is_approved_once(self, letter, cast):
        extension_ask(letter=letter, level=COMPLEX, reason="难", actor=cast.department)
        extension_approve(letter=letter, actor=cast.leadership)
        with pytest.raises(ActRefused, match="没有等待审批"):
            extension_approve(letter=letter, actor=cast.service_office)

    def test_a_refusal_says_why_and_another_request_may_follow(self, letter, cast):
        extension_ask(letter=letter, level=COMPLEX, reason="难", actor=cast.department)
        with pytest.raises(ValidationError, match="请写明原因"):
            extension_refuse(letter=letter, reason=" ", actor=cast.leadership)
        extension_refuse(letter=letter, reason="材料已齐", actor=cast.leadership)
        assert due(letter) == ago(3) + timedelta(days=15)
        extension_ask(letter=letter, level=COMPLEX, reason="又有新情况", actor=cast.department)
        assert clock(letter).asked

    def test_a_second_request_waits_for_the_first(self, letter, cast):
        extension_ask(letter=letter, level=COMPLEX, reason="难", actor=cast.department)
        with pytest.raises(ActRefused, match="已有延期申请等待审批"):
            extension_ask(letter=letter, level=COMPLEX, reason="难", actor=cast.department)

    def test_the_further_one_comes_after_the_first(self, letter, cast):
        with pytest.raises(ValidationError, match="现在只能申请“情况复杂”的延期"):
            extension_ask(letter=letter, level=FURTHER, reason="难", actor=cast.department)
        complex_extension(letter, cast)
        with pytest.raises(ValidationError, match="现在只能申请“情况特别复杂”的延期"):
            extension_ask(letter=letter, level=COMPLEX, reason="难", actor=cast.department)

    def test_the_further_one_needs_the_superior_and_the_complainant(self, letter, cast):
        complex_extension(letter, cast)
        extension_ask(letter=letter, level=FURTHER, reason="牵涉多家", actor=cast.department)
        with pytest.raises(ValidationError, match="请写明批准机构和文号"):
            extension_approve(letter=letter, actor=cast.leadership)
        extension_approve(letter=letter, actor=cast.leadership, authority="省分行消保部〔2026〕3号")
        assert due(letter) == ago(3) + timedelta(days=30)
        extension_notify(letter=letter, means="书面", actor=cast.department)
        assert due(letter) == ago(3) + timedelta(days=60)
        with pytest.raises(ActRefused, match="已延长到最长期限"):
            extension_ask(letter=letter, level=FURTHER, reason="还难", actor=cast.department)

    def test_told_in_no_odd_way_and_not_before_it_was_approved(self, letter, cast):
        with pytest.raises(ActRefused, match="没有已批准、尚待告知的延期"):
            extension_notify(letter=letter, means="电话", actor=cast.department)
        complex_extension(letter, cast)
        extension_ask(letter=letter, level=FURTHER, reason="难", actor=cast.department)
        extension_approve(letter=letter, actor=cast.leadership, authority="省分行")
        with pytest.raises(ValidationError, match="告知方式只能是"):
            extension_notify(letter=letter, means="托人", actor=cast.department)
        with pytest.raises(ValidationError, match="日期不能早于批准延期的"):
            extension_notify(letter=letter, means="电话", on=ago(1), actor=cast.department)

    def test_not_after_the_deadline(self, org, cast):
        letter = letter_of(org, cast, days=16)
        with pytest.raises(ActRefused, match=f"办理期限{ago(1)}已过，不能再延期"):
            extension_ask(letter=letter, level=COMPLEX, reason="难", actor=cast.department)

    def test_not_approved_after_the_deadline(self, org, cast):
        letter = letter_of(org, cast, days=16)
        letter_event_add(
            letter=letter, kind="EXTENSION_ASKED", actor=None, level=COMPLEX, reason="难",
            at=timezone.now() - timedelta(days=4),
        )  # fmt: skip
        with pytest.raises(ActRefused, match="不能再批准延期"):
            extension_approve(letter=letter, actor=cast.leadership)

    def test_of_complaints_only(self, org, cast):
        letter = letter_of(org, cast, kind="INQUIRY")
        with pytest.raises(ActRefused, match="只有投诉才有法定期限"):
            extension_ask(letter=letter, level=COMPLEX, reason="难", actor=cast.department)

    def test_not_once_it_is_answered(self, letter, cast):
        Letter.objects.filter(pk=letter.pk).update(state="ANSWERED")
        with pytest.raises(LetterMoved, match="现在是“已答复”，不能申请延期"):
            extension_ask(letter=letter, level=COMPLEX, reason="难", actor=cast.department)

    def test_not_by_who_must_recuse(self, letter, cast):
        with pytest.raises(MustRecuse):
            extension_ask(letter=letter, level=COMPLEX, reason="难", actor=cast.outlet_head)

    def test_reasons_name_no_customer(self, letter, cast):
        reason = f"{NAME}电话{PHONE}打不通"
        extension_ask(letter=letter, level=COMPLEX, reason=reason, actor=cast.department)
        stored = str(last(letter).detail)
        assert NAME not in stored
        assert PHONE not in stored


class TestAppraisal:
    def start(self, letter, cast, **kw):
        fields = {"matter": "委托笔迹鉴定", "means": "电话", "actor": cast.department}
        return appraisal_start(letter=letter, **(fields | kw))

    def test_its_days_are_excluded(self, org, cast):
        letter = letter_of(org, cast, days=10)
        self.start(letter, cast, on=ago(8))
        assert due(letter) is None
        appraisal_end(letter=letter, on=ago(2), actor=cast.department)
        assert due(letter) == ago(10) + timedelta(days=15 + 6)

    def test_one_at_a_time(self, letter, cast):
        with pytest.raises(ActRefused, match="没有正在进行的鉴定"):
            appraisal_end(letter=letter, actor=cast.department)
        self.start(letter, cast)
        with pytest.raises(ActRefused, match="开始的鉴定还没有结束"):
            self.start(letter, cast)

    def test_only_with_notice(self, letter, cast):
        with pytest.raises(ValidationError, match="告知方式只能是"):
            self.start(letter, cast, means="")
        with pytest.raises(ValidationError, match="请写明委托谁鉴定什么"):
            self.start(letter, cast, matter=" ")

    def test_does_not_end_before_it_began(self, letter, cast):
        self.start(letter, cast, on=ago(1))
        with pytest.raises(ValidationError, match="日期不能早于鉴定开始的"):
            appraisal_end(letter=letter, on=ago(2), actor=cast.department)

    def test_not_after_the_deadline(self, org, cast):
        letter = letter_of(org, cast, days=20)
        with pytest.raises(ActRefused, match="不能再扣除鉴定时间"):
            self.start(letter, cast)

    @pytest.mark.parametrize(
        ("days", "reason"), [(-1, "日期不能晚于今天"), (4, "日期不能早于受理日期")]
    )
    def test_neither_in_the_future_nor_before_the_letter(self, letter, cast, days, reason):
        with pytest.raises(ValidationError, match=reason):
            self.start(letter, cast, on=ago(days))


class TestNewFacts:
    def test_the_clock_starts_anew(self, org, cast):
        letter = letter_of(org, cast, days=10)
        new_facts_add(letter=letter, reason="另有一笔", on=ago(4), actor=cast.department)
        assert due(letter) == ago(4) + timedelta(days=15)
        assert last(letter).at.astimezone(timezone.get_current_timezone()).date() == ago(4)

    def test_not_after_the_deadline(self, org, cast):
        letter = letter_of(org, cast, days=20)
        with pytest.raises(ActRefused, match="请登记为新的来信"):
            new_facts_add(letter=letter, reason="另有一笔", actor=cast.department)

    def test_not_before_the_period_began(self, org, cast):
        letter = letter_of(org, cast, days=10)
        new_facts_add(letter=letter, reason="另有一笔", on=ago(4), actor=cast.department)
        with pytest.raises(ValidationError, match="日期不能早于期限起算的"):
            new_facts_add(letter=letter, reason="又一笔", on=ago(6), actor=cast.department)

    def test_says_which(self, letter, cast):
        with pytest.raises(ValidationError, match="请写明是什么新的事实"):
            new_facts_add(letter=letter, reason="", actor=cast.department)


class TestWithdrawal:
    def test_ends_the_letter_that_day(self, letter, cast):
        letter_withdraw(letter=letter, reason="客户来电撤回", on=ago(1), actor=cast.department)
        letter.refresh_from_db()
        assert (letter.state, letter.due_on) == ("WITHDRAWN", None)
        assert clock(letter).ended

    def test_once(self, letter, cast):
        letter_withdraw(letter=letter, reason="客户来电撤回", actor=cast.department)
        with pytest.raises(LetterMoved, match="现在是“已撤回”，不能撤回"):
            letter_withdraw(letter=letter, reason="客户来电撤回", actor=cast.department)

    def test_of_a_letter_not_yet_assigned(self, org, cast):
        letter = letter_of(org, cast, kind="", state="RECEIVED", handler=None)
        letter_withdraw(letter=letter, reason="客户来电撤回", actor=cast.service_office)
        assert Letter.objects.get().state == "WITHDRAWN"


@pytest.mark.django_db(transaction=True)
def test_withdrawn_by_two_at_once_it_is_withdrawn_once(org, cast):
    letter = letter_of(org, cast)

    def withdraw():
        try:
            letter_withdraw(letter=letter, reason="客户来电撤回", actor=cast.department)
        except LetterMoved:
            return False
        return True

    assert sorted(at_once([withdraw, withdraw])) == [False, True]
    assert letter.events.filter(kind="WITHDRAWN").count() == 1


class TestReview:
    @pytest.fixture
    def answered(self, org, cast):
        letter = letter_of(org, cast, days=12, state="ANSWERED")
        at = timezone.now() - timedelta(days=10)
        letter_event_add(letter=letter, kind="ANSWERED", actor=None, at=at)
        return letter

    def decide(self, letter, actor, **kw):
        return review_decide(
            letter=letter, actor=actor, **({"result": UPHELD, "opinion": "程序适当"} | kw)
        )

    def test_asked_and_decided(self, answered, cast):
        review_ask(letter=answered, reason="不服", on=ago(5), actor=cast.department)
        assert clock(answered).review.due == ago(5) + timedelta(days=30)
        self.decide(answered, cast.leadership, result=CHANGED)
        review = clock(answered).review
        assert (review.decided_on, review.is_open) == (TODAY(), False)
        assert LetterNote.objects.get().kind == "REVIEW"
        assert last(answered).detail == {"result": CHANGED}

    def test_not_by_the_handler(self, answered, cast):
        Letter.objects.filter(pk=answered.pk).update(handler=cast.service_office)
        review_ask(letter=answered, reason="不服", actor=cast.service_office)
        with pytest.raises(ActRefused, match="承办人以外的人"):
            self.decide(answered, cast.service_office)

    def test_asked_once(self, answered, cast):
        review_ask(letter=answered, reason="不服", actor=cast.department)
        with pytest.raises(ActRefused, match="已申请过核查"):
            review_ask(letter=answered, reason="不服", actor=cast.department)

    def test_not_after_thirty_days(self, org, cast):
        letter = letter_of(org, cast, days=50, state="CLOSED")
        at = timezone.now() - timedelta(days=40)
        letter_event_add(letter=letter, kind="ANSWERED", actor=None, at=at)
        with pytest.raises(ActRefused, match=f"申请核查的期限{ago(10)}已过"):
            review_ask(letter=letter, reason="不服", actor=cast.department)
        review_ask(letter=letter, reason="不服", on=ago(10), actor=cast.department)

    def test_of_decisions_on_complaints_only(self, org, cast):
        letter = letter_of(org, cast, kind="INQUIRY", state="ANSWERED")
        with pytest.raises(ActRefused, match="只有已告知处理决定的投诉"):
            review_ask(letter=letter, reason="不服", actor=cast.department)

    @pytest.mark.parametrize(
        ("wrong", "reason"),
        [
            ({"result": "再议"}, "核查决定只能是"),
            ({"opinion": " "}, "请写明核查意见"),
            ({"on": "before"}, "日期不能早于申请核查的"),
        ],
    )
    def test_decided_as_it_must_be(self, answered, cast, wrong, reason):
        review_ask(letter=answered, reason="不服", on=ago(5), actor=cast.department)
        if wrong.get("on"):
            wrong = {"on": ago(6)}
        with pytest.raises(ValidationError, match=reason):
            self.decide(answered, cast.leadership, **wrong)

    def test_nothing_to_decide(self, answered, cast):
        with pytest.raises(ActRefused, match="没有等待决定的核查申请"):
            self.decide(answered, cast.leadership)


class TestVersions:
    def rules(self, day, **kw):
        return ClockRules(effective_on=day, **({"complaint_days": 10} | kw))

    def test_rule_what_begins_from_their_day_on(self, org, cast):
        early, late = letter_of(org, cast, days=9), letter_of(org, cast, days=3)
        clock_version_add(
            branch=org.branch, label="修订", rules=self.rules(ago(5)), actor=cast.service_office
        )
        assert due(early) == ago(9) + timedelta(days=15)
        assert due(late) == ago(3) + timedelta(days=10)
        new = letter_of(org, cast, days=1)
        assert due(new) == ago(1) + timedelta(days=10)

    def test_are_of_their_branch(self, org, cast):
        clock_version_add(
            branch=org.other, label="修订", rules=self.rules(ago(5)), actor=cast.service_office
        )
        assert due(letter_of(org, cast)) == ago(3) + timedelta(days=15)

    def test_one_a_day(self, org, cast):
        fields = {"branch": org.branch, "rules": self.rules(ago(5)), "actor": cast.service_office}
        clock_version_add(label="修订", **fields)
        with pytest.raises(ValidationError, match="已有自"):
            clock_version_add(label="再修订", **fields)

    def test_never_change(self, org, cast):
        version = clock_version_add(
            branch=org.branch, label="修订", rules=self.rules(ago(5)), actor=cast.service_office
        )
        with pytest.raises(DatabaseError), transaction.atomic():
            ClockVersion.objects.filter(pk=version.pk).update(label="别的")
        with pytest.raises(DatabaseError), transaction.atomic():
            version.delete()

    def test_a_late_answer_may_be_in_time_by_them(self, org, cast):
        letter = letter_of(org, cast, days=20, state="ANSWERED")
        letter_event_add(
            letter=letter, kind="ANSWERED", actor=None, at=timezone.now() - timedelta(days=3)
        )
        letter.refresh_from_db()
        assert letter.is_late
        longer = self.rules(ago(30), complaint_days=20)
        clock_version_add(branch=org.branch, label="放宽", rules=longer, actor=cast.service_office)
        letter.refresh_from_db()
        assert not letter.is_late

    def test_are_read_with_a_constant_number_of_queries(self, org, cast, django_assert_num_queries):
        for day in (5, 6, 7):
            clock_version_add(
                branch=org.branch,
                label=f"{day}",
                rules=self.rules(ago(day)),
                actor=cast.service_office,
            )
        letters = [letter_of(org, cast, days=day) for day in (1, 2, 3)]
        for some in (letters[:1], letters):
            with django_assert_num_queries(3):
                clocks_of(some)


def test_an_inquiry_in_a_year_without_a_calendar_is_taken_in(org, cast):
    letter = letter_of(org, cast, kind="INQUIRY")
    assert letter.due_on is None
    assert "工作日历中没有" in clock(letter).steps[0].arithmetic


def test_the_rules_that_ship_name_the_regulation():
    assert DEFAULT_RULES.cite("withdrawal") == "《银行业保险业消费投诉处理管理办法》第十五条"
    assert DEFAULT_RULES.effective_on < date(2000, 1, 1)


def test_the_leader_of_another_branch_does_not_reach_it(letter, org):
    stranger = make_user(role=Role.LEADERSHIP, unit=org.other)
    assert not letters_visible_to(stranger).filter(pk=letter.pk).exists()
