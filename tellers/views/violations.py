"""Violations: the list, one of them, recording by hand, taking back, the list as a file."""

from typing import Any, Final, NamedTuple

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import SignedInRequest, allowed
from accounts.acting import acted, form_methods, posted
from accounts.models import User
from accounts.roles import Capability
from accounts.services import audit_add
from complaints.selectors.letters import letters_visible_to
from inspections.selectors.firewall import answers_visible_to
from outlets.downloads import file_response
from tellers.exports.violations import violations_file
from tellers.forms.violations import RevokeForm, ViolationFilterForm, ViolationForm
from tellers.models import Violation
from tellers.selectors.discipline import (
    penalties_waiting_for,
    shown_penalties,
    unfounded,
    violations_listed,
    violations_visible_to,
)
from tellers.selectors.files import files_visible_to
from tellers.services.violations import violation_record, violation_revoke
from tellers.views.acting import Words, act_page, own_branch

PER_PAGE: Final = 50
MAX_ROWS: Final = 20_000


@allowed(Capability.RECORDS_READ)
@require_safe
def violations(request: SignedInRequest) -> HttpResponse:
    """The violations the user sees, filtered, sorted, paged."""
    form = ViolationFilterForm(request.GET, user=request.user)
    sought = form.sought()
    found = violations_listed(request.user, sought)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page_obj": page,
        "sort": sought.sort,
        "people": found.order_by().values("staff").distinct().count(),
        "waiting": penalties_waiting_for(request.user).order_by().count(),
        "may_edit": request.user.can(Capability.RECORDS_EDIT),
        "may_export": request.user.can(Capability.EXPORTS),
        "is_own": not request.user.can(Capability.LEAGUE_READ),
    }
    return render(request, "tellers/violations.html", context)


@allowed(Capability.EXPORTS)
@require_safe
def violations_export(request: SignedInRequest) -> HttpResponse:
    """The violations sought, as .xlsx (or with `format=csv` as .csv); those taken back left out."""
    sought = ViolationFilterForm(request.GET, user=request.user).sought()
    found = violations_listed(request.user, sought).filter(state=Violation.State.RECORDED)
    number = found.order_by()[: MAX_ROWS + 1].count()
    if number > MAX_ROWS:
        messages.warning(request, f"超过{MAX_ROWS:,}项，请先缩小月份或其他条件再导出")
        return redirect(f"{reverse('tellers:violations')}?{request.GET.urlencode()}")
    ending = "csv" if request.GET.get("format") == "csv" else "xlsx"
    name = f"违规记录_{timezone.localdate():%Y%m%d}.{ending}"
    audit_add(event="violation.export", actor=request.user, subject=f"{number}项违规")
    return file_response(name, violations_file(found, name))


class Evidence(NamedTuple):
    """What a violation stands on: in words, with the address where the user may read it."""

    text: str
    url: str = ""


@allowed(Capability.RECORDS_READ)
@require_safe
def violation(request: SignedInRequest, pk: int) -> HttpResponse:
    """One violation: what, where, on what evidence, who led there, what followed."""
    found = _violation(request, pk)
    rows: Any = found
    editing = request.user.can(Capability.RECORDS_EDIT)
    context = {
        "violation": found,
        "penalties": rows.shown,
        "evidence": evidence_of(request.user, found),
        "is_unfounded": unfounded(Violation.objects.filter(pk=pk)).exists(),
        "has_file": files_visible_to(request.user).filter(pk=found.staff_id).exists(),
        "may_revoke": editing and found.state == Violation.State.RECORDED,
        "may_propose": editing and found.state == Violation.State.RECORDED,
        "sees_recorder": request.user.can(Capability.RECORDS_CONFIRM),
    }
    return render(request, "tellers/violation.html", context)


def _violation(request: SignedInRequest, pk: int) -> Violation:
    seen = violations_visible_to(request.user).select_related(
        "leader", "recorded_by", "inspection", "answer__item", "letter"
    )
    return get_object_or_404(seen.prefetch_related(shown_penalties(request.user)), pk=pk)


def evidence_of(user: User, row: Violation) -> Evidence:
    """The inspection's answer or the letter, each a link for those who may open it."""
    if row.answer is not None and row.inspection is not None:
        item = row.answer.item
        words = f"{row.inspection.get_channel_display()} {row.inspection.number} 第{item.code}项：{item.text}"
        if not answers_visible_to(user).filter(pk=row.answer.pk).exists():
            return Evidence(words)
        address = reverse("inspections:inspection", args=[row.inspection_id])
        return Evidence(words, f"{address}#item-{item.pk}")
    if row.letter is not None:
        words = f"来信 {row.letter.reference}"
        if not letters_visible_to(user).filter(pk=row.letter.pk).exists():
            return Evidence(words)
        return Evidence(words, reverse("complaints:letter", args=[row.letter_id]))
    return Evidence("人工登记")


@allowed(Capability.RECORDS_EDIT)
@form_methods
def violation_new(request: SignedInRequest) -> HttpResponse:
    """Record one by hand."""
    form = ViolationForm(posted(request), branch=own_branch(request))
    made: list[Violation] = []

    def do(form: ViolationForm) -> str:
        made.append(violation_record(facts=form.facts(), actor=request.user))
        return f"已记录{made[0].staff.name}的违规：{made[0].kind.name}"

    status = acted(request, form, do)
    if not status:
        return redirect("tellers:violation", made[0].pk)
    return render(request, "tellers/violation_new.html", {"form": form}, status=status)


@allowed(Capability.RECORDS_EDIT)
@form_methods
def revoke(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take one back."""
    found = _violation(request, pk)

    def do(form: RevokeForm) -> str:
        reason = form.cleaned_data["reason"]
        violation_revoke(violation=found, reason=reason, actor=request.user)
        return "违规已撤销"

    words = Words(
        heading=f"撤销违规：{found.staff.name} {found.kind.name}",
        lead=f"{found.day:%Y-%m-%d}，{found.unit.short_name}，{found.get_severity_display()}。",
        submit="撤销违规",
        back=reverse("tellers:violation", args=[pk]),
        icon="arrow-back-up",
    )
    return act_page(request, RevokeForm(posted(request)), words, do)
