"""A clock while it runs: what it holds between two events, and its arithmetic in words. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from complaints.deadlines.events import COMPLAINT, FURTHER, MERGED, WITHDRAWN, ClockEvent
from complaints.deadlines.results import Review, Step
from complaints.deadlines.rules import COUNTING, DECISION, INTERNAL, ClockRules, rules_on
from outlets.workdays import CalendarMissing, add_working_days

_EARLY = {WITHDRAWN, MERGED}


@dataclass(slots=True)
class Run:
    """The state of one letter's clock. A period begins with the letter and with every restart."""

    versions: Sequence[ClockRules]
    calendar: Mapping[date, bool]
    rules: ClockRules
    kind: str = ""
    start: date | None = None
    level: str = ""
    approved: bool = False
    asked: ClockEvent | None = None
    excluded: int = 0
    stopped: date | None = None
    appraisals: int = 0  # under way, and the complainant was told
    without: int = 0  # under way, and without effect
    ended_by: str = ""
    answered: date | None = None
    late: date | None = None
    review_asked: date | None = None
    review_decided: date | None = None
    steps: list[Step] = field(default_factory=list)

    def begin(self, day: date) -> None:
        """A period from this day on, under the rules in force then."""
        self.settle()
        self.start, self.rules = day, rules_on(day, self.versions)
        self.level, self.approved, self.asked, self.excluded = "", False, None, 0
        self.ended_by, self.answered = "", None
        self.review_asked = self.review_decided = None
        if self.stopped:
            self.stopped = day

    def settle(self) -> None:
        """Keep that the period's answer came late, if it did."""
        due = self.due
        if self.late is None and self.answered and due and self.answered > due:
            self.late = self.answered

    def end(self, kind: str) -> None:
        """Nothing more is to be done in this period."""
        self.ended_by = kind
        self.stopped, self.appraisals, self.without = None, 0, 0

    @property
    def running(self) -> bool:
        """Whether there is a matter to be answered."""
        return self.start is not None and not self.ended_by

    @property
    def is_stopped(self) -> bool:
        """Whether an appraisal holds the clock."""
        return self.kind == COMPLAINT and self.stopped is not None

    @property
    def due(self) -> date | None:
        """The deadline as things stand."""
        if self.start is None or not self.kind or self.ended_by in _EARLY or self.is_stopped:
            return None
        if self.kind == COMPLAINT:
            return self.start + timedelta(days=self.rules.allowance(self.level) + self.excluded)
        try:
            return add_working_days(self.start, self.rules.working_days[self.kind], self.calendar)
        except CalendarMissing:
            return None

    def in_time(self, day: date) -> bool:
        """Whether the deadline had not passed on that day."""
        due = self.due
        return due is None or day <= due

    @property
    def review(self) -> Review | None:
        """The review that may be asked for once a complaint is decided."""
        if self.kind != COMPLAINT or self.answered is None:
            return None
        ask_by = self.answered + timedelta(
            days=rules_on(self.answered, self.versions).review_ask_days
        )
        asked = self.review_asked
        if asked is None:
            return Review(ask_by)
        due = asked + timedelta(days=rules_on(asked, self.versions).review_days)
        return Review(ask_by, asked, due, self.review_decided)

    def note(self, day: date, event: str, article: str, arithmetic: str) -> None:
        """Add a line to the explanation, with the deadline as it now is."""
        self.steps.append(Step(day, event, article, arithmetic, self.due))

    @property
    def basis(self) -> str:
        """What the period's deadline rests on, and how its days are counted."""
        if self.kind == COMPLAINT:
            return f"{self.rules.cite(DECISION)}；{COUNTING}"
        return INTERNAL if self.kind else ""

    @property
    def sum(self) -> str:
        """The deadline's arithmetic as things stand: 2026-03-02+30日+鉴定6日=2026-04-07."""
        if not self.kind:
            return "尚未定类，暂无期限"
        if self.kind == COMPLAINT:
            days = f"{self.start}{self._allowed()}{self._appraised()}"
            return f"{days}，鉴定期间停止计算" if self.is_stopped else f"{days}={self.due}"
        return self._working()

    def _allowed(self) -> str:
        rules, allowed = self.rules, self.rules.allowance(self.level)
        if self.level != FURTHER:
            return f"+{allowed}日"
        if allowed == rules.complex_days + rules.further_days:
            return f"+{rules.complex_days}日+{rules.further_days}日"
        return f"+{allowed}日（最长{rules.most_days}日）"

    def _appraised(self) -> str:
        return f"+鉴定{self.excluded}日" if self.excluded else ""

    def _working(self) -> str:
        if self.start is None:
            return ""
        days = self.rules.working_days[self.kind]
        try:
            due = add_working_days(self.start, days, self.calendar)
        except CalendarMissing as missing:
            return str(missing)
        return f"{self.start}次日起第{days}个工作日={due}"
