"""The inspections file: one row an item, all or nothing; what it brings is submitted and released."""

import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from inspections.models import Channel, ChecklistVersion, Inspection
from inspections.scoring import NA, InvalidAnswer, ScoringError, read
from inspections.selectors.forms import FormItem, VersionForm, published_form
from inspections.services.arrivals import WaveUnderWay, arrivals_insert, wave_for_arrivals
from inspections.services.records import Record
from inspections.services.sheets import (
    MAX_NOTE,
    Reply,
    Sheet,
    Surroundings,
    content_hash,
    sheet_score,
)
from inspections.services.visits import is_open_on
from outlets.importing import ImportRequest, ImportResult, Kind, register
from outlets.models import Posting, Staff, Unit
from outlets.months import Month
from outlets.spreadsheets import Column, ImportRefused, Row, SheetOut, Table, read_table

NUMBER, UNIT, CHANNEL, DATE, WHO = "检查编号", "机构号", "渠道", "检查日期", "检查人"
STANDARD, LABEL, CODE, RESULT, STAFF, NOTE = "标准", "版本", "编号", "结果", "员工号", "备注"
CHANNELS: Final = {channel.label: channel.value for channel in Channel}
# What is the same on every row of an inspection.
HEAD: Final = (UNIT, CHANNEL, DATE, WHO, STANDARD, LABEL)
NAMED: Final = 10
_NAMESPACE: Final = uuid.UUID("5f0c9c39-9a0e-5c0f-9d5f-0a3c1f6a2b11")
_SAFE: Final = re.compile(r"[0-9A-Za-z_.\-]+")

INSPECTION_COLUMNS: Final = (
    Column(NUMBER, required=True, example="M2011040001", hint="同一次检查的各行相同；不能与已有的重复"),
    Column(UNIT, required=True, example="AS0101"),
    Column(CHANNEL, required=True, choices=tuple(CHANNELS), example="明查", width=8),
    Column(DATE, required=True, kind="date", example=date(2011, 4, 12)),
    Column(WHO, required=True, example="王督导", hint="检查人的登录名或姓名"),
    Column(STANDARD, required=True, example="营业网点文明优质服务检查标准", width=30),
    Column(LABEL, required=True, example="2011版"),
    Column(CODE, required=True, example="1.01", width=8, hint="检查标准中的项目编号"),
    Column(RESULT, required=True, example="合格", hint="合格、不合格、差错次数、档名、数值或不适用"),
    Column(STAFF, example="2100001", hint="被检查的员工，须当日在该网点任职"),
    Column(NOTE, example="", width=30, hint="不适用时写明原因"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Head:
    """What the rows of one inspection share, as looked up."""

    number: str
    unit: Unit
    channel: str
    date: date
    inspector: User | None
    inspector_name: str
    form: VersionForm


@dataclass
class Lookups:
    """Everything the rows refer to, each kind fetched by one query."""

    table: Table
    actor: User | None

    @cached_property
    def units(self) -> Mapping[str, Unit]:
        found = Unit.objects.filter(code__in=self._words(UNIT)).select_related("branch")
        return {unit.code: unit for unit in found}

    @cached_property
    def versions(self) -> Mapping[tuple[int, str, str], ChecklistVersion]:
        found = ChecklistVersion.objects.filter(
            checklist__name__in=self._words(STANDARD), published_at__isnull=False
        ).select_related("checklist")
        return {(one.checklist.branch_id, one.checklist.name, one.label): one for one in found}

    @cached_property
    def inspectors(self) -> Mapping[tuple[int, str], User]:
        """By branch and login name, or by a name that only one of them has."""
        found = User.objects.filter(
            role__in=[Role.INSPECTOR, Role.SHOPPER], unit__isnull=False
        ).select_related("unit")
        people: dict[tuple[int, str], list[User]] = {}
        for user in found:
            assert user.unit is not None  # noqa: S101  (filtered)
            for word in {user.username, user.name}:
                people.setdefault((user.unit.branch_id, word), []).append(user)
        return {key: users[0] for key, users in people.items() if len(users) == 1}

    @cached_property
    def staff(self) -> Mapping[str, int]:
        numbers = self._words(STAFF)
        return dict(Staff.objects.filter(number__in=numbers).values_list("number", "pk"))

    @cached_property
    def postings(self) -> Mapping[tuple[int, int], list[tuple[date, date | None]]]:
        """(staff, unit) → from, to."""
        held: dict[tuple[int, int], list[tuple[date, date | None]]] = {}
        rows = Posting.objects.filter(
            staff_id__in=self.staff.values(), unit__code__in=self._words(UNIT)
        )
        for staff, unit, start, end in rows.values_list("staff", "unit", "start", "end"):
            held.setdefault((staff, unit), []).append((start, end))
        return held

    @cached_property
    def known(self) -> Mapping[tuple[int, str], str]:
        """(branch, number) → content hash of the inspections there are already."""
        found = Inspection.objects.filter(number__in=self._words(NUMBER))
        rows = found.values_list("branch", "number", "content_hash")
        return {(branch, number): known for branch, number, known in rows}

    def posted(self, staff: int, unit: int, day: date) -> bool:
        spans = self.postings.get((staff, unit), ())
        return any(start <= day and (end is None or end >= day) for start, end in spans)

    def _words(self, column: str) -> set[str]:
        return {row.shown(column) for row in self.table.rows} - {""}


def inspections_import(request: ImportRequest) -> ImportResult:
    """Check every row, store all inspections, release them; the same ones again change nothing."""
    table = read_table(request.book, INSPECTION_COLUMNS, mapping=request.mapping)
    look = Lookups(table, request.actor)
    records = [
        record
        for number, rows in _grouped(table)
        if (record := _record(number, rows, look)) is not None
    ]
    table.check()
    fresh = [one for one in records if _key(one) not in look.known]
    fresh = _with_waves(fresh, look)
    table.check()
    try:
        with transaction.atomic():
            arrivals_insert(records=fresh, actor=request.actor)
    except IntegrityError as error:
        raise ImportRefused.whole("有编号相同的检查刚被导入，请稍后重试") from error
    return ImportResult(
        created=len(fresh), unchanged=len(records) - len(fresh), ignored=table.ignored
    )


def _key(record: Record) -> tuple[int, str]:
    return record.facts["branch_id"], record.facts["number"]


def _grouped(table: Table) -> Iterable[tuple[str, list[Row]]]:
    """The rows of each inspection, in the order of their first ones."""
    groups: dict[str, list[Row]] = {}
    for row in table.rows:
        number = row.text(NUMBER, required=True, max_length=40)
        if number:
            groups.setdefault(number, []).append(row)
    return groups.items()


def _record(number: str, rows: list[Row], look: Lookups) -> Record | None:
    """One inspection, checked and scored; None when a fault was noted."""
    first, *others = rows
    head = _head(number, first, look)
    _compare(first, others)
    if head is None:
        return None
    sheet = Sheet(date=head.date, replies=_replies(head, rows, look))
    missing = [item.code for item in head.form.items.values() if item.id not in sheet.replies]
    if missing and all(row.is_sound for row in rows):
        more = f"等{len(missing)}项" if len(missing) > NAMED else ""
        first.refuse(NUMBER, f"该次检查缺少项目{'、'.join(missing[:NAMED])}{more}")
    if not all(row.is_sound for row in rows):
        return None
    record = Record(
        uuid=uuid.uuid5(_NAMESPACE, f"{head.unit.branch_id}:{number}"),
        form=head.form,
        sheet=sheet,
        scored=sheet_score(head.form, sheet, Surroundings()),
        facts=_facts(head),
    )
    _check_known(record, first, look)
    return record


def _facts(head: Head) -> dict[str, object]:
    return {
        "number": head.number,
        "branch_id": head.unit.branch_id,
        "unit_id": head.unit.pk,
        "unit_path": head.unit.path,
        "channel": head.channel,
        "inspector_id": head.inspector.pk if head.inspector else None,
        "inspector_name": head.inspector_name,
    }


def _check_known(record: Record, first: Row, look: Lookups) -> None:
    known = look.known.get(_key(record))
    if known is not None and known != content_hash(record.form, record.sheet):
        first.refuse(NUMBER, "该编号的检查已在系统中，内容与本文件不同")


def _head(number: str, row: Row, look: Lookups) -> Head | None:
    unit = _unit(row, look)
    channel = row.choice(CHANNEL, CHANNELS, required=True)
    day = row.date(DATE, required=True)
    name = row.text(WHO, required=True, max_length=64)
    if not _SAFE.fullmatch(number):
        row.refuse(NUMBER, "只能用字母、数字和 - _ .")
    if day is not None:
        _check_day(row, unit, day)
    form = _form(row, look, unit, channel)
    if unit is None or channel is None or day is None or form is None or not row.is_sound:
        return None
    inspector = look.inspectors.get((unit.branch_id, name))
    return Head(number, unit, channel, day, inspector, inspector.name if inspector else name, form)


def _unit(row: Row, look: Lookups) -> Unit | None:
    code = row.text(UNIT, required=True, max_length=32)
    if not code:
        return None
    unit = look.units.get(code)
    if unit is None:
        row.refuse(UNIT, "没有这个机构")
    elif look.actor and look.actor.unit and unit.branch_id != look.actor.unit.branch_id:
        row.refuse(UNIT, "不属于您所在的分行")
    elif not unit.serves_customers:
        row.refuse(UNIT, "该机构不对外营业，不能检查")
    return unit


def _check_day(row: Row, unit: Unit | None, day: date) -> None:
    if day > timezone.localdate():
        row.refuse(DATE, "日期在将来")
    elif unit is not None and not is_open_on(unit, day):
        row.refuse(DATE, "该机构当日未开业或已撤并")


def _form(row: Row, look: Lookups, unit: Unit | None, channel: str | None) -> VersionForm | None:
    name = row.text(STANDARD, required=True, max_length=80)
    label = row.text(LABEL, required=True, max_length=20)
    if unit is None or channel is None or not (name and label):
        return None
    version = look.versions.get((unit.branch_id, name, label))
    if version is None:
        row.refuse(LABEL, f"没有已发布的标准“{name} {label}”")
        return None
    form = published_form(version.pk, channel)
    if not form.items:
        row.refuse(CHANNEL, "该标准没有适用于这一渠道的项目")
    return form


def _compare(first: Row, others: Iterable[Row]) -> None:
    """The head columns must not change within an inspection."""
    wanted = [first.shown(column) for column in HEAD]
    for row in others:
        for column, value in zip(HEAD, wanted, strict=True):
            if row.shown(column) != value:
                row.refuse(column, f"与同一次检查的第{first.line}行不一致")


def _replies(head: Head, rows: list[Row], look: Lookups) -> dict[int, Reply]:
    by_code = {item.code: item for item in head.form.items.values()}
    lines: dict[int, int] = {}
    replies: dict[int, Reply] = {}
    for row in rows:
        code = row.text(CODE, required=True, max_length=16)
        item = by_code.get(code)
        if item is None:
            if code:
                row.refuse(CODE, f"该标准没有适用于{Channel(head.channel).label}的这个项目")
        elif item.id in lines:
            row.refuse(CODE, f"与第{lines[item.id]}行重复")
        else:
            lines[item.id] = row.line
            replies[item.id] = _reply(head, item, row, look)
    return replies


def _reply(head: Head, item: FormItem, row: Row, look: Lookups) -> Reply:
    text = row.text(RESULT, required=True, max_length=32)
    note = row.text(NOTE, max_length=MAX_NOTE)
    value = ""
    if text:
        try:
            value = read(item.rule, text).value
        except (InvalidAnswer, ScoringError) as error:
            row.refuse(RESULT, str(error))
    if value == NA and not note:
        row.refuse(NOTE, "选择“不适用”须写明原因")
    return Reply(value, note, _staff(head, row, look))


def _staff(head: Head, row: Row, look: Lookups) -> int | None:
    number = row.text(STAFF, max_length=20)
    if not number:
        return None
    staff = look.staff.get(number)
    if staff is None:
        row.refuse(STAFF, "没有这个员工")
    elif not look.posted(staff, head.unit.pk, head.date):
        row.refuse(STAFF, "该员工当日不在该网点任职")
    return staff


def _with_waves(records: list[Record], look: Lookups) -> list[Record]:
    """Covert ones join their month's wave, which must not be under way: they come out at once."""
    months = {_branch_month(one) for one in records if one.facts["channel"] == Channel.COVERT}
    waves: dict[tuple[int, Month], int] = {}
    for branch, month in sorted(months):
        try:
            waves[branch, month] = wave_for_arrivals(branch_id=branch, month=month)
        except WaveUnderWay as error:
            _refuse_month((branch, month), records, look, str(error))
    return [_in_wave(one, waves) for one in records]


def _refuse_month(
    place: tuple[int, Month], records: Iterable[Record], look: Lookups, reason: str
) -> None:
    """Note at the first row of each covert inspection of the month why it cannot come in."""
    numbers = {
        one.facts["number"]
        for one in records
        if one.facts["channel"] == Channel.COVERT and _branch_month(one) == place
    }
    for row in look.table.rows:
        if (number := row.shown(NUMBER)) in numbers:
            numbers.discard(number)
            row.refuse(DATE, reason)


def _branch_month(record: Record) -> tuple[int, Month]:
    return record.facts["branch_id"], Month.of(record.sheet.date)


def _in_wave(record: Record, waves: Mapping[tuple[int, Month], int]) -> Record:
    if record.facts["channel"] != Channel.COVERT:
        return record
    wave = waves.get(_branch_month(record))
    return replace(record, facts={**record.facts, "wave_id": wave})


register(
    Kind(
        key="inspections",
        label="检查",
        sheets=(SheetOut("检查", INSPECTION_COLUMNS, []),),
        run=inspections_import,
    )
)
