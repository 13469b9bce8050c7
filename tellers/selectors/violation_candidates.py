"""What could be recorded as a violation: lost marks and valid complaints that name somebody."""

from typing import Final, NamedTuple

from django.db.models import Exists, F, Max, OuterRef, QuerySet

from accounts.models import User
from complaints.models import SEALED, Responsibility
from complaints.selectors.letters import letters_visible_to
from inspections.models import Answer
from inspections.selectors.firewall import answers_visible_to, released
from outlets.models import Unit
from outlets.months import Month
from tellers.models import Violation

_UNREAD: Final = ("grounds", "opinion", "objection", "objection_answer")
_RECORDED: Final = Violation.State.RECORDED


class CandidateSought(NamedTuple):
    """Where to look: a month, a unit with what is below it, one inspection, one letter.

    What is left empty does not matter.
    """

    month: Month | None = None
    unit: Unit | None = None
    inspection: int | None = None
    letter: int | None = None


def answer_candidates(user: User, sought: CandidateSought) -> QuerySet[Answer]:
    """Lost marks attributed to somebody in released inspections sought, not yet recorded."""
    recorded = Violation.objects.filter(answer=OuterRef("pk"), state=_RECORDED)
    found = answers_visible_to(user).filter(
        released("inspection__"), ~Exists(recorded), earned__lt=F("possible"), staff__isnull=False
    )
    if sought.month is not None:
        found = found.filter(inspection__date__range=(sought.month.first, sought.month.last))
    if sought.inspection is not None:
        found = found.filter(inspection=sought.inspection)
    if sought.unit is not None:
        found = found.filter(inspection__unit_path__contains=f"{sought.unit.code}/")
    return found.select_related("inspection__unit", "item", "staff").order_by(
        "inspection__unit_path", "inspection__date", "item__position", "pk"
    )


def letter_candidates(user: User, sought: CandidateSought) -> QuerySet[Responsibility]:
    """Valid complaints in force that name somebody, of the letters sought, not yet recorded."""
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
    )
    if sought.month is not None:
        found = found.filter(decided_on__range=(sought.month.first, sought.month.last))
    if sought.letter is not None:
        found = found.filter(letter=sought.letter)
    if sought.unit is not None:
        found = found.filter(unit__path__startswith=sought.unit.path)
    rows = found.select_related("letter", "staff", "unit").order_by("decided_on", "pk")
    return rows.defer(*_UNREAD, *(f"letter__{name}" for name in SEALED))


def candidates_month(user: User) -> Month | None:
    """The latest month with something that could be recorded; None where there is nothing."""
    answers = answer_candidates(user, CandidateSought()).order_by()
    letters = letter_candidates(user, CandidateSought()).order_by()
    days = (
        answers.aggregate(last=Max("inspection__date"))["last"],
        letters.aggregate(last=Max("decided_on"))["last"],
    )
    return max((Month.of(day) for day in days if day), default=None)
