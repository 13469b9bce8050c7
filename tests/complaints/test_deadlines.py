"""Deadlines against a table worked by hand, and what must hold for any log of events."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints.deadlines import (
    COMPLEX,
    DEFAULT_RULES,
    FURTHER,
    Clock,
    ClockEvent,
    ClockRules,
    clock,
)
from complaints.deadlines.events import LIFE
from outlets.ruledata import InvalidRules

# 清明 4 to 6 April and 劳动节 1 to 5 May are off, Saturday 9 May is worked.
CALENDAR = {date(2026, 4, day): False for day in (4, 5, 6)} | {
    date(2026, 5, day): False for day in (1, 2, 3, 4, 5)
}
CALENDAR[date(2026, 5, 9)] = True


def event(text: str) -> ClockEvent:
    """`03-02 RECEIVED kind=COMPLAINT`: the day (2026 unless it has a year), the kind, the details."""
    day, kind, *details = text.split()
    whole = day if day.count("-") == 2 else f"2026-{day}"
    return ClockEvent(kind, date.fromisoformat(whole), dict(one.split("=") for one in details))


def told(*lines: str, rules: Sequence[ClockRules] = (DEFAULT_RULES,)) -> Clock:
    return clock([event(line) for line in lines], rules, CALENDAR)


class Case(NamedTuple):
    """A letter's events and, worked by hand, its deadline; `late` the day of a late answer."""

    name: str
    why: str
    events: str
    due: str
    late: str = ""
    ended: bool = False


T = "03-02 RECEIVED kind=COMPLAINT"
Q = "03-02 RECEIVED kind=INQUIRY"
COMPLEX_10 = "03-10 EXTENDED level=COMPLEX"
FURTHER_30 = "03-30 EXTENDED level=FURTHER"
TOLD_01 = "04-01 EXTENSION_NOTIFIED level=FURTHER means=电话"

CASES = [
    Case("投诉", "3月2日+15日=3月17日", T, "03-17"),
    Case("跨年", "12月25日+15日=次年1月9日", "12-25 RECEIVED kind=COMPLAINT", "2027-01-09"),
    Case("闰年", "2028年2月20日+9日=29日，再6日=3月6日", "2028-02-20 RECEIVED kind=COMPLAINT", "2028-03-06"),
    Case("情况复杂", "3月2日+30日：到31日29日，第30日=4月1日", f"{T};{COMPLEX_10}", "04-01"),
    Case("最后一天批准", "3月17日仍在期限内：3月2日+30日", f"{T};03-17 EXTENDED level=COMPLEX", "04-01"),
    Case("过期后批准", "3月18日＞3月17日，不算", f"{T};03-18 EXTENDED level=COMPLEX", "03-17"),
    Case("复杂批准两次", "只延一次：3月2日+30日", f"{T};{COMPLEX_10};03-12 EXTENDED level=COMPLEX", "04-01"),
    Case("特别复杂", "3月2日+30日+30日：4月1日再30日=5月1日", f"{T};{COMPLEX_10};{FURTHER_30};{TOLD_01}", "05-01"),
    Case("批准未告知", "不生效：3月2日+30日", f"{T};{COMPLEX_10};{FURTHER_30}", "04-01"),
    Case("过期后告知", "4月2日＞4月1日，不生效", f"{T};{COMPLEX_10};{FURTHER_30};04-02 EXTENSION_NOTIFIED level=FURTHER", "04-01"),
    Case("批准前告知", "3月29日尚无批准，不算告知", f"{T};{COMPLEX_10};{FURTHER_30};03-29 EXTENSION_NOTIFIED level=FURTHER", "04-01"),
    Case("越级申请", "未经情况复杂，不能再延", f"{T};03-10 EXTENDED level=FURTHER;03-11 EXTENSION_NOTIFIED level=FURTHER", "03-17"),
    Case("特别复杂两次", "总计60日为止：5月1日", f"{T};{COMPLEX_10};{FURTHER_30};{TOLD_01};04-20 EXTENDED level=FURTHER;04-21 EXTENSION_NOTIFIED level=FURTHER", "05-01"),
    Case("不予延期", "期限不变", f"{T};03-10 EXTENSION_ASKED level=COMPLEX;03-11 EXTENSION_REFUSED level=COMPLEX", "03-17"),
    Case("鉴定", "3月5日至9日4日：3月17日+4日", f"{T};03-05 APPRAISAL_STARTED means=电话;03-09 APPRAISAL_ENDED", "03-21"),
    Case("鉴定未告知", "不扣除", f"{T};03-05 APPRAISAL_STARTED;03-09 APPRAISAL_ENDED", "03-17"),
    Case("鉴定中", "停止计算", f"{T};03-05 APPRAISAL_STARTED means=电话", ""),
    Case("鉴定两次", "4日+3日=7日：3月17日+7日", f"{T};03-05 APPRAISAL_STARTED means=电话;03-09 APPRAISAL_ENDED;03-12 APPRAISAL_STARTED means=书面;03-15 APPRAISAL_ENDED", "03-24"),
    Case("鉴定重叠", "3月5日至12日7日，不重复扣：3月17日+7日", f"{T};03-05 APPRAISAL_STARTED means=电话;03-07 APPRAISAL_STARTED means=电话;03-09 APPRAISAL_ENDED;03-12 APPRAISAL_ENDED", "03-24"),
    Case("过期后鉴定", "3月18日＞3月17日，不扣除", f"{T};03-18 APPRAISAL_STARTED means=电话;03-25 APPRAISAL_ENDED", "03-17"),
    Case("最后一天鉴定", "3月17日至20日3日：3月20日", f"{T};03-17 APPRAISAL_STARTED means=电话;03-20 APPRAISAL_ENDED", "03-20"),
    Case("当天鉴定", "扣0日", f"{T};03-05 APPRAISAL_STARTED means=电话;03-05 APPRAISAL_ENDED", "03-17"),
    Case("鉴定中答复", "3月10日至25日15日：3月17日+15日=4月1日，25日按期", f"{T};03-10 APPRAISAL_STARTED means=电话;03-25 ANSWERED", "04-01"),
    Case("鉴定加延期", "3月2日+30日+6日：4月1日+6日", f"{T};{COMPLEX_10};03-12 APPRAISAL_STARTED means=电话;03-18 APPRAISAL_ENDED", "04-07"),
    Case("重复来信", "合并处理，不变", f"{T};03-08 REPEATED", "03-17"),
    Case("新事实", "3月10日+15日=3月25日", f"{T};03-10 NEW_FACTS", "03-25"),
    Case("最后一天的新事实", "3月17日+15日：到31日14日，第15日=4月1日", f"{T};03-17 NEW_FACTS", "04-01"),
    Case("过期后的新事实", "3月18日＞3月17日，不重新计算", f"{T};03-18 NEW_FACTS", "03-17"),
    Case("延期后的新事实", "3月20日+15日：到31日11日，再4日=4月4日；原延期不再适用", f"{T};{COMPLEX_10};03-20 NEW_FACTS", "04-04"),
    Case("一天两次新事实", "同为3月10日+15日", f"{T};03-10 NEW_FACTS reason=a;03-10 NEW_FACTS reason=b", "03-25"),
    Case("鉴定中的新事实", "3月8日+15日=23日；鉴定8日至12日4日=27日", f"{T};03-05 APPRAISAL_STARTED means=电话;03-08 NEW_FACTS;03-12 APPRAISAL_ENDED", "03-27"),
    Case("撤回", "当日终止", f"{T};03-10 WITHDRAWN", "", ended=True),
    Case("撤回后又答复", "已终止，不再有答复", f"{T};03-10 WITHDRAWN;03-20 ANSWERED", "", ended=True),
    Case("并入他案", "随他案办理", f"{T};03-10 MERGED", "", ended=True),
    Case("撤销并案", "接着原来的3月2日+15日", f"{T};03-10 MERGED;03-12 REOPENED", "03-17"),
    Case("按期答复", "3月17日≤3月17日", f"{T};03-17 ANSWERED", "03-17"),
    Case("逾期答复", "3月20日＞3月17日", f"{T};03-20 ANSWERED", "03-17", late="03-20"),
    Case("重新办理", "4月10日+15日=4月25日", f"{T};03-15 ANSWERED;04-10 REOPENED", "04-25"),
    Case("逾期答复后重新办理", "4月10日+15日；3月20日的逾期仍在", f"{T};03-20 ANSWERED;04-10 REOPENED;04-12 ANSWERED", "04-25", late="03-20"),
    Case("协查", "3月2日周一，次日起3日、4日、5日", Q, "03-05"),
    Case("协查跨周末", "3月6日周五，9日、10日、11日", "03-06 RECEIVED kind=INQUIRY", "03-11"),
    Case("协查跨清明", "4月3日周五，4至6日放假，7日、8日、9日", "04-03 RECEIVED kind=INQUIRY", "04-09"),
    Case("协查跨劳动节", "4月30日周四，1至5日放假，6日、7日、8日", "04-30 RECEIVED kind=INQUIRY", "05-08"),
    Case("表扬遇调休", "4月30日起5个工作日：6日、7日、8日、9日周六上班、11日", "04-30 RECEIVED kind=PRAISE", "05-11"),
    Case("建议", "3月2日起10个工作日：3至6日4个，9至13日5个，16日", "03-02 RECEIVED kind=SUGGESTION", "03-16"),
    Case("日历缺年", "12月31日1个工作日，次年未知，不猜测", "12-30 RECEIVED kind=INQUIRY", ""),
    Case("协查不延期", "内部时限不适用延期", f"{Q};03-03 EXTENDED level=COMPLEX", "03-05"),
    Case("协查不扣鉴定", "内部时限不扣除", f"{Q};03-03 APPRAISAL_STARTED means=电话;03-10 APPRAISAL_ENDED", "03-05"),
    Case("协查转投诉", "3月20日+15日=4月4日", f"{Q};03-20 ESCALATED kind=COMPLAINT", "04-04"),
    Case("逾期的协查转投诉", "3月9日＞3月5日，逾期仍在；3月20日+15日=4月4日", f"{Q};03-09 ANSWERED;03-20 ESCALATED kind=COMPLAINT", "04-04", late="03-09"),
    Case("未定类", "暂无期限", "03-02 RECEIVED", ""),
    Case("后来定类", "自收到起算：3月2日+15日", "03-02 RECEIVED;03-06 CLASSIFIED kind=COMPLAINT", "03-17"),
    Case("改定为投诉", "自收到起算：3月2日+15日", f"{Q};03-04 CLASSIFIED kind=COMPLAINT", "03-17"),
    Case("改定为建议", "3月2日起10个工作日=3月16日", f"{T};03-04 CLASSIFIED kind=SUGGESTION", "03-16"),
    Case("表扬未答复即办结", "3月2日起5个工作日=3月9日", "03-02 RECEIVED kind=PRAISE;03-04 CLOSED", "03-09", ended=True),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_by_hand(case: Case) -> None:
    result = told(*case.events.split(";"))
    assert result.due == (event(f"{case.due} RECEIVED").day if case.due else None), case.why
    assert result.late_on == (event(f"{case.late} ANSWERED").day if case.late else None), case.why
    assert result.ended is case.ended
    assert result.is_late is bool(case.late)


def test_the_table_is_long_enough() -> None:
    assert len({case.events for case in CASES}) == len(CASES) >= 30


# A letter with extension, exclusion, new facts and withdrawal; what its page says line by line.
WINDING = (
    T,
    COMPLEX_10,
    "03-12 APPRAISAL_STARTED means=电话",
    "03-18 APPRAISAL_ENDED",
    "04-01 EXTENDED level=FURTHER",
    "04-02 EXTENSION_NOTIFIED level=FURTHER means=书面",
    "04-06 REPEATED",
    "04-10 NEW_FACTS",
    "04-20 WITHDRAWN",
)
RULE = "《银行业保险业消费投诉处理管理办法》"
WINDING_STEPS = [
    ("03-02", "收到投诉", f"{RULE}；《民法典》第二百零一条", "2026-03-02+15日=2026-03-17", "03-17"),
    ("03-10", "批准延期（情况复杂）", RULE, "2026-03-02+30日=2026-04-01", "04-01"),
    ("03-12", "开始鉴定", RULE, "已告知投诉人，已用10日，余20日，自次日起停止计算", ""),
    ("03-18", "鉴定结束", RULE, "扣除6日：2026-03-02+30日+鉴定6日=2026-04-07", "04-07"),
    ("04-01", "批准延期（情况特别复杂）", RULE, "告知投诉人后再延长30日，告知前期限不变", "04-07"),
    ("04-02", "告知投诉人延期", RULE, "2026-03-02+30日+30日+鉴定6日=2026-05-07", "05-07"),
    ("04-06", "重复来信", RULE, "同一事项，合并处理，期限不变", "05-07"),
    ("04-10", "提出新事实", RULE, "2026-04-10+15日=2026-04-25", "04-25"),
    ("04-20", "撤回", f"{RULE}第十五条", "2026-04-20收到撤回申请，当日终止", ""),
]


def test_a_winding_letter_explains_itself_line_by_line() -> None:
    result = told(*WINDING)
    assert [
        (f"{one.day:%m-%d}", one.event, one.article, one.arithmetic, f"{one.due:%m-%d}" if one.due else "")
        for one in result.steps
    ] == WINDING_STEPS  # fmt: skip
    assert (result.due, result.ended, result.running) == (None, True, False)


class TestRules:
    SHORTER = ClockRules(effective_on=date(2026, 3, 10), complaint_days=10, complex_days=20)

    def test_a_period_keeps_the_rules_of_the_day_it_began(self) -> None:
        rules = (DEFAULT_RULES, self.SHORTER)
        assert told(T, rules=rules).due == date(2026, 3, 17)
        assert told(T, COMPLEX_10, rules=rules).due == date(2026, 4, 1)

    def test_a_restart_goes_by_the_rules_then_in_force(self) -> None:
        rules = (self.SHORTER, DEFAULT_RULES)
        assert told(T, "03-09 NEW_FACTS", rules=rules).due == date(2026, 3, 24)
        assert told(T, "03-10 NEW_FACTS", rules=rules).due == date(2026, 3, 20)

    def test_never_more_than_the_most(self) -> None:
        rules = [ClockRules(effective_on=date(2020, 3, 1), most_days=45)]
        result = told(T, COMPLEX_10, FURTHER_30, TOLD_01, rules=rules)
        assert result.due == date(2026, 4, 16)  # 3月2日+45日
        assert result.steps[-1].arithmetic == "2026-03-02+45日（最长45日）=2026-04-16"

    def test_no_rules_are_the_rules_that_ship(self) -> None:
        assert told(T, rules=()).due == date(2026, 3, 17)

    def test_to_json_and_back(self) -> None:
        for rules in (DEFAULT_RULES, self.SHORTER):
            assert ClockRules.from_json(rules.to_json()) == rules

    @pytest.mark.parametrize(
        ("wrong", "reason"),
        [
            ({"complaint_days": 0}, "天数应在1至366之间"),
            ({"working_days": {"INQUIRY": 3}}, "协查、表扬、建议"),
            ({"remind_before": -1}, "提前提醒"),
            ({"complaint_days": 31}, "情况复杂的期限不能短于一般期限"),
            ({"most_days": 29}, "最长期限不能短于"),
            ({"regulation": " "}, "所依据的规定"),
            ({"articles": {}}, "条款"),
        ],
    )
    def test_rules_that_contradict_themselves(self, wrong: dict[str, object], reason: str) -> None:
        with pytest.raises(InvalidRules, match=reason):
            ClockRules(effective_on=date(2026, 1, 1), **wrong)  # type: ignore[arg-type]


class TestStanding:
    def test_overdue_the_day_after(self) -> None:
        result = told(T)
        assert not result.overdue(date(2026, 3, 17))
        assert result.overdue(date(2026, 3, 18))
        assert [result.days_left(date(2026, 3, day)) for day in (15, 17, 20)] == [2, 0, -3]

    def test_nothing_runs_once_it_is_answered(self) -> None:
        result = told(T, "03-10 ANSWERED")
        assert (result.running, result.overdue(date(2026, 5, 1))) == (False, False)
        assert result.days_left(date(2026, 3, 12)) is None
        assert result.counts_on == date(2026, 3, 10)

    def test_a_late_answer_counts_on_its_day_for_good(self) -> None:
        result = told(T, "03-20 ANSWERED", "04-10 REOPENED", "04-12 ANSWERED")
        assert (result.answered_on, result.counts_on) == (date(2026, 4, 12), date(2026, 3, 20))

    def test_what_waits_is_told(self) -> None:
        asked = told(T, "03-05 EXTENSION_ASKED level=COMPLEX reason=难")
        assert asked.asked
        assert asked.asked.detail["reason"] == "难"
        assert told(T, COMPLEX_10, FURTHER_30).to_notify
        assert not told(T, COMPLEX_10, FURTHER_30, TOLD_01).to_notify
        assert told(T, "03-05 APPRAISAL_STARTED means=电话").stopped_on == date(2026, 3, 5)

    @pytest.mark.parametrize(
        ("events", "level"),
        [
            ((T,), COMPLEX),
            ((T, COMPLEX_10), FURTHER),
            ((T, COMPLEX_10, FURTHER_30), ""),
            ((T, COMPLEX_10, FURTHER_30, TOLD_01), ""),
        ],
    )
    def test_the_next_extension(self, events: tuple[str, ...], level: str) -> None:
        assert told(*events).next_level == level


class TestReview:
    ANSWERED = (T, "03-15 ANSWERED")

    def test_may_be_asked_for_within_thirty_days(self) -> None:
        review = told(*self.ANSWERED).review
        assert review
        assert (review.ask_by, review.due) == (date(2026, 4, 14), None)

    def test_is_decided_within_thirty_days(self) -> None:
        review = told(*self.ANSWERED, "04-14 REVIEW_ASKED").review
        assert review
        assert review.is_open
        assert review.due == date(2026, 5, 14)

    def test_asked_for_too_late(self) -> None:
        result = told(*self.ANSWERED, "04-15 REVIEW_ASKED")
        assert result.review
        assert result.review.asked_on is None
        assert "已过申请期限" in result.steps[-1].arithmetic

    def test_decided(self) -> None:
        result = told(*self.ANSWERED, "04-01 REVIEW_ASKED", "05-02 REVIEW_DECIDED")
        assert result.review
        assert not result.review.is_open
        assert result.steps[-1].arithmetic == "2026-05-02>2026-05-01，逾期1日"

    def test_leaves_the_deadline_of_the_answer(self) -> None:
        assert told(*self.ANSWERED, "04-01 REVIEW_ASKED").due == date(2026, 3, 17)

    def test_is_of_complaints_only(self) -> None:
        assert told(Q, "03-04 ANSWERED", "03-05 REVIEW_ASKED").review is None


class TestOrder:
    def test_of_one_day_the_time_decides(self) -> None:
        morning, noon = (datetime(2026, 3, 10, hour, tzinfo=UTC) for hour in (1, 4))
        day = date(2026, 3, 10)
        facts = ClockEvent("NEW_FACTS", day, at=noon)
        answer = ClockEvent("ANSWERED", day, at=morning)
        result = clock([facts, event(T), answer], (), CALENDAR)
        assert (result.answered_on, result.due) == (day, date(2026, 3, 17))

    def test_without_a_time_the_life_of_a_letter_does(self) -> None:
        result = told("03-02 ANSWERED", T, "03-02 CLASSIFIED kind=INQUIRY")
        assert (result.kind, result.answered_on) == ("INQUIRY", date(2026, 3, 2))

    def test_events_the_clock_does_not_know_are_passed_over(self) -> None:
        assert told(T, "03-03 REVEALED", "03-04 REMINDED") == told(T)

    def test_nothing_without_a_letter(self) -> None:
        assert told("03-10 ANSWERED") == Clock(None, None, ended=False, steps=())


DAYS = st.integers(0, 100).map(lambda n: date(2026, 3, 2) + timedelta(days=n))
DETAILS = {
    "EXTENDED": st.sampled_from([COMPLEX, FURTHER]).map(lambda level: {"level": level}),
    "EXTENSION_NOTIFIED": st.sampled_from([COMPLEX, FURTHER]).map(lambda level: {"level": level}),
    "APPRAISAL_STARTED": st.sampled_from([{}, {"means": "电话"}]),
}
KINDS = sorted(set(LIFE) - {"RECEIVED", "CLASSIFIED", "ESCALATED"})


def events_of(kinds: Sequence[str]) -> st.SearchStrategy[list[ClockEvent]]:
    """Logs of a complaint: received on 2 March, then any of these at any time."""
    one = st.sampled_from(kinds).flatmap(
        lambda kind: st.builds(ClockEvent, st.just(kind), DAYS, DETAILS.get(kind, st.just({})))
    )
    return st.lists(one, max_size=10).map(lambda more: [event(T), *more])


LOGS = events_of(KINDS)


def due_of(events: Sequence[ClockEvent]) -> date:
    """The deadline; the end of time while none runs."""
    return clock(events, (), CALENDAR).due or date.max


def appraised(start: date, days: int) -> list[ClockEvent]:
    return [
        ClockEvent("APPRAISAL_STARTED", start, {"means": "书面"}),
        ClockEvent("APPRAISAL_ENDED", start + timedelta(days=days)),
    ]


@given(LOGS, st.randoms())
def test_the_order_of_arrival_is_irrelevant(events, random) -> None:
    shuffled = list(events)
    random.shuffle(shuffled)
    assert clock(shuffled, (), CALENDAR) == clock(events, (), CALENDAR)


@given(LOGS)
def test_the_same_events_always_come_to_the_same(events) -> None:
    assert clock(events, (), CALENDAR) == clock([*events, *events], (), CALENDAR)


@given(LOGS, DAYS, st.sampled_from([COMPLEX, FURTHER]))
def test_an_extension_never_brings_the_deadline_forward(events, day, level) -> None:
    granted = [
        ClockEvent("EXTENDED", day, {"level": level}),
        ClockEvent("EXTENSION_NOTIFIED", day, {"level": level}),
    ]
    assert due_of([*events, *granted]) >= due_of(events)


@given(LOGS, DAYS, st.integers(0, 40))
def test_an_exclusion_never_brings_the_deadline_forward(events, start, days) -> None:
    assert due_of([*events, *appraised(start, days)]) >= due_of(events)


@given(st.sampled_from([0, 1, 2]), st.integers(0, 15), st.integers(0, 40), st.integers(0, 40))
def test_excluded_days_add_up(extensions, after, first, second) -> None:
    granted = (COMPLEX_10, FURTHER_30, TOLD_01)[: (0, 1, 3)[extensions]]
    base = [event(T), *map(event, granted)]
    start = base[-1].day
    due = due_of(base)
    one = appraised(min(start + timedelta(days=after), due), first)
    assert due_of([*base, *one]) == due + timedelta(days=first)
    two = appraised(one[1].day + timedelta(days=1), second)
    if two[0].day <= due_of([*base, *one]):
        assert due_of([*base, *one, *two]) == due + timedelta(days=first + second)


@given(events_of([kind for kind in KINDS if not kind.startswith("APPRAISAL")]))
def test_never_over_the_limit(events) -> None:
    result = clock(events, (), CALENDAR)
    if result.due and result.started_on:
        assert (result.due - result.started_on).days <= DEFAULT_RULES.most_days


@given(LOGS)
def test_over_the_limit_by_no_more_than_was_excluded(events) -> None:
    result = clock(events, (), CALENDAR)
    days = sorted(one.day for one in events if one.kind.startswith("APPRAISAL"))
    ends = [one.day for one in events if one.kind in {"APPRAISAL_ENDED", "ANSWERED"}]
    excluded = (max(ends) - days[0]).days if days and ends and max(ends) > days[0] else 0
    if result.due and result.started_on:
        assert (result.due - result.started_on).days <= DEFAULT_RULES.most_days + excluded


@given(LOGS)
def test_the_last_line_about_the_answer_says_the_deadline(events) -> None:
    result = clock(events, (), CALENDAR)
    lines = [one for one in result.steps if "核查" not in one.event]
    assert lines[-1].due == result.due
