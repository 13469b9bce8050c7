"""GET /letter-statistics/: what the letters a user may see come to, as on the page."""

from typing import Any, Final

from django.utils import timezone
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from accounts.access import user_of
from accounts.permissions import HasCapability
from accounts.roles import Capability
from reports.forms.letters import PARTS
from reports.letters.asked import period_asked
from reports.letters.page import letter_statistics
from reports.letters.scope import Shown, Table


@extend_schema_field({"oneOf": [{"type": "integer"}, {"type": "string"}], "nullable": True})
class ValueField(serializers.Field[Any, Any, Any, Any]):
    """A whole number as it is, anything else as text."""

    def to_representation(self, value: Any) -> int | str:
        """Decimals and days as text."""
        return value if isinstance(value, int) else str(value)


class CellSerializer(serializers.Serializer[Shown]):
    """A figure or a word, and the address of the letters behind it."""

    value = ValueField(allow_null=True, help_text="数值或文字")
    url = serializers.CharField(help_text="所含来信的地址，没有则为空")


class TableSerializer(serializers.Serializer[Table]):
    """One table of the statistics; rows and the sum have a cell a column."""

    key = serializers.CharField(help_text="表的代码")
    title = serializers.CharField(help_text="表名")
    columns = serializers.SerializerMethodField(help_text="列名")
    rows = serializers.ListField(child=CellSerializer(many=True), help_text="各行")
    foot = CellSerializer(many=True, allow_null=True, help_text="合计")
    note = serializers.CharField(help_text="说明")

    def get_columns(self, table: Table) -> list[str]:
        """The labels of the columns."""
        return [heading.label for heading in table.columns]


class StatisticsSerializer(serializers.Serializer[Any]):
    """The statistics of a period."""

    period = serializers.CharField(source="period.label", help_text="期间")
    first = serializers.DateField(source="period.now.first", help_text="自")
    last = serializers.DateField(source="period.now.last", help_text="至")
    lead = serializers.CharField(help_text="一句话概括")
    tables = TableSerializer(many=True, help_text="各表")


_PARAMETERS: Final = [
    OpenApiParameter("year", int, description="年度，默认有来信的最近一年"),
    OpenApiParameter(
        "part",
        str,
        enum=[key for key, _ in PARTS if key],
        description="季度、月份或节假日，默认全年",
    ),
    OpenApiParameter("from", {"type": "string", "format": "date"}, description="自，与 to 同用"),
    OpenApiParameter("to", {"type": "string", "format": "date"}, description="至，与 from 同用"),
]


@extend_schema(tags=["来信"])
class LetterStatisticsViewSet(ViewSet):
    """Counts of letters by everything they are filed under, against the year before."""

    permission_classes = [HasCapability]
    capability = Capability.LEAGUE_READ

    @extend_schema(
        summary="来信统计",
        parameters=_PARAMETERS,
        responses=forced_singular_serializer(StatisticsSerializer),  # type: ignore[no-untyped-call]
        filters=False,
    )
    def list(self, request: Request) -> Response:
        """The tables of the period asked for."""
        user, today = user_of(request), timezone.localdate()
        form, known = period_asked(user, request.query_params, today)
        if form.is_bound and not form.is_valid():
            wrong = form.errors.get_json_data()
            raise serializers.ValidationError(
                {form.add_prefix(name): [e["message"] for e in wrong[name]] for name in wrong}
            )
        found = letter_statistics(user, form.period, known, today)
        return Response(StatisticsSerializer(found).data)
