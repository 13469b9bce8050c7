"""A page of the letters sought, with how many there are: bounded work however many there are.

Words that most letters say are found among the newest letters by reading those; words that few say
by the index. What is counted is counted up to CAP; beyond that the number is estimated.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from accounts.models import User
from complaints.excerpts import Piece, excerpt
from complaints.models import Letter
from complaints.selectors.search import SAID, LetterSought, letters_filed, said, with_words

PAGE: Final = 50
CAP: Final = 1_000
# So many of the newest letters are read for words before the index is asked: with a word in more
# than one of eighty that fills a page, and the index is left with words it is quick with.
READ: Final = 4_000
NEAR: Final = 10


class Row(NamedTuple):
    """A letter of the list with the part of its text that shows why it is there."""

    letter: Letter
    excerpt: list[Piece]


@dataclass(frozen=True, slots=True)
class LetterList:
    """One page. `states` counts by state where all are known; more than CAP are counted as CAP + 1."""

    rows: list[Row]
    number: int
    has_next: bool
    count: str  # "37", "1,000 以上", "约 12,000"
    is_exact: bool
    states: dict[str, int] = field(default_factory=dict)
    last: int | None = None  # the last page, where known

    @property
    def ends_early(self) -> bool:
        """Whether there are more letters than pages."""
        return not self.is_exact and self.number * PAGE >= CAP


class Slice(NamedTuple):
    """Letters found: ids in order, enough for the page; the count, and whether that is exact."""

    ids: list[int]
    total: int
    is_exact: bool
    is_estimate: bool = False
    states: dict[str, int] = {}


def letter_list(user: User, sought: LetterSought, page: int, today: date) -> LetterList:
    """The page of that number (from 1), in a constant number of queries."""
    page = max(1, min(page, CAP // PAGE))
    rows = letters_filed(user, sought, today)
    wanted = page * PAGE + 1
    try:
        found = _worded(rows, sought, wanted) if sought.words else _plain(rows, sought, wanted)
    except EmptyResultSet:  # somebody who sees none
        found = Slice([], 0, is_exact=True)
    shown = found.ids[(page - 1) * PAGE : page * PAGE]
    return LetterList(
        rows=_rows(rows, shown, sought.words),
        number=page,
        has_next=len(found.ids) >= wanted and page * PAGE < CAP,
        count=_count(found),
        is_exact=found.is_exact,
        states=found.states,
        last=-(-found.total // PAGE) or 1 if found.is_exact else None,
    )


def _rows(letters: QuerySet[Letter], ids: Sequence[int], words: Sequence[str]) -> list[Row]:
    held = letters.model.objects.filter(pk__in=ids).select_related("unit", "staff", "handler")
    by_id = held.defer(*letters.query.deferred_loading[0]).in_bulk()
    return [Row(by_id[one], excerpt(by_id[one].text, words)) for one in ids]


def _count(found: Slice) -> str:
    if found.is_exact:
        return f"{found.total:,}"
    return f"约 {found.total:,}" if found.is_estimate else f"{CAP:,} 以上"


def _plain(rows: QuerySet[Letter], sought: LetterSought, wanted: int) -> Slice:
    states = _counted_by_state(rows)
    chosen = rows.filter(state=sought.state) if sought.state else rows
    ids = list(chosen.values_list("pk", flat=True)[:wanted])
    counts = [states.get(sought.state, 0)] if sought.state else list(states.values())
    if max(counts, default=0) <= CAP:
        return Slice(ids, sum(counts), is_exact=sum(counts) <= CAP, states=states)
    return Slice(ids, _estimated(chosen), is_exact=False, is_estimate=True, states=states)


def _counted_by_state(rows: QuerySet[Letter]) -> dict[str, int]:
    """Letters by state, each counted up to CAP + 1. One statement."""
    parts: list[str] = []
    params: list[Any] = []
    for state in Letter.State:
        one = rows.filter(state=state).order_by().values_list("state")[: CAP + 1]
        sql, values = one.query.sql_with_params()
        parts.append(f"({sql})")
        params += values
    counting = f"SELECT state, count(*) FROM ({' UNION ALL '.join(parts)}) held GROUP BY state"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(counting, params)
        return dict(cursor.fetchall())


def _worded(rows: QuerySet[Letter], sought: LetterSought, wanted: int) -> Slice:
    newest = _newest(rows, sought.words)
    if newest.is_all:
        return _known(newest.hits, sought.state)
    if len(newest.hits) > PAGE:
        return _common(rows, newest, sought, wanted)
    # What none of the newest says would not fill the page from those near them either.
    if newest.hits and (near := _near(rows, newest, sought, wanted)):
        return near
    found = list(with_words(rows, sought.words).values_list("pk", "state")[: CAP + 1])
    if len(found) <= CAP:
        return _known(found, sought.state)
    if sought.state:
        return _common(rows, newest, sought, wanted)
    return Slice([pk for pk, _ in found], CAP, is_exact=False)


def _known(hits: Sequence[tuple[int, str]], state: str) -> Slice:
    """All hits are at hand: the page and every count come from them."""
    ids = [pk for pk, held in hits if state in {"", held}]
    return Slice(ids, len(ids), is_exact=True, states=dict(Counter(held for _, held in hits)))


class Newest(NamedTuple):
    """The letters read, and of them (id, state) of those that say the words, in order.

    They came between `first` and `last`.
    """

    read: int
    hits: list[tuple[int, str]]
    first: datetime
    last: datetime

    @property
    def is_all(self) -> bool:
        """Whether there are no more letters than were read."""
        return self.read < READ


def _newest(rows: QuerySet[Letter], words: Sequence[str]) -> Newest:
    """Read the first letters of an order for words. One statement."""
    first = rows.annotate(said=SAID).values_list("pk", "state", "received_at", "said")[:READ]
    sql, params = first.query.sql_with_params()
    says = " AND ".join(["strpos(said, lower(%s)) > 0"] * len(words))
    reading = (
        f"SELECT count(*), min(at), max(at), array_agg(id) FILTER (WHERE {says}),"  # noqa: S608
        f" array_agg(state) FILTER (WHERE {says}) FROM ({sql}) first (id, state, at, said)"
    )
    with connection.cursor() as cursor:
        cursor.execute(reading, [*words, *words, *params])
        read, first_at, last_at, ids, states = cursor.fetchone()
    return Newest(read, list(zip(ids or (), states or (), strict=True)), first_at, last_at)


def _near(
    rows: QuerySet[Letter], newest: Newest, sought: LetterSought, wanted: int
) -> Slice | None:
    """The page, by the index, from the letters of NEAR times as long; None when they do not fill it.

    Of a word that some letters say it would otherwise gather all only to show the newest.
    """
    reach = (newest.last - newest.first) * (NEAR - 1)
    if sought.sort == "due":
        return None
    if sought.sort == "received":
        close = rows.filter(received_at__lte=newest.last + reach)
    else:
        close = rows.filter(received_at__gte=newest.first - reach)
    found = list(with_words(close, sought.words).values_list("pk", "state")[: CAP + 1])
    ids = [pk for pk, state in found if sought.state in {"", state}]
    if len(ids) < wanted:
        return None
    total = _rounded(_estimated(rows) * len(ids) // (newest.read * NEAR))
    return Slice(ids, max(total, len(ids)), is_exact=False, is_estimate=True)


def _common(rows: QuerySet[Letter], newest: Newest, sought: LetterSought, wanted: int) -> Slice:
    """Words that many letters say: the page from the newest letters, the number from their share."""
    if sought.state:
        rows = rows.filter(state=sought.state)
        newest = _newest(rows, sought.words)
    if newest.is_all:
        return _known(newest.hits, "")._replace(states={})
    ids = [pk for pk, _ in newest.hits]
    if len(ids) < wanted:
        ids = list(rows.filter(*said(sought.words)).values_list("pk", flat=True)[:wanted])
    total = _rounded(_estimated(rows) * len(newest.hits) // newest.read)
    return Slice(ids, max(total, len(ids)), is_exact=False, is_estimate=True)


def _estimated(rows: QuerySet[Letter]) -> int:
    """How many rows the planner expects, in two figures."""
    (plan,) = json.loads(rows.order_by().explain(format="json"))
    return _rounded(int(plan["Plan"]["Plan Rows"]))


def _rounded(number: int) -> int:
    step: int = 10 ** max(0, len(str(number)) - 2)
    return round(number / step) * step
