"""The letters file: 工单号 · 来源 · 类型 · … (LETTER_COLUMNS), all or nothing."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from complaints.imports.columns import (
    BODY,
    BUSINESS,
    BUSINESS_CODES,
    CAUSE,
    CAUSE_CODES,
    CHANNEL,
    CHANNELS,
    CLOSED,
    FINDING,
    FINDINGS,
    KIND,
    KINDS,
    MAX_BODY,
    MAX_OUTCOME,
    NAME,
    NUMBER,
    OUTCOME,
    PHONE,
    PRIVATE,
    READ_COLUMNS,
    RECEIVED,
    STAFF,
    UNIT,
)
from complaints.imports.known import filling_of
from complaints.imports.lookups import Lookups
from complaints.models import Channel, Kind, Letter, Responsibility
from complaints.redaction import mask_name, redact
from complaints.services.arrivals import Arrival, Filling, letters_arrive, letters_fill
from complaints.services.letters import LetterFacts
from outlets.importing import ImportRequest, ImportResult
from outlets.models import Staff, Unit
from outlets.spreadsheets import ImportRefused, Row, Table, read_table

_MOBILE: Final = re.compile(r"1[3-9]\d{9}")

Found = tuple[Row, Arrival]


def letters_import(request: ImportRequest) -> ImportResult:
    """Take letters in; those known get what they lack, and the same again changes nothing."""
    table = read_table(request.book, READ_COLUMNS, mapping=request.mapping)
    table.unique(NUMBER)
    look = Lookups(table, request.actor)
    found = [(row, one) for row in table.rows if (one := _arrival(row, look)) is not None]
    fresh, fillings = _sorted(found, look)
    _check(table)
    changed = [one for one in fillings if one.changes]
    _write(fresh, changed, request)
    return ImportResult(
        created=len(fresh),
        updated=len(changed),
        unchanged=len(fillings) - len(changed),
        ignored=table.ignored,
    )


def _write(fresh: list[Arrival], changed: list[Filling], request: ImportRequest) -> None:
    try:
        with transaction.atomic():
            letters_arrive(arrivals=fresh, actor=request.actor)
            letters_fill(fillings=changed, actor=request.actor)
    except IntegrityError as error:
        raise ImportRefused.whole("有工单号相同的来信刚被登记，请稍后重试") from error


def _check(table: Table) -> None:
    """As `Table.check`, with what names customers masked in the messages."""
    table.errors[:] = [
        replace(error, value=_masked(error.column, error.value)) for error in table.errors
    ]
    table.check()


def _masked(column: str, value: str) -> str:
    if column not in PRIVATE:
        return value
    return mask_name(value) if column == NAME else redact(value)


def _sorted(found: list[Found], look: Lookups) -> tuple[list[Arrival], list[Filling]]:
    """New letters, and what known ones get."""
    fresh: list[Arrival] = []
    fillings: list[Filling] = []
    for row, arrival in found:
        letter = look.known.get((arrival.branch.pk, arrival.facts.reference))
        _check_end(row, arrival, letter)
        if not row.is_sound:
            continue
        if letter is None:
            fresh.append(arrival)
        elif filling := filling_of(row, letter, arrival, look.findings.get(letter.pk)):
            fillings.append(filling)
    return fresh, fillings


def _arrival(row: Row, look: Lookups) -> Arrival | None:
    """The row's letter, or None when a fault was noted."""
    reference = _reference(row)
    received = _moment(row, RECEIVED, required=True)
    day = timezone.localdate(received) if received else None
    unit = _unit(row, look, day)
    branch = unit.branch if unit else _branch(row, look)
    facts = LetterFacts(
        reference=reference,
        channel=row.choice(CHANNEL, CHANNELS) or Channel.HOTLINE,
        source=Letter.Source.FILE,
        kind=row.choice(KIND, KINDS) or "",
        received_at=received or timezone.now(),
        customer_name=row.text(NAME, max_length=40),
        customer_phone=_phone(row),
        unit=unit,
        staff=_staff(row, look, unit, day),
        business=_coded(row, BUSINESS, BUSINESS_CODES),
        cause=_coded(row, CAUSE, CAUSE_CODES),
        body=row.text(BODY, required=True, max_length=MAX_BODY),
        closed_at=_closed(row, received),
        outcome=row.text(OUTCOME, max_length=MAX_OUTCOME),
    )
    finding = row.choice(FINDING, FINDINGS) or ""
    if branch is None or not row.is_sound:
        return None
    return Arrival(branch, facts, finding)


def _reference(row: Row) -> str:
    reference = row.text(NUMBER, required=True, max_length=40)
    if _MOBILE.fullmatch(reference):
        row.refuse(NUMBER, "像是手机号，不能作工单号")
    return reference


def _moment(row: Row, column: str, *, required: bool = False) -> datetime | None:
    """A local time that is not in the future."""
    moment = row.moment(column, required=required)
    if moment is None:
        return None
    aware = timezone.make_aware(moment)
    if aware > timezone.now():
        row.refuse(column, "时间在将来")
        return None
    return aware


def _closed(row: Row, received: datetime | None) -> datetime | None:
    closed = _moment(row, CLOSED)
    if closed is None or received is None or closed >= received:
        return closed
    local = timezone.localtime(closed)
    if local.date() == timezone.localdate(received) and local.time() == datetime.min.time():
        return received  # only the day is known
    row.refuse(CLOSED, f"早于受理时间{timezone.localtime(received):%Y-%m-%d %H:%M}")
    return None


def _unit(row: Row, look: Lookups, day: date | None) -> Unit | None:
    code = row.text(UNIT, max_length=32)
    unit = look.units.get(code)
    if not code:
        return None
    if unit is None:
        row.refuse(UNIT, "没有这个机构")
    elif look.actor is not None and look.branch is not None and unit.branch_id != look.branch.pk:
        row.refuse(UNIT, "不属于您所在的分行")
    elif day is not None and not _is_open(unit, day):
        row.refuse(UNIT, "该机构受理当天未开业或已撤并")
    return unit


def _is_open(unit: Unit, day: date) -> bool:
    return (unit.opened_on is None or unit.opened_on <= day) and (
        unit.closed_on is None or unit.closed_on > day
    )


def _branch(row: Row, look: Lookups) -> Unit | None:
    """The branch of a letter about no unit, or about one there is not."""
    if look.branch is None and not row.has(UNIT):
        row.refuse(UNIT, "有多家分行，须填写机构号")
    return look.branch


def _staff(row: Row, look: Lookups, unit: Unit | None, day: date | None) -> Staff | None:
    number = row.text(STAFF, max_length=20)
    staff = look.staff.get(number)
    if not number:
        return None
    if staff is None:
        row.refuse(STAFF, "没有这个员工")
    elif not row.has(UNIT):
        row.refuse(STAFF, "填写员工号的须同时填写机构号")
    elif unit is not None and day is not None and not look.posted(staff, unit, day):
        row.refuse(STAFF, "该员工受理当天不在该机构任职")
    return staff


def _phone(row: Row) -> str:
    phone = row.text(PHONE, max_length=40)
    if phone and not any(character.isdigit() for character in phone):
        row.refuse(PHONE, "不是电话号码")
    return phone


def _coded(row: Row, column: str, codes: Mapping[str, str]) -> str:
    """The code of a class written by its label or code."""
    word = row.text(column, max_length=20)
    code = codes.get(word, "")
    if word and not code:
        labels = "、".join(label for label in codes if codes[label] != label)
        row.refuse(column, f"没有这一类，应是：{labels}")
    return code


def _check_end(row: Row, arrival: Arrival, letter: Letter | None) -> None:
    """Closing needs a type; a finding, a closed complaint and whom it is about; a result, an end."""
    facts = arrival.facts
    kind = facts.kind or (letter.kind if letter else "")
    closed = facts.closed_at or (letter.closed_at if letter else None)
    if letter is not None and letter.kind and facts.kind == letter.first_kind:
        kind = letter.kind
    if facts.closed_at and not kind:
        row.refuse(KIND, "已办结的须填写类型")
    if arrival.finding and kind != Kind.COMPLAINT:
        row.refuse(FINDING, "只有投诉作责任认定")
    elif arrival.finding and not closed:
        row.refuse(FINDING, "作了责任认定的须填写办结时间")
    elif arrival.finding in _OF_A_UNIT and not (facts.unit or (letter and letter.unit_id)):
        row.refuse(UNIT, f"责任认定为“{row.shown(FINDING)}”的须填写机构号")
    if facts.outcome and not closed:
        row.refuse(OUTCOME, "填写处理结果的须填写办结时间")


_OF_A_UNIT: Final = {Responsibility.Finding.BANK, Responsibility.Finding.MIXED}
