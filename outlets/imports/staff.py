"""The staff file: 员工号 · 姓名 · 机构号 · 岗位 · 入职日期 · 离职日期, all or nothing."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from django.db import connection
from django.utils import timezone

from outlets.importing import ImportRequest, ImportResult
from outlets.models import Post, Posting, Staff, Unit
from outlets.services.tree import SINCE_EVER, branches_lock
from outlets.spreadsheets import Column, Row, Table, read_table

NUMBER, NAME, UNIT, POST, HIRED, LEFT = (
    "员工号", "姓名", "机构号", "岗位", "入职日期", "离职日期",
)  # fmt: skip
POSTS: Final = {post.label: post for post in Post}
BATCH: Final = 5_000
_DAY: Final = timedelta(days=1)

STAFF_COLUMNS: Final = (
    Column(NUMBER, required=True, example="2106001", hint="全系统唯一"),
    Column(NAME, required=True, example="张明"),
    Column(UNIT, required=True, example="AS0101", hint="现任职机构的机构号"),
    Column(POST, required=True, choices=tuple(POSTS), example="柜员"),
    Column(HIRED, kind="date", example=date(2008, 7, 1), hint="留空表示一直在职"),
    Column(LEFT, kind="date"),
)


_CORRECT: Final = """
UPDATE outlets_posting p
SET unit_id = v.unit_id, post = v.post, start = v.first_day, "end" = v.last_day
FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::date[], %s::date[])
    AS v(id, unit_id, post, first_day, last_day)
WHERE p.id = v.id
"""


@dataclass(slots=True)
class Line:
    """One sound row: who, where, as what, from when to when."""

    row: Row
    number: str
    name: str
    unit: Unit
    post: Post
    hired_on: date | None
    left_on: date | None


@dataclass(slots=True)
class Changes:
    """What a file does to postings; written by two statements."""

    corrected: dict[int, Posting] = field(default_factory=dict)
    started: list[Posting] = field(default_factory=list)
    moved: set[str] = field(default_factory=set)  # numbers of people whose postings change
    returned: set[str] = field(default_factory=set)  # numbers of people whose leaving was undone

    def start(self, staff: Staff, line: Line, day: date) -> None:
        """A new posting from a day on, to the day of leaving if that is known."""
        self.started.append(
            Posting(staff=staff, unit=line.unit, post=line.post, start=day, end=staff.left_on)
        )
        self.moved.add(line.number)

    def correct(self, posting: Posting, line: Line) -> None:
        """An existing posting, already changed in memory."""
        self.corrected[posting.pk] = posting
        self.moved.add(line.number)


def staff_import(request: ImportRequest) -> ImportResult:
    """Take on new people, update known ones; a changed 机构号 or 岗位 is a transfer.

    Transfers hold from the request's day. Somebody new works at the unit from 入职日期 on, or if
    that is unknown since ever; 离职日期 ends the posting.
    """
    table = read_table(request.book, STAFF_COLUMNS, mapping=request.mapping)
    table.unique(NUMBER)
    lines = _lines(table)
    known = _known(lines)
    for line in lines:
        _check(line, known.get(line.number), request)
    lines = [line for line in lines if line.row.is_sound]
    branches_lock(line.unit.branch_id for line in lines)
    known = _known(lines)
    result = ImportResult(ignored=table.ignored, created=len(lines) - len(known))
    changes = Changes()
    written = _stored(lines, known, changes, table)
    _plan(lines, known, changes, request.as_of or timezone.localdate())
    table.check()
    _write(changes)
    result.updated = len((written | changes.moved) & known.keys())
    result.unchanged = len(lines) - result.created - result.updated
    return result


def _known(lines: list[Line]) -> dict[str, Staff]:
    numbers = [line.number for line in lines]
    return {staff.number: staff for staff in Staff.objects.filter(number__in=numbers)}


def _lines(table: Table) -> list[Line]:
    codes = {row.shown(UNIT) for row in table.rows}
    units = {unit.code: unit for unit in Unit.objects.filter(code__in=codes)}
    return [line for row in table.rows if (line := _line(row, units))]


def _line(row: Row, units: dict[str, Unit]) -> Line | None:
    """The row's line, or None when a fault was noted."""
    code = row.text(UNIT, required=True, max_length=32)
    number = row.text(NUMBER, required=True, max_length=20)
    name = row.text(NAME, required=True, max_length=40)
    post = row.choice(POST, POSTS, required=True)
    hired_on, left_on = row.date(HIRED), row.date(LEFT)
    unit = units.get(code)
    if code and unit is None:
        row.refuse(UNIT, "没有这个机构")
    if hired_on and left_on and left_on < hired_on:
        row.refuse(LEFT, f"早于入职日期{hired_on}")
    if unit is None or post is None or not row.is_sound:
        return None
    return Line(row, number, name, unit, post, hired_on, left_on)


def _check(line: Line, old: Staff | None, request: ImportRequest) -> None:
    unit, actor = line.unit, request.actor
    if actor and actor.unit and unit.branch_id != actor.unit.branch_id:
        line.row.refuse(UNIT, "不属于您所在的分行")
    elif old and old.branch_id != unit.branch_id:
        line.row.refuse(NUMBER, "该员工号属于其他分行的员工")
    if unit.closed_on and (line.left_on is None or line.left_on >= unit.closed_on):
        line.row.refuse(UNIT, f"该机构已于{unit.closed_on}撤并")


def _stored(lines: list[Line], known: dict[str, Staff], changes: Changes, table: Table) -> set[str]:
    """Insert new people and update known ones in one statement a batch; whose facts differ."""
    differing = []
    for line in lines:
        staff = known.get(line.number) or Staff(branch_id=line.unit.branch_id, number=line.number)
        before = (staff.name, staff.hired_on, staff.left_on)
        staff.name = line.name
        staff.hired_on = line.hired_on if HIRED in table.present else staff.hired_on
        staff.left_on = line.left_on if LEFT in table.present else staff.left_on
        if before[2] and not staff.left_on:
            changes.returned.add(line.number)
        if staff.pk is None or before != (staff.name, staff.hired_on, staff.left_on):
            differing.append(staff)
    stored = Staff.objects.bulk_create(
        differing,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["number"],
        update_fields=["name", "hired_on", "left_on"],
    )
    fresh = {staff.number: staff for staff in stored if staff.number not in known}
    for line in lines:
        if line.number in fresh:
            staff = fresh[line.number]
            changes.start(staff, line, staff.hired_on or SINCE_EVER)
    return {staff.number for staff in differing}


def _plan(lines: list[Line], known: dict[str, Staff], changes: Changes, day: date) -> None:
    """Work out what becomes of the postings of those who were known before."""
    postings: dict[int, list[Posting]] = defaultdict(list)
    people = [staff.pk for staff in known.values()]
    for posting in Posting.objects.filter(staff_id__in=people).order_by("start"):
        postings[posting.staff_id].append(posting)
    for line in lines:
        if staff := known.get(line.number):
            history = postings[staff.pk]
            _follow_hiring(staff, line, history, changes)
            if staff.left_on:
                _leave(staff.left_on, line, history, changes)
            else:
                _transfer(staff, line, history, changes, day)


def _follow_hiring(staff: Staff, line: Line, history: list[Posting], changes: Changes) -> None:
    """The first posting begins no earlier than the day of hiring."""
    hired = staff.hired_on
    if not history or hired is None or history[0].start == hired:
        return
    first = history[0]
    if first.start > hired:
        return
    if first.end and first.end < hired:
        line.row.refuse(HIRED, f"晚于已有任职的结束日期{first.end}")
        return
    first.start = hired
    changes.correct(first, line)


def _leave(left_on: date, line: Line, history: list[Posting], changes: Changes) -> None:
    last = history[-1] if history else None
    if last and last.start > left_on:
        line.row.refuse(LEFT, f"早于现任职的开始日期{last.start}")
    elif last and (last.end is None or last.end > left_on):
        last.end = left_on
        changes.correct(last, line)


def _transfer(
    staff: Staff, line: Line, history: list[Posting], changes: Changes, day: date
) -> None:
    current = next((p for p in history if p.start <= day and (not p.end or p.end >= day)), None)
    later = next((p for p in history if p.start > day), None)
    holds = current or later
    if holds and (holds.unit_id, holds.post) == (line.unit.pk, line.post):
        if holds.end and line.number in changes.returned:
            holds.end = None
            changes.correct(holds, line)
        return
    if later:
        line.row.refuse(UNIT, f"该员工自{later.start}起已另有任职，请先核对")
    elif current and current.start == day:
        current.unit, current.post, current.end = line.unit, line.post, None
        changes.correct(current, line)
    else:
        if current:
            current.end = day - _DAY
            changes.correct(current, line)
        changes.start(staff, line, day)


def _write(changes: Changes) -> None:
    if changes.corrected:
        rows = [(p.pk, p.unit_id, p.post, p.start, p.end) for p in changes.corrected.values()]
        with connection.cursor() as cursor:
            cursor.execute(_CORRECT, [list(column) for column in zip(*rows, strict=True)])
    Posting.objects.bulk_create(changes.started, batch_size=BATCH)
