"""How a user stands to a letter: what they may do with it, its state apart."""

from dataclasses import dataclass
from typing import Final

from accounts.models import User
from accounts.roles import Capability, Role
from complaints.models import Letter
from complaints.recusal import ASKED
from complaints.selectors.recusal import conflicts_of
from outlets.models import Unit

HEADS: Final = {Role.INSTITUTION_HEAD, Role.OUTLET_HEAD}


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody may do with a letter; `conflicts` says why they must recuse, if they must."""

    conflicts: tuple[str, ...]
    triages: bool  # takes in and assigns
    holds: bool  # is the handler or of the service office, an interest apart
    handles: bool  # holds it, and need not recuse
    speaks: bool  # is the head of the named unit, or of the institution above it
    confirms: bool  # signs findings of others


def standing_of(user: User, letter: Letter) -> Standing:
    """A user's standing to a letter they may see. Two queries."""
    conflicts = conflicts_of(user, letter)
    free = not conflicts
    triages = user.can(Capability.LETTERS_TRIAGE)
    handler = letter.handler_id == user.pk and user.can(Capability.LETTERS_HANDLE)
    return Standing(
        conflicts=conflicts,
        triages=triages,
        holds=handler or (triages and ASKED not in conflicts),
        handles=free and (handler or triages),
        speaks=speaks_for(user, letter.unit),
        confirms=free and user.can(Capability.LETTERS_CONFIRM),
    )


def speaks_for(user: User, unit: Unit | None) -> bool:
    """Whether a user is the head of the unit, or of the institution it stands under."""
    own = user.unit
    if unit is None or own is None or user.role not in HEADS:
        return False
    return own.pk == unit.pk or (
        user.role == Role.INSTITUTION_HEAD and unit.path.startswith(own.path)
    )
