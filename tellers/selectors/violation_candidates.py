"""What could be recorded as a violation: lost marks and valid complaints that name somebody."""

from typing import Final, NamedTuple

from django.db.models import Exists, F, OuterRef, QuerySet

from accounts.models import User
from complaints.models import Responsibility
from complaints.selectors.letters import letters_visible_to
from inspections.models import Answer
from inspections.selectors.firewall import answers_visible_to, released
from outlets.models import Unit
from outlets.months import Month
from tellers.models import Violation

_RECORDED: Final = Violation.State.RECORDED


class CandidateSought(NamedTuple):
    """Where to look: a month, perhaps one unit with what is below it."""

    month: Month
    unit: Unit | None = None


def answer_candidates(user: User, sought: CandidateSought) -> QuerySet[Answer]:
    """Lost marks attributed to somebody in released inspections of a month, not yet recorded."""
    recorded = Violation.objects.filter(answer=OuterRef("pk"), state=_RECORDED)
    found = answers_visible_to(user).filter(
        released("inspection__"),
        ~Exists(recorded),
        inspection__date__range=(sought.month.first, sought.month.last),
        earned__lt=F("possible"),
        staff__isnull=False,
    )
    if sought.unit is not None:
        found = found.filter(inspection__unit_path__contains=f"{sought.unit.code}/")
    return found.select_related("inspection__unit", "item", "staff").order_by(
        "inspection__unit_path", "inspection__date", "item__position", "pk"
    )


def letter_candidates(user: User, sought: CandidateSought) -> QuerySet[Responsibility]:
    """Valid complaints in force that name somebody, decided in the month, not yet recorded."""
    recorded = Violation.objects.filter(
        letter=OuterRef("letter"), staff=OuterRef("staff"), state=_RECORDED
    )
    found = Responsibility.objects.filter(
        ~Exists(recorded),
        letter__in=letters_visible_to(user).order_by(),
        finding=Responsibility.Finding.BANK,
        state=Responsibility.State.CONFIRMED,
        superseded_on=None,
        staff__isnull=False,
        decided_on__range=(sought.month.first, sought.month.last),
    )
    if sought.unit is not None:
        found = found.filter(unit__path__startswith=sought.unit.path)
    return found.select_related("letter", "staff", "unit").order_by("decided_on", "pk")
