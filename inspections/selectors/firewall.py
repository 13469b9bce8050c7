"""Who sees which visits, inspections, answers and photos: the one place of the covert firewall.

Covert visits, and covert inspections until their wave is released, exist only for the service
office, the coordinator and the assigned shopper. Afterwards the line reads answers and photos, but
not who went, nor at what minute it was sent in.
"""

from collections.abc import Iterable
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User
from accounts.roles import Role
from inspections.models import Answer, Channel, Evidence, Inspection, Visit, Wave
from outlets.models import Unit
from outlets.selectors import units_visible_to

_SCORERS: Final = {Role.INSPECTOR, Role.SHOPPER}
_LINE: Final = {Role.LEADERSHIP, Role.INSTITUTION_HEAD, Role.OUTLET_HEAD}
_KNOWS_SHOPPERS: Final = {Role.SERVICE_OFFICE, Role.COORDINATOR}


def visits_visible_to(user: User) -> QuerySet[Visit]:
    """The service office: its branch's; the coordinator: the covert ones; scorers: their own.

    Nobody of the line: open visits, too, come unannounced.
    """
    if user.role == Role.SERVICE_OFFICE:
        return Visit.objects.filter(branch__in=branch_of(user))
    if user.role == Role.COORDINATOR:
        return Visit.objects.filter(branch__in=branch_of(user), channel=Channel.COVERT)
    if user.role in _SCORERS:
        return Visit.objects.filter(inspector=user)
    return Visit.objects.none()


def inspections_visible_to(user: User) -> QuerySet[Inspection]:
    """The service office: its branch's; the coordinator: the covert ones; scorers: their own.

    The line sees released ones of units visible to it; a teller those with an answer about them.
    """
    if user.role == Role.SERVICE_OFFICE:
        return Inspection.objects.filter(branch__in=branch_of(user))
    if user.role == Role.COORDINATOR:
        return Inspection.objects.filter(branch__in=branch_of(user), channel=Channel.COVERT)
    if user.role in _SCORERS:
        return Inspection.objects.filter(inspector=user)
    if user.role in _LINE:
        return Inspection.objects.filter(released(), unit__in=units_visible_to(user))
    if user.role == Role.TELLER:
        about = Answer.objects.filter(inspection=OuterRef("pk"), staff=user.staff_id)
        return Inspection.objects.filter(released()).filter(Exists(about))
    return Inspection.objects.none()


def released(prefix: str = "") -> Q:
    """The condition under which the line may know of an inspection; covert ones by their wave."""
    out = Q(**{f"{prefix}wave": None}) | Q(**{f"{prefix}wave__released_at__isnull": False})
    return Q(**{f"{prefix}state": Inspection.State.RELEASED}) & out


def answers_visible_to(user: User) -> QuerySet[Answer]:
    """The answers of visible inspections; a teller's only where they are the one it is about."""
    answers = Answer.objects.filter(inspection__in=inspections_visible_to(user))
    return answers.filter(staff=user.staff_id) if user.role == Role.TELLER else answers


def evidence_visible_to(user: User) -> QuerySet[Evidence]:
    """The photos kept with visible answers; scorers and planners also those of visits under way."""
    kept = Evidence.objects.filter(removed_at=None)
    if user.role in _SCORERS:
        return kept.filter(visit__in=visits_visible_to(user))
    if user.role in _KNOWS_SHOPPERS:
        return kept.filter(
            Q(visit__in=visits_visible_to(user)) | Q(inspection__in=inspections_visible_to(user))
        )
    seen = answers_visible_to(user).filter(inspection=OuterRef("inspection"), item=OuterRef("item"))
    return kept.filter(Exists(seen))


def waves_visible_to(user: User) -> QuerySet[Wave]:
    """The branch's waves, for those who know of covert visits."""
    if user.role not in _KNOWS_SHOPPERS:
        return Wave.objects.none()
    return Wave.objects.filter(branch__in=branch_of(user))


def branch_of(user: User) -> QuerySet[Unit]:
    """The user's branch, as a subquery."""
    return Unit.objects.filter(pk=user.unit_id or 0).values("branch")  # type: ignore[return-value]


def knows_shoppers(user: User) -> bool:
    """Whether the user may know who made a covert inspection."""
    return user.role in _KNOWS_SHOPPERS


def by_inspector(
    user: User, inspections: QuerySet[Inspection], inspector_id: int
) -> QuerySet[Inspection]:
    """Those of one inspector; a filter must not tell a shopper from the others either."""
    found = inspections.filter(inspector=inspector_id)
    return found if knows_shoppers(user) else found.exclude(channel=Channel.COVERT)


def redacted(user: User, inspections: Iterable[Inspection]) -> list[Inspection]:
    """The inspections without what this user must not know: emptied, so that no page can show it.

    The records are for showing only, never to be saved.
    """
    return [redact(user, inspection) for inspection in inspections]


def redact(user: User, inspection: Inspection) -> Inspection:
    """One inspection likewise. A teller learns of the own answers, not of the outlet's figures."""
    if inspection.channel == Channel.COVERT and not knows_shoppers(user):
        inspection.inspector = None
        inspection.inspector_name = ""
        inspection.visit = None
        inspection.submitted_at = None  # type: ignore[assignment]
    if user.role == Role.TELLER:
        inspection.score = None
        inspection.possible = inspection.earned = None  # type: ignore[assignment]
        inspection.sections = []
        inspection.note = ""
    return inspection
