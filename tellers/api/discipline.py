"""GET /discipline-statistics/: the figures of discipline of a year, as on the page."""

from datetime import date
from typing import Any, Final

from django.utils import timezone
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from accounts.access import user_of
from accounts.api import HasCapability
from accounts.roles import Capability
from tellers.discipline_page import Cell, Table, tables
from tellers.forms.violations import YearForm
from tellers.selectors.discipline_figures import (
    discipline_figures,
    discipline_years,
    figures_lead,
)


class DisciplineCellSerializer(serializers.Serializer[Cell]):
    """A figure or a word as it is read, and the address of what is behind it."""

    text = serializers.CharField(help_text="数值或文字")
    url = serializers.CharField(help_text="所含违规或处罚的列表地址，没有则为空")


class DisciplineTableSerializer(serializers.Serializer[Table]):
    """One table; rows and the sum have a cell a column."""

    key = serializers.CharField(help_text="表的代码")
    title = serializers.CharField(help_text="表名")
    columns = serializers.ListField(child=serializers.CharField(), help_text="列名")
    rows = serializers.ListField(child=DisciplineCellSerializer(many=True), help_text="各行")
    foot = DisciplineCellSerializer(many=True, allow_null=True, help_text="合计")
    note = serializers.CharField(help_text="说明")


class DisciplineSerializer(serializers.Serializer[Any]):
    """The figures of a year."""

    year = serializers.IntegerField(help_text="年度")
    lead = serializers.CharField(help_text="一句话概括")
    violations = serializers.IntegerField(source="figures.violations", help_text="违规项数")
    violators = serializers.IntegerField(source="figures.violators", help_text="违规人数")
    repeated = serializers.IntegerField(source="figures.repeated", help_text="多次违规人数")
    penalised = serializers.IntegerField(source="figures.penalised", help_text="经济处罚人数")
    leaders = serializers.IntegerField(source="figures.leaders", help_text="其中主管领导")
    repeaters = serializers.IntegerField(source="figures.repeaters", help_text="其中多次违规员工")
    amount = serializers.DecimalField(
        source="figures.amount", max_digits=12, decimal_places=2, help_text="金额（元）"
    )
    tables = DisciplineTableSerializer(many=True, help_text="各表")


_PARAMETERS: Final = [OpenApiParameter("year", int, description="年度，默认有违规的最近一年")]


@extend_schema(tags=["违规与处罚"])
class DisciplineViewSet(ViewSet):
    """Violations and penalties of a year by institution, month, kind and severity."""

    permission_classes = [HasCapability]
    capability = Capability.LEAGUE_READ

    @extend_schema(
        summary="违规与处罚统计",
        parameters=_PARAMETERS,
        responses=forced_singular_serializer(DisciplineSerializer),  # type: ignore[no-untyped-call]
        filters=False,
    )
    def list(self, request: Request) -> Response:
        """The tables of the year asked for."""
        user = user_of(request)
        years = discipline_years(user) or [timezone.localdate().year]
        form = YearForm(request.query_params or None, years=years)
        if form.is_bound and not form.is_valid():
            raise serializers.ValidationError(
                {"year": [str(error) for error in form.errors["year"]]}
            )
        year = form.asked()
        figures = discipline_figures(user, date(year, 1, 1), date(year, 12, 31))
        found = {
            "year": year,
            "lead": figures_lead(figures, f"{year}年"),
            "figures": figures,
            "tables": tables(figures, year),
        }
        return Response(DisciplineSerializer(found).data)
