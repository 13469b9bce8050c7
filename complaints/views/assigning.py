"""Pages of who handles a letter and what it is, once it is given out: again, back, right."""

from typing import Final

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.access import SignedInRequest, allowed
from accounts.acting import acted, form_methods, posted
from accounts.roles import Capability
from complaints.forms.handling import ReasonForm
from complaints.forms.triage import ClassificationForm, ReassignForm
from complaints.models import Letter
from complaints.services.triage import letter_reassign, letter_reclassify, letter_return
from complaints.views.acting import Words, act_page, letter_of

REASSIGN: Final = Words("改派来信", "换一位承办人，办理记录和期限不变。", "改派", "user-check")
RETURN: Final = Words(
    "退回来信", "不该由您办理的，写明原因退回服务办重新分派；期限不停。", "退回", "corner-up-left"
)


@allowed(Capability.LETTERS_TRIAGE)
@form_methods
def reassign(request: SignedInRequest, pk: int) -> HttpResponse:
    """Give the letter to another handler."""
    letter = letter_of(request, pk)

    def do(form: ReassignForm) -> str:
        given = form.cleaned_data
        letter_reassign(
            letter=letter, handler=given["handler"], reason=given["reason"], actor=request.user
        )
        return f"已改派给{given['handler'].name}"

    return act_page(request, letter, ReassignForm(posted(request), letter=letter), REASSIGN, do)


@allowed(Capability.LETTERS_HANDLE)
@form_methods
def send_back(request: SignedInRequest, pk: int) -> HttpResponse:
    """Give the letter back to triage; its handler alone."""
    letter = letter_of(request, pk)
    if letter.handler_id != request.user.pk:
        raise PermissionDenied

    def do(form: ReasonForm) -> str:
        letter_return(letter=letter, reason=form.cleaned_data["reason"], actor=request.user)
        return "已退回服务办重新分派"

    form = ReasonForm(posted(request))
    status = acted(request, form, do)
    if not status:  # the letter may now be out of the user's sight
        return redirect("home")
    context = {"letter": letter, "form": form, "words": RETURN}
    return render(request, "complaints/act.html", context, status=status)


@allowed(Capability.LETTERS_TRIAGE)
@form_methods
def reclassify(request: SignedInRequest, pk: int) -> HttpResponse:
    """Put right what the letter is."""
    letter = letter_of(request, pk)
    form = ClassificationForm(posted(request), letter=letter, initial=_initial(letter))

    def do(form: ClassificationForm) -> str:
        letter_reclassify(letter=letter, found=form.found(), actor=request.user)
        return "分类已更正"

    status = acted(request, form, do)
    if not status:
        return redirect("complaints:letter", letter.pk)
    context = {"letter": letter, "form": form}
    return render(request, "complaints/reclassify.html", context, status=status)


def _initial(letter: Letter) -> dict[str, object]:
    names = ("kind", "channel", "severity", "service_channel", "business", "cause")
    return {name: getattr(letter, name) for name in names} | {
        "unit": letter.unit_id,
        "staff": letter.staff_id,
    }
