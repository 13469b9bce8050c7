"""Star schemes in the API: versions read, drafted, tried out, published."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.access import user_of
from accounts.api import HasCapability
from accounts.roles import Capability
from tellers.api.references import branch_of, sent
from tellers.models import StarScheme
from tellers.selectors.stars import star_schemes_visible_to
from tellers.selectors.what_if import WhatIf, star_what_if
from tellers.services import star_schemes as services
from tellers.stars import InvalidStarScheme, StarRules


@extend_schema_field(OpenApiTypes.OBJECT)
class StarRulesField(serializers.Field[StarRules, Any, Any, Any]):
    """The numbers of a star scheme, decimals as text; checked by the rules themselves."""

    def to_internal_value(self, data: Any) -> StarRules:
        """The rules; an error that says what contradicts."""
        if not isinstance(data, dict):
            raise serializers.ValidationError("应为办法参数的对照表")
        try:
            return StarRules.from_json(data)
        except InvalidStarScheme as error:
            raise serializers.ValidationError(str(error)) from error

    def to_representation(self, value: Any) -> Any:
        """As stored."""
        return value


class StarSchemeSerializer(serializers.ModelSerializer[StarScheme]):
    """一版星级评定办法；发布以后不再改变。"""

    name = serializers.CharField(source="label", read_only=True, help_text="名称")
    rules = StarRulesField(read_only=True, help_text="参数")

    class Meta:
        model = StarScheme
        fields = ["id", "name", "published_at", "rules"]
        read_only_fields = fields


class StarSchemeDraftSerializer(serializers.Serializer[Any]):
    """一版草稿。"""

    name = serializers.CharField(source="label", max_length=60, help_text="名称")
    rules = StarRulesField(help_text="参数，与读出的同样写法")


class StarLevelSerializer(serializers.Serializer[Any]):
    """两个办法下同一星级的人数。"""

    name = serializers.CharField(source="label", help_text="星级或不评的状态")
    before = serializers.IntegerField(help_text="原办法")
    after = serializers.IntegerField(help_text="草稿")


class StarMoveSerializer(serializers.Serializer[Any]):
    """星级会变动的员工。"""

    number = serializers.CharField(help_text="员工号")
    name = serializers.CharField(help_text="姓名")
    unit = serializers.CharField(help_text="机构")
    before = serializers.CharField(help_text="原办法的星级")
    after = serializers.CharField(help_text="草稿的星级")
    steps = serializers.IntegerField(help_text="升（正）降（负）几星")
    why = serializers.CharField(help_text="原因")


class WhatIfSerializer(serializers.Serializer[WhatIf]):
    """按草稿重评上一周期的结果，不保存。"""

    period = serializers.CharField(source="period.label", help_text="周期")
    people = serializers.IntegerField(help_text="人数")
    moved_since = serializers.IntegerField(help_text="自测算以后数据有变化的人数")
    levels = StarLevelSerializer(many=True)
    moves = StarMoveSerializer(many=True)


@extend_schema_view(
    list=extend_schema(summary="各版星级评定办法"),
    retrieve=extend_schema(summary="一版星级评定办法"),
)
@extend_schema(tags=["星级评定"])
class StarSchemeViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    GenericViewSet[StarScheme],
):
    """星级评定办法：已发布的，起草人还看得到草稿。"""

    queryset = StarScheme.objects.none()
    serializer_class = StarSchemeSerializer
    permission_classes = [HasCapability]
    capability = Capability.RECORDS_READ
    capabilities = dict.fromkeys(
        ("create", "update", "destroy", "publish", "what_if"), Capability.RECORDS_EDIT
    )
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[StarScheme]:
        """What the user may see."""
        return star_schemes_visible_to(user_of(self.request))

    @extend_schema(
        summary="起草办法", request=StarSchemeDraftSerializer, responses={201: StarSchemeSerializer}
    )
    def create(self, request: Request) -> Response:
        """存为草稿；同名的已有时为 409。"""
        user = user_of(request)
        wanted = sent(self, StarSchemeDraftSerializer)
        scheme = services.star_scheme_draft(branch=branch_of(user), actor=user, **wanted)
        return Response(StarSchemeSerializer(scheme).data, status=201)

    @extend_schema(
        summary="修改草稿", request=StarSchemeDraftSerializer, responses=StarSchemeSerializer
    )
    def update(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """整版替换；已发布的为 409。"""
        scheme: StarScheme = self.get_object()
        wanted = sent(self, StarSchemeDraftSerializer)
        kept = services.star_scheme_revise(scheme=scheme, actor=user_of(request), **wanted)
        return Response(StarSchemeSerializer(kept).data)

    @extend_schema(summary="删除草稿", responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """已发布的为 409。"""
        services.star_scheme_delete(scheme=self.get_object(), actor=user_of(request))
        return Response(status=204)

    @extend_schema(summary="发布办法", request=None, responses=StarSchemeSerializer)
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """发布以后不再改变。"""
        scheme = services.star_scheme_publish(scheme=self.get_object(), actor=user_of(request))
        return Response(StarSchemeSerializer(scheme).data)

    @extend_schema(summary="试算上一周期", responses=WhatIfSerializer)
    @action(detail=True, methods=["get"], url_path="what-if")
    def what_if(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """按这一版重评最近测算过的周期，不保存；还没有测算过的周期时为 404。"""
        found = star_what_if(self.get_object())
        if found is None:
            raise Http404
        return Response(WhatIfSerializer(found).data)
