"""Trainings in the API: found, entered, changed; who came."""

from typing import Any

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
from outlets.api.taking_in import TakesFiles
from outlets.models import Staff
from tellers.api.quizzes import score
from tellers.api.references import RecordStaffSerializer, Seen, branch_of, sent
from tellers.models import Attendance, Training
from tellers.selectors.trainings import (
    TrainingSought,
    attendances_visible_to,
    trainings_listed,
    trainings_visible_to,
)
from tellers.services.trainings import (
    Mark,
    TrainingFacts,
    attendance_record,
    training_create,
    training_update,
)


class TrainingSerializer(serializers.ModelSerializer[Training]):
    """一期培训，与可查阅的人中参加、缺席的人数。"""

    came = serializers.IntegerField(read_only=True, help_text="参加人数")
    away = serializers.IntegerField(read_only=True, help_text="缺席人数")

    class Meta:
        model = Training
        fields = [
            "id", "name", "first_day", "last_day", "hours", "trainer", "place", "note", "came", "away",
        ]  # fmt: skip


class TrainingFactsSerializer(serializers.ModelSerializer[Training]):
    """一期培训。"""

    note = serializers.CharField(max_length=2000, allow_blank=True, default="", help_text="说明")

    class Meta:
        model = Training
        fields = ["name", "first_day", "last_day", "hours", "trainer", "place", "note"]

    def facts(self) -> TrainingFacts:
        """As services take them."""
        return TrainingFacts(**self.validated_data)


class AttendanceMarkSerializer(serializers.Serializer[Any]):
    """一人是否参加；缺席的人没有成绩。"""

    staff = Seen(Staff, help_text="员工")
    attended = serializers.BooleanField(help_text="参加")
    score = score(allow_null=True, default=None)


class AttendanceRollSerializer(serializers.Serializer[Any]):
    """许多人的参加情况。"""

    marks = AttendanceMarkSerializer(many=True, allow_empty=False)

    def validate_marks(self, marks: Any) -> Any:
        """Nobody twice."""
        if len({one["staff"] for one in marks}) < len(marks):
            raise serializers.ValidationError("同一人有两条记录")
        return marks


class AttendanceDoneSerializer(serializers.Serializer[Any]):
    """登记了多少人。"""

    created = serializers.IntegerField(help_text="新增人数")
    updated = serializers.IntegerField(help_text="更新人数")


class AttendanceSerializer(serializers.ModelSerializer[Attendance]):
    """一人在一期培训的参加情况，连同当时任职的机构。"""

    staff = RecordStaffSerializer()
    unit = serializers.CharField(
        source="place_name", allow_null=True, read_only=True, help_text="当时任职的机构"
    )

    class Meta:
        model = Attendance
        fields = ["id", "training", "staff", "attended", "score", "unit"]
        read_only_fields = fields


@extend_schema_view(list=extend_schema(summary="培训"), retrieve=extend_schema(summary="一期培训"))
@extend_schema(tags=["测试与培训"])
class TrainingViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    GenericViewSet[Training],
):
    """本分行的培训。"""

    serializer_class = TrainingSerializer
    permission_classes = [HasCapability]
    capability = Capability.RECORDS_READ
    capabilities = dict.fromkeys(("create", "update", "attendance"), Capability.RECORDS_EDIT)
    queryset = Training.objects.none()
    lookup_value_regex = "[0-9]{1,18}"
    filterset_fields = {"first_day": ["gte", "lte"], "name": ["contains"]}

    def get_queryset(self) -> QuerySet[Training]:
        """What the user may see."""
        return trainings_listed(user_of(self.request), TrainingSought())

    @extend_schema(
        summary="登记培训", request=TrainingFactsSerializer, responses={201: TrainingSerializer}
    )
    def create(self, request: Request) -> Response:
        """登记一期培训。"""
        user = user_of(request)
        made = training_create(branch=branch_of(user), facts=self._facts(), actor=user)
        return self._shown(made.pk, 201)

    @extend_schema(
        summary="修改培训", request=TrainingFactsSerializer, responses=TrainingSerializer
    )
    def update(self, request: Request, pk: str) -> Response:
        """修改一期培训。"""
        found = trainings_visible_to(user_of(request)).get(pk=self.get_object().pk)
        training_update(training=found, facts=self._facts(), actor=user_of(request))
        return self._shown(int(pk))

    @extend_schema(
        summary="登记参加人员", request=AttendanceRollSerializer, responses=AttendanceDoneSerializer
    )
    @action(detail=True, methods=["post"])
    def attendance(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """登记许多人的参加情况；已登记的人以这一次为准。"""
        training = self.get_object()
        marks = [
            Mark(training.pk, one["staff"].pk, one["attended"], one["score"])
            for one in sent(self, AttendanceRollSerializer)["marks"]
        ]
        created, updated = attendance_record(training=training, marks=marks, actor=user_of(request))
        return Response({"created": created, "updated": updated})

    def _facts(self) -> TrainingFacts:
        form = TrainingFactsSerializer(
            data=self.request.data, context=self.get_serializer_context()
        )
        form.is_valid(raise_exception=True)
        return form.facts()

    def _shown(self, pk: int, status: int = 200) -> Response:
        return Response(TrainingSerializer(self.get_queryset().get(pk=pk)).data, status=status)


@extend_schema_view(list=extend_schema(summary="培训参加情况"))
@extend_schema(tags=["测试与培训"])
class AttendanceViewSet(mixins.ListModelMixin, TakesFiles):
    """可查阅的人的培训参加情况。"""

    file_kind = "attendance"
    serializer_class = AttendanceSerializer
    permission_classes = [HasCapability]
    capability = Capability.RECORDS_READ
    capabilities = {"take_in": Capability.RECORDS_EDIT}
    queryset = Attendance.objects.none()
    filterset_fields = {"training": ["exact"], "staff__number": ["exact"], "attended": ["exact"]}

    def get_queryset(self) -> QuerySet[Attendance]:
        """What the user may see."""
        return attendances_visible_to(user_of(self.request))
