"""Who may handle a letter, who should, and how much they have on their hands."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Q, QuerySet

from accounts.models import User
from accounts.roles import CAPABILITIES, Capability, Role
from complaints.models import Letter
from complaints.selectors.recusal import conflicts_by_user
from outlets.models import Unit

# Letters are for those nearest to the unit first: its institution, then the office.
_NEAREST: Final = (Role.INSTITUTION_HEAD, Role.SERVICE_OFFICE, Role.DEPARTMENT, Role.OUTLET_HEAD)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could handle the letter: how many open ones they have, and what stands against

    it, in Chinese.
    """

    user: User
    open: int
    against: str

    @property
    def is_free(self) -> bool:
        """Whether nothing stands against it."""
        return not self.against


def handlers_of(branch: Unit | int) -> QuerySet[User]:
    """The active users of a branch whose role handles letters, by name."""
    roles = CAPABILITIES[Capability.LETTERS_HANDLE]
    branch_id = branch if isinstance(branch, int) else branch.pk
    return (
        User.objects.filter(is_active=True, role__in=roles, unit__branch=branch_id)
        .select_related("unit", "staff")
        .order_by("name", "pk")
    )


def out_of_scope(user: User, letter: Letter) -> str:
    """Why the letter is not among those the user could handle, in Chinese; empty when it is."""
    own, unit = user.unit, letter.unit
    if not user.can(Capability.LETTERS_HANDLE):
        return "该岗位不承办来信"
    if own is None or own.branch_id != letter.branch_id:
        return "不属于本分行"
    if user.role == Role.INSTITUTION_HEAD and not (unit and unit.path.startswith(own.path)):
        return "涉及机构不在其管辖范围"
    if user.role == Role.OUTLET_HEAD and own.pk != letter.unit_id:
        return "涉及机构不是其所在网点"
    return ""


def candidates_for(letter: Letter) -> list[Candidate]:
    """Who could handle a letter about its unit, whom it should go to first. Four queries.

    Out of scope are left out; those who must recuse stay, with the reason.
    """
    fitting = [one for one in handlers_of(letter.branch_id) if not out_of_scope(one, letter)]
    against = conflicts_by_user(fitting, letter)
    waiting = _open_letters(fitting)
    found = [Candidate(one, waiting.get(one.pk, 0), "；".join(against[one.pk])) for one in fitting]
    return sorted(found, key=_weight)


def _weight(one: Candidate) -> tuple[bool, int, int, str]:
    return (not one.is_free, _NEAREST.index(Role(one.user.role)), one.open, one.user.name)


def _open_letters(users: Sequence[User]) -> dict[int, int]:
    held = Letter.objects.filter(Q(state=Letter.State.ASSIGNED), handler__in=users)
    return dict(held.order_by().values_list("handler").annotate(number=Count("pk")))


def reason_for(one: Candidate) -> str:
    """Why a handler is suggested, in Chinese."""
    if one.user.role == Role.INSTITUTION_HEAD:
        return f"涉及机构的上级负责人，在办 {one.open} 件"
    return f"{one.user.get_role_display()}中在办最少，{one.open} 件"
