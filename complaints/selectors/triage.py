"""The letters that wait for triage, and who has which."""

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now

from accounts.models import User
from complaints.models import Letter, TriageLease
from complaints.selectors.letters import letters_visible_to


def triage_queue(user: User) -> QuerySet[Letter]:
    """The letters waiting for triage that the user sees, oldest first."""
    waiting = letters_visible_to(user).filter(state=Letter.State.RECEIVED)
    return waiting.order_by("received_at", "pk")


def held_elsewhere(user: User) -> Exists:
    """The condition that somebody else is sorting a letter."""
    leases = TriageLease.objects.filter(letter=OuterRef("pk"), until__gt=Now())
    return Exists(leases.exclude(triager=user))


def leases_elsewhere(user: User) -> QuerySet[TriageLease]:
    """Who else is sorting which of the user's waiting letters just now."""
    leases = TriageLease.objects.filter(letter__in=triage_queue(user), until__gt=Now())
    return leases.exclude(triager=user).select_related("letter", "triager").order_by("until")
