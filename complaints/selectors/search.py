"""Which of the visible letters are sought: by words, numbers and everything they are filed under."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Lower
from django.db.models.lookups import Contains
from django.utils import timezone

from accounts.models import User
from accounts.roles import Capability
from complaints.models import Letter, LetterLink, LetterNumber, Responsibility
from complaints.selectors.letters import letters_visible_to
from outlets.models import Unit

NONE: Final = "none"  # as a value: those that have none
SORTS: Final[Mapping[str, tuple[Any, ...]]] = {
    "-received": ("-received_at", "-id"),
    "received": ("received_at", "id"),
    "due": (F("due_on").asc(nulls_last=True), "id"),
}
NEWEST: Final = "-received"
_State = Letter.State
_PLAIN: Final = ("kind", "channel", "business", "cause", "severity")
_REPEATS: Final = (LetterLink.Kind.REPEAT, LetterLink.Kind.MERGED)


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterSought:
    """What is looked for; everything left empty does not matter.

    `number` is the blind index of a phone, card or identity number, in hexadecimal. `under` is a
    unit with all below it now; `unit` a unit alone; `institution` the 机构 a letter's unit belonged
    to when it came. `kind`, `channel`, `business`, `cause`, `unit`, `institution` and
    `responsibility` may be NONE; `repeats` NONE leaves out letters that repeat others.
    """

    words: tuple[str, ...] = ()
    number: str = ""
    kind: str = ""
    state: str = ""
    channel: str = ""
    business: str = ""
    cause: str = ""
    severity: str = ""
    responsibility: str = ""
    repeats: str = ""
    under: Unit | None = None
    unit: str = ""
    institution: str = ""
    staff: int | None = None
    person: str = ""
    handler: User | None = None
    since: date | None = None
    until: date | None = None
    overdue: bool = False
    todo: bool = False
    sort: str = NEWEST


def letters_sought(user: User, sought: LetterSought, today: date) -> QuerySet[Letter]:
    """Every visible letter that is sought, in the order asked for: for lists of any length."""
    rows = with_words(letters_filed(user, sought, today), sought.words)
    return rows.filter(state=sought.state) if sought.state else rows


def letters_filed(user: User, sought: LetterSought, today: date) -> QuerySet[Letter]:
    """The same but for its words and its state."""
    rows = letters_visible_to(user)
    for narrowed in _NARROWINGS:
        rows = narrowed(rows, user, sought, today)
    return rows.order_by(*SORTS.get(sought.sort, SORTS[NEWEST]))


# What a letter says: also its number, so that a part of that is found too.
SAID: Final = Lower(
    Func(
        F("reference"), F("text"),
        template="(%(expressions)s)", arg_joiner=" || ' ' || ", output_field=TextField(),
    )
)  # fmt: skip


def with_words(rows: QuerySet[Letter], words: Iterable[str]) -> QuerySet[Letter]:
    """Those that say all of the words (substrings of two characters or more), by the index.

    The index has every pair of neighbouring characters; what has all pairs of a word is then read.
    """
    words = tuple(words)
    if not words:
        return rows
    return rows.filter(_has_pairs(words), *said(words))


def said(words: Iterable[str]) -> list[Contains]:
    """The conditions that a letter says each word, by reading it."""
    return [Contains(SAID, Lower(Value(word))) for word in words]


def _has_pairs(words: Iterable[str]) -> Func:
    pairs = sorted({word[at : at + 2] for word in words for at in range(len(word) - 1)})
    quoted = (pair.replace("\\", "\\\\").replace("'", "''") for pair in pairs)
    wanted = Lower(Value(" & ".join(f"'{pair}'" for pair in quoted)))
    held = Func(
        F("reference"), F("text"), function="letter_bigrams", output_field=TextField()
    )  # fmt: skip
    return Func(
        held, wanted,
        template="(%(expressions)s::tsquery)", arg_joiner=" @@ ", output_field=BooleanField(),
    )  # fmt: skip


Rows = QuerySet[Letter]
Narrowing = Callable[[Rows, User, LetterSought, date], Rows]


def _filed(rows: Rows, _user: User, sought: LetterSought, _today: date) -> Rows:
    given = {name: getattr(sought, name) for name in _PLAIN}
    return rows.filter(
        **{name: "" if value == NONE else value for name, value in given.items() if value}
    )


def _numbered(rows: Rows, _user: User, sought: LetterSought, _today: date) -> Rows:
    if not sought.number:
        return rows
    held = LetterNumber.objects.filter(digest=bytes.fromhex(sought.number))
    return rows.filter(pk__in=held.values("letter"))


def _placed(rows: Rows, _user: User, sought: LetterSought, _today: date) -> Rows:
    if sought.under is not None:
        rows = rows.filter(unit__in=Unit.objects.filter(path__startswith=sought.under.path))
    if sought.unit:
        rows = rows.filter(unit=None if sought.unit == NONE else int(sought.unit))
    return _belonging(rows, sought.institution) if sought.institution else rows


def _belonging(rows: Rows, institution: str) -> Rows:
    """Those whose unit belonged to an institution, the nearest above, when they came; or to none."""
    institutions = Unit.objects.filter(kind=Unit.Kind.INSTITUTION)
    if institution == NONE:
        branches = rows.order_by().values("branch")[:1]
        codes = institutions.filter(branch__in=branches).values_list("code", flat=True)
        return rows.filter(Q(unit=None) | ~_through(codes))
    held = institutions.filter(pk=int(institution)).first()
    if held is None:
        return rows.none()
    nearer = institutions.filter(path__startswith=held.path).exclude(pk=held.pk)
    return rows.filter(_through([held.code])).exclude(
        _through(nearer.values_list("code", flat=True))
    )


def _through(codes: Iterable[str]) -> Q:
    """The path as it was leads through one of these units."""
    found = Q(pk__in=[])
    for code in codes:
        found |= Q(unit_path__startswith=f"{code}/") | Q(unit_path__contains=f"/{code}/")
    return found


def _named(rows: Rows, _user: User, sought: LetterSought, _today: date) -> Rows:
    if sought.staff is not None:
        rows = rows.filter(staff=sought.staff)
    if sought.person:
        rows = rows.filter(Q(staff__number=sought.person) | Q(staff__name__contains=sought.person))
    return rows if sought.handler is None else rows.filter(handler=sought.handler)


def _judged(rows: Rows, _user: User, sought: LetterSought, today: date) -> Rows:
    if not sought.responsibility:
        return rows
    held = Responsibility.objects.filter(
        Q(superseded_on=None) | Q(superseded_on__gt=today),
        letter=OuterRef("pk"),
        state=Responsibility.State.CONFIRMED,
        decided_on__lte=today,
    )
    if sought.responsibility == NONE:
        return rows.filter(~Exists(held))
    return rows.filter(Exists(held.filter(finding=sought.responsibility)))


def _unrepeated(rows: Rows, _user: User, sought: LetterSought, _today: date) -> Rows:
    if sought.repeats != NONE:
        return rows
    again = LetterLink.objects.filter(letter=OuterRef("pk"), kind__in=_REPEATS)
    return rows.exclude(state=_State.MERGED).filter(~Exists(again))


def _received(rows: Rows, _user: User, sought: LetterSought, _today: date) -> Rows:
    if sought.since is not None:
        rows = rows.filter(received_at__gte=_midnight(sought.since))
    if sought.until is not None:
        rows = rows.filter(received_at__lt=_midnight(sought.until + timedelta(days=1)))
    return rows


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def _due(rows: Rows, user: User, sought: LetterSought, today: date) -> Rows:
    if sought.overdue:
        late = Q(answered_on=None, due_on__lt=today)
        rows = rows.filter(late, state__in=(_State.RECEIVED, _State.ASSIGNED))
    return rows.filter(_waiting_for(user)) if sought.todo else rows


def _waiting_for(user: User) -> Q:
    """What somebody has to do something about: theirs in hand, to assign, to sign."""
    waiting = Q(handler=user, state__in=(_State.ASSIGNED, _State.ANSWERED))
    if user.can(Capability.LETTERS_TRIAGE):
        waiting |= Q(state=_State.RECEIVED)
    if user.can(Capability.LETTERS_CONFIRM):
        proposed = Responsibility.objects.filter(state=Responsibility.State.PROPOSED)
        waiting |= Q(pk__in=proposed.exclude(proposed_by=user).values("letter"))
    return waiting


_NARROWINGS: Final[tuple[Narrowing, ...]] = (
    _filed, _numbered, _placed, _named, _judged, _unrepeated, _received, _due,
)  # fmt: skip
