"""People and their postings."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from outlets.models import Posting, Staff, Unit
from outlets.selectors.staff import on_day

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where somebody works, as what, from when on."""

    unit: Unit
    post: str
    start: date


@transaction.atomic
def staff_create(*, number: str, name: str, hired_on: date | None, place: Place) -> Staff:
    """Take somebody on at a unit; ValidationError for a number in use or a day before hiring."""
    if Staff.objects.filter(number=number).exists():
        raise ValidationError({"number": f"员工号“{number}”已有员工使用"})
    staff = Staff.objects.create(
        branch_id=place.unit.branch_id, number=number, name=name, hired_on=hired_on
    )
    posting_start(staff=staff, place=place)
    return staff


@transaction.atomic
def staff_update(*, staff: Staff, name: str, hired_on: date | None, left_on: date | None) -> Staff:
    """Correct somebody's facts. A day of leaving ends the posting that runs on that day."""
    staff = _locked(staff)
    if hired_on and left_on and left_on < hired_on:
        raise ValidationError({"left_on": "离职日期早于入职日期"})
    first = staff.postings.order_by("start").first()
    if hired_on and first and first.start < hired_on and hired_on != staff.hired_on:
        raise ValidationError({"hired_on": f"入职日期晚于第一次任职的日期{first.start}"})
    staff.name, staff.hired_on, staff.left_on = name, hired_on, left_on
    staff.save(update_fields=["name", "hired_on", "left_on"])
    if left_on:
        _end_at(staff, left_on)
    return staff


def _end_at(staff: Staff, day: date) -> None:
    if later := staff.postings.filter(start__gt=day).first():
        raise ValidationError({"left_on": f"{later.start}起还有任职，晚于离职日期"})
    staff.postings.filter(on_day(day)).exclude(end=day).update(end=day)


@transaction.atomic
def posting_start(*, staff: Staff, place: Place) -> Posting:
    """Begin a posting with an open end; ValidationError when another one holds at that time."""
    _check_place(staff, place)
    with _one_at_a_time(staff):
        return Posting.objects.create(
            staff=staff, unit=place.unit, post=place.post, start=place.start
        )


def _check_place(staff: Staff, place: Place) -> None:
    unit = place.unit
    if unit.branch_id != staff.branch_id:
        raise ValidationError({"unit": f"“{unit.short_name}”属于其他分行"})
    if unit.closed_on and place.start >= unit.closed_on:
        raise ValidationError({"unit": f"“{unit.short_name}”已于{unit.closed_on}撤并"})
    if staff.hired_on and place.start < staff.hired_on:
        raise ValidationError({"start": f"任职日期早于入职日期{staff.hired_on}"})
    if staff.left_on and place.start > staff.left_on:
        raise ValidationError({"start": f"该员工已于{staff.left_on}离职"})


@contextmanager
def _one_at_a_time(staff: Staff) -> Iterator[None]:
    """Say what the database's exclusion constraint means."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "one_posting_at_a_time" not in str(error):
            raise
        raise ValidationError(
            {"start": f"{staff.name}（{staff.number}）在这段时间已有任职，同一时间只能在一个岗位"}
        ) from error


@transaction.atomic
def posting_end(*, posting: Posting, end: date) -> Posting:
    """End a posting; the day is the last one worked there."""
    if end < posting.start:
        raise ValidationError({"end": f"结束日期早于开始日期{posting.start}"})
    with _one_at_a_time(posting.staff):
        posting.end = end
        posting.save(update_fields=["end"])
    return posting


@transaction.atomic
def staff_transfer(*, staff: Staff, place: Place) -> Posting:
    """Move somebody to another unit or post from a day on; the posting so far ends the day before.

    ValidationError when the running posting began on that day or later, or another follows.
    """
    staff = _locked(staff)
    current = staff.postings.filter(on_day(place.start)).first()
    if current and current.start >= place.start:
        raise ValidationError({"start": f"现任职自{current.start}开始，调动日期应晚于这一天"})
    if current and (current.unit_id, current.post) == (place.unit.pk, place.post):
        raise ValidationError({"unit": "与现任职的机构和岗位相同"})
    if current:
        posting_end(posting=current, end=place.start - _DAY)
    return posting_start(staff=staff, place=place)


def _locked(staff: Staff) -> Staff:
    return Staff.objects.select_for_update().get(pk=staff.pk)
