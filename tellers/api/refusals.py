"""What the services of records refuse, as problems."""

from django.core.exceptions import ValidationError
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.problems import Conflict
from tellers.services.refusals import RecordRefused


class RecordRefusalsAnswered(APIView):
    """What the services refuse, as 400 by field or as 409 with a code."""

    def handle_exception(self, exc: Exception) -> Response:
        """Translate, then answer as usual."""
        return super().handle_exception(_translated(exc))


def _translated(exc: Exception) -> Exception:
    if isinstance(exc, ValidationError):
        by_field = hasattr(exc, "error_dict")
        return serializers.ValidationError(
            exc.message_dict if by_field else {"non_field_errors": exc.messages}
        )
    return Conflict(str(exc), "record_refused") if isinstance(exc, RecordRefused) else exc
