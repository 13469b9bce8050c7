"""The API of photos: reading them; they are sent and removed at their visit."""

from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.viewsets import GenericViewSet

from accounts.access import user_of
from accounts.api import HasCapability
from accounts.roles import Capability
from inspections.models import Evidence
from inspections.selectors.firewall import evidence_visible_to
from inspections.views.photos import photo_response


class EvidenceSerializer(serializers.ModelSerializer[Evidence]):
    """一张照片。"""

    url = serializers.HyperlinkedIdentityField(
        view_name="evidence-detail", lookup_field="uuid", help_text="照片（JPEG）"
    )

    class Meta:
        model = Evidence
        fields = ["uuid", "item", "sha256", "width", "height", "url"]
        read_only_fields = fields


class EvidenceAddSerializer(serializers.Serializer[Any]):
    """上传一张照片。"""

    item = serializers.IntegerField(min_value=1, max_value=2**62, help_text="项目 id")
    sha256 = serializers.CharField(max_length=64, help_text="所传文件的 SHA-256")
    file = serializers.FileField(help_text="JPEG、PNG 或 WebP，不超过 20 MB")


class EvidenceViewSet(GenericViewSet[Evidence]):
    """照片：与能查阅的答案一起的照片。"""

    serializer_class = EvidenceSerializer
    permission_classes = [HasCapability]
    capability = Capability.INSPECTIONS_READ
    queryset = Evidence.objects.none()
    lookup_field = "uuid"
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Evidence]:
        """What the user may see."""
        return evidence_visible_to(user_of(self.request))

    @extend_schema(
        parameters=[
            OpenApiParameter("uuid", OpenApiTypes.UUID, OpenApiParameter.PATH),
            OpenApiParameter("small", bool, description="只要缩略图"),
        ],
        responses={(200, "image/jpeg"): OpenApiTypes.BINARY},
    )
    def retrieve(self, request: Request, uuid: str) -> FileResponse:  # noqa: ARG002
        """照片本身。"""
        return photo_response(self.get_object(), small="small" in request.query_params)
