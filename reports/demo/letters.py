"""Two years of 95566 letters, as rows of the letters file; the totals are those the reports tell.

2010: 216 letters, 110 inquiries, 7 suggestions, 61 praise, 38 complaints, 19 of them valid. 2011:
135, 96, 3, 10 and 26, of which 2 valid, none from 1 to 7 October.
"""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from accounts.models import User
from complaints.models import Kind, Letter
from complaints.services.relations import letter_grew
from outlets.models import Post, Posting, Unit
from outlets.months import Month
from reports.demo.files import rows_import
from reports.demo.letter_words import (
    COMPLAINTS,
    INQUIRIES,
    OUTCOMES,
    PRAISE,
    SUGGESTIONS,
    Occasion,
)
from reports.demo.organisation import GIVEN, SEED, SURNAMES, Place, places

FIRST_LETTERS: Final = Month(2010, 1)
INQUIRY, SUGGESTION, PRAISED, COMPLAINT = "协查", "建议", "表扬", "投诉"
TOTALS: Final[Mapping[int, Mapping[str, int]]] = {
    2010: {INQUIRY: 110, SUGGESTION: 7, PRAISED: 61, COMPLAINT: 38},
    2011: {INQUIRY: 96, SUGGESTION: 3, PRAISED: 10, COMPLAINT: 26},
}
VALID: Final = {2010: 19, 2011: 2}
LATE: Final = {2010: 7, 2011: 3}
OCCASIONS: Final[Mapping[str, Sequence[Occasion]]] = {
    INQUIRY: INQUIRIES,
    SUGGESTION: SUGGESTIONS,
    PRAISED: PRAISE,
    COMPLAINT: COMPLAINTS,
}
# The days a complaint is valid on in 2011; in between nothing was found against the bank.
_VALID_DAYS: Final = (date(2011, 2, 17), date(2011, 8, 9))
HOLIDAY: Final = (date(2011, 10, 1), date(2011, 10, 7))
IN_HOLIDAY: Final = {INQUIRY: 5, COMPLAINT: 2}
GROWS_WITHIN: Final = timedelta(days=20)
# Days until an answer: in time, and late (inquiries have 3 working days, complaints 15 days).
_DAYS: Final = {INQUIRY: (0, 2), SUGGESTION: (2, 6), PRAISED: (1, 4), COMPLAINT: (3, 13)}
_LATE_DAYS: Final = {INQUIRY: (10, 14), COMPLAINT: (17, 22)}


@dataclass(slots=True)
class Planned:
    """One letter to come: its day and type, whether a complaint is valid, whether answered late."""

    day: date
    kind: str
    valid: bool = False
    late: bool = False


def planned(year: int) -> list[Planned]:
    """A year's letters by day."""
    chance = random.Random(f"{SEED}:letters:{year}")
    found = [
        Planned(_day(chance, year), kind)
        for kind, count in TOTALS[year].items()
        for _ in range(count)
    ]
    complaints = [one for one in found if one.kind == COMPLAINT]
    for number, one in enumerate(complaints[: VALID[year]]):
        one.valid = True
        one.day = _VALID_DAYS[number] if year == _VALID_DAYS[0].year else one.day
    if year == HOLIDAY[0].year:
        for kind, count in IN_HOLIDAY.items():
            for one in [one for one in found if one.kind == kind and not one.valid][:count]:
                one.day = HOLIDAY[0] + timedelta(days=chance.randint(0, 6))
    answered = [one for one in found if one.kind in _LATE_DAYS and not one.valid]
    for one in chance.sample(answered, LATE[year]):
        one.late = True
    return sorted(found, key=lambda one: (one.day, one.kind))


def _day(chance: random.Random, year: int) -> date:
    """Any day of the year outside the holiday that is told apart."""
    while True:
        day = date(year, 1, 1) + timedelta(days=chance.randint(0, 364))
        if not HOLIDAY[0] <= day <= HOLIDAY[1]:
            return day


def letters_import(branch: Unit, months: Iterable[Month], actor: User) -> None:
    """Bring the letters received in these months in, unless they are there already."""
    wanted = list(months)
    rows = [row for row in _rows(branch) if Month.of(_received(row)) in wanted]
    references = [row["工单号"] for row in rows]
    known = Letter.objects.filter(branch=branch, reference__in=references)
    there = set(known.values_list("reference", flat=True))
    missing = [row for row in rows if row["工单号"] not in there]
    if missing:
        rows_import("letters", missing, actor=actor)


def letters_grown(branch: Unit, actor: User) -> None:
    """Say of some complaints that an inquiry at the same unit was not settled before them."""
    told = Letter.objects.filter(branch=branch, source=Letter.Source.FILE).order_by("received_at")
    inquiries = told.filter(kind=Kind.INQUIRY)
    for complaint in told.filter(kind=Kind.COMPLAINT):
        since = complaint.received_at - GROWS_WITHIN
        before = inquiries.filter(
            unit=complaint.unit, received_at__range=(since, complaint.received_at)
        )
        inquiry = before.last()
        if inquiry is not None and not complaint.links.exists():
            letter_grew(complaint=complaint, inquiry=inquiry, actor=actor)


def _received(row: Mapping[str, str]) -> date:
    return date.fromisoformat(row["受理时间"][:10])


def _rows(branch: Unit) -> Iterator[dict[str, str]]:
    """Every row of both years, the same each time."""
    tellers = _tellers(branch)
    for year in TOTALS:
        chance = random.Random(f"{SEED}:letter rows:{year}")
        for number, one in enumerate(planned(year), 1):
            place = _place(chance, one)
            yield _row(chance, one, f"95566-{year}-{number:04d}", place, tellers[place.code])


def _tellers(branch: Unit) -> dict[str, list[tuple[str, str]]]:
    """Number and name of those who were tellers of each unit all the time."""
    held: dict[str, list[tuple[str, str]]] = {}
    rows = Posting.objects.filter(
        unit__branch=branch, post=Post.TELLER, start__lte=FIRST_LETTERS.first, end=None
    )
    for code, number, name in rows.order_by("staff__number").values_list(
        "unit__code", "staff__number", "staff__name"
    ):
        held.setdefault(code, []).append((number, name))
    return held


def _place(chance: random.Random, one: Planned) -> Place:
    """Where it happened: praise where service is good, complaints where it is not."""
    found = places()
    if one.kind == INQUIRY and not one.late:
        return chance.choice(found)
    good = sorted(found, key=lambda place: -place.quality)
    return chance.choice(good[:24] if one.kind == PRAISED else good[24:])


def _row(
    chance: random.Random,
    one: Planned,
    reference: str,
    place: Place,
    tellers: Sequence[tuple[str, str]],
) -> dict[str, str]:
    occasion = chance.choice(OCCASIONS[one.kind])
    number, name = chance.choice(tellers)
    received = datetime.combine(one.day, time(chance.randint(8, 18), chance.randint(0, 59)))
    low, high = _LATE_DAYS[one.kind] if one.late else _DAYS[one.kind]
    closed = received + timedelta(days=chance.randint(low, high), hours=1)
    finding = ("有效" if one.valid else "客户责任") if one.kind == COMPLAINT else ""
    customer, phone = _customer(chance)
    named = "{员工}" in occasion.text
    return {
        "工单号": reference,
        "来源": "95566",
        "类型": one.kind,
        "受理时间": f"{received:%Y-%m-%d %H:%M}",
        "客户姓名": customer,
        "联系电话": phone,
        "机构号": place.code,
        "员工号": number if named else "",
        "业务类别": occasion.business,
        "原因": occasion.cause,
        "内容": _text(chance, occasion, place, name, f"客户{customer}（电话{phone}）"),
        "办结时间": f"{closed:%Y-%m-%d %H:%M}",
        "责任认定": finding,
        "处理结果": chance.choice(OUTCOMES[finding or one.kind]),
    }


def _customer(chance: random.Random) -> tuple[str, str]:
    """Nobody: a solar term for a name, and a number that no network gives out."""
    name = chance.choice(SURNAMES) + chance.choice(GIVEN)
    return name, f"1380000{chance.randint(0, 9999):04d}"


def _text(chance: random.Random, occasion: Occasion, place: Place, name: str, who: str) -> str:
    text = occasion.text.format(
        网点=place.name,
        员工=f"柜员{name}",
        金额=chance.choice((200, 500, 800, 1000, 2000, 3500, 5000, 12000)),
        时刻=chance.choice(("当日上午", "当日下午", "前一日中午", "上周五", "开门不久")),
    )
    return f"{who}来电。{text}"
