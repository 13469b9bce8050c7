"""Proposing penalties: on chosen violations; for repeat violators and leaders of a year together."""

from collections.abc import Sequence
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.access import SignedInRequest, allowed
from accounts.acting import acted, form_methods, posted
from accounts.roles import Capability
from tellers.forms.penalties import DueFilterForm, ProposalForm
from tellers.selectors.discipline_figures import discipline_years
from tellers.selectors.subjects import (
    Subject,
    subjects_of,
    subjects_of_year,
    violations_to_penalise,
)
from tellers.services.penalties import penalties_propose

MOST: Final = 200  # violations chosen at a time
_DIGITS: Final = 18


@allowed(Capability.RECORDS_EDIT)
@form_methods
def penalty_new(request: SignedInRequest) -> HttpResponse:
    """Propose penalties on the violations named in the address."""
    asked = request.GET.getlist("violations")[:MOST]
    ids = [int(one) for one in asked if one.isdecimal() and len(one) <= _DIGITS]
    subjects = subjects_of(violations_to_penalise(request.user, ids))
    return _proposal(request, subjects, {"chosen": len(ids), "back": "tellers:violations"})


@allowed(Capability.RECORDS_EDIT)
@form_methods
def proposals(request: SignedInRequest) -> HttpResponse:
    """Repeat violators and leaders of a year, and penalties for those of them that are ticked."""
    years = discipline_years(request.user)
    filters = DueFilterForm(request.GET or None, user=request.user, years=years)
    year, unit = filters.asked()
    subjects = subjects_of_year(request.user, year, unit)
    context = {"filter_form": filters, "year": year, "unit": unit, "back": "tellers:penalties"}
    return _proposal(request, subjects, context)


def _proposal(
    request: SignedInRequest, subjects: Sequence[Subject], context: dict[str, Any]
) -> HttpResponse:
    form = ProposalForm(posted(request), subjects=subjects)

    def do(form: ProposalForm) -> str:
        made = penalties_propose(facts=form.facts(), actor=request.user)
        return f"已提出{len(made)}项处罚，等待另一人审批"

    status = acted(request, form, do)
    if not status:
        return redirect(f"{reverse('tellers:penalties')}?state=PROPOSED")
    ticked = form["subjects"].value() or []
    if not form.is_bound and len(subjects) == 1:
        ticked = [subjects[0].key]
    context |= {
        "form": form,
        "subjects": subjects,
        "ticked": ticked,
        "fields": [form[name] for name in ("kinds", "amount", "year", "reason")],
    }
    return render(request, "tellers/penalty_new.html", context, status=status)
