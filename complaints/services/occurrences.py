"""When something happened to a letter, and where its clock stood: what acts on the clock check."""

from datetime import date, datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone

from complaints.deadlines import COMPLAINT, Clock
from complaints.models import Letter
from complaints.selectors.clocks import clocks_of
from complaints.services.refusals import ActRefused

_LAST = timedelta(days=1) - timedelta(microseconds=1)


def happened_at(*, letter: Letter, on: date | None) -> datetime:
    """The time of something that happened on a day (none: now); an earlier day counts to its end.

    ValidationError, keyed `on`, for a day in the future or before the letter was received.
    """
    today = timezone.localdate()
    received = timezone.localdate(letter.received_at)
    if on is None or on == today:
        return timezone.now()
    if on > today:
        raise ValidationError({"on": "日期不能晚于今天"})
    if on < received:
        raise ValidationError({"on": f"日期不能早于受理日期{received}"})
    return timezone.make_aware(datetime.combine(on, time())) + _LAST


def clock_of(letter: Letter) -> Clock:
    """The letter's clock as its events now stand."""
    return clocks_of([letter])[letter.pk]


def complaint_clock(*, letter: Letter, act: str) -> Clock:
    """The running clock of a complaint; ActRefused for another kind. `act` completes “不能…”."""
    clock = clock_of(letter)
    if letter.kind != COMPLAINT or clock.kind != COMPLAINT:
        raise ActRefused(f"只有投诉才有法定期限，这封来信不能{act}")
    if not clock.running:
        raise ActRefused(f"这封来信没有正在计算的期限，不能{act}")
    return clock


def check_in_time(*, clock: Clock, day: date, act: str) -> None:
    """ActRefused when the deadline had passed by that day."""
    if clock.due and day > clock.due:
        raise ActRefused(f"办理期限{clock.due}已过，不能{act}")


def check_since(*, clock: Clock, day: date) -> None:
    """ValidationError, keyed `on`, for a day before the period that is counted now."""
    if clock.started_on and day < clock.started_on:
        raise ValidationError({"on": f"日期不能早于期限起算的{clock.started_on}"})
