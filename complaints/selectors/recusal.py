"""Who must recuse from a letter: the facts that `complaints.recusal` decides on, read set-based."""

from collections import defaultdict
from collections.abc import Collection

from django.utils import timezone

from accounts.models import User
from complaints.models import Letter, LetterEvent
from complaints.recusal import Handler, Held, Named, conflicts
from outlets.models import Posting, Unit


def conflicts_of(user: User, letter: Letter) -> tuple[str, ...]:
    """Why this user must recuse from this letter, in Chinese; empty when nothing stands against it."""
    return conflicts_by_user([user], letter)[user.pk]


def conflicts_by_user(users: Collection[User], letter: Letter) -> dict[int, tuple[str, ...]]:
    """The reasons against each of these users, by id. Two queries, however many users."""
    asked = LetterEvent.objects.filter(letter=letter, kind=LetterEvent.Kind.RECUSED)
    asking = set(asked.values_list("actor", flat=True))
    held = _postings({one.staff_id for one in users} | {letter.staff_id})
    named = Named(
        timezone.localdate(letter.received_at),
        letter.unit_id,
        letter.staff_id,
        held[letter.staff_id],
    )
    return {
        one.pk: conflicts(
            Handler(one.staff_id, _own_unit(one), held[one.staff_id], one.pk in asking), named
        )
        for one in users
    }


def _own_unit(user: User) -> int | None:
    """The unit that is a user's own; the branch is everybody's and nobody's."""
    unit = user.unit
    return None if unit is None or unit.kind == Unit.Kind.BRANCH else unit.pk


def _postings(staff_ids: Collection[int | None]) -> defaultdict[int | None, list[Held]]:
    held: defaultdict[int | None, list[Held]] = defaultdict(list)
    rows = Posting.objects.filter(staff__in=[one for one in staff_ids if one is not None])
    for staff_id, unit_id, start, end in rows.values_list("staff", "unit", "start", "end"):
        held[staff_id].append(Held(unit_id, start, end))
    return held
