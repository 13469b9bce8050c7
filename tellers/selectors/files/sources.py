"""The entries of one service file by kind: what of somebody the reader may read, a query a kind."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import groupby
from typing import Final

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from accounts.models import User
from accounts.roles import Role
from complaints.models import Kind, Responsibility
from complaints.selectors.letters import letters_visible_to
from inspections.models import Answer
from inspections.selectors.firewall import inspections_visible_to, released
from outlets.models import Posting, Staff
from outlets.months import Month
from tellers.models import Quiz, StarRating, Violation
from tellers.selectors.devices import devices_visible_to
from tellers.selectors.discipline import (
    IN_FORCE,
    penalties_visible_to,
    shown_penalties,
    violations_visible_to,
)
from tellers.selectors.files.entries import BAD, GOOD, Entry, EntryKind
from tellers.selectors.places import postings_seen_by, seen_by
from tellers.selectors.quizzes import quizzes_visible_to
from tellers.selectors.stars import star_ratings_visible_to
from tellers.selectors.trainings import attendances_visible_to

PASS: Final = 60  # below, a result is told apart
_EXCERPT: Final = 120

Source = Callable[[User, Staff], Iterator[Entry]]


def postings_read(user: User, person: Staff) -> QuerySet[Posting]:
    """The postings of somebody that the reader may read, the latest first."""
    held = Posting.objects.filter(postings_seen_by(user), staff=person)
    return held.select_related("unit").order_by("-start")


def postings(user: User, person: Staff) -> Iterator[Entry]:
    """Where somebody began to work."""
    for held in postings_read(user, person):
        until = f"至 {held.end}" if held.end else "至今"
        yield Entry(
            kind=EntryKind.POSTING, pk=held.pk, day=held.start, unit=held.unit.short_name,
            title=f"到{held.unit.short_name}任{held.get_post_display()}",
            text=f"{held.start} {until}",
        )  # fmt: skip


def inspections(user: User, person: Staff) -> Iterator[Entry]:
    """Released inspections with items attributed to somebody; covert ones as the line reads them."""
    answers = (
        Answer.objects.filter(_inspected(user), released("inspection__"), staff=person)
        .select_related("inspection__unit", "item")
        .order_by("inspection__date", "inspection", "item__section__position", "item__position")
    )
    opened = set(
        inspections_visible_to(user)
        .filter(pk__in=answers.order_by().values("inspection"))
        .values_list("pk", flat=True)
    )
    for pk, group in groupby(answers, key=lambda answer: answer.inspection_id):
        yield _inspection(list(group), may_open=pk in opened)


def _inspected(user: User) -> Q:
    if user.role == Role.INSTITUTION_HEAD and user.unit is not None:
        own = Q(staff=user.staff_id) if user.staff_id else Q(pk=None)
        return own | Q(
            inspection__branch=user.unit.branch_id,
            inspection__unit_path__startswith=user.unit.path,
        )
    return seen_by(user, "inspection__unit", "inspection__date", branch="inspection__branch")


def _inspection(answers: list[Answer], *, may_open: bool) -> Entry:
    found = answers[0].inspection
    lost = [answer for answer in answers if answer.earned < answer.possible]
    earned = sum((answer.earned for answer in answers), Decimal(0))
    possible = sum((answer.possible for answer in answers), Decimal(0))
    return Entry(
        kind=EntryKind.INSPECTION, pk=found.pk, day=found.date, unit=found.unit.short_name,
        title=f"{found.get_channel_display()} {found.number}",
        text=f"归属本人 {len(answers)} 项，应得 {points(possible)} 分，实得 {points(earned)} 分"
        + (f"，失分 {len(lost)} 项" if lost else "，无失分"),
        details=tuple(_lost(answer) for answer in lost),
        tone=BAD if lost else "",
        counts={"inspections": 1, "items": len(answers), "lost": len(lost),
                "earned": earned, "possible": possible},
        page=("inspections:inspection", found.pk) if may_open else None,
    )  # fmt: skip


def _lost(answer: Answer) -> str:
    note = f"（{answer.note}）" if answer.note else ""
    item = answer.item
    return f"{item.code} {item.text}：失 {points(answer.possible - answer.earned)} 分{note}"


def letters(user: User, person: Staff) -> Iterator[Entry]:
    """Praise and complaints that somebody answers for, by the finding that holds today."""
    found = (
        Responsibility.objects.annotate(place=Coalesce("unit", "letter__unit"))
        .filter(seen_by(user, "place", "decided_on"), staff=person)
        .filter(state=Responsibility.State.CONFIRMED, superseded_on=None)
        .select_related("letter__unit", "unit")
    )
    opened = set(
        letters_visible_to(user)
        .filter(pk__in=found.values("letter"))
        .order_by()
        .values_list("pk", flat=True)
    )
    for finding in found:
        yield _letter(finding, may_open=finding.letter_id in opened)


def _letter(finding: Responsibility, *, may_open: bool) -> Entry:
    letter, is_praise = finding.letter, finding.letter.kind == Kind.PRAISE
    unit = finding.unit or letter.unit
    verified = finding.finding == Responsibility.Finding.VERIFIED
    valid = finding.finding == Responsibility.Finding.BANK
    text = letter.text.strip()
    assert finding.decided_on is not None  # noqa: S101  (a constraint: a confirmed one is dated)
    return Entry(
        kind=EntryKind.PRAISE if is_praise else EntryKind.COMPLAINT,
        pk=letter.pk,
        day=finding.decided_on,
        unit=unit.short_name if unit else "",
        title=f"{letter.get_kind_display()} {letter.reference}：{finding.get_finding_display()}",
        text=f"{text[:_EXCERPT]}{'…' if len(text) > _EXCERPT else ''}",
        tone=GOOD if verified else BAD if valid else "",
        counts={"praise": int(verified), "complaints": int(valid)},
        page=("complaints:letter", letter.pk) if may_open else None,
    )


def quizzes(user: User, person: Staff) -> Iterator[Entry]:
    """Quizzes and skill tests."""
    for quiz in quizzes_visible_to(user).filter(staff=person):
        skill = quiz.kind == Quiz.Kind.SKILL
        name = "skill" if skill else "quiz"
        yield Entry(
            kind=EntryKind.SKILL if skill else EntryKind.QUIZ,
            pk=quiz.pk, day=quiz.date, unit=_place(quiz),
            title=f"{quiz.get_kind_display()}测试 {points(quiz.score)} 分",
            tone=BAD if quiz.score < PASS else "",
            counts={"skills" if skill else "quizzes": 1, f"{name}_points": quiz.score},
        )  # fmt: skip


def trainings(user: User, person: Staff) -> Iterator[Entry]:
    """Trainings taken part in, and missed."""
    for row in attendances_visible_to(user).filter(staff=person):
        training = row.training
        score = "" if row.score is None else f"，成绩 {points(row.score)} 分"
        yield Entry(
            kind=EntryKind.TRAINING, pk=row.pk, day=training.last_day, unit=_place(row),
            title=f"培训“{training.name}”",
            text=f"{points(training.hours)} 学时{score}" if row.attended else "缺席",
            tone="" if row.attended else BAD,
            counts={"trainings": 1, "hours": training.hours} if row.attended else {},
            page=("tellers:training", training.pk),
        )  # fmt: skip


def devices(user: User, person: Staff) -> Iterator[Entry]:
    """Months at the evaluation device, each on its last day."""
    for row in devices_visible_to(user).filter(staff=person):
        month, satisfied = Month.of(row.month), row.very_satisfied + row.satisfied
        used = _percent(row.evaluations, row.transactions)
        pleased = _percent(satisfied, row.evaluations)
        yield Entry(
            kind=EntryKind.DEVICE, pk=row.pk, day=month.last, unit=_place(row),
            title=f"{month.label}星级柜员牌：使用率 {used}，满意度 {pleased}",
            text=f"业务 {row.transactions} 笔，评价 {row.evaluations} 笔"
            + (f"，不满意 {row.dissatisfied} 笔" if row.dissatisfied else ""),
            tone=BAD if row.transactions and not row.evaluations else "",
            counts={"transactions": row.transactions, "evaluations": row.evaluations,
                    "satisfied": satisfied},
        )  # fmt: skip


def violations(user: User, person: Staff) -> Iterator[Entry]:
    """Violations, those taken back named as such."""
    found = violations_visible_to(user).filter(staff=person)
    for row in found.prefetch_related(shown_penalties(user)):
        stands = row.state == Violation.State.RECORDED
        yield Entry(
            kind=EntryKind.VIOLATION, pk=row.pk, day=row.day, unit=row.unit.short_name,
            title=f"{row.kind.name}（{row.get_severity_display()}）"
            + ("" if stands else f"，{row.get_state_display()}"),
            text=row.note if stands else row.revoked_reason or row.note,
            tone=BAD if stands else "",
            counts={"violations": int(stands)},
            page=("tellers:violation", row.pk),
        )  # fmt: skip


def penalties(user: User, person: Staff) -> Iterator[Entry]:
    """Penalties, on the day they were approved, or else proposed."""
    for row in penalties_visible_to(user).filter(staff=person):
        holds = row.state in IN_FORCE
        amount = f" {points(row.amount)} 元" if row.amount else ""
        year = f"（{row.year} 年度）" if row.year else ""
        yield Entry(
            kind=EntryKind.PENALTY, pk=row.pk, day=row.approved_on or row.proposed_on,
            unit=row.unit.short_name,
            title=f"{row.get_kind_display()}{amount}{year}，{row.get_state_display()}",
            text=f"{row.get_ground_display()}：{row.reason}",
            tone=BAD if holds else "",
            counts={"penalties": 1, "fines": row.amount or Decimal(0)} if holds else {},
            page=("tellers:penalty", row.pk),
        )  # fmt: skip


def stars(user: User, person: Staff) -> Iterator[Entry]:
    """Star ratings, on the last day of their period."""
    for row in star_ratings_visible_to(user).filter(staff=person):
        rated = row.status == StarRating.Status.RATED
        total = "" if row.total is None else f"总分 {row.total:.2f}"
        final = row.period.get_state_display()
        yield Entry(
            kind=EntryKind.STAR, pk=row.pk, day=row.period.last_day, unit=row.unit.short_name,
            title=f"{row.period.label} 星级评定：{_star(row) if rated else row.get_status_display()}",
            text="，".join(part for part in (total, row.reason, final) if part),
            tone=GOOD if row.star else "",
            page=("tellers:star_rating", row.pk),
        )  # fmt: skip


def _star(row: StarRating) -> str:
    return f"{'一二三四五'[row.star - 1]}星" if row.star else "未上星"


def _place(row: object) -> str:
    """The unit of its time, as `placed` found it."""
    return getattr(row, "place_name", None) or ""


def _percent(part: int, whole: int) -> str:
    return f"{Decimal(100) * part / whole:.2f}%" if whole else "—"


def points(number: Decimal) -> str:
    """A number without needless zeros."""
    return f"{number:f}".rstrip("0").rstrip(".") if "." in f"{number:f}" else f"{number:f}"


SOURCES: Final[tuple[Source, ...]] = (
    postings, inspections, letters, quizzes, trainings, devices, violations, penalties, stars,
)  # fmt: skip
