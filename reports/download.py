"""A made file as an answer to a request."""

from typing import Final

from django.http import HttpResponse
from django.utils.cache import patch_cache_control
from django.utils.http import content_disposition_header

from reports.models import Bulletin, Document

# The browser's own viewer builds a page around the file: it needs its style and its plugin.
_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'"
)


def pdf_response(made: Bulletin | Document, name: str, *, attachment: bool) -> HttpResponse:
    """The PDF under its Chinese name (RFC 5987); the caller knows that the file is there."""
    with made.file.open("rb") as file:
        response = HttpResponse(file.read(), content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(attachment, name) or ""
    response["Content-Security-Policy"] = _POLICY
    response["X-Frame-Options"] = "SAMEORIGIN"  # its page shows it in a frame
    response["ETag"] = f'"{made.sha256}"'
    patch_cache_control(response, private=True, max_age=0, must_revalidate=True)
    return response
