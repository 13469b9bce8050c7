"""/months/: a branch's months, and what the service office does with them."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.access import user_of
from accounts.api.jobs import JobSerializer
from accounts.paging import CursorPages
from accounts.permissions import HasCapability
from accounts.problems import Conflict
from accounts.roles import Capability
from outlets.models import Unit
from outlets.months import Month
from reports.api.fields import IN_PATH, MONTH_PATTERN, MonthField, month_or_none
from reports.closing import CLOSED, check_move, figures_move
from reports.models import MonthClose
from reports.selectors.months import months_visible_to
from reports.selectors.waiting import CHANGES, pending_of
from reports.services.months import CLOSE, ROLLUP, job_for_months, month_open, month_publish


class MonthSerializer(serializers.ModelSerializer[MonthClose]):
    """A month: 统计中, 内部公示 or 已封账."""

    month = MonthField(read_only=True, help_text="月份，如 2011-04")
    scheme = serializers.CharField(source="scheme.label", help_text="竞赛办法")

    class Meta:
        model = MonthClose
        fields = ["month", "state", "scheme", "rolled_up_at", "closed_at"]
        read_only_fields = fields


class WaitingSerializer(serializers.Serializer[Any]):
    """A result that came after the close and waits for a correction."""

    kind = serializers.CharField(help_text="渠道、QUIZ、DEVICE，或加减分事由")
    id = serializers.IntegerField(
        help_text="检查、测试、来信、违规或处罚的编号；DEVICE为网点的编号"
    )
    unit = serializers.CharField(help_text="单位")
    day = serializers.DateField(help_text="日期")
    name = serializers.CharField(source="label", help_text="检查编号、姓名、工单号或笔数")
    change = serializers.ChoiceField(
        choices=list(CHANGES.items()), help_text="封账之后新增、变动还是撤销"
    )


class MonthFilter(filters.FilterSet):  # type: ignore[misc]
    """By state."""

    state = filters.ChoiceFilter(choices=MonthClose.State.choices, help_text="状态")


class MonthPages(CursorPages):
    """Latest month first."""

    ordering = "-month"


CONFLICT = OpenApiResponse(description="月份的状态不允许")


@extend_schema_view(
    list=extend_schema(summary="各月状态"),
    retrieve=extend_schema(summary="一个月的状态", parameters=[IN_PATH]),
)
@extend_schema(tags=["月度封账"])
class MonthViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[MonthClose]):
    """The months of the user's branch, by month."""

    queryset = MonthClose.objects.none()
    serializer_class = MonthSerializer
    permission_classes = [HasCapability]
    capability = Capability.LEAGUE_READ
    capabilities = {
        "rollup": Capability.MONTHS_CLOSE,
        "publish": Capability.MONTHS_CLOSE,
        "close": Capability.MONTHS_CLOSE,
        "waiting": Capability.MONTHS_CLOSE,
    }
    filterset_class = MonthFilter
    pagination_class = MonthPages
    lookup_field = "month"
    lookup_value_regex = MONTH_PATTERN

    def get_queryset(self) -> QuerySet[MonthClose]:
        """What the user may see."""
        return months_visible_to(user_of(self.request))

    def get_object(self) -> MonthClose:
        """The record of the month in the address."""
        record = self.get_queryset().filter(month=self._month().first).first()
        if record is None:
            raise Http404
        return record

    @extend_schema(
        summary="重新汇总",
        request=None,
        parameters=[IN_PATH],
        responses={202: JobSerializer, 409: CONFLICT},
    )
    @action(detail=True, methods=["post"])
    def rollup(self, request: Request, month: str) -> Response:  # noqa: ARG002
        """Ask for a roll-up; the job tells how far it is."""
        if not figures_move(self._opened().state):
            raise Conflict("已封账的月份不能重新汇总；如有新的结果，请发更正")
        return self._job(request, ROLLUP)

    @extend_schema(
        summary="内部公示",
        request=None,
        parameters=[IN_PATH],
        responses={200: MonthSerializer, 409: CONFLICT},
    )
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, month: str) -> Response:  # noqa: ARG002
        """Roll up and publish inside."""
        record = month_publish(branch=self._branch(), month=self._month(), actor=user_of(request))
        return Response(MonthSerializer(record).data)

    @extend_schema(
        summary="封账",
        request=None,
        parameters=[IN_PATH],
        responses={202: JobSerializer, 409: CONFLICT},
    )
    @action(detail=True, methods=["post"])
    def close(self, request: Request, month: str) -> Response:  # noqa: ARG002
        """Ask for the month to be closed; it must be published inside."""
        check_move(self._opened().state, CLOSED)
        return self._job(request, CLOSE)

    @extend_schema(
        summary="封账之后待更正的结果",
        parameters=[IN_PATH],
        responses=WaitingSerializer(many=True),
        filters=False,
    )
    @action(detail=True, methods=["get"], pagination_class=None, filterset_class=None)
    def waiting(self, request: Request, month: str) -> Response:  # noqa: ARG002
        """What a correction of the month would take in."""
        found = pending_of(self.get_object())
        return Response(WaitingSerializer(found, many=True).data)

    def _month(self) -> Month:
        month = month_or_none(self.kwargs["month"])
        if month is None:
            raise Http404
        return month

    def _branch(self) -> Unit:
        unit = user_of(self.request).unit
        if unit is None:
            raise Http404
        return unit.branch

    def _opened(self) -> MonthClose:
        return month_open(branch=self._branch(), month=self._month())

    def _job(self, request: Request, kind: str) -> Response:
        (job,) = job_for_months(
            kind=kind, branches=[self._branch()], month=self._month(), actor=user_of(request)
        )
        return Response(JobSerializer(job).data, status=status.HTTP_202_ACCEPTED)
