"""The catalogue of violations: read by everybody with records, kept by the service office."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.access import SignedInRequest, allowed
from accounts.acting import form_methods, posted
from accounts.roles import Capability
from tellers.forms.catalogue import ViolationKindForm
from tellers.models import ViolationKind
from tellers.selectors.discipline import catalogue_of
from tellers.services.catalogue import violation_kind_save
from tellers.views.acting import Words, act_page, own_branch


@allowed(Capability.RECORDS_READ)
@require_safe
def catalogue(request: SignedInRequest) -> HttpResponse:
    """Every entry, with how often it was recorded for those who see the branch."""
    context = {
        "kinds": list(catalogue_of(own_branch(request).pk)),
        "may_edit": request.user.can(Capability.RECORDS_EDIT),
        "sees_all": request.user.can(Capability.RECORDS_CONFIRM),
    }
    return render(request, "tellers/catalogue.html", context)


@allowed(Capability.RECORDS_EDIT)
@form_methods
def kind_new(request: SignedInRequest) -> HttpResponse:
    """Add an entry."""
    form = ViolationKindForm(posted(request), branch=own_branch(request))
    return _kind_page(request, form, "新增违规事项", "员工的违规按这里的事项记录。")


@allowed(Capability.RECORDS_EDIT)
@form_methods
def kind_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change one, or take it out of use."""
    branch = own_branch(request)
    found = get_object_or_404(ViolationKind, pk=pk, branch=branch)
    form = ViolationKindForm(posted(request), branch=branch, instance=found)
    heading = f"修改违规事项 {found.code}"
    return _kind_page(request, form, heading, "已记录的违规保留当时的程度。")


def _kind_page(
    request: SignedInRequest, form: ViolationKindForm, heading: str, lead: str
) -> HttpResponse:
    def do(form: ViolationKindForm) -> str:
        kind = violation_kind_save(kind=form.instance, actor=request.user)
        return f"违规事项{kind.code}已保存"

    words = Words(heading, lead, "保存", reverse("tellers:catalogue"), "device-floppy")
    return act_page(request, form, words, do)
