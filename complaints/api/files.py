"""The API of attachments: what they hold; they are uploaded at their letter."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.viewsets import GenericViewSet

from accounts.access import user_of
from accounts.api import HasCapability
from accounts.roles import Capability
from complaints.api.serializers import LetterAttachmentSerializer
from complaints.models import Attachment
from complaints.selectors.letter_page import may_open
from complaints.selectors.letters import letters_visible_to
from complaints.selectors.standing import standing_of
from complaints.views.attachments import file_response


class AttachmentViewSet(GenericViewSet[Attachment]):
    """附件：查阅范围内来信的附件。"""

    serializer_class = LetterAttachmentSerializer
    permission_classes = [HasCapability]
    capability = Capability.LETTERS_READ
    queryset = Attachment.objects.none()
    lookup_field = "uuid"
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Attachment]:
        """Those of the letters the user may see."""
        seen = letters_visible_to(user_of(self.request)).order_by().values("pk")
        return Attachment.objects.filter(letter__in=seen).select_related("letter")

    @extend_schema(
        parameters=[OpenApiParameter("uuid", OpenApiTypes.UUID, OpenApiParameter.PATH)],
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def retrieve(self, request: Request, uuid: Any) -> HttpResponse:  # noqa: ARG002
        """附件本身；每次下载都有记录。"""
        found: Attachment = self.get_object()
        if not may_open(found, standing_of(user_of(request), found.letter)):
            raise PermissionDenied
        return file_response(found, user_of(request))
