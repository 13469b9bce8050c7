"""Violations in the API: found, read, recorded by hand or from evidence, taken back."""

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
from complaints.models import Letter, Responsibility
from inspections.models import Answer
from outlets.models import Staff, Unit
from outlets.months import InvalidMonth, Month
from tellers.api.references import RecordStaffSerializer, RecordUnitSerializer, Seen, sent
from tellers.forms.violations import NOTE_MAX
from tellers.models import Violation, ViolationKind
from tellers.selectors.discipline import unfounded, violations_visible_to
from tellers.selectors.violation_candidates import (
    CandidateSought,
    answer_candidates,
    letter_candidates,
)
from tellers.services.violations import ViolationFacts, violation_record, violation_revoke


class ViolationSerializer(serializers.ModelSerializer[Violation]):
    """一项违规：何人何时在何机构违反何事，依据什么，当天由谁主管。"""

    staff = RecordStaffSerializer()
    unit = RecordUnitSerializer()
    kind_name = serializers.CharField(source="kind.name", help_text="违规事项")
    leader = RecordStaffSerializer(allow_null=True)

    class Meta:
        model = Violation
        fields = [
            "id", "day", "recorded_on", "staff", "unit", "kind", "kind_name", "severity", "source",
            "inspection", "answer", "letter", "leader", "note", "state", "revoked_on",
            "revoked_reason",
        ]  # fmt: skip
        read_only_fields = fields


class ViolationRecordSerializer(serializers.Serializer[Any]):
    """记录一项违规：依据检查给 answer，依据来信给 letter，都不给的是人工登记。"""

    staff = Seen(Staff, help_text="员工")
    kind = Seen(ViolationKind, help_text="违规事项")
    day = serializers.DateField(help_text="违规日期")
    unit = Seen(
        Unit,
        required=False,
        allow_null=True,
        default=None,
        help_text="发生机构；不填为当天任职的机构",
    )
    answer = Seen(Answer, required=False, allow_null=True, default=None, help_text="失分的检查项目")
    letter = Seen(Letter, required=False, allow_null=True, default=None, help_text="有效投诉的来信")
    note = serializers.CharField(
        max_length=NOTE_MAX, required=False, allow_blank=True, default="", help_text="说明"
    )

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """One kind of evidence at most; the inspection is the answer's."""
        answer, letter = data["answer"], data["letter"]
        if answer is not None and letter is not None:
            raise serializers.ValidationError("answer 与 letter 只能给一项")
        if answer is not None:
            return data | {"source": Violation.Source.INSPECTION, "inspection": answer.inspection}
        return data | {"source": Violation.Source.LETTER} if letter is not None else data


class ViolationRevokeSerializer(serializers.Serializer[Any]):
    """撤销的原因。"""

    reason = serializers.CharField(max_length=200, help_text="原因")


class ViolationFilter(django_filters.FilterSet):  # type: ignore[misc]
    """筛选；unit 连同其下各机构，按违规当时的隶属。"""

    unit = django_filters.ModelChoiceFilter(
        queryset=Unit.objects.all(), method="under", label="机构及其下"
    )

    unfounded = django_filters.BooleanFilter(
        method="without_grounds", label="只要所依据的来信认定已经变更的"
    )

    class Meta:
        model = Violation
        fields = {
            "day": ["gte", "lte"],
            "recorded_on": ["gte", "lte"],
            "staff": ["exact"],
            "staff__number": ["exact"],
            "kind": ["exact"],
            "severity": ["exact"],
            "source": ["exact"],
            "state": ["exact"],
            "inspection": ["exact"],
            "letter": ["exact"],
        }

    def without_grounds(
        self,
        queryset: QuerySet[Violation],
        _name: str,
        value: bool,  # noqa: FBT001
    ) -> QuerySet[Violation]:
        """On letters no longer found to be the person's fault."""
        return unfounded(queryset) if value else queryset

    def under(self, queryset: QuerySet[Violation], _name: str, unit: Unit) -> QuerySet[Violation]:
        """At the unit or below it, as it stood."""
        return queryset.filter(unit_path__contains=f"{unit.code}/")


@extend_schema_view(
    list=extend_schema(summary="违规列表"), retrieve=extend_schema(summary="一项违规")
)
@extend_schema(tags=["违规与处罚"])
class ViolationViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    GenericViewSet[Violation],
):
    """违规：查阅范围内的，柜员只见本人的。"""

    serializer_class = ViolationSerializer
    permission_classes = [HasCapability]
    capability = Capability.RECORDS_READ
    capabilities = dict.fromkeys(("create", "revoke"), Capability.RECORDS_EDIT)
    queryset = Violation.objects.none()
    lookup_value_regex = "[0-9]{1,18}"
    filterset_class = ViolationFilter

    def get_queryset(self) -> QuerySet[Violation]:
        """What the user may see."""
        return violations_visible_to(user_of(self.request)).select_related("leader")

    def _shown(self, row: Violation, status: int = 200) -> Response:
        found = Violation.objects.select_related("staff", "unit", "kind", "leader").get(pk=row.pk)
        return Response(ViolationSerializer(found).data, status=status)

    @extend_schema(
        summary="记录违规", request=ViolationRecordSerializer, responses={201: ViolationSerializer}
    )
    def create(self, request: Request) -> Response:
        """程度按违规事项，主管领导按当天的任职；已经记录过的为 409。"""
        facts = ViolationFacts(**sent(self, ViolationRecordSerializer))
        return self._shown(violation_record(facts=facts, actor=user_of(request)), 201)

    @extend_schema(
        summary="撤销违规", request=ViolationRevokeSerializer, responses=ViolationSerializer
    )
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """撤销后不再计入；还有依据它的处罚时为 409。"""
        row, given = self.get_object(), sent(self, ViolationRevokeSerializer)
        return self._shown(violation_revoke(violation=row, actor=user_of(request), **given))


class AnswerCandidateSerializer(serializers.ModelSerializer[Answer]):
    """点了名、还没有记录为违规的失分项目。"""

    staff = RecordStaffSerializer()
    unit = RecordUnitSerializer(source="inspection.unit")
    day = serializers.DateField(source="inspection.date", help_text="检查日期")
    channel = serializers.CharField(source="inspection.channel", help_text="渠道")
    item_code = serializers.CharField(source="item.code", help_text="项目编号")
    item_text = serializers.CharField(source="item.text", help_text="检查内容")

    class Meta:
        model = Answer
        fields = [
            "id", "inspection", "day", "channel", "unit", "staff", "item_code", "item_text", "note",
        ]  # fmt: skip
        read_only_fields = fields


class LetterCandidateSerializer(serializers.ModelSerializer[Responsibility]):
    """点了名、还没有记录为违规的有效投诉。"""

    staff = RecordStaffSerializer()
    unit = RecordUnitSerializer(allow_null=True)
    reference = serializers.CharField(source="letter.reference", help_text="工单号")
    text = serializers.CharField(source="letter.text", help_text="内容，已遮盖客户信息")

    class Meta:
        model = Responsibility
        fields = ["id", "letter", "reference", "decided_on", "unit", "staff", "text"]
        read_only_fields = fields


class _CandidateFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Nothing is filtered here: the month narrows what is looked at."""

    month = django_filters.CharFilter(method="kept", label="月份，如 2011-04；不填为全部")

    def kept(self, queryset: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Those of the month."""
        try:
            month = Month.parse(value)
        except InvalidMonth as error:
            raise serializers.ValidationError({"month": [str(error)]}) from error
        return queryset.filter(**{f"{self.day}__range": (month.first, month.last)})


class AnswerCandidateFilter(_CandidateFilter):
    """By the month of the inspection."""

    day = "inspection__date"

    class Meta:
        model = Answer
        fields = ["inspection"]


class LetterCandidateFilter(_CandidateFilter):
    """By the month of the finding."""

    day = "decided_on"

    class Meta:
        model = Responsibility
        fields = ["letter"]


@extend_schema_view(list=extend_schema(summary="检查中的违规线索"))
@extend_schema(tags=["违规与处罚"])
class AnswerCandidateViewSet(mixins.ListModelMixin, GenericViewSet[Answer]):
    """已发布的检查中归属到人、还没有记录为违规的失分项目。"""

    serializer_class = AnswerCandidateSerializer
    permission_classes = [HasCapability]
    capability = Capability.RECORDS_EDIT
    queryset = Answer.objects.none()
    filterset_class = AnswerCandidateFilter

    def get_queryset(self) -> QuerySet[Answer]:
        """What the user may see."""
        return answer_candidates(user_of(self.request), CandidateSought())


@extend_schema_view(list=extend_schema(summary="来信中的违规线索"))
@extend_schema(tags=["违规与处罚"])
class LetterCandidateViewSet(mixins.ListModelMixin, GenericViewSet[Responsibility]):
    """认定为有效投诉并点了名、还没有记录为违规的来信。"""

    serializer_class = LetterCandidateSerializer
    permission_classes = [HasCapability]
    capability = Capability.RECORDS_EDIT
    queryset = Responsibility.objects.none()
    filterset_class = LetterCandidateFilter

    def get_queryset(self) -> QuerySet[Responsibility]:
        """What the user may see."""
        return letter_candidates(user_of(self.request), CandidateSought())
