"""The API of bulletins: read by those who may, issued by the service office, the file as PDF."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiResponse,
    extend_schema,
    extend_schema_field,
    extend_schema_view,
)
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.access import user_of
from accounts.api import HasCapability
from accounts.models import Job
from accounts.problems import Conflict
from accounts.roles import Capability
from outlets.months import InvalidMonth, Month
from reports.api.pdf import PdfRenderer
from reports.bulletins import words
from reports.download import pdf_response
from reports.models import Bulletin
from reports.selectors.bulletins import bulletins_visible_to
from reports.services.bulletins import bulletin_issue
from reports.services.files import is_whole


class BulletinSerializer(serializers.ModelSerializer[Bulletin]):
    """A numbered bulletin; its file is there when `sha256` is not empty."""

    month = serializers.SerializerMethodField(help_text="月份，如 2011-04")
    title = serializers.SerializerMethodField(help_text="标题")
    final = serializers.BooleanField(
        source="is_final", read_only=True, help_text="是否用封账成绩；否则为内部公示成绩"
    )
    state = serializers.SerializerMethodField(help_text="生成文件的进展")
    error = serializers.SerializerMethodField(help_text="未能生成的原因")
    sha256 = serializers.CharField(read_only=True, help_text="文件的 SHA-256，未生成时为空")

    class Meta:
        model = Bulletin
        fields = [
            "id", "year", "number", "month", "edition", "title", "final", "issued_on", "state",
            "error", "pages", "sha256", "created_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_month(self, bulletin: Bulletin) -> str:
        """As it is written everywhere."""
        return f"{bulletin.month:%Y-%m}"

    def get_title(self, bulletin: Bulletin) -> str:
        """As it stands on the first page."""
        return words.title_of(Month.of(bulletin.month), bulletin.edition)

    @extend_schema_field(serializers.ChoiceField(choices=Job.State.choices))
    def get_state(self, bulletin: Bulletin) -> str:
        """The job's state; done when the file is there."""
        if bulletin.sha256:
            return Job.State.DONE
        return bulletin.job.state if bulletin.job else Job.State.FAILED

    def get_error(self, bulletin: Bulletin) -> str:
        """The job's message for people."""
        return bulletin.job.error if bulletin.job and not bulletin.sha256 else ""


class BulletinIssueSerializer(serializers.Serializer[Any]):
    """What is to be issued."""

    month = serializers.CharField(max_length=7, help_text="月份，如 2011-04；须已公示或已封账")
    issued_on = serializers.DateField(help_text="印发日期")

    def validate_month(self, text: str) -> Month:
        """A month; an error that says how one is written."""
        try:
            return Month.parse(text)
        except InvalidMonth as error:
            raise serializers.ValidationError(str(error)) from error


@extend_schema_view(
    list=extend_schema(summary="简报列表"), retrieve=extend_schema(summary="一期简报")
)
@extend_schema(tags=["简报"])
class BulletinViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[Bulletin]):
    """The bulletins of the user's branch."""

    queryset = Bulletin.objects.none()
    serializer_class = BulletinSerializer
    permission_classes = [HasCapability]
    capability = Capability.BULLETINS_READ
    capabilities = {"create": Capability.BULLETINS_ISSUE}

    def get_queryset(self) -> QuerySet[Bulletin]:
        """Those the user may read."""
        return bulletins_visible_to(user_of(self.request))

    @extend_schema(
        summary="编发一期简报",
        request=BulletinIssueSerializer,
        responses={201: BulletinSerializer, 409: OpenApiResponse(description="该月不能编发")},
    )
    def create(self, request: Request) -> Response:
        """Issue the month's bulletin; asked again it is the same one."""
        wanted = BulletinIssueSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        user = user_of(request)
        if user.unit is None:
            raise Conflict("您的账号没有所属分行")
        issued = bulletin_issue(branch=user.unit.branch, actor=user, **wanted.validated_data)
        found = self.get_queryset().get(pk=issued.pk)
        return Response(BulletinSerializer(found).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        summary="简报文件",
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
        return pdf_response(found, words.file_name(found.figures), attachment=True)
