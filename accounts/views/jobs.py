"""The progress of one job, as the part that pages poll."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe
from django_htmx.http import trigger_client_event

from accounts.access import SignedInRequest, allowed
from accounts.selectors.jobs import jobs_visible_to


@require_safe
@allowed()
def job(request: SignedInRequest, pk: int) -> HttpResponse:
    """The job's progress part; when it has ended, the event `job-ended` tells the page."""
    row = get_object_or_404(jobs_visible_to(request.user), pk=pk)
    response = render(request, "parts/progress.html", {"job": row})
    if not row.is_open:
        detail = {"id": row.pk, "state": row.state}
        trigger_client_event(response, "job-ended", detail, after="settle")
    return response
