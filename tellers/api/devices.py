"""The evaluation device in the API: months, what they come to, files."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from accounts.access import user_of
from accounts.api import HasCapability
from accounts.roles import Capability
from outlets.api.taking_in import TakesFiles
from tellers.forms.devices import DeviceFilterForm
from tellers.models import DeviceMonth
from tellers.selectors.device_statistics import DeviceSought, device_statistics
from tellers.selectors.devices import devices_visible_to
from tellers.usage import COUNTED, Counts


class DeviceMonthSerializer(serializers.ModelSerializer[DeviceMonth]):
    """一人一月的评价器数据，连同所属机构（月末任职，或当月最后的任职）。"""

    staff_number = serializers.CharField(source="staff.number", help_text="员工号")
    staff_name = serializers.CharField(source="staff.name", help_text="姓名")
    unit = serializers.CharField(
        source="place_name", allow_null=True, read_only=True, help_text="所属机构"
    )

    class Meta:
        model = DeviceMonth
        fields = ["id", "month", "staff_number", "staff_name", "unit", *COUNTED]
        read_only_fields = fields


def percent(words: str, **kwargs: Any) -> serializers.DecimalField:
    """A share in percent with two places."""
    return serializers.DecimalField(
        max_digits=7, decimal_places=2, allow_null=True, help_text=words, **kwargs
    )


class DeviceCountsSerializer(serializers.Serializer[Counts]):
    """笔数，与使用率、满意度（%）。"""

    transactions = serializers.IntegerField(help_text="业务笔数")
    evaluations = serializers.IntegerField(help_text="评价笔数")
    very_satisfied = serializers.IntegerField(help_text="非常满意")
    satisfied = serializers.IntegerField(help_text="满意")
    neutral = serializers.IntegerField(help_text="一般")
    dissatisfied = serializers.IntegerField(help_text="不满意")
    usage_percent = percent("使用率（%）", source="usage")
    satisfaction_percent = percent("满意度（%）", source="satisfaction")


class DevicePersonSerializer(serializers.Serializer[Any]):
    """一名柜员。"""

    id = serializers.IntegerField(source="staff_id")
    number = serializers.CharField(help_text="员工号")
    name = serializers.CharField(help_text="姓名")
    unit = serializers.CharField(help_text="机构")


class DeviceUnitSerializer(serializers.Serializer[Any]):
    """一个机构的一月。"""

    code = serializers.CharField(source="unit.code", help_text="机构号")
    unit = serializers.CharField(source="unit.short_name", help_text="机构")
    tellers = serializers.IntegerField(help_text="柜员人数")
    counts = DeviceCountsSerializer()
    before = DeviceCountsSerializer(allow_null=True, help_text="上月")


class DeviceTellerSerializer(serializers.Serializer[Any]):
    """一名柜员的一月；jumps 是与前几个月相差较大之处。"""

    person = DevicePersonSerializer()
    counts = DeviceCountsSerializer()
    before = DeviceCountsSerializer(allow_null=True, help_text="上月")
    jumps = serializers.ListField(child=serializers.CharField(), help_text="异常")


class DeviceIdleSerializer(serializers.Serializer[Any]):
    """未使用或很少使用的柜员。"""

    person = DevicePersonSerializer()
    why = serializers.CharField(help_text="情况")


class DeviceTrendSerializer(serializers.Serializer[Any]):
    """趋势中的一月。"""

    month = serializers.CharField(help_text="月份")
    counts = DeviceCountsSerializer()


class DeviceStatisticsSerializer(serializers.Serializer[Any]):
    """一月的汇总：分机构（units）或分柜员（people），未使用的，近 12 个月。"""

    month = serializers.CharField(source="sought.month", help_text="月份")
    words = serializers.CharField(help_text="一句话概括")
    now = DeviceCountsSerializer(help_text="本月")
    units = DeviceUnitSerializer(many=True, help_text="分机构")
    people = DeviceTellerSerializer(many=True, help_text="分柜员")
    idle = DeviceIdleSerializer(many=True, help_text="未使用或很少使用")
    trend = serializers.SerializerMethodField(help_text="近 12 个月")

    def get_trend(self, statistics: Any) -> list[dict[str, Any]]:
        """Each month with its counts."""
        rows = [{"month": str(month), "counts": counts} for month, counts in statistics.trend]
        return list(DeviceTrendSerializer(rows, many=True).data)


@extend_schema_view(list=extend_schema(summary="评价器数据"))
@extend_schema(tags=["评价器"])
class DeviceMonthViewSet(mixins.ListModelMixin, TakesFiles):
    """可查阅的柜员各月的评价器数据。"""

    file_kind = "device"
    serializer_class = DeviceMonthSerializer
    permission_classes = [HasCapability]
    capability = Capability.RECORDS_READ
    capabilities = {"take_in": Capability.RECORDS_EDIT}
    queryset = DeviceMonth.objects.none()
    filterset_fields = {"month": ["exact", "gte", "lte"], "staff__number": ["exact"]}

    def get_queryset(self) -> QuerySet[DeviceMonth]:
        """What the user may see."""
        return devices_visible_to(user_of(self.request))


@extend_schema(tags=["评价器"])
class DeviceStatisticsViewSet(ViewSet):
    """What the months of the device come to, as on the page."""

    permission_classes = [HasCapability]
    capability = Capability.RECORDS_READ

    @extend_schema(
        summary="评价器汇总",
        parameters=[
            OpenApiParameter("month", str, description="月份，如 2011-04；默认有数据的最近一月"),
            OpenApiParameter("unit", int, description="机构 id；默认可查阅的全部"),
            OpenApiParameter("alone", bool, description="只要该机构自己的柜员，不含下级"),
        ],
        responses=forced_singular_serializer(DeviceStatisticsSerializer),  # type: ignore[no-untyped-call]
        filters=False,
    )
    def list(self, request: Request) -> Response:
        """一月的使用率与满意度、未使用的柜员、异常与趋势。"""
        statistics = device_statistics(user_of(request), self._sought(request))
        return Response(DeviceStatisticsSerializer(statistics).data)

    def _sought(self, request: Request) -> DeviceSought:
        form = DeviceFilterForm(request.query_params, user=user_of(request))
        if not form.is_valid():
            raise serializers.ValidationError(form.errors.get_json_data())
        return form.sought()
