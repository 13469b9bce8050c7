"""POST /file-documents/: a service file as PDF, as the user reads it."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from accounts.access import user_of
from accounts.permissions import HasCapability
from accounts.roles import Capability
from reports.api.documents import DocumentSerializer
from reports.services.service_files import service_file_make
from tellers.selectors.files import EntryKind, FileSought, files_visible_to

MAX_ID = 2**62


class FileDocumentSerializer(serializers.Serializer[Any]):
    """谁的档案，哪一年、哪一类；不给的为全部。"""

    staff = serializers.IntegerField(min_value=1, max_value=MAX_ID, help_text="员工 id")
    year = serializers.IntegerField(
        min_value=1900, max_value=2999, allow_null=True, default=None, help_text="年度"
    )
    kind = serializers.ChoiceField(
        choices=EntryKind.choices, allow_blank=True, default="", help_text="类别"
    )


@extend_schema(tags=["服务档案"])
class FileDocumentViewSet(ViewSet):
    """Service files made into PDFs; the file itself is read at /documents/."""

    permission_classes = [HasCapability]
    capability = Capability.RECORDS_READ

    @extend_schema(
        summary="生成服务档案 PDF",
        request=FileDocumentSerializer,
        responses={201: DocumentSerializer},
    )
    def create(self, request: Request) -> Response:
        """按查阅范围生成；文件做好后在 /documents/ 下载。"""
        form = FileDocumentSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        given, user = form.validated_data, user_of(request)
        person = get_object_or_404(files_visible_to(user), pk=given["staff"])
        made = service_file_make(
            person=person, sought=FileSought(given["year"], given["kind"]), actor=user
        )
        return Response(DocumentSerializer(made).data, status=201)
