"""Penalties in the API: found, read, proposed, decided, told, appealed."""

from typing import Any

import django_filters
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.access import user_of
from accounts.api import HasCapability
from accounts.models import User
from accounts.roles import Capability
from outlets.models import Staff, Unit
from tellers.api.references import (
    RecordStaffSerializer,
    RecordUnitSerializer,
    Seen,
    SeenMany,
    sent,
)
from tellers.forms.penalties import APPEAL_MAX, TEXT_MAX, DueFilterForm
from tellers.models import Penalty, Violation
from tellers.selectors.discipline import (
    penalties_visible_to,
    penalties_waiting_for,
    violations_visible_to,
)
from tellers.selectors.discipline_figures import discipline_years
from tellers.selectors.subjects import Subject, subjects_of_year
from tellers.services.penalties import (
    PenaltyFacts,
    penalty_appeal,
    penalty_appeal_decide,
    penalty_decide,
    penalty_notify,
    penalty_propose,
)


class PenaltySerializer(serializers.ModelSerializer[Penalty]):
    """一项处罚；circular_year 与 circular_number 是通报它的文号。"""

    staff = RecordStaffSerializer()
    unit = RecordUnitSerializer()
    violations = serializers.SerializerMethodField(help_text="所依据的违规中可查阅的")

    class Meta:
        model = Penalty
        fields = [
            "id", "staff", "unit", "kind", "ground", "amount", "year", "reason", "state",
            "proposed_on", "approved_on", "notified_on", "appeal", "appealed_on", "decision",
            "decided_on", "circular_year", "circular_number", "violations",
        ]  # fmt: skip
        read_only_fields = fields

    def get_violations(self, penalty: Penalty) -> list[int]:
        """Their ids."""
        rows: Any = penalty
        return [one.pk for one in rows.seen]


class PenaltyProposeSerializer(serializers.Serializer[Any]):
    """提出一项处罚；经济处罚写金额，取消资格写年度。"""

    staff = Seen(Staff, help_text="员工")
    kind = serializers.ChoiceField(choices=Penalty.Kind.choices, help_text="处罚")
    ground = serializers.ChoiceField(choices=Penalty.Ground.choices, help_text="事由")
    violations = SeenMany(Violation, max_length=200, help_text="所依据的违规")
    amount = serializers.DecimalField(
        max_digits=9, decimal_places=2, required=False, allow_null=True, default=None
    )
    year = serializers.IntegerField(
        min_value=1900, max_value=2999, required=False, allow_null=True, default=None
    )
    reason = serializers.CharField(max_length=TEXT_MAX, help_text="理由")


class PenaltyDecideSerializer(serializers.Serializer[Any]):
    """审批意见。"""

    agreed = serializers.BooleanField(help_text="是否批准")
    reason = serializers.CharField(
        max_length=TEXT_MAX, required=False, allow_blank=True, default="", help_text="不批准的理由"
    )


class PenaltyAppealSerializer(serializers.Serializer[Any]):
    """申诉的内容和理由。"""

    text = serializers.CharField(max_length=APPEAL_MAX)


class PenaltyAnswerSerializer(serializers.Serializer[Any]):
    """对申诉的决定。"""

    upheld = serializers.BooleanField(help_text="申诉是否成立；成立则撤销处罚")
    reason = serializers.CharField(max_length=TEXT_MAX, help_text="理由")


class SubjectSerializer(serializers.Serializer[Subject]):
    """多次违规的员工或主管领导，所依据的违规，以及已经提出的处罚。"""

    ground = serializers.ChoiceField(choices=Penalty.Ground.choices)
    staff = RecordStaffSerializer()
    violations = serializers.ListField(child=serializers.IntegerField(), help_text="违规")
    held = serializers.ListField(
        child=serializers.ChoiceField(choices=Penalty.Kind.choices), help_text="已提出的处罚"
    )

    def to_representation(self, subject: Subject) -> dict[str, Any]:
        """Violations by id."""
        return {
            "ground": subject.ground,
            "staff": RecordStaffSerializer(subject.staff).data,
            "violations": [one.pk for one in subject.violations],
            "held": list(subject.held),
        }


class PenaltyFilter(django_filters.FilterSet):  # type: ignore[misc]
    """筛选。"""

    waiting = django_filters.BooleanFilter(method="wait", label="只要等待自己办理的")
    circulated = django_filters.BooleanFilter(
        field_name="circular_number", lookup_expr="isnull", exclude=True, label="是否已通报"
    )
    unit = django_filters.ModelChoiceFilter(
        queryset=Unit.objects.all(), method="under", label="机构及其下"
    )

    class Meta:
        model = Penalty
        fields = {
            "staff": ["exact"],
            "staff__number": ["exact"],
            "kind": ["exact"],
            "ground": ["exact"],
            "state": ["exact", "in"],
            "proposed_on": ["gte", "lte"],
            "approved_on": ["gte", "lte"],
            "violations": ["exact"],
        }

    def wait(self, queryset: QuerySet[Penalty], _name: str, value: bool) -> QuerySet[Penalty]:  # noqa: FBT001
        """Those that wait for the user."""
        waiting = penalties_waiting_for(user_of(self.request)).order_by().values("pk")
        return queryset.filter(pk__in=waiting) if value else queryset

    def under(self, queryset: QuerySet[Penalty], _name: str, unit: Unit) -> QuerySet[Penalty]:
        """At the unit or below it."""
        return queryset.filter(unit__path__contains=f"{unit.code}/")


def with_violations(rows: QuerySet[Penalty], user: User) -> QuerySet[Penalty]:
    """Each with `seen`: the violations the user may see of those it stands on."""
    seen = violations_visible_to(user).select_related(None).only("pk")
    return rows.prefetch_related(Prefetch("violations", seen, to_attr="seen"))


_DUE = [
    OpenApiParameter("year", int, description="违规年度，默认有违规的最近一年"),
    OpenApiParameter("unit", int, description="机构及其下"),
]


@extend_schema_view(
    list=extend_schema(summary="处罚列表"), retrieve=extend_schema(summary="一项处罚")
)
@extend_schema(tags=["违规与处罚"])
class PenaltyViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    GenericViewSet[Penalty],
):
    """处罚：查阅范围内的，柜员只见本人已批准的。"""

    serializer_class = PenaltySerializer
    permission_classes = [HasCapability]
    capability = Capability.RECORDS_READ
    capabilities = {
        "create": Capability.RECORDS_EDIT,
        "due": Capability.RECORDS_EDIT,
        "notify": Capability.RECORDS_EDIT,
        "decide": Capability.RECORDS_CONFIRM,
        "answer": Capability.RECORDS_CONFIRM,
    }
    queryset = Penalty.objects.none()
    lookup_value_regex = "[0-9]{1,18}"
    filterset_class = PenaltyFilter

    def get_queryset(self) -> QuerySet[Penalty]:
        """What the user may see, each with the violations they may see."""
        return with_violations(penalties_visible_to(user_of(self.request)), user_of(self.request))

    def _shown(self, row: Penalty, status: int = 200) -> Response:
        user = user_of(self.request)
        rows = Penalty.objects.filter(pk=row.pk).select_related("staff", "unit")
        return Response(PenaltySerializer(with_violations(rows, user).get()).data, status=status)

    @extend_schema(
        summary="提出处罚", request=PenaltyProposeSerializer, responses={201: PenaltySerializer}
    )
    def create(self, request: Request) -> Response:
        """由另一人审批；同样的已经提出过的为 409。"""
        facts = PenaltyFacts(**sent(self, PenaltyProposeSerializer))
        return self._shown(penalty_propose(facts=facts, actor=user_of(request)), 201)

    @extend_schema(
        summary="拟处罚的人",
        parameters=_DUE,
        responses=SubjectSerializer(many=True),
        filters=False,
    )
    @action(detail=False, methods=["get"], pagination_class=None)
    def due(self, request: Request) -> Response:
        """一年中多次违规的员工，以及违规当时主管该机构服务工作的领导。"""
        user = user_of(request)
        form = DueFilterForm(request.query_params, user=user, years=discipline_years(user))
        found: Any = subjects_of_year(user, *form.asked())
        return Response(SubjectSerializer(found, many=True).data)

    @extend_schema(summary="审批处罚", request=PenaltyDecideSerializer, responses=PenaltySerializer)
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """须由提出人以外的人审批。"""
        row, given = self.get_object(), sent(self, PenaltyDecideSerializer)
        return self._shown(penalty_decide(penalty=row, actor=user_of(request), **given))

    @extend_schema(summary="记下已告知本人", request=None, responses=PenaltySerializer)
    @action(detail=True, methods=["post"])
    def notify(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """批准之后告知本人。"""
        return self._shown(penalty_notify(penalty=self.get_object(), actor=user_of(request)))

    @extend_schema(
        summary="对处罚提出申诉", request=PenaltyAppealSerializer, responses=PenaltySerializer
    )
    @action(detail=True, methods=["post"])
    def appeal(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """只有本人可以申诉，一次。"""
        row: Penalty = self.get_object()
        if user_of(request).staff_id != row.staff_id:
            raise PermissionDenied
        given = sent(self, PenaltyAppealSerializer)
        return self._shown(penalty_appeal(penalty=row, actor=user_of(request), **given))

    @extend_schema(summary="处理申诉", request=PenaltyAnswerSerializer, responses=PenaltySerializer)
    @action(detail=True, methods=["post"])
    def answer(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """须由提出人和本人以外的人处理。"""
        row, given = self.get_object(), sent(self, PenaltyAnswerSerializer)
        return self._shown(penalty_appeal_decide(penalty=row, actor=user_of(request), **given))
