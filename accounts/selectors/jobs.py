"""Reads of jobs."""

from django.db.models import Q, QuerySet

from accounts.models import Job, User
from accounts.roles import Role


def jobs_visible_to(user: User) -> QuerySet[Job]:
    """Jobs the user asked for; the service office sees those of its whole branch."""
    own = Q(requested_by=user)
    if user.role == Role.SERVICE_OFFICE and user.unit is not None:
        own |= Q(requested_by__unit__branch_id=user.unit.branch_id)
    return Job.objects.filter(own)


def jobs_open_of(user: User) -> QuerySet[Job]:
    """The jobs a user waits for, newest first."""
    return Job.objects.filter(
        requested_by=user, state__in=[Job.State.QUEUED, Job.State.RUNNING]
    ).order_by("-id")
