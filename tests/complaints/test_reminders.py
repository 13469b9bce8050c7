"""Reminders of deadlines, once each, and whom they reach."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.jobs import job_run
from accounts.models import Job
from accounts.notices import notices_of
from accounts.roles import Role
from complaints.deadlines import DEFAULT_RULES, ClockRules
from complaints.models import Letter, LetterEvent, LetterReminder
from complaints.selectors.todo import todo_counts, todo_of, todos
from complaints.services.clock_versions import clock_version_add
from complaints.services.extensions import extension_ask
from complaints.services.handling import note_add
from complaints.services.letters import letter_event_add
from complaints.services.proceedings import appraisal_start, letter_withdraw
from complaints.services.reminders import REMIND, letters_remind, reminders_request, stage_on
from complaints.services.reviews import review_ask, review_decide
from complaints.tasks import letters_remind as letters_remind_task
from outlets.services.calendar import calendar_day_set
from tests.complaints.letters import make_letter
from tests.factories import make_user
from tests.inspections.builders import at_once

TODAY = timezone.localdate
pytestmark = pytest.mark.django_db


def letter_of(org, handler, *, left, **kw):
    """A complaint whose deadline is so many days away."""
    received = timezone.now() - timedelta(days=15 - left)
    fields = {"kind": "COMPLAINT", "unit": org.a1, "handler": handler}
    fields["state"] = "ASSIGNED" if handler else "RECEIVED"
    return make_letter(branch=org.branch, received_at=received, **(fields | kw))


def remind(org, days=0):
    return letters_remind(branch=org.branch, today=TODAY() + timedelta(days=days))


def stages(letter):
    return list(letter.reminders.values_list("stage", flat=True))


@pytest.mark.parametrize(
    ("left", "stage"),
    [(4, ""), (3, "UPCOMING"), (1, "UPCOMING"), (0, "DUE"), (-4, "DUE"), (-5, "ESCALATED")],
)
def test_how_urgent_a_deadline_is(left, stage):
    assert stage_on(TODAY(), TODAY() + timedelta(days=left), DEFAULT_RULES) == stage


def test_each_stage_once_as_the_days_pass(org, cast):
    letter = letter_of(org, cast.department, left=5)
    made = [remind(org, day) for day in range(14)]
    assert made == [0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0]
    assert stages(letter) == ["UPCOMING", "DUE", "ESCALATED"]
    told = letter.events.filter(kind="REMINDED").order_by("pk").values_list("detail", flat=True)
    assert [one["reason"].split("，")[1] for one in told] == ["还有3天", "今天到期", "逾期5天"]


def test_a_new_deadline_is_reminded_of_anew(org, cast):
    letter = letter_of(org, cast.department, left=0)
    remind(org)
    letter_event_add(letter=letter, kind="NEW_FACTS", actor=None)
    assert [remind(org), remind(org, 12), remind(org, 15)] == [0, 1, 1]
    assert stages(letter) == ["DUE", "UPCOMING", "DUE"]


def test_not_what_nobody_has_to_answer(org, cast):
    withdrawn, answered, appraised, untriaged = (
        letter_of(org, cast.department, left=0, **kw)
        for kw in ({}, {"state": "ANSWERED"}, {}, {"kind": "", "state": "RECEIVED"})
    )
    letter_withdraw(letter=withdrawn, reason="客户撤回", actor=cast.department)
    letter_event_add(letter=answered, kind="ANSWERED", actor=None)
    appraise = {"matter": "笔迹", "means": "电话", "actor": cast.department}
    appraisal_start(letter=appraised, **appraise)
    assert remind(org) == 0
    assert untriaged.due_on is None


def test_days_are_data_of_the_rules_in_force(org, cast):
    letter_of(org, cast.department, left=6)
    rules = ClockRules(effective_on=TODAY() - timedelta(days=1), remind_before=6, escalate_after=1)
    clock_version_add(branch=org.branch, label="早提醒", rules=rules, actor=cast.service_office)
    assert [remind(org), remind(org, 6), remind(org, 7)] == [1, 1, 1]


def test_a_deadline_the_calendar_lacked_is_told_once_it_is_there(org, cast):
    letter = letter_of(org, cast.department, left=15, kind="INQUIRY")
    assert letter.due_on is None
    for year in {TODAY().year, (TODAY() + timedelta(days=10)).year}:
        calendar_day_set(day=TODAY().replace(year=year, month=1, day=1), is_working=False)
    remind(org)
    letter.refresh_from_db()
    assert letter.due_on is not None


def test_a_review_is_reminded_of_too(org, cast):
    letter = letter_of(org, cast.department, left=5, state="ANSWERED")
    letter_event_add(letter=letter, kind="ANSWERED", actor=None)
    review_ask(letter=letter, reason="不服", actor=cast.department)
    assert [remind(org), remind(org, 27), remind(org, 30)] == [0, 1, 1]
    assert set(letter.reminders.values_list("matter", flat=True)) == {"REVIEW"}
    review_decide(letter=letter, result="维持原处理决定", opinion="妥", actor=cast.leadership)
    assert remind(org, 40) == 0


def test_reminders_cost_the_same_for_one_and_for_many(org, cast, django_assert_max_num_queries):
    for left in (0, -1, -2, 1, 2):
        letter_of(org, cast.department, left=left)
    with django_assert_max_num_queries(24):
        assert remind(org) == 5


class TestWhomItConcerns:
    @pytest.fixture
    def people(self, cast):
        return {
            "handler": cast.department,
            "office": cast.service_office,
            "leadership": cast.leadership,
            "other": cast.institution_head,
        }

    @pytest.mark.parametrize(
        ("left", "concerned"),
        [
            (9, {"handler"}),
            (2, {"handler"}),
            (0, {"handler", "office"}),
            (-1, {"handler", "office"}),
            (-6, {"handler", "office", "leadership"}),
        ],
    )
    def test_by_how_late_it_is(self, org, people, left, concerned):
        letter_of(org, people["handler"], left=left)
        remind(org)
        found = {name for name, user in people.items() if todo_of(user).exists()}
        assert found == concerned

    def test_what_nobody_handles_yet_is_the_offices(self, org, people):
        letter_of(org, None, left=2)
        remind(org)
        assert {name for name, user in people.items() if todo_of(user).exists()} == {"office"}

    def test_nobody_of_another_branch(self, org, people):
        letter_of(org, people["handler"], left=-9)
        remind(org)
        stranger = make_user(role=Role.LEADERSHIP, unit=org.other)
        assert not todo_of(stranger).exists()

    def test_a_reminder_of_an_old_deadline_does_not(self, org, people):
        letter = letter_of(org, people["handler"], left=0)
        remind(org)
        letter_event_add(letter=letter, kind="NEW_FACTS", actor=None)
        assert not todo_of(people["office"]).exists()
        (row,) = todos(todo_of(people["handler"]), people["handler"], TODAY())
        assert (row.reminders, row.days_left) == ((), 15)

    def test_a_request_waits_for_those_who_sign(self, org, people):
        letter = letter_of(org, people["handler"], left=9)
        extension_ask(letter=letter, level="COMPLEX", reason="难", actor=people["handler"])
        for name in ("office", "leadership"):
            (row,) = todos(todo_of(people[name]), people[name], TODAY())
            assert row.waits == ("延期待审批",)

    def test_a_review_waits_for_those_who_sign(self, org, people):
        letter = letter_of(org, people["handler"], left=9, state="ANSWERED")
        letter_event_add(letter=letter, kind="ANSWERED", actor=None)
        review_ask(letter=letter, reason="不服", actor=people["handler"])
        (row,) = todos(todo_of(people["leadership"]), people["leadership"], TODAY())
        assert (row.waits, row.words) == (("核查待决定",), "核查还有30天")
        assert not todo_of(people["handler"]).exists()

    def test_the_head_of_the_unit_is_asked_what_happened(self, org, cast, people):
        letter = letter_of(org, people["handler"], left=9)
        head = make_user(role=Role.OUTLET_HEAD, unit=org.a1)
        (row,) = todos(todo_of(head), head, TODAY())
        assert row.waits == ("请说明情况",)
        (row,) = todos(todo_of(people["handler"]), people["handler"], TODAY())
        assert row.waits == ()
        note_add(letter=letter, kind="STATEMENT", body="已向当事柜员了解情况", actor=head)
        assert not todo_of(head).exists()

    def test_the_soonest_first(self, org, people):
        for left in (9, -3, 2):
            letter_of(org, people["handler"], left=left)
        rows = todos(todo_of(people["handler"]), people["handler"], TODAY())
        assert [one.days_left for one in rows] == [-3, 2, 9]
        assert [one.is_overdue for one in rows] == [True, False, False]

    def test_is_counted_on_the_first_page(self, org, people):
        for left in (9, -3):
            letter_of(org, people["handler"], left=left)
        assert todo_counts(people["handler"], TODAY()) == (2, 1)
        (notice,) = notices_of(people["handler"])
        assert (notice.text, notice.urgent) == ("2封来信等待您处理，其中1封已逾期", True)
        assert notices_of(people["other"]) == []

    def test_administrators_have_none(self, cast):
        assert todo_counts(cast.auditor, TODAY()) == (0, 0)


class TestJobs:
    def test_one_a_branch_and_day(self, org, cast):
        letter_of(org, cast.department, left=0)
        letters_remind_task()
        letters_remind_task()
        jobs = Job.objects.filter(kind=REMIND)
        assert set(jobs.values_list("scope", "period")) == {
            ("AS", str(TODAY())),
            ("BX", str(TODAY())),
        }

    @pytest.mark.django_db(transaction=True)
    def test_run_again_it_reminds_of_nothing_new(self, org, cast):
        letter_of(org, cast.department, left=0)
        for _ in range(3):
            for job in reminders_request():
                job_run(job.pk)
        done = Job.objects.get(kind=REMIND, scope="AS")
        assert (done.state, done.result) == ("DONE", {"reminders": 0})
        assert LetterReminder.objects.count() == 1

    @pytest.mark.django_db(transaction=True)
    def test_two_schedulers_and_two_workers_at_once(self, org, cast):
        letters = [letter_of(org, cast.department, left=left) for left in (-7, -1, 0, 1, 9)]

        def schedule_and_work():
            for job in reminders_request():
                job_run(job.pk)

        at_once([schedule_and_work] * 4)
        for job in Job.objects.filter(kind=REMIND):
            job_run(job.pk)
        assert [stages(one) for one in letters] == [
            ["ESCALATED"],
            ["DUE"],
            ["DUE"],
            ["UPCOMING"],
            [],
        ]
        assert LetterEvent.objects.filter(kind="REMINDED").count() == 4

    @pytest.mark.django_db(transaction=True)
    def test_days_at_once(self, org, cast):
        """A job of yesterday that comes late beside today's."""
        letter = letter_of(org, cast.department, left=-1)
        at_once([lambda: remind(org), lambda: remind(org, -1), lambda: remind(org)])
        assert stages(letter) == ["DUE"]
        assert letter.events.filter(kind="REMINDED").count() == 1

    @pytest.mark.django_db(transaction=True)
    def test_beside_an_answer(self, org, cast):
        """A letter answered at the same moment keeps what its events say."""
        letters = [letter_of(org, cast.department, left=0) for _ in range(5)]

        def answer():
            for one in letters:
                letter_event_add(letter=Letter.objects.get(pk=one.pk), kind="ANSWERED", actor=None)

        at_once([answer, lambda: remind(org), lambda: remind(org)])
        for one in letters:
            one.refresh_from_db()
            assert one.answered_on == TODAY()
