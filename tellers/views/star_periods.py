"""Rating periods: opened, computed, shown, final; the star list and what is made of it."""

from typing import Any, Final

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.access import SignedInRequest, allowed
from accounts.acting import acted, form_methods, posted, tried
from accounts.models import User
from accounts.roles import Capability
from outlets.downloads import file_response
from tellers.exports.stars import StarExportError, allowance_file, star_file
from tellers.forms.stars import AllowanceForm, PeriodForm, RatingFilterForm
from tellers.models import StarAdjustment, StarPeriod
from tellers.selectors.star_distribution import INSTITUTIONS, OUTLETS, star_distribution
from tellers.selectors.stars import (
    SHOWN,
    RatingSought,
    adjustments_visible_to,
    objections_visible_to,
    star_counts,
    star_honours,
    star_job,
    star_periods_visible_to,
    star_ratings_listed,
    star_ratings_visible_to,
    star_schemes_visible_to,
)
from tellers.services import star_periods as services
from tellers.star_drawings import distribution_chart
from tellers.star_sentences import distribution_lead, period_lead
from tellers.stars import STAR_LABELS, StarRules
from tellers.views.acting import own_branch
from tellers.views.star_headings import headings

PER_PAGE: Final = 100
State = StarPeriod.State
_BYS: Final = {INSTITUTIONS: "按机构", OUTLETS: "按网点"}


@allowed(Capability.RECORDS_READ, Capability.UNITS_READ)
@require_safe
def stars(request: SignedInRequest) -> HttpResponse:
    """The periods, newest first."""
    user = request.user
    context = {
        "periods": _with_own(user, list(star_periods_visible_to(user))),
        "may_edit": user.can(Capability.RECORDS_EDIT),
        "may_read": user.can(Capability.RECORDS_READ),
        "may_confirm": user.can(Capability.RECORDS_CONFIRM),
        "has_scheme": star_schemes_visible_to(user).exclude(published_at=None).exists(),
    }
    return render(request, "tellers/stars.html", context)


@allowed(Capability.RECORDS_EDIT)
@form_methods
def star_period_open(request: SignedInRequest) -> HttpResponse:
    """Open a period by a published scheme."""
    form = PeriodForm(posted(request), user=request.user)
    made: list[StarPeriod] = []

    def act(form: PeriodForm) -> str:
        branch, user = own_branch(request), request.user
        made.append(services.period_open(branch=branch, actor=user, **form.cleaned_data))
        return "评定周期已建立，可以测算了。"

    status = acted(request, form, act)
    if not status:
        return redirect("tellers:star_period", made[0].pk)
    return render(request, "tellers/star_period_open.html", {"form": form}, status=status)


@allowed(Capability.RECORDS_READ)
@require_safe
def star_period(request: SignedInRequest, pk: int) -> HttpResponse:
    """The star list of a period, what waits, what can be done; tellers go to their own rating."""
    user, period = request.user, _period(request, pk)
    if not user.can(Capability.UNITS_READ):
        own = next(iter(_own(request, period)), None)
        where = ("tellers:star_rating", own.pk) if own else ("tellers:star_public", pk)
        return redirect(*where)
    form = RatingFilterForm(request.GET, user=user, posts=list(_rules(period).targets))
    sought = form.sought()
    page = Paginator(star_ratings_listed(user, period, sought), PER_PAGE)
    counts = star_counts(user, period)
    may_confirm = user.can(Capability.RECORDS_CONFIRM)
    context = {
        "period": period,
        "form": form,
        "page_obj": page.get_page(request.GET.get("page")),
        "headings": headings(request.GET, sought.sort),
        "count": sum(counts.values()),
        "lead": period_lead(period, counts),
        "job": star_job(period) if user.can(Capability.RECORDS_EDIT) else None,
        "adjustments": _waiting(request, period) if may_confirm else [],
        "objections": _pending(request, period) if may_confirm else [],
        "is_shown": period.state in SHOWN,
        "may_confirm": may_confirm,
        "may_edit": user.can(Capability.RECORDS_EDIT),
        "may_export": user.can(Capability.EXPORTS),
    }
    return render(request, "tellers/star_period.html", context)


@allowed(Capability.RECORDS_EDIT)
@require_POST
def star_period_compute(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask for everybody to be rated anew."""
    period = _period(request, pk)

    def act() -> None:
        services.period_compute_request(period=period, actor=request.user)

    tried(request, act, f"已开始测算{period.label}星级")
    return redirect("tellers:star_period", pk)


@allowed(Capability.RECORDS_EDIT)
@require_POST
def star_period_show(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show the stars for objection."""
    period = _period(request, pk)

    def act() -> None:
        services.period_show(period=period, actor=request.user)

    tried(request, act, f"{period.label}星级已公示")
    return redirect("tellers:star_period", pk)


@allowed(Capability.RECORDS_EDIT)
@require_POST
def star_period_finish(request: SignedInRequest, pk: int) -> HttpResponse:
    """Make the stars final."""
    period = _period(request, pk)

    def act() -> None:
        services.period_finish(period=period, actor=request.user)

    tried(request, act, f"{period.label}星级已生效")
    return redirect("tellers:star_period", pk)


@allowed(Capability.RECORDS_READ)
@require_safe
def star_period_distribution(request: SignedInRequest, pk: int) -> HttpResponse:
    """How the stars are spread over the visible units, as chart and table."""
    period = _period(request, pk)
    bys = _BYS if request.user.can(Capability.RECORDS_CONFIRM) else {OUTLETS: _BYS[OUTLETS]}
    by = request.GET.get("by")
    by = by if by in bys else next(iter(bys))
    spread = star_distribution(request.user, period, by)
    lead = distribution_lead(spread)
    context = {
        "period": period,
        "spread": spread,
        "by": by,
        "bys": bys,
        "lead": lead,
        "labels": [STAR_LABELS[star] for star in range(5, -1, -1)],
        "chart": distribution_chart(spread, lead) if spread.total.rated else None,
    }
    return render(request, "tellers/star_distribution.html", context)


@allowed(Capability.RECORDS_READ, Capability.UNITS_READ)
@require_safe
def star_public(request: SignedInRequest, pk: int) -> HttpResponse:
    """公示: number, name, unit and star of who holds one, for all staff of the branch."""
    period = get_object_or_404(_shown(request), pk=pk)
    rows = list(star_honours(period))
    context = {
        "period": period,
        "groups": [
            (STAR_LABELS[star], [one for one in rows if one.star == star])
            for star in range(5, 0, -1)
        ],
        "count": len(rows),
        "own": next(iter(_own(request, period)), None),
    }
    return render(request, "tellers/star_public.html", context)


@allowed(Capability.EXPORTS)
@require_safe
def star_export(request: SignedInRequest, pk: int, ending: str) -> HttpResponse:
    """The star list as a file, as it is filtered."""
    period = _period(request, pk)
    form = RatingFilterForm(request.GET, user=request.user, posts=list(_rules(period).targets))
    name = f"{period.label}-星级名单.{ending}"
    ratings = star_ratings_listed(request.user, period, form.sought())
    try:
        return file_response(name, star_file(period, ratings, name))
    except StarExportError as error:
        raise Http404(str(error)) from error


@allowed(Capability.EXPORTS)
@require_safe
def star_allowances(request: SignedInRequest, pk: int) -> HttpResponse:
    """The allowance sheet of a final period."""
    period = get_object_or_404(_periods(request).filter(state=State.FINAL), pk=pk)
    form = AllowanceForm({"months": request.GET.get("months", AllowanceForm.MOST)})
    if not form.is_valid():
        raise Http404("月数应为1至12")
    ratings = list(star_ratings_listed(request.user, period, RatingSought()))
    months = form.cleaned_data["months"]
    name = f"{period.label}-星级津贴-{months}个月.xlsx"
    return file_response(name, allowance_file(_rules(period), ratings, months))


def _periods(request: SignedInRequest) -> Any:
    return star_periods_visible_to(request.user)


def _shown(request: SignedInRequest) -> Any:
    return _periods(request).filter(state__in=SHOWN)


def _period(request: SignedInRequest, pk: int) -> StarPeriod:
    found: StarPeriod = get_object_or_404(_periods(request), pk=pk)
    return found


def _rules(period: StarPeriod) -> StarRules:
    return StarRules.from_json(period.scheme.rules)


def _with_own(user: User, periods: list[StarPeriod]) -> list[tuple[StarPeriod, int | None]]:
    """Each period with the user's own rating in it, if there is one to see."""
    own = star_ratings_visible_to(user).filter(staff_id=user.staff_id or 0)
    found = dict(own.values_list("period", "pk"))
    return [(period, found.get(period.pk)) for period in periods]


def _own(request: SignedInRequest, period: StarPeriod) -> Any:
    """The user's own rating, if there is one."""
    mine = star_ratings_listed(request.user, period, RatingSought())
    return mine.filter(staff_id=request.user.staff_id or 0)


def _waiting(request: SignedInRequest, period: StarPeriod) -> list[StarAdjustment]:
    """Adjustments without their second signature."""
    rows = adjustments_visible_to(request.user).filter(rating__period=period)
    return list(rows.filter(state=StarAdjustment.State.PROPOSED))


def _pending(request: SignedInRequest, period: StarPeriod) -> list[Any]:
    rows = objections_visible_to(request.user).filter(rating__period=period)
    return list(rows.filter(decision="PENDING"))
