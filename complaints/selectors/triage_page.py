"""One letter on the triage screen, with everything that helps to decide. Constant queries."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils import timezone

from accounts.models import User
from complaints.deadlines import Clock, Step
from complaints.models import Channel, Kind, Letter, LetterEvent, Severity, TriageLease
from complaints.pinyin import search_keys
from complaints.selectors.clocks import clocks_by_kind
from complaints.selectors.handlers import Candidate, candidates_for, reason_for
from complaints.selectors.relations import Candidate as Likeness
from complaints.selectors.relations import duplicates_of
from complaints.selectors.suggestions import Suggested, suggestions_for
from complaints.selectors.triage import held_elsewhere, leases_elsewhere, triage_queue
from complaints.suggestions import Suggestion
from complaints.taxonomy import BUSINESSES, CAUSES, SERVICE_CHANNELS
from outlets.models import Posting, Staff, Unit
from outlets.selectors.staff import on_day

E = LetterEvent.Kind

# What came back to triage, and for what reason.
_BACK: Final = (E.RETURNED, E.RECUSED, E.REOPENED)
_SUGGESTED: Final = ("kind", "unit", "staff", "service_channel", "business", "cause", "severity")


_UNKNOWN: Final = {"": "（未定）"}
# The lists of codes, in the order of the screen: the key that leads there and the entries.
_LISTS: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "service_channel": ("q", {**_UNKNOWN, **SERVICE_CHANNELS}),
    "business": ("w", {**_UNKNOWN, **BUSINESSES}),
    "cause": ("r", {**_UNKNOWN, **CAUSES}),
    "channel": ("l", dict(Channel.choices)),
}


@dataclass(frozen=True, slots=True)
class Option:
    """An entry of a list: its value, what it is called, what it is searched by, why it is barred."""

    value: str
    label: str
    keys: str
    against: str = ""


@dataclass(frozen=True, slots=True)
class People:
    """Who is concerned: the employees of the unit, who could handle it, and which are chosen."""

    staff: list[Option]
    staff_value: str
    handlers: list[Option]
    handler_value: str
    handler_reason: str


@dataclass(frozen=True, slots=True)
class CodeList:
    """A list of codes on the screen: its field, the key that leads there, its entries, and why."""

    name: str
    key: str
    options: list[Option]
    value: str
    why: Suggestion | None


@dataclass(frozen=True, slots=True)
class Deadline:
    """The deadline a letter would have as this kind, with its explanation."""

    kind: str
    label: str
    clock: Clock

    @property
    def step(self) -> Step | None:
        """The line of the explanation that being sorted as this kind adds."""
        return self.clock.steps[-1] if self.clock.steps else None


@dataclass(frozen=True, slots=True)
class TriagePage:
    """What the screen shows of one letter. `values` are the fields' values as text."""

    letter: Letter
    suggested: Suggested
    values: dict[str, str]
    units: list[Option]
    lists: list[CodeList]
    people: People
    deadlines: list[Deadline]
    duplicates: list[Likeness]
    back: LetterEvent | None
    until: datetime | None

    @property
    def reasons(self) -> dict[str, Suggestion | None]:
        """The surest suggestion of each field."""
        return {name: self.suggested.first(name) for name in _SUGGESTED}

    @property
    def other_units(self) -> list[Option]:
        """The units that the text may mean besides the surest."""
        others = [one.value for one in self.suggested.by_field["unit"][1:]]
        return [one for one in self.units if one.value in others]


@dataclass(frozen=True, slots=True)
class Queue:
    """How many letters wait, and who else is sorting some of them."""

    waiting: int
    free: int
    elsewhere: list[TriageLease]


def queue_of(user: User) -> Queue:
    """The user's triage queue. Three queries."""
    waiting = triage_queue(user)
    return Queue(
        waiting=waiting.count(),
        free=waiting.exclude(held_elsewhere(user)).count(),
        elsewhere=list(leases_elsewhere(user)),
    )


def triage_page(user: User, letter: Letter, given: Mapping[str, str] | None = None) -> TriagePage:
    """The screen of a letter the user sorts; `given` is what was posted and came back."""
    suggested = suggestions_for(letter)
    values = dict(given) if given is not None else _values(letter, suggested)
    lease = TriageLease.objects.filter(letter=letter, triager=user).first()
    return TriagePage(
        letter=letter,
        suggested=suggested,
        values=values,
        units=_units(letter.branch_id),
        lists=[_code_list(name, values, suggested) for name in _LISTS],
        people=people_of(letter, values, keep=given is not None),
        deadlines=_deadlines(letter),
        duplicates=duplicates_of(user, letter),
        back=_back(letter),
        until=lease.until if lease else None,
    )


def _values(letter: Letter, suggested: Suggested) -> dict[str, str]:
    """What is chosen to begin with: what was decided before, else what is suggested."""
    decided = {
        "kind": letter.kind,
        "unit": str(letter.unit_id or ""),
        "staff": str(letter.staff_id or ""),
        "service_channel": letter.service_channel,
        "business": letter.business,
        "cause": letter.cause,
        "severity": letter.severity if letter.kind else "",
    }
    offered = {name: one.value if (one := suggested.first(name)) else "" for name in _SUGGESTED}
    values = {name: decided[name] or offered[name] for name in decided}
    return values | {
        "channel": letter.channel,
        "severity": values["severity"] or Severity.NORMAL.value,
    }


def _units(branch_id: int) -> list[Option]:
    """The branch's units in the order of the tree, those closed marked. One query."""
    rows = Unit.objects.filter(branch=branch_id).order_by("path")
    return [
        Option(
            str(pk),
            f"{short}（{code}）" + ("已撤并" if closed_on else ""),
            search_keys(short, name, code),
        )
        for pk, code, name, short, closed_on in rows.values_list(
            "pk", "code", "name", "short_name", "closed_on"
        )
    ]


def _code_list(name: str, values: Mapping[str, str], suggested: Suggested) -> CodeList:
    key, labels = _LISTS[name]
    options = [Option(code, label, search_keys(label, code)) for code, label in labels.items()]
    return CodeList(name, key, options, values.get(name, ""), suggested.first(name))


def people_of(letter: Letter, values: Mapping[str, str], *, keep: bool = False) -> People:
    """The employees of the chosen unit and the possible handlers; who must recuse says why.

    A handler already chosen stays while nothing stands against it (`keep`: in any case), else the
    first free one is chosen.
    """
    about = _about(letter, values)
    candidates = candidates_for(about)
    chosen = next((one for one in candidates if str(one.user.pk) == values.get("handler")), None)
    if not keep and (chosen is None or not chosen.is_free):
        chosen = next((one for one in candidates if one.is_free), None)
    staff = _staff(about)
    return People(
        staff=staff,
        staff_value=str(about.staff_id or ""),
        handlers=[_handler(one) for one in candidates],
        handler_value=str(chosen.user.pk) if chosen else "",
        handler_reason=reason_for(chosen) if chosen and chosen.is_free else "",
    )


def _about(letter: Letter, values: Mapping[str, str]) -> Letter:
    """The letter as it would be with what is chosen; never saved."""
    unit = _row(Unit.objects.filter(branch=letter.branch_id), values.get("unit", ""))
    staff = _row(Staff.objects.filter(branch=letter.branch_id), values.get("staff", ""))
    return Letter(
        pk=letter.pk,
        branch_id=letter.branch_id,
        received_at=letter.received_at,
        unit=unit,
        staff=staff,
    )


def _row(rows: Any, pk: str) -> Any:
    return rows.filter(pk=int(pk)).first() if pk.isdecimal() and len(pk) < len(str(2**63)) else None


def _staff(letter: Letter) -> list[Option]:
    """The employees posted at the unit on the letter's day, and the chosen one wherever posted."""
    day = timezone.localdate(letter.received_at)
    posted = Posting.objects.filter(on_day(day), unit=letter.unit_id).select_related("staff")
    people = [(one.staff, one.get_post_display()) for one in posted.order_by("staff__number")]
    if letter.staff and all(one.pk != letter.staff_id for one, _ in people):
        people.insert(0, (letter.staff, "不在该机构"))
    return [
        Option(str(one.pk), f"{one.name}（{one.number}）{post}", search_keys(one.name, one.number))
        for one, post in people
    ]


def _handler(one: Candidate) -> Option:
    label = f"{one.user.name} · {one.user.get_role_display()} · 在办 {one.open} 件"
    return Option(
        str(one.user.pk), label, search_keys(one.user.name, one.user.username), one.against
    )


def _deadlines(letter: Letter) -> list[Deadline]:
    clocks = clocks_by_kind(letter, Kind.values, timezone.now())
    return [Deadline(one.value, one.label, clocks[one.value]) for one in Kind]


def _back(letter: Letter) -> LetterEvent | None:
    """The last time the letter came back to triage, and why."""
    back = LetterEvent.objects.filter(letter=letter, kind__in=_BACK)
    return back.select_related("actor").order_by("-at", "-pk").first()
