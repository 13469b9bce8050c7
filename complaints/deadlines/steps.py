"""What each event does to a letter's clock. Pure. Source: docs/rules.md, 来信期限."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from complaints.deadlines import events as ev
from complaints.deadlines.results import Clock, Step
from complaints.deadlines.rules import (
    APPRAISAL,
    DECISION,
    DEFAULT_RULES,
    EXTENSION,
    FACTS,
    REPEAT,
    REVIEW,
    WITHDRAWAL,
    ClockRules,
    rules_on,
)
from complaints.deadlines.run import Run

_EARLY: Final = {ev.WITHDRAWN, ev.MERGED, ev.CLOSED}
_ENDED: Final[Mapping[str, str]] = {
    ev.ANSWERED: "已告知处理决定",
    ev.WITHDRAWN: "已撤回",
    ev.MERGED: "已并入他案",
    ev.CLOSED: "已办结",
}


def clock(
    events: Iterable[ev.ClockEvent], rules: Sequence[ClockRules], calendar: Mapping[date, bool]
) -> Clock:
    """The deadlines that the events come to, in whatever order they are given."""
    run = Run(rules, calendar, DEFAULT_RULES)
    for event in ev.in_order(events):
        if event.kind == ev.RECEIVED or run.start is not None:
            _ACTS[event.kind](run, event)
    run.settle()
    return Clock(
        due=run.due,
        answered_on=run.answered,
        ended=run.ended_by in _EARLY,
        steps=tuple(run.steps),
        kind=run.kind,
        started_on=run.start,
        level=run.level,
        stopped_on=run.stopped if run.is_stopped else None,
        asked=run.asked,
        to_notify=run.approved and run.level != ev.FURTHER and run.running,
        late_on=run.late,
        review=run.review,
    )


def _received(run: Run, event: ev.ClockEvent) -> None:
    if run.start is not None:
        return
    run.begin(event.day)
    run.kind = _kind(event)
    run.note(event.day, f"收到{_label(run.kind) or '来信'}", run.basis, run.sum)


def _classified(run: Run, event: ev.ClockEvent) -> None:
    before, run.kind = run.kind, _kind(event) or run.kind
    if run.kind == before:
        return
    text = (
        f"改定为{_label(run.kind)}（原为{_label(before)}）"
        if before
        else f"定类为{_label(run.kind)}"
    )
    run.note(event.day, text, run.basis, run.sum)


def _repeated(run: Run, event: ev.ClockEvent) -> None:
    if run.running:
        text = "同一事项，合并处理，期限不变"
        run.note(event.day, "重复来信", run.rules.cite(REPEAT), text)


def _new_facts(run: Run, event: ev.ClockEvent) -> None:
    refused = _past(run, event.day, "不重新计算")
    if not refused:
        run.begin(event.day)
    run.note(event.day, "提出新事实", run.rules.cite(FACTS), refused or run.sum)


def _escalated(run: Run, event: ev.ClockEvent) -> None:
    if run.kind == ev.COMPLAINT:
        return
    run.begin(event.day)
    before, run.kind = run.kind, ev.COMPLAINT
    run.note(event.day, f"{_label(before)}转为投诉", run.basis, run.sum)


def _appraisal_started(run: Run, event: ev.ClockEvent) -> None:
    if not run.running:
        return
    article = run.rules.cite(APPRAISAL)
    refused = _no_appraisal(run, event)
    if refused:
        run.without += 1
        run.note(event.day, "开始鉴定", article, refused)
        return
    run.appraisals += 1
    if run.stopped is None:
        used = (event.day - _start(run)).days - run.excluded
        left = run.rules.allowance(run.level) - used
        run.stopped = event.day
        text = f"已告知投诉人，已用{used}日，余{left}日，自次日起停止计算"
        run.note(event.day, "开始鉴定", article, text)


def _no_appraisal(run: Run, event: ev.ClockEvent) -> str:
    if run.kind != ev.COMPLAINT:
        return "内部时限不扣除鉴定时间"
    if not event.detail.get("means"):
        return "未告知投诉人，鉴定时间不扣除"
    return _past(run, event.day, "鉴定时间不扣除")


def _appraisal_ended(run: Run, event: ev.ClockEvent) -> None:
    if run.without:
        run.without -= 1
        return
    if not run.appraisals:
        return
    run.appraisals -= 1
    if not run.appraisals:
        text = f"扣除{_resume(run, event.day)}日：{run.sum}"
        run.note(event.day, "鉴定结束", run.rules.cite(APPRAISAL), text)


def _resume(run: Run, day: date) -> int:
    """Let the clock go on; how many days it stood still."""
    days = (day - run.stopped).days if run.stopped else 0
    run.excluded += days
    run.stopped = None
    return days


def _extension_asked(run: Run, event: ev.ClockEvent) -> None:
    run.asked = event if run.running else None


def _extension_refused(run: Run, _event: ev.ClockEvent) -> None:
    run.asked = None


def _extended(run: Run, event: ev.ClockEvent) -> None:
    run.asked = None
    if not run.running:
        return
    level = str(event.detail.get("level", ""))
    refused = _no_extension(run, level, event.day)
    if not refused and level == ev.COMPLEX:
        run.level = ev.COMPLEX
    run.approved = run.approved or (not refused and level == ev.FURTHER)
    waits = f"告知投诉人后再延长{run.rules.further_days}日，告知前期限不变"
    text = refused or (waits if level == ev.FURTHER else run.sum)
    label = ev.LEVEL_LABELS.get(level, "未写明情形")
    run.note(event.day, f"批准延期（{label}）", run.rules.cite(EXTENSION), text)


def _no_extension(run: Run, level: str, day: date) -> str:
    """Why an approval has no effect, in Chinese; empty when it has."""
    if run.kind != ev.COMPLAINT:
        return "内部时限不适用延期"
    if level not in ev.LEVEL_LABELS:
        return "未写明情形，期限不变"
    if run.level == ev.FURTHER or run.approved or run.level == level:
        return "已延长过，期限不变"
    if level == ev.FURTHER and not run.level:
        return f"须先延长至{run.rules.complex_days}日，期限不变"
    return _past(run, day, "不能再延长")


def _extension_notified(run: Run, event: ev.ClockEvent) -> None:
    if not run.running or run.kind != ev.COMPLAINT:
        return
    text = "期限不变"
    if event.detail.get("level") == ev.FURTHER and run.approved and run.level == ev.COMPLEX:
        text = _past(run, event.day, "不能再延长")
        if not text:
            run.level, run.approved = ev.FURTHER, False
            text = run.sum
    run.note(event.day, "告知投诉人延期", run.rules.cite(EXTENSION), text)


def _answered(run: Run, event: ev.ClockEvent) -> None:
    if not run.running:
        return
    days = _resume(run, event.day) if run.is_stopped else 0
    run.end(ev.ANSWERED)
    run.answered = event.day
    excluded = f"扣除{days}日：{run.sum}；" if days else ""
    article = run.rules.cite(DECISION) if run.kind == ev.COMPLAINT else run.basis
    run.note(event.day, "告知处理决定", article, excluded + _against(event.day, run.due))


def _against(day: date, due: date | None) -> str:
    """Whether something done on a day was in time."""
    if due is None:
        return "没有期限可比"
    return f"{day}≤{due}，按期" if day <= due else f"{day}>{due}，逾期{(day - due).days}日"


def _withdrawn(run: Run, event: ev.ClockEvent) -> None:
    if run.running:
        run.end(ev.WITHDRAWN)
        text = f"{event.day}收到撤回申请，当日终止"
        run.note(event.day, "撤回", run.rules.cite(WITHDRAWAL), text)


def _merged(run: Run, event: ev.ClockEvent) -> None:
    if run.running:
        run.ended_by = ev.MERGED
        text = "随所并入的来信办理，本件期限终止"
        run.note(event.day, "并入他案", run.rules.cite(REPEAT), text)


def _closed(run: Run, event: ev.ClockEvent) -> None:
    if run.running:
        run.end(ev.CLOSED)
        run.note(event.day, "办结", run.basis, f"未另行答复：{_against(event.day, run.due)}")


def _reopened(run: Run, event: ev.ClockEvent) -> None:
    if run.ended_by == ev.MERGED:
        run.ended_by = ""
        run.note(event.day, "撤销并案", run.basis, f"期限接续：{run.sum}")
    elif run.ended_by:
        run.begin(event.day)
        run.note(event.day, "重新办理", run.basis, run.sum)


def _review_asked(run: Run, event: ev.ClockEvent) -> None:
    review = run.review
    if review is None or review.asked_on:
        return
    article = rules_on(event.day, run.versions).cite(REVIEW)
    if event.day > review.ask_by:
        text = f"{event.day}>{review.ask_by}，已过申请期限，不予核查"
        run.note(event.day, "申请核查", article, text)
        return
    run.review_asked = event.day
    days = rules_on(event.day, run.versions).review_days
    due = event.day + timedelta(days=days)
    text = f"{event.day}≤{review.ask_by}；{event.day}+{days}日={due}"
    run.steps.append(Step(event.day, "申请核查", article, text, due))


def _review_decided(run: Run, event: ev.ClockEvent) -> None:
    review = run.review
    if review and review.is_open:
        run.review_decided = event.day
        article = rules_on(event.day, run.versions).cite(REVIEW)
        text = _against(event.day, review.due)
        run.steps.append(Step(event.day, "核查决定", article, text, review.due))


def _past(run: Run, day: date, consequence: str) -> str:
    """Why an act comes too late to have an effect; empty when it does not."""
    if not run.running:
        return f"{_ENDED[run.ended_by]}，{consequence}"
    return "" if run.in_time(day) else f"期限{run.due}已过，{consequence}"


def _kind(event: ev.ClockEvent) -> str:
    kind = str(event.detail.get("kind") or "")
    return kind if kind in ev.KIND_LABELS else ""


def _label(kind: str) -> str:
    return ev.KIND_LABELS.get(kind, "")


def _start(run: Run) -> date:
    if run.start is None:
        raise ValueError("a clock without a letter")
    return run.start


_ACTS: Final[Mapping[str, Callable[[Run, ev.ClockEvent], None]]] = {
    ev.RECEIVED: _received,
    ev.CLASSIFIED: _classified,
    ev.REPEATED: _repeated,
    ev.NEW_FACTS: _new_facts,
    ev.ESCALATED: _escalated,
    ev.APPRAISAL_STARTED: _appraisal_started,
    ev.APPRAISAL_ENDED: _appraisal_ended,
    ev.EXTENSION_ASKED: _extension_asked,
    ev.EXTENSION_REFUSED: _extension_refused,
    ev.EXTENDED: _extended,
    ev.EXTENSION_NOTIFIED: _extension_notified,
    ev.ANSWERED: _answered,
    ev.WITHDRAWN: _withdrawn,
    ev.MERGED: _merged,
    ev.CLOSED: _closed,
    ev.REOPENED: _reopened,
    ev.REVIEW_ASKED: _review_asked,
    ev.REVIEW_DECIDED: _review_decided,
}
