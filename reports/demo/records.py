"""What is known of the demonstration's tellers: the evaluation device, quizzes, skill tests."""

import random
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from accounts.models import User
from outlets.models import Unit
from outlets.months import Month
from outlets.selectors import working_calendar
from outlets.workdays import working_days_between
from reports.demo.files import rows_import
from reports.demo.organisation import SEED, Place, places
from reports.demo.people import tellers_at, traits
from tellers.models import DeviceMonth, Quiz

FIRST_DEVICES: Final = Month(2010, 1)
SKILL_TESTS: Final = (date(2011, 6, 18), date(2011, 11, 19))
QUIZ_DAY: Final = 20
QUIZZED: Final = 2  # a month and outlet
DAILY: Final = 60  # transactions a working day
# From month to month more customers are asked to evaluate.
GAIN: Final = 0.004
_JULY: Final = Month(2011, 7)


def devices_import(branch: Unit, months: Sequence[Month], office: User) -> None:
    """Bring the device months of all tellers in, of those months that have none."""
    there = set(
        DeviceMonth.objects.filter(branch=branch, month__in=[month.first for month in months])
        .order_by()
        .values_list("month", flat=True)
        .distinct()
    )
    missing = [month for month in months if month.first not in there]
    rows = [row for month in missing for row in _devices(branch, month)]
    if rows:
        rows_import("device", rows, actor=office)


def _devices(branch: Unit, month: Month) -> Iterator[dict[str, str]]:
    calendar = working_calendar(month.year)
    days = working_days_between(month.first, month.last, calendar)
    later = (month.year - _JULY.year) * 12 + month.month - _JULY.month
    for place, number in _everybody(branch, month):
        chance = random.Random(f"{SEED}:device:{number}:{month}")
        held = traits(number, place)
        done = round(days * DAILY * held.pace * chance.uniform(0.93, 1.07))
        asks = min(0.98, (held.asks + GAIN * later) * chance.uniform(0.97, 1.03))
        asked = round(done * max(0.0, asks))
        pleased = round(asked * min(0.995, held.pleases * chance.uniform(0.99, 1.01)))
        very, neutral = round(pleased * 0.8), round((asked - pleased) * 0.75)
        yield {
            "月份": str(month),
            "员工号": number,
            "业务笔数": str(done),
            "评价笔数": str(asked),
            "非常满意": str(very),
            "满意": str(pleased - very),
            "一般": str(neutral),
            "不满意": str(asked - pleased - neutral),
        }


def tests_import(branch: Unit, month: Month, office: User) -> None:
    """Bring the month's knowledge quizzes and skill tests in, those kinds that are not there."""
    held = Quiz.objects.filter(branch=branch, date__range=(month.first, month.last))
    there = set(held.order_by().values_list("kind", flat=True).distinct())
    rows = [] if Quiz.Kind.KNOWLEDGE in there else [*_quizzes(branch, month)]
    rows += [] if Quiz.Kind.SKILL in there else [*_skill_tests(branch, month)]
    if rows:
        rows_import("quizzes", rows, actor=office)


def _quizzes(branch: Unit, month: Month) -> Iterator[dict[str, str]]:
    """Two people an outlet are asked."""
    chance = random.Random(f"{SEED}:quiz:{month}")
    people: dict[str, list[tuple[Place, str]]] = {}
    for place, number in _everybody(branch, month):
        people.setdefault(place.code, []).append((place, number))
    for held in people.values():
        for place, number in chance.sample(held, QUIZZED):
            score = 55 + 0.42 * traits(number, place).tests + chance.uniform(-5, 5)
            yield _result(date(month.year, month.month, QUIZ_DAY), number, score, "知识")


def _skill_tests(branch: Unit, month: Month) -> Iterator[dict[str, str]]:
    """Counting notes and typing, by everybody, twice a year."""
    for day in (day for day in SKILL_TESTS if Month.of(day) == month):
        for place, number in _everybody(branch, month):
            chance = random.Random(f"{SEED}:skill:{number}:{day}")
            yield _result(day, number, traits(number, place).tests + chance.uniform(-3, 3), "技能")


def _result(day: date, number: str, score: float, kind: str) -> dict[str, str]:
    points = min(100, max(0, round(score)))
    return {"日期": day.isoformat(), "员工号": number, "成绩": str(points), "类别": kind}


def _everybody(branch: Unit, month: Month) -> Iterator[tuple[Place, str]]:
    """Each teller of the month with the place, by the place and number."""
    units = Unit.objects.filter(branch=branch, serves_customers=True)
    held = tellers_at(list(units), month.first, month.last)
    for place in places():
        yield from ((place, number) for number in held.get(place.code, ()))
