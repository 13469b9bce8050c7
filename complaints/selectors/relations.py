"""Which letters tell the same matter, and how many there are with and without repeats."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User
from complaints.models import Letter, LetterLink, LetterNumber
from complaints.selectors.letters import letters_visible_to
from complaints.shingles import ALIKE, shingles, similarity

# How far apart letters of one customer, and letters told alike, are looked for.
SAME_CUSTOMER: Final = timedelta(days=180)
SAME_TEXT: Final = timedelta(days=30)
_COMPARED: Final = 200  # texts; the nearest in time
_SHOWN: Final = 5
_REPEATS: Final = (LetterLink.Kind.REPEAT, LetterLink.Kind.MERGED)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A letter that may tell the same matter: by which kinds of number, and how alike (0..1)."""

    letter: Letter
    numbers: tuple[str, ...]
    alike: float

    @property
    def percent(self) -> int:
        """The likeness in percent."""
        return round(100 * self.alike)


def duplicates_of(user: User, letter: Letter) -> list[Candidate]:
    """The visible letters most likely about the same matter, likeliest first. Four queries.

    Same phone, card or identity number by its digest; or a similar text about the same unit, or, as
    long as the unit is not known, about any.
    """
    digests = LetterNumber.objects.filter(letter=letter).values("digest")
    telling = Telling(letter.text, digests, letter.unit_id, letter.received_at)
    return likely_same(_unrelated(letters_visible_to(user), letter), telling)


class Telling(NamedTuple):
    """What letters are compared with: a masked text, the digests of its numbers, where and when."""

    text: str
    digests: Any
    unit_id: int | None
    at: datetime


def likely_same(seen: QuerySet[Letter], telling: Telling) -> list[Candidate]:
    """Those of some letters most likely about the same matter as a telling, likeliest first."""
    shared = _shared(seen, telling)
    near = _near(seen, telling, SAME_CUSTOMER).filter(pk__in=shared)
    about = Q(unit=None) | Q(unit=telling.unit_id) if telling.unit_id else Q()
    told = _near(seen, telling, SAME_TEXT).filter(about)[:_COMPARED]
    own = shingles(telling.text)
    found = {
        one.pk: Candidate(one, tuple(shared.get(one.pk, ())), similarity(own, shingles(one.text)))
        for one in [*near, *told]
    }
    likely = [one for one in found.values() if one.numbers or one.alike >= ALIKE]
    return sorted(likely, key=lambda one: (-len(one.numbers), -one.alike))[:_SHOWN]


def _unrelated(letters: QuerySet[Letter], letter: Letter) -> QuerySet[Letter]:
    """Without the letter itself and those already linked to it."""
    links = LetterLink.objects.exclude(kind=LetterLink.Kind.DUPLICATE)
    return letters.exclude(pk=letter.pk).exclude(
        Exists(links.filter(letter=OuterRef("pk"), other=letter))
        | Exists(links.filter(other=OuterRef("pk"), letter=letter))
    )


def _shared(letters: QuerySet[Letter], telling: Telling) -> dict[int, list[str]]:
    """The kinds of number each of these letters shares with the telling."""
    same = LetterNumber.objects.filter(
        digest__in=telling.digests, letter__in=letters.order_by().values("pk")
    )
    shared: dict[int, list[str]] = {}
    for one in same:
        shared.setdefault(one.letter_id, []).append(one.get_kind_display())
    return shared


def _near(letters: QuerySet[Letter], telling: Telling, span: timedelta) -> QuerySet[Letter]:
    return letters.filter(received_at__range=(telling.at - span, telling.at + span))


class Counts(NamedTuple):
    """How many letters there are, and how many matters when repeats count once."""

    raw: int
    distinct: int


def letter_counts(letters: QuerySet[Letter]) -> Counts:
    """Raw and de-duplicated counts of letters. Two queries."""
    return Counts(letters.count(), distinct_letters(letters).count())


def distinct_letters(letters: QuerySet[Letter]) -> QuerySet[Letter]:
    """Those that neither repeat an earlier letter nor were merged into another."""
    return letters.exclude(
        Exists(LetterLink.objects.filter(letter=OuterRef("pk"), kind__in=_REPEATS))
    )


@dataclass(frozen=True, slots=True)
class Related:
    """A letter linked to the one on the page, and how it stands to it, in Chinese."""

    link: LetterLink
    letter: Letter
    words: str


_FORWARD: Final = {
    LetterLink.Kind.DUPLICATE: "疑似重复",
    LetterLink.Kind.REPEAT: "本件重复了",
    LetterLink.Kind.MERGED: "本件已并入",
    LetterLink.Kind.ESCALATED: "本件由协查转来",
}
_BACKWARD: Final = {
    LetterLink.Kind.DUPLICATE: "疑似重复",
    LetterLink.Kind.REPEAT: "重复了本件",
    LetterLink.Kind.MERGED: "已并入本件",
    LetterLink.Kind.ESCALATED: "由本件转为投诉",
}


def related_to(user: User, letter: Letter) -> list[Related]:
    """The visible letters linked to this one, in the order they were linked. Two queries."""
    links = list(LetterLink.objects.filter(Q(letter=letter) | Q(other=letter)).order_by("pk"))
    seen = letters_visible_to(user).in_bulk(_others(links, letter))
    return [
        Related(link, seen[pk], _words(link, letter))
        for link in links
        if (pk := _other(link, letter)) in seen
    ]


def _others(links: Iterable[LetterLink], letter: Letter) -> list[int]:
    return [_other(link, letter) for link in links]


def _other(link: LetterLink, letter: Letter) -> int:
    return link.other_id if link.letter_id == letter.pk else link.letter_id


def _words(link: LetterLink, letter: Letter) -> str:
    words = _FORWARD if link.letter_id == letter.pk else _BACKWARD
    return words[LetterLink.Kind(link.kind)]
