"""The API of documents: read by those who may, the file as PDF."""

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiResponse,
    extend_schema,
    extend_schema_field,
    extend_schema_view,
)
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.viewsets import GenericViewSet

from accounts.access import user_of
from accounts.models import Job
from accounts.problems import Conflict
from reports.api.pdf import PdfRenderer
from reports.download import pdf_response
from reports.models import Document
from reports.selectors.documents import documents_visible_to
from reports.services.files import is_whole


class DocumentSerializer(serializers.ModelSerializer[Document]):
    """A document; its file is there when `sha256` is not empty."""

    state = serializers.SerializerMethodField(help_text="生成文件的进展")
    error = serializers.SerializerMethodField(help_text="未能生成的原因")
    sha256 = serializers.CharField(read_only=True, help_text="文件的 SHA-256，未生成时为空")

    class Meta:
        model = Document
        fields = [
            "id", "kind", "title", "year", "number", "state", "error", "pages", "sha256",
            "created_at",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(choices=Job.State.choices))
    def get_state(self, document: Document) -> str:
        """The job's state; done when the file is there."""
        if document.sha256:
            return Job.State.DONE
        return document.job.state if document.job else Job.State.FAILED

    def get_error(self, document: Document) -> str:
        """The job's message for people."""
        return document.job.error if document.job and not document.sha256 else ""


@extend_schema_view(
    list=extend_schema(summary="文件列表"), retrieve=extend_schema(summary="一份文件")
)
@extend_schema(tags=["文件"])
class DocumentViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[Document]):
    """处罚通报、星级工号牌与服务档案的 PDF：可查阅的，新的在前。"""

    queryset = Document.objects.none()
    serializer_class = DocumentSerializer
    permission_classes = [IsAuthenticated]
    filterset_fields = {"kind": ["exact"], "year": ["exact"]}

    def get_queryset(self) -> QuerySet[Document]:
        """Those the user may read."""
        return documents_visible_to(user_of(self.request))

    @extend_schema(
        summary="文件的 PDF",
        responses={
            (200, "application/pdf"): OpenApiTypes.BINARY,
            409: OpenApiResponse(description="文件尚未生成"),
        },
    )
    @action(detail=True, methods=["get"], renderer_classes=[JSONRenderer, PdfRenderer])
    def file(self, request: Request, pk: str | None = None) -> HttpResponse:  # noqa: ARG002
        """The PDF; 409 until it is made."""
        found = self.get_object()
        if not is_whole(found):
            raise Conflict("文件尚未生成，请稍候再取")
        return pdf_response(found, f"{found.title}.pdf", attachment=True)
