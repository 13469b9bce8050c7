"""Ratings in the API: listed, opened, adjusted, disputed."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.access import user_of
from accounts.api import HasCapability
from accounts.roles import Capability
from outlets.models import Unit
from tellers.api.references import RecordStaffSerializer, RecordUnitSerializer, sent
from tellers.models import Objection, StarAdjustment, StarRating
from tellers.selectors.star_evidence import rating_parts
from tellers.selectors.stars import (
    adjustments_visible_to,
    objections_visible_to,
    star_ratings_visible_to,
)
from tellers.services import star_decisions as services
from tellers.stars import HIGHEST, StarRules

_ID = "[0-9]{1,18}"


class StarRatingSerializer(serializers.ModelSerializer[StarRating]):
    """一名员工在一个周期的评定；computed_star 是测算的，star 是调整和异议之后的。"""

    period_name = serializers.CharField(source="period.label", read_only=True, help_text="周期")
    staff = RecordStaffSerializer(read_only=True)
    unit = RecordUnitSerializer(read_only=True)

    class Meta:
        model = StarRating
        fields = [
            "id", "period", "period_name", "staff", "unit", "post", "skill", "quality",
            "efficiency", "standards", "discipline", "total", "status", "computed_star", "star",
            "reason",
        ]  # fmt: skip
        read_only_fields = fields


class StarPieceSerializer(serializers.Serializer[Any]):
    """一项依据。"""

    day = serializers.CharField(help_text="日期或月份")
    text = serializers.CharField(help_text="是什么")
    figure = serializers.CharField(help_text="数字")
    url = serializers.CharField(help_text="在哪一页打开；不能打开的为空")


class StarPartSerializer(serializers.Serializer[Any]):
    """一行算式与它的依据；hidden 是不在查阅范围内的项数。"""

    name = serializers.CharField(help_text="维度")
    title = serializers.CharField(source="label", help_text="名称")
    weight = serializers.DecimalField(
        max_digits=7, decimal_places=2, allow_null=True, help_text="权重"
    )
    arithmetic = serializers.CharField(help_text="算式")
    value = serializers.CharField(help_text="得分")
    pieces = StarPieceSerializer(many=True)
    hidden = serializers.IntegerField()


class StarAdjustmentSerializer(serializers.ModelSerializer[StarAdjustment]):
    """委员会的一次调整，须两人签字。"""

    staff = RecordStaffSerializer(source="rating.staff", read_only=True)

    class Meta:
        model = StarAdjustment
        fields = ["id", "rating", "staff", "step", "grounds", "state", "created_at"]
        read_only_fields = fields


class StarAdjustSerializer(serializers.Serializer[Any]):
    """上调（1）或下调（-1）一星，写明依据。"""

    step = serializers.ChoiceField(choices=[(1, "上调一星"), (-1, "下调一星")])
    grounds = serializers.CharField(max_length=300, help_text="依据")


class StarAgreeSerializer(serializers.Serializer[Any]):
    """复核意见。"""

    agreed = serializers.BooleanField(help_text="是否同意")


class StarObjectionSerializer(serializers.ModelSerializer[Objection]):
    """本人的异议与对它的决定。"""

    staff = RecordStaffSerializer(source="rating.staff", read_only=True)

    class Meta:
        model = Objection
        fields = [
            "id", "rating", "staff", "text", "raised_at", "decision", "new_star", "reason",
            "decided_at",
        ]  # fmt: skip
        read_only_fields = fields


class StarObjectSerializer(serializers.Serializer[Any]):
    """异议的内容和理由。"""

    text = serializers.CharField(max_length=2000)


class StarDecideSerializer(serializers.Serializer[Any]):
    """决定：new_star 为改成的星级，空即维持原评定。"""

    new_star = serializers.IntegerField(
        min_value=0, max_value=HIGHEST, required=False, allow_null=True, default=None
    )
    reason = serializers.CharField(max_length=300, help_text="理由")


class StarRatingFilter(django_filters.FilterSet):  # type: ignore[misc]
    """筛选。"""

    unit = django_filters.ModelChoiceFilter(
        queryset=Unit.objects.all(), method="under", label="机构及其下，按当时的隶属"
    )

    class Meta:
        model = StarRating
        fields = {
            "period": ["exact"],
            "period__label": ["exact"],
            "staff__number": ["exact"],
            "post": ["exact"],
            "star": ["exact", "gte"],
            "status": ["exact"],
        }

    def under(self, queryset: QuerySet[StarRating], _name: str, unit: Unit) -> QuerySet[StarRating]:
        """At the unit or below it."""
        return queryset.filter(unit_path__contains=f"{unit.code}/")


@extend_schema_view(
    list=extend_schema(summary="星级名单"), retrieve=extend_schema(summary="一名员工的评定")
)
@extend_schema(tags=["星级评定"])
class StarRatingViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    GenericViewSet[StarRating],
):
    """评定：服务办和分行领导见全部，负责人见公示后本单位的，员工见本人的。"""

    queryset = StarRating.objects.none()
    serializer_class = StarRatingSerializer
    permission_classes = [HasCapability]
    capability = Capability.RECORDS_READ
    capabilities = {"adjust": Capability.RECORDS_CONFIRM}
    filterset_class = StarRatingFilter
    lookup_value_regex = _ID

    def get_queryset(self) -> QuerySet[StarRating]:
        """What the user may see."""
        rows = star_ratings_visible_to(user_of(self.request))
        return rows.filter(staff_id=user_of(self.request).staff_id or 0) if self._own else rows

    @property
    def _own(self) -> bool:
        """An objection is to the own rating alone; others are not found."""
        return self.action == "object"

    @extend_schema(summary="算式与依据", responses=StarPartSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], pagination_class=None, filterset_class=None)
    def evidence(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """每个维度怎么来的，能查阅的依据逐项列出。"""
        rating: StarRating = self.get_object()
        rules = StarRules.from_json(rating.period.scheme.rules)
        parts = rating_parts(user_of(request), rating, rules)
        return Response(StarPartSerializer(parts, many=True).data)

    @extend_schema(
        summary="提出调整", request=StarAdjustSerializer, responses={201: StarAdjustmentSerializer}
    )
    @action(detail=True, methods=["post"])
    def adjust(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """由另一人复核；公示以后为 409。"""
        rating, wanted = self.get_object(), sent(self, StarAdjustSerializer)
        made = services.star_adjust_propose(rating=rating, actor=user_of(request), **wanted)
        return Response(StarAdjustmentSerializer(made).data, status=201)

    @extend_schema(
        summary="提出异议", request=StarObjectSerializer, responses={201: StarObjectionSerializer}
    )
    @action(detail=True, methods=["post"], url_path="object", url_name="object")
    def object(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """公示期内，本人对自己的评定。"""
        rating, wanted = self.get_object(), sent(self, StarObjectSerializer)
        made = services.objection_raise(rating=rating, actor=user_of(request), **wanted)
        return Response(StarObjectionSerializer(made).data, status=201)


@extend_schema_view(
    list=extend_schema(summary="星级调整"), retrieve=extend_schema(summary="一次星级调整")
)
@extend_schema(tags=["星级评定"])
class StarAdjustmentViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    GenericViewSet[StarAdjustment],
):
    """委员会的调整；复核人以外的只见已生效的。"""

    queryset = StarAdjustment.objects.none()
    serializer_class = StarAdjustmentSerializer
    permission_classes = [HasCapability]
    capability = Capability.RECORDS_READ
    capabilities = {"decide": Capability.RECORDS_CONFIRM}
    filterset_fields = {"state": ["exact"], "rating__period": ["exact"]}
    lookup_value_regex = _ID

    def get_queryset(self) -> QuerySet[StarAdjustment]:
        """What the user may see."""
        return adjustments_visible_to(user_of(self.request))

    @extend_schema(
        summary="复核调整", request=StarAgreeSerializer, responses=StarAdjustmentSerializer
    )
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """由提出人以外的人。"""
        found, wanted = self.get_object(), sent(self, StarAgreeSerializer)
        kept = services.star_adjust_decide(adjustment=found, actor=user_of(request), **wanted)
        return Response(StarAdjustmentSerializer(kept).data)


@extend_schema_view(
    list=extend_schema(summary="星级异议"), retrieve=extend_schema(summary="一件星级异议")
)
@extend_schema(tags=["星级评定"])
class StarObjectionViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    GenericViewSet[Objection],
):
    """异议：处理的人见全部，员工见本人的。"""

    queryset = Objection.objects.none()
    serializer_class = StarObjectionSerializer
    permission_classes = [HasCapability]
    capability = Capability.RECORDS_READ
    capabilities = {"decide": Capability.RECORDS_CONFIRM}
    filterset_fields = {"decision": ["exact"], "rating__period": ["exact"]}
    lookup_value_regex = _ID

    def get_queryset(self) -> QuerySet[Objection]:
        """What the user may see."""
        return objections_visible_to(user_of(self.request))

    @extend_schema(
        summary="处理异议", request=StarDecideSerializer, responses=StarObjectionSerializer
    )
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """成立则写明改为几星；写明理由。"""
        found, wanted = self.get_object(), sent(self, StarDecideSerializer)
        kept = services.objection_decide(objection=found, actor=user_of(request), **wanted)
        return Response(StarObjectionSerializer(kept).data)
