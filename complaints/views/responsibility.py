"""Pages of findings: proposing, the second signature, the unit's objection and its settlement."""

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from accounts.access import SignedInRequest, allowed
from accounts.acting import acted, form_methods, posted
from accounts.roles import Capability
from complaints.forms.responsibility import (
    AnswerForm,
    DecideForm,
    ObjectionForm,
    UpheldForm,
    VerdictForm,
)
from complaints.models import Responsibility
from complaints.redaction import redact
from complaints.selectors.letter_page import evidence_of
from complaints.selectors.responsibility import responsibilities_visible_to
from complaints.selectors.standing import speaks_for
from complaints.services.responsibility import (
    objection_dismiss,
    objection_uphold,
    responsibility_confirm,
    responsibility_object,
    responsibility_propose,
    responsibility_reject,
)
from complaints.views.acting import Words, act_page, letter_of, standing_for


def _row(request: SignedInRequest, pk: int) -> Responsibility:
    return get_object_or_404(responsibilities_visible_to(request.user), pk=pk)


@allowed(Capability.LETTERS_HANDLE)
@form_methods
def judge(request: SignedInRequest, pk: int) -> HttpResponse:
    """Propose a finding."""
    found = letter_of(request, pk)
    standing_for(request, found, "handles")

    def do(form: VerdictForm) -> str:
        responsibility_propose(letter=found, verdict=form.verdict(), actor=request.user)
        return "责任认定已提出，等待另一人复核"

    words = Words("提出责任认定", "由另一位有复核权限的人员复核后生效。", "提出认定", "scale")
    return act_page(request, found, VerdictForm(posted(request), letter=found), words, do)


@allowed(Capability.LETTERS_CONFIRM)
@form_methods
def decide(request: SignedInRequest, pk: int) -> HttpResponse:
    """Confirm a proposed finding, or refuse it with a reason."""
    row = _row(request, pk)
    standing_for(request, row.letter, "confirms")

    def do(form: DecideForm) -> str:
        data, actor = form.cleaned_data, request.user
        if data["agree"]:
            responsibility_confirm(
                responsibility=row, actor=actor, day=data["day"], opinion=data["opinion"]
            )
            return "责任认定已生效"
        responsibility_reject(responsibility=row, opinion=data["opinion"], actor=actor)
        return "已退回，可以重新提出认定"

    form = DecideForm(posted(request), initial={"day": timezone.localdate()})
    status = acted(request, form, do)
    if not status:
        return redirect("complaints:letter", row.letter_id)
    return _finding_page(request, row, {"form": form}, "decide", status)


@allowed(Capability.LETTERS_READ)
@form_methods
def contest(request: SignedInRequest, pk: int) -> HttpResponse:
    """The unit's objection to a finding."""
    row = _row(request, pk)
    if not speaks_for(request.user, row.unit):
        raise PermissionDenied

    def do(form: ObjectionForm) -> str:
        responsibility_object(
            responsibility=row, objection=form.cleaned_data["objection"], actor=request.user
        )
        return "异议已提交，等待处理"

    form = ObjectionForm(posted(request))
    status = acted(request, form, do)
    if not status:
        return redirect("complaints:letter", row.letter_id)
    return _finding_page(request, row, {"form": form}, "object", status)


@allowed(Capability.LETTERS_CONFIRM)
@form_methods
def settle(request: SignedInRequest, pk: int) -> HttpResponse:
    """Decide on the unit's objection: it does not hold, or it does and something else is found."""
    row = _row(request, pk)
    standing_for(request, row.letter, "confirms")
    asked = posted(request)
    upholds = asked is not None and asked.get("settle") == "uphold"
    dismiss = AnswerForm(None if upholds else asked, prefix="no")
    uphold = UpheldForm(asked if upholds else None, letter=row.letter, prefix="yes")
    if upholds:
        status = acted(request, uphold, lambda form: _uphold(request, row, form))
    else:
        status = acted(request, dismiss, lambda form: _dismiss(request, row, form))
    if not status:
        return redirect("complaints:letter", row.letter_id)
    forms = {"dismiss": dismiss, "uphold": uphold}
    return _finding_page(request, row, forms, "settle", status)


def _dismiss(request: SignedInRequest, row: Responsibility, form: AnswerForm) -> str:
    answer = form.cleaned_data["answer"]
    objection_dismiss(responsibility=row, answer=answer, actor=request.user)
    return "异议不成立，原认定维持"


def _uphold(request: SignedInRequest, row: Responsibility, form: UpheldForm) -> str:
    objection_uphold(
        responsibility=row,
        answer=form.cleaned_data["answer"],
        verdict=form.verdict(),
        actor=request.user,
    )
    return "异议成立，新的认定已提出，等待另一人复核"


def _finding_page(
    request: SignedInRequest,
    row: Responsibility,
    forms: Mapping[str, object],
    act: str,
    status: int,
) -> HttpResponse:
    letter = row.letter
    context = {
        **forms,
        "letter": letter,
        "row": row,
        "grounds": redact(row.grounds, letter.customer_name),
        "evidence": list(evidence_of(row, letter)),
        "objection": redact(row.objection, letter.customer_name),
    }
    return render(request, f"complaints/finding_{act}.html", context, status=status)
