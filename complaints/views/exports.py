"""The list of letters as a file."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import SignedInRequest, allowed
from accounts.roles import Capability
from complaints.forms.search import LetterSearchForm, names_a_customer, private_query
from complaints.services.handing_out import TooManyLetters, letters_export
from outlets.downloads import file_response


@allowed(Capability.EXPORTS)
@require_safe
def export(request: SignedInRequest) -> HttpResponse:
    """The letters sought, as .xlsx (or with `format=csv` as .csv); customers are masked."""
    if names_a_customer(request.GET, request.user):
        query = private_query(request.GET, request.user)
        return redirect(f"{request.path}?{query.urlencode()}")
    sought = LetterSearchForm(request.GET, user=request.user).sought()
    today = timezone.localdate()
    name = f"来信_{today:%Y%m%d}.{'csv' if request.GET.get('format') == 'csv' else 'xlsx'}"
    try:
        content = letters_export(actor=request.user, sought=sought, today=today, name=name)
    except TooManyLetters as error:
        messages.warning(request, str(error))
        return redirect(f"{reverse('complaints:letters')}?{request.GET.urlencode()}")
    return file_response(name, content)
