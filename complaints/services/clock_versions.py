"""Deadline rules of a branch: each version is in force from its day on, and never changes."""

from datetime import date
from typing import Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.models import User
from accounts.services import audit_add
from complaints.deadlines import ClockRules
from complaints.models import ClockVersion, Letter, LetterEvent
from complaints.services.letters import BATCH, letters_project
from outlets.models import Unit

_PERIODS: Final = (
    LetterEvent.Kind.RECEIVED,
    LetterEvent.Kind.NEW_FACTS,
    LetterEvent.Kind.ESCALATED,
    LetterEvent.Kind.REOPENED,
    LetterEvent.Kind.REVIEW_ASKED,
    LetterEvent.Kind.ANSWERED,
)


@transaction.atomic
def clock_version_add(*, branch: Unit, label: str, rules: ClockRules, actor: User) -> ClockVersion:
    """Put deadlines in force from `rules.effective_on` on; ValidationError when that day is taken.

    Clocks that began on or after that day are told anew; those that began before keep their rules.
    """
    day = rules.effective_on
    try:
        with transaction.atomic():
            version = ClockVersion.objects.create(
                branch=branch,
                label=label,
                effective_on=day,
                rules=rules.to_json(),
                created_by=actor,
            )
    except IntegrityError as error:
        raise ValidationError({"effective_on": f"已有自{day}起的规则，不能再改"}) from error
    _retell(branch, day)
    audit_add(event="letter.clock_version", actor=actor, subject=label, first=str(day))
    return version


def _retell(branch: Unit, day: date) -> None:
    touched = LetterEvent.objects.filter(branch=branch, kind__in=_PERIODS, at__date__gte=day)
    ids = sorted(set(touched.values_list("letter", flat=True)))
    for start in range(0, len(ids), BATCH):
        locked = Letter.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
        letters_project(list(locked.filter(pk__in=ids[start : start + BATCH])))
