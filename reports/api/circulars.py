"""The API of circulars: the list, and issuing one; files and progress are the document's."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import mixins, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.access import user_of
from accounts.api import HasCapability
from accounts.roles import Capability
from reports.api.documents import DocumentSerializer
from reports.documents.circular_figures import DEFAULT_DEMAND, DEFAULT_TITLE, CircularFacts
from reports.forms.circulars import DEMAND_MAX, TITLE_MAX
from reports.models import Document
from reports.selectors.circulars import circulars_visible_to
from reports.services.circulars import circular_issue
from tellers.api.references import SeenMany
from tellers.models import Penalty


class CircularSerializer(DocumentSerializer):
    """一份处罚通报；文件在 documents 中取。"""

    heading = serializers.CharField(read_only=True, help_text="标题")
    issued_on = serializers.DateField(read_only=True, help_text="印发日期")

    class Meta(DocumentSerializer.Meta):
        fields = [*DocumentSerializer.Meta.fields, "heading", "issued_on"]
        read_only_fields = fields


class CircularIssueSerializer(serializers.Serializer[Any]):
    """要通报的处罚和文字。"""

    penalties = SeenMany(Penalty, max_length=500, help_text="已批准、还没有通报过的处罚")
    issued_on = serializers.DateField(help_text="印发日期")
    title = serializers.CharField(max_length=TITLE_MAX, default=DEFAULT_TITLE, help_text="标题")
    demand = serializers.CharField(
        max_length=DEMAND_MAX, allow_blank=True, default=DEFAULT_DEMAND, help_text="有关要求"
    )


@extend_schema_view(list=extend_schema(summary="处罚通报列表"))
@extend_schema(tags=["违规与处罚"])
class CircularViewSet(mixins.ListModelMixin, GenericViewSet[Document]):
    """处罚通报：本分行的，新的在前。"""

    queryset = Document.objects.none()
    serializer_class = CircularSerializer
    permission_classes = [HasCapability]
    capability = Capability.BULLETINS_READ
    capabilities = {"create": Capability.BULLETINS_ISSUE}
    filterset_fields = {"year": ["exact"]}

    def get_queryset(self) -> QuerySet[Document]:
        """Those the user may read."""
        return circulars_visible_to(user_of(self.request))

    @extend_schema(
        summary="编发处罚通报",
        request=CircularIssueSerializer,
        responses={201: CircularSerializer, 409: OpenApiResponse(description="不能通报")},
    )
    def create(self, request: Request) -> Response:
        """文号按印发年度顺编；每项处罚只通报一次。"""
        form = CircularIssueSerializer(data=request.data, context=self.get_serializer_context())
        form.is_valid(raise_exception=True)
        user = user_of(request)
        assert user.unit is not None  # noqa: S101  (no administrator has the capability)
        facts = CircularFacts(**form.validated_data)
        made = circular_issue(branch=user.unit.branch, facts=facts, actor=user)
        shown = CircularSerializer(self.get_queryset().get(pk=made.pk))
        return Response(shown.data, status=status.HTTP_201_CREATED)
