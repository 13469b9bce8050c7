"""The API of the working calendar."""

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.paging import CursorPages
from accounts.permissions import HasCapability
from accounts.roles import Capability
from outlets.models import CalendarDay
from outlets.services import calendar_day_set


class CalendarDaySerializer(serializers.ModelSerializer[CalendarDay]):
    """A day that is not what its weekday says."""

    date = serializers.DateField(help_text="日期")
    is_working = serializers.BooleanField(help_text="上班（否则放假）")

    class Meta:
        model = CalendarDay
        fields = ["date", "is_working", "name"]


class CalendarDayFilter(filters.FilterSet):  # type: ignore[misc]
    """Narrowing the list to a span of days."""

    first = filters.DateFilter(field_name="date", lookup_expr="gte", label="自")
    last = filters.DateFilter(field_name="date", lookup_expr="lte", label="至")

    class Meta:
        model = CalendarDay
        fields = ["is_working"]


class DayPages(CursorPages):
    """Latest day first."""

    ordering = "-date"


@extend_schema_view(
    list=extend_schema(summary="特殊安排的日子"),
    retrieve=extend_schema(summary="一天的安排"),
)
@extend_schema(tags=["工作日历"])
class CalendarDayViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[CalendarDay]
):
    """Holidays and worked weekends. Other days are what their weekday says."""

    permission_classes = [HasCapability]
    capability = Capability.UNITS_READ
    capabilities = {"create": Capability.UNITS_EDIT, "destroy": Capability.UNITS_EDIT}
    queryset = CalendarDay.objects.all()
    serializer_class = CalendarDaySerializer
    filterset_class = CalendarDayFilter
    pagination_class = DayPages
    lookup_field = "date"
    lookup_value_regex = r"\d{4}-\d{2}-\d{2}"

    def get_object(self) -> CalendarDay:
        """The day of the address; an impossible date is not found."""
        day = serializers.DateField()
        try:
            self.kwargs["date"] = day.to_internal_value(self.kwargs["date"])
        except serializers.ValidationError:
            self.kwargs["date"] = None
        return super().get_object()

    def get_queryset(self) -> QuerySet[CalendarDay]:
        """The calendar is the same for everybody."""
        return CalendarDay.objects.all()

    @extend_schema(summary="设定一天", responses={201: CalendarDaySerializer})
    def create(self, request: Request) -> Response:
        """Make a day a holiday or a working day; setting it again changes it."""
        data = self.get_serializer(data=request.data)
        data.is_valid(raise_exception=True)
        given = data.validated_data
        calendar_day_set(
            day=given["date"], is_working=given["is_working"], name=given.get("name", "")
        )
        return Response(self.get_serializer(CalendarDay.objects.get(pk=given["date"])).data, 201)

    @extend_schema(summary="恢复为平常日", responses={204: None})
    def destroy(self, request: Request, date: str) -> Response:  # noqa: ARG002
        """The day is again what its weekday says."""
        calendar_day_set(day=self.get_object().date, is_working=None)
        return Response(status=204)
