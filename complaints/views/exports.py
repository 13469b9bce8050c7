"""The list of letters as a file."""

from typing import Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from accounts.access import SignedInRequest, allowed
from accounts.roles import Capability
from accounts.services import audit_add
from complaints.exports import letters_file
from complaints.forms.search import LetterSearchForm, names_a_customer, private_query
from complaints.selectors.search import letters_sought
from outlets.spreadsheets import content_type

# What can be written while somebody waits; a month at a time the command writes any number.
MAX_LETTERS: Final = 20_000


@allowed(Capability.EXPORTS)
@require_safe
def letters_export(request: SignedInRequest) -> HttpResponse:
    """The letters sought, as .xlsx (or with `format=csv` as .csv); customers are masked."""
    if names_a_customer(request.GET, request.user):
        query = private_query(request.GET, request.user)
        return redirect(f"{request.path}?{query.urlencode()}")
    form = LetterSearchForm(request.GET, user=request.user)
    letters = letters_sought(request.user, form.sought(), timezone.localdate())
    number = letters.order_by()[: MAX_LETTERS + 1].count()
    if number > MAX_LETTERS:
        messages.warning(request, f"超过{MAX_LETTERS:,}封，请先缩小日期或其他条件再导出")
        return redirect(f"{reverse('complaints:letters')}?{request.GET.urlencode()}")
    ending = "csv" if request.GET.get("format") == "csv" else "xlsx"
    name = f"来信_{timezone.localdate():%Y%m%d}.{ending}"
    audit_add(event="letter.export", actor=request.user, subject=f"{number} 封来信")
    response = HttpResponse(letters_file(letters, name), content_type=content_type(name))
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return response
