"""Rating periods in the API: opened, computed, shown, final; what is made of them."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.access import user_of
from accounts.api import HasCapability
from accounts.api.jobs import JobSerializer
from accounts.roles import Capability
from tellers.api.references import Seen, branch_of, sent
from tellers.exports.stars import allowances_of
from tellers.forms.stars import AllowanceForm
from tellers.models import StarPeriod, StarRating, StarScheme
from tellers.selectors.star_distribution import (
    INSTITUTIONS,
    OUTLETS,
    star_distribution,
)
from tellers.selectors.star_verification import star_verified
from tellers.selectors.stars import SHOWN, star_honours, star_periods_visible_to
from tellers.services import star_periods as services
from tellers.stars import InvalidPeriod, StarRules, period_days

ALL_STAFF = (Capability.RECORDS_READ, Capability.UNITS_READ)


class StarPeriodSerializer(serializers.ModelSerializer[StarPeriod]):
    """一个评定周期。"""

    name = serializers.CharField(source="label", read_only=True, help_text="周期，如 2011Q4")
    scheme_name = serializers.CharField(source="scheme.label", read_only=True, help_text="办法")

    class Meta:
        model = StarPeriod
        fields = [
            "id", "name", "first_day", "last_day", "scheme", "scheme_name", "state", "computed_at",
            "public_on", "objections_until", "final_on",
        ]  # fmt: skip
        read_only_fields = fields


class StarPeriodNewSerializer(serializers.Serializer[Any]):
    """建立周期：年度如 2011，季度如 2011Q4。"""

    name = serializers.CharField(source="label", max_length=8, help_text="周期")
    scheme = Seen(StarScheme, help_text="已发布的办法")

    def validate_name(self, value: str) -> str:
        """A period there can be."""
        try:
            period_days(value)
        except InvalidPeriod as error:
            raise serializers.ValidationError(str(error)) from error
        return value


class StarHonourSerializer(serializers.ModelSerializer[StarRating]):
    """公示的内容：员工号、姓名、机构、星级。"""

    number = serializers.CharField(source="staff.number", help_text="员工号")
    name = serializers.CharField(source="staff.name", help_text="姓名")
    unit = serializers.CharField(source="unit.short_name", help_text="机构")

    class Meta:
        model = StarRating
        fields = ["number", "name", "unit", "star"]
        read_only_fields = fields


class StarSpreadSerializer(serializers.Serializer[Any]):
    """一个单位的星级人数。"""

    code = serializers.CharField(help_text="机构号；合计为空")
    name = serializers.CharField(help_text="机构")
    stars = serializers.DictField(child=serializers.IntegerField(), help_text="星级（0至5）→人数")
    disqualified = serializers.IntegerField(help_text="不予评定")
    insufficient = serializers.IntegerField(help_text="数据不足")
    people = serializers.IntegerField(help_text="合计")


class StarAllowanceSerializer(serializers.Serializer[Any]):
    """一名员工的津贴。"""

    number = serializers.CharField(source="rating.staff.number", help_text="员工号")
    name = serializers.CharField(source="rating.staff.name", help_text="姓名")
    unit = serializers.CharField(source="rating.unit.code", help_text="机构号")
    star = serializers.IntegerField(source="rating.star", help_text="星级")
    monthly = serializers.DecimalField(max_digits=9, decimal_places=2, help_text="元/月")
    months = serializers.IntegerField(help_text="月数")
    amount = serializers.DecimalField(max_digits=9, decimal_places=2, help_text="金额（元）")


@extend_schema_view(
    list=extend_schema(summary="评定周期"), retrieve=extend_schema(summary="一个评定周期")
)
@extend_schema(tags=["星级评定"])
class StarPeriodViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    GenericViewSet[StarPeriod],
):
    """评定周期：服务办和分行领导见全部，其余人员见公示过的。"""

    queryset = StarPeriod.objects.none()
    serializer_class = StarPeriodSerializer
    permission_classes = [HasCapability]
    capability = ALL_STAFF
    capabilities = {
        **dict.fromkeys(("create", "compute", "show", "finish"), Capability.RECORDS_EDIT),
        "distribution": Capability.RECORDS_READ,
        "allowances": Capability.EXPORTS,
    }
    filterset_fields = {"state": ["exact"], "label": ["exact"]}
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[StarPeriod]:
        """What the user may see."""
        return star_periods_visible_to(user_of(self.request))

    @extend_schema(
        summary="建立评定周期",
        request=StarPeriodNewSerializer,
        responses={201: StarPeriodSerializer},
    )
    def create(self, request: Request) -> Response:
        """按一版已发布的办法；已有的为 409。"""
        user = user_of(request)
        wanted = sent(self, StarPeriodNewSerializer)
        period = services.period_open(branch=branch_of(user), actor=user, **wanted)
        return Response(StarPeriodSerializer(period).data, status=201)

    @extend_schema(summary="测算", request=None, responses={202: JobSerializer})
    @action(detail=True, methods=["post"])
    def compute(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """给每个人评分；任务说明进度。公示以后为 409。"""
        actor = user_of(request)
        job = services.period_compute_request(period=self.get_object(), actor=actor)
        return Response(JobSerializer(job).data, status=202)

    @extend_schema(summary="公示", request=None, responses=StarPeriodSerializer)
    @action(detail=True, methods=["post"])
    def show(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """公示办法规定的工作日；还有调整待复核的为 409。"""
        period = services.period_show(period=self.get_object(), actor=user_of(request))
        return Response(StarPeriodSerializer(period).data)

    @extend_schema(summary="生效", request=None, responses=StarPeriodSerializer)
    @action(detail=True, methods=["post"])
    def finish(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """公示期满、异议处理完毕以后；否则为 409。"""
        period = services.period_finish(period=self.get_object(), actor=user_of(request))
        return Response(StarPeriodSerializer(period).data)

    @extend_schema(summary="公示名单", responses=StarHonourSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def honours(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """评上星级的人；还没有公示的为空。"""
        period: StarPeriod = self.get_object()
        rows = star_honours(period) if period.state in SHOWN else StarRating.objects.none()
        return Response(StarHonourSerializer(rows, many=True).data)

    @extend_schema(
        summary="津贴",
        parameters=[OpenApiParameter("months", int, description="月数，1至12，默认12")],
        responses=StarAllowanceSerializer(many=True),
        filters=False,
    )
    @action(detail=True, methods=["get"], pagination_class=None)
    def allowances(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """生效的星级按办法的标准；还没有生效的为空。"""
        period: StarPeriod = self.get_object()
        form = AllowanceForm({"months": request.query_params.get("months", AllowanceForm.MOST)})
        if not form.is_valid():
            raise serializers.ValidationError(
                {"months": [str(one) for one in form.errors["months"]]}
            )
        rows = star_honours(period) if period.state == StarPeriod.State.FINAL else ()
        rules = StarRules.from_json(period.scheme.rules)
        found: Any = allowances_of(rules, rows, form.cleaned_data["months"])
        return Response(StarAllowanceSerializer(found, many=True).data)

    @extend_schema(
        summary="星级分布",
        parameters=[OpenApiParameter("by", str, enum=[INSTITUTIONS, OUTLETS])],
        responses=StarSpreadSerializer(many=True),
        filters=False,
    )
    @action(detail=True, methods=["get"], pagination_class=None)
    def distribution(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """查阅范围内各单位的人数，最后一行是合计。"""
        by = request.query_params.get("by", INSTITUTIONS)
        if by not in {INSTITUTIONS, OUTLETS}:
            raise serializers.ValidationError({"by": [f"应为 {INSTITUTIONS} 或 {OUTLETS}"]})
        spread = star_distribution(user_of(request), self.get_object(), by)
        return Response(StarSpreadSerializer([*spread.rows, spread.total], many=True).data)


class VerifiedSerializer(serializers.Serializer[Any]):
    """工号牌二维码所能公开的：工号、星级、周期。"""

    number = serializers.CharField(help_text="工号")
    star = serializers.IntegerField(help_text="星级")
    period = serializers.CharField(help_text="周期")
    first_day = serializers.DateField(help_text="周期的第一天")
    last_day = serializers.DateField(help_text="周期的最后一天")
    final_on = serializers.DateField(help_text="生效日期")


@extend_schema(tags=["星级评定"])
class StarVerificationViewSet(GenericViewSet[StarRating]):
    """核验星级工号牌，不用登录。"""

    queryset = StarRating.objects.none()
    serializer_class = VerifiedSerializer
    permission_classes = [AllowAny]
    lookup_field = "token"
    lookup_value_regex = "[A-Za-z0-9_-]{1,64}"

    @extend_schema(summary="核验工号牌", auth=[], responses=VerifiedSerializer)
    def retrieve(self, request: Request, token: str) -> Response:  # noqa: ARG002
        """只有工号、星级和周期；不认识的为 404。"""
        found = star_verified(token)
        if found is None:
            raise Http404
        return Response(VerifiedSerializer(found).data)
