"""A spreadsheet as an answer to a request."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from outlets.spreadsheets import content_type


def file_response(name: str, content: bytes) -> HttpResponse:
    """The file to save, under its Chinese name (RFC 5987), of the type its ending says."""
    response = HttpResponse(content, content_type=content_type(name))
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return response
