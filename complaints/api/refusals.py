"""What the services of letters refuse, as problems."""

from django.core.exceptions import ValidationError
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.problems import Conflict
from complaints.sealing import SealBroken
from complaints.services.intake import LetterDiffers
from complaints.services.mail import MailMoved
from complaints.services.refusals import ActRefused, LetterMoved, MustRecuse
from complaints.services.reveals import NotYours
from complaints.services.triage import TriageTaken

_CODES: dict[type[Exception], str] = {
    LetterDiffers: "letter_differs",
    LetterMoved: "letter_moved",
    MailMoved: "mail_moved",
    MustRecuse: "must_recuse",
    NotYours: "not_yours",
    TriageTaken: "triage_taken",
}


class RefusalsAnswered(APIView):
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
    if isinstance(exc, SealBroken):
        return Conflict("文件无法打开，请联系系统管理员", "seal_broken")
    if not isinstance(exc, ActRefused):
        return exc
    extra = {"differences": exc.differences} if isinstance(exc, LetterDiffers) else {}
    return Conflict(str(exc), _CODES.get(type(exc), "act_refused"), **extra)
