"""GET /scores/: the stored figures of the months, by unit."""

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.viewsets import ReadOnlyModelViewSet

from accounts.access import user_of
from accounts.permissions import HasCapability
from accounts.roles import Capability
from reports.api.fields import MonthField, month_or_none
from reports.models import MonthlyScore
from reports.selectors.figures import LATEST_EDITION
from reports.selectors.league import scores_explained_to, scores_visible_to


class ScoreSerializer(serializers.ModelSerializer[MonthlyScore]):
    """One unit's month; 未参评 has neither total nor rank."""

    month = MonthField(read_only=True, help_text="月份，如 2011-04")
    unit = serializers.CharField(source="unit.code", help_text="机构号")
    unit_name = serializers.CharField(source="unit.name", help_text="机构名称")
    institution = serializers.CharField(
        source="institution.code", allow_null=True, default=None, help_text="所属机构的机构号"
    )
    change = serializers.SerializerMethodField(help_text="名次变化，上升为正")

    class Meta:
        model = MonthlyScore
        fields = [
            "id", "month", "kind", "edition", "unit", "unit_name", "institution", "peer_group",
            "windows", "open", "covert", "special", "device", "quiz", "base", "adjustment",
            "complaints", "total", "rank", "group_rank", "previous_rank", "change", "frozen",
        ]  # fmt: skip
        read_only_fields = fields

    def get_change(self, score: MonthlyScore) -> int | None:
        """Places climbed since last month."""
        return score.change


class LineSerializer(serializers.Serializer[Any]):
    """How one figure came about."""

    rule = serializers.CharField(help_text="规则，如 R3.open")
    ids = serializers.ListField(child=serializers.IntegerField(), help_text="所依据记录的编号")
    text = serializers.CharField(help_text="算式")
    value = serializers.CharField(allow_null=True, help_text="数值")


class ScoreDetailSerializer(ScoreSerializer):
    """One unit's month with what every figure is made of."""

    lines = serializers.SerializerMethodField(help_text="构成")

    class Meta(ScoreSerializer.Meta):
        fields = [*ScoreSerializer.Meta.fields, "lines"]
        read_only_fields = fields

    @extend_schema_field(LineSerializer(many=True))
    def get_lines(self, score: MonthlyScore) -> list[dict[str, Any]]:
        """The stored lines by name."""
        return [
            dict(zip(("rule", "ids", "text", "value"), line, strict=True)) for line in score.lines
        ]


class ScoreFilter(filters.FilterSet):  # type: ignore[misc]
    """By month, kind, edition (the latest unless named), unit and peer group."""

    month = filters.CharFilter(method="of_month", help_text="月份，如 2011-04")
    kind = filters.ChoiceFilter(choices=MonthlyScore.Kind.choices, help_text="网点或机构")
    edition = filters.NumberFilter(
        min_value=0, max_value=32767, help_text="版次：0为封账时，n为第n号更正；不填为最新一版"
    )
    unit = filters.CharFilter("unit__code", help_text="机构号")
    peer_group = filters.CharFilter(help_text="组别")

    def of_month(
        self, rows: QuerySet[MonthlyScore], _name: str, value: str
    ) -> QuerySet[MonthlyScore]:
        """The month's rows; none for what is no month."""
        month = month_or_none(value)
        return rows.filter(month=month.first) if month else rows.none()

    def filter_queryset(self, queryset: QuerySet[MonthlyScore]) -> QuerySet[MonthlyScore]:
        """The latest edition unless one is named."""
        if self.form.cleaned_data.get("edition") is None:
            queryset = queryset.filter(edition=LATEST_EDITION)
        rows: QuerySet[MonthlyScore] = super().filter_queryset(queryset)
        return rows


@extend_schema_view(
    list=extend_schema(summary="月度成绩"),
    retrieve=extend_schema(summary="一个单位一个月的成绩及构成"),
)
@extend_schema(tags=["排名"])
class ScoreViewSet(ReadOnlyModelViewSet[MonthlyScore]):
    """The whole branch's figures; what they are made of, of the units the user may look up."""

    queryset = MonthlyScore.objects.none()
    permission_classes = [HasCapability]
    capability = Capability.LEAGUE_READ
    serializer_class = ScoreSerializer
    filterset_class = ScoreFilter

    def get_serializer_class(self) -> type[ScoreSerializer]:
        """A single row says what it is made of."""
        return ScoreDetailSerializer if self.action == "retrieve" else ScoreSerializer

    def get_queryset(self) -> QuerySet[MonthlyScore]:
        """What the user may see."""
        user = user_of(self.request)
        if self.action == "retrieve":
            return scores_explained_to(user)
        return scores_visible_to(user).defer("lines")
