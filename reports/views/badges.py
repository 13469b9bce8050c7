"""The badge sheets of a final period."""

from collections import Counter

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.access import SignedInRequest, allowed
from accounts.roles import Capability
from reports.forms.badges import BadgesForm
from reports.models import Document
from reports.selectors.documents import documents_visible_to
from reports.services.badges import BadgesSought, badges_make, badges_of
from tellers.models import StarPeriod
from tellers.selectors.stars import star_periods_visible_to
from tellers.services.refusals import RecordRefused
from tellers.stars import STAR_LABELS

CONFLICT, UNPROCESSABLE = 409, 422
_LATEST = 10


@allowed(Capability.RECORDS_CONFIRM)
@require_http_methods(["GET", "HEAD", "POST"])
def badges(request: SignedInRequest, pk: int) -> HttpResponse:
    """Choose whose badges; the document made of them follows."""
    final = star_periods_visible_to(request.user).filter(state=StarPeriod.State.FINAL)
    period = get_object_or_404(final, pk=pk)
    form = BadgesForm(request.POST if request.method == "POST" else None, user=request.user)
    status = 200 if not form.is_bound else UNPROCESSABLE
    if form.is_bound and form.is_valid():
        try:
            made = badges_make(
                period=period,
                sought=form.sought(),
                address=public_address(request),
                actor=request.user,
            )
        except RecordRefused as error:
            form.add_error(None, f"{error}。")
            status = CONFLICT
        else:
            return redirect("reports:document", made.pk)
    return _page(request, period, form, status)


def public_address(request: SignedInRequest) -> str:
    """Where anybody reaches this installation: as set, else as the user reached it."""
    return str(settings.PUBLIC_URL) or request.build_absolute_uri("/")


def _page(
    request: SignedInRequest, period: StarPeriod, form: BadgesForm, status: int
) -> HttpResponse:
    held = Counter(one.star for one in badges_of(request.user, period, BadgesSought()))
    made = documents_visible_to(request.user).filter(
        kind=Document.Kind.BADGES, key__startswith=period.label
    )
    context = {
        "period": period,
        "form": form,
        "count": held.total(),
        "counts": "，".join(
            f"{STAR_LABELS[star]}{held[star]}人" for star in sorted(held, reverse=True)
        ),
        "documents": made[:_LATEST],
        "address": public_address(request),
        "is_set": bool(settings.PUBLIC_URL),
    }
    return render(request, "reports/badges.html", context, status=status)
