"""What the services of visits and inspections refuse, as problems."""

from django.core.exceptions import ValidationError
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.problems import Conflict
from inspections.services.releases import NotReleasable
from inspections.services.sheets import SheetInvalid
from inspections.services.submissions import InspectionNotOpen, SubmissionDiffers
from inspections.services.visits import VisitNotOpen


class RefusalsAnswered(APIView):
    """What the services refuse, as 400 by field or as 409 with a code."""

    def handle_exception(self, exc: Exception) -> Response:
        """Translate, then answer as usual."""
        return super().handle_exception(_translated(exc))


_CODES: dict[type[Exception], str] = {
    SubmissionDiffers: "submission_differs",
    VisitNotOpen: "visit_not_open",
    InspectionNotOpen: "inspection_not_open",
    NotReleasable: "not_releasable",
}


def _translated(exc: Exception) -> Exception:
    if isinstance(exc, ValidationError):
        return serializers.ValidationError(exc.message_dict)
    if isinstance(exc, SheetInvalid):
        return serializers.ValidationError({"answers": [one.as_json() for one in exc.faults]})
    code = _CODES.get(type(exc))
    if code is None:
        return exc
    extra = {"differences": exc.differences} if isinstance(exc, SubmissionDiffers) else {}
    return Conflict(str(exc), code, **extra)
