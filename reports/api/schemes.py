"""/schemes/ and /seasons/: the competition's rules and its months."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_field,
    extend_schema_view,
)
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.access import user_of
from accounts.permissions import HasCapability
from accounts.roles import Capability
from reports.api.fields import MonthField
from reports.models import MonthlyScore, SchemeVersion, Season
from reports.scheme import InvalidScheme, SchemeRules
from reports.selectors.league import season_so_far
from reports.selectors.months import schemes_visible_to, seasons_visible_to
from reports.services.schemes import scheme_draft, season_create


@extend_schema_field(OpenApiTypes.OBJECT)
class RulesField(serializers.Field[SchemeRules, Any, Any, Any]):
    """The numbers of a scheme, decimals as text; checked by the rules themselves."""

    def to_internal_value(self, data: Any) -> SchemeRules:
        """The rules; an error that says what contradicts."""
        if not isinstance(data, dict):
            raise serializers.ValidationError("应为办法参数的对照表")
        try:
            return SchemeRules.from_json(data)
        except InvalidScheme as error:
            raise serializers.ValidationError(str(error)) from error

    def to_representation(self, value: Any) -> Any:
        """As stored."""
        return value


class SchemeSerializer(serializers.ModelSerializer[SchemeVersion]):
    """A version of the rules; once published it never changes."""

    name = serializers.CharField(source="label", read_only=True, help_text="名称")
    month = MonthField(source="effective_from", read_only=True, help_text="自何月起，如 2011-04")
    rules = RulesField(read_only=True, help_text="参数")

    class Meta:
        model = SchemeVersion
        fields = ["id", "name", "month", "published_at", "rules"]
        read_only_fields = fields


class SchemeDraftSerializer(serializers.Serializer[Any]):
    """A new version, kept as a draft."""

    name = serializers.CharField(source="label", max_length=40, help_text="名称")
    month = MonthField(help_text="自何月起，如 2012-01")
    rules = RulesField(help_text="参数，与读出的同样写法")


@extend_schema_view(
    list=extend_schema(summary="各版竞赛办法"), retrieve=extend_schema(summary="一版竞赛办法")
)
@extend_schema(tags=["竞赛办法"])
class SchemeViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[SchemeVersion]
):
    """The schemes of the user's branch; drafts for those who edit them."""

    queryset = SchemeVersion.objects.none()
    serializer_class = SchemeSerializer
    permission_classes = [HasCapability]
    capability = Capability.LEAGUE_READ
    capabilities = {"create": Capability.SCHEMES_EDIT}

    def get_queryset(self) -> QuerySet[SchemeVersion]:
        """What the user may see."""
        return schemes_visible_to(user_of(self.request))

    @extend_schema(
        summary="起草办法",
        request=SchemeDraftSerializer,
        responses={201: SchemeSerializer, 409: OpenApiResponse(description="与现有办法冲突")},
    )
    def create(self, request: Request) -> Response:
        """Keep a draft; it is published on its page after a look at it."""
        wanted = SchemeDraftSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        user = user_of(request)
        if user.unit is None:
            raise Http404
        version = scheme_draft(branch=user.unit.branch, actor=user, **wanted.validated_data)
        return Response(SchemeSerializer(version).data, status=status.HTTP_201_CREATED)


class SeasonSerializer(serializers.ModelSerializer[Season]):
    """A competition over several months."""

    first = MonthField(source="first_month", read_only=True, help_text="首月")
    last = MonthField(source="last_month", read_only=True, help_text="末月")

    class Meta:
        model = Season
        fields = ["id", "name", "first", "last"]
        read_only_fields = fields


class SeasonNewSerializer(serializers.Serializer[Any]):
    """A new season."""

    name = serializers.CharField(max_length=60, help_text="名称")
    first = MonthField(help_text="首月，如 2011-04")
    last = MonthField(help_text="末月，如 2011-12")


class StandingSerializer(serializers.Serializer[Any]):
    """A unit's season so far."""

    unit = serializers.IntegerField(source="unit_id", help_text="单位编号")
    name = serializers.CharField(help_text="简称")
    rank = serializers.IntegerField(source="standing.rank", allow_null=True, help_text="名次")
    score = serializers.DecimalField(
        source="standing.score", max_digits=6, decimal_places=2, allow_null=True, help_text="累计分"
    )
    absent = serializers.IntegerField(source="standing.absent", help_text="缺评月数")
    rewarded = serializers.BooleanField(source="standing.rewarded", help_text="表彰")
    named = serializers.BooleanField(source="standing.named", help_text="点名")


@extend_schema_view(
    list=extend_schema(summary="赛季列表"), retrieve=extend_schema(summary="一个赛季")
)
@extend_schema(tags=["竞赛办法"])
class SeasonViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[Season]):
    """The seasons of the user's branch."""

    queryset = Season.objects.none()
    serializer_class = SeasonSerializer
    permission_classes = [HasCapability]
    capability = Capability.LEAGUE_READ
    capabilities = {"create": Capability.SCHEMES_EDIT}

    def get_queryset(self) -> QuerySet[Season]:
        """What the user may see."""
        return seasons_visible_to(user_of(self.request))

    @extend_schema(
        summary="设立赛季",
        request=SeasonNewSerializer,
        responses={201: SeasonSerializer, 409: OpenApiResponse(description="与现有赛季冲突")},
    )
    def create(self, request: Request) -> Response:
        """Set up a season."""
        wanted = SeasonNewSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        user = user_of(request)
        if user.unit is None:
            raise Http404
        season = season_create(branch=user.unit.branch, actor=user, **wanted.validated_data)
        return Response(SeasonSerializer(season).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        summary="本赛季累计",
        parameters=[OpenApiParameter("kind", str, enum=MonthlyScore.Kind.values)],
        responses=StandingSerializer(many=True),
    )
    @action(detail=True, methods=["get"], pagination_class=None)
    def standings(self, request: Request, pk: str | None = None) -> Response:  # noqa: ARG002
        """The cumulative table over the closed months."""
        kind = request.query_params.get("kind", MonthlyScore.Kind.OUTLET)
        if kind not in MonthlyScore.Kind.values:
            raise serializers.ValidationError({"kind": ["应为 OUTLET 或 INSTITUTION"]})
        table = season_so_far(user_of(request), self.get_object(), kind)
        return Response(StandingSerializer(table.rows, many=True).data)
