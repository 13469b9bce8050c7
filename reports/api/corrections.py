"""/corrections/: numbered changes of closed months."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import (
    OpenApiResponse,
    extend_schema,
    extend_schema_field,
    extend_schema_view,
)
from rest_framework import mixins, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.access import user_of
from accounts.permissions import HasCapability
from accounts.roles import Capability
from reports.api.fields import MonthField
from reports.models import Correction
from reports.selectors.corrections import corrections_visible_to
from reports.services.corrections import correction_issue


class ChangeSerializer(serializers.Serializer[Any]):
    """One figure, old and new."""

    name = serializers.CharField(help_text="数字，如 total、rank")
    old = serializers.CharField(allow_null=True, help_text="原值")
    new = serializers.CharField(allow_null=True, help_text="新值")


class DifferenceSerializer(serializers.Serializer[Any]):
    """What changes for one unit."""

    kind = serializers.CharField(help_text="OUTLET 或 INSTITUTION")
    unit = serializers.IntegerField(help_text="单位编号")
    changes = ChangeSerializer(many=True, help_text="变动的数字")
    rank_change = serializers.IntegerField(allow_null=True, help_text="名次变化，上升为正")


class CorrectionSerializer(serializers.ModelSerializer[Correction]):
    """A numbered correction with all its differences."""

    month = MonthField(source="month_close.month", read_only=True, help_text="月份，如 2011-04")
    issued_by = serializers.CharField(
        source="issued_by.name", allow_null=True, default=None, help_text="签发人"
    )
    differences = serializers.SerializerMethodField(help_text="新旧数字")

    class Meta:
        model = Correction
        fields = ["id", "month", "number", "reason", "issued_by", "issued_at", "differences"]
        read_only_fields = fields

    @extend_schema_field(DifferenceSerializer(many=True))
    def get_differences(self, correction: Correction) -> list[dict[str, Any]]:
        """As stored, the figures by name."""
        return [
            each
            | {
                "changes": [
                    {"name": name, "old": _text(old), "new": _text(new)}
                    for name, old, new in each["changes"]
                ]
            }
            for each in correction.differences
        ]


class CorrectionIssueSerializer(serializers.Serializer[Any]):
    """What is to be corrected, and why."""

    month = MonthField(help_text="月份，如 2011-04；须已封账")
    reason = serializers.CharField(max_length=300, help_text="更正原因")


@extend_schema_view(
    list=extend_schema(summary="更正列表"), retrieve=extend_schema(summary="一份更正")
)
@extend_schema(tags=["月度封账"])
class CorrectionViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[Correction]
):
    """The corrections of the user's branch."""

    queryset = Correction.objects.none()
    serializer_class = CorrectionSerializer
    permission_classes = [HasCapability]
    capability = Capability.LEAGUE_READ
    capabilities = {"create": Capability.MONTHS_CLOSE}

    def get_queryset(self) -> QuerySet[Correction]:
        """What the user may see."""
        return corrections_visible_to(user_of(self.request))

    @extend_schema(
        summary="发更正",
        request=CorrectionIssueSerializer,
        responses={201: CorrectionSerializer, 409: OpenApiResponse(description="没有可更正的")},
    )
    def create(self, request: Request) -> Response:
        """Issue a correction of a closed month."""
        wanted = CorrectionIssueSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        user = user_of(request)
        if user.unit is None:
            raise Http404
        issued = correction_issue(branch=user.unit.branch, actor=user, **wanted.validated_data)
        return Response(CorrectionSerializer(issued).data, status=status.HTTP_201_CREATED)


def _text(value: str | int | None) -> str | None:
    return None if value is None else str(value)
