"""Quizzes and skill tests in the API: found, entered, put right, taken in from files."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import user_of
from accounts.api import HasCapability
from accounts.roles import Capability
from complaints.api.references import MAX_ID
from outlets.api.taking_in import TakesFiles
from outlets.models import Staff, Unit
from tellers.api.references import Seen, sent
from tellers.models import Quiz
from tellers.selectors.quizzes import quizzes_visible_to
from tellers.services.quizzes import quiz_correct, quiz_remove, quizzes_add

HIGHEST = 100


class QuizSerializer(serializers.ModelSerializer[Quiz]):
    """一人一次知识测试或技能测试的成绩，连同当天任职的机构。"""

    staff_number = serializers.CharField(source="staff.number", help_text="员工号")
    staff_name = serializers.CharField(source="staff.name", help_text="姓名")
    unit = serializers.CharField(
        source="place_name", allow_null=True, help_text="当天任职的机构", read_only=True
    )

    class Meta:
        model = Quiz
        fields = ["id", "date", "kind", "score", "staff_number", "staff_name", "unit"]
        read_only_fields = fields


def score(**kwargs: Any) -> serializers.DecimalField:
    """A score of 0 to 100."""
    return serializers.DecimalField(
        max_digits=5, decimal_places=2, min_value=0, max_value=HIGHEST, help_text="成绩", **kwargs
    )


class QuizResultSerializer(serializers.Serializer[Any]):
    """一人的成绩。"""

    staff = Seen(Staff, help_text="员工")
    score = score()


class QuizAddSerializer(serializers.Serializer[Any]):
    """一次测试的成绩，一人一条。"""

    date = serializers.DateField(help_text="日期")
    kind = serializers.ChoiceField(choices=Quiz.Kind.choices, help_text="类别")
    results = QuizResultSerializer(many=True, allow_empty=False)

    def validate_results(self, results: Any) -> Any:
        """Nobody twice."""
        if len({one["staff"] for one in results}) < len(results):
            raise serializers.ValidationError("同一人有两条成绩")
        return results


class QuizAddedSerializer(serializers.Serializer[Any]):
    """登记了多少人。"""

    created = serializers.IntegerField(help_text="人数")


class QuizCorrectSerializer(serializers.Serializer[Any]):
    """更正的成绩与原因。"""

    score = score()
    reason = serializers.CharField(max_length=200, help_text="原因")


class QuizRemoveSerializer(serializers.Serializer[Any]):
    """删除的原因。"""

    reason = serializers.CharField(max_length=200, help_text="原因")


class QuizFilter(django_filters.FilterSet):  # type: ignore[misc]
    """筛选；unit 是当天任职的机构，含下级。"""

    unit = django_filters.NumberFilter(
        method="at", min_value=1, max_value=MAX_ID, label="机构 id，含下级"
    )

    class Meta:
        model = Quiz
        fields = {
            "date": ["exact", "gte", "lte"],
            "kind": ["exact"],
            "score": ["lt", "gte"],
            "staff__number": ["exact"],
        }

    def at(self, queryset: QuerySet[Quiz], _name: str, value: Any) -> QuerySet[Quiz]:
        """Those of people who were at or below the unit."""
        above = Unit.objects.filter(pk=int(value)).values("path")[:1]
        below = Unit.objects.filter(path__startswith=above)
        return queryset.filter(Q(place__in=below.values("pk")))


@extend_schema_view(
    list=extend_schema(summary="测试成绩"), retrieve=extend_schema(summary="一条成绩")
)
@extend_schema(tags=["测试与培训"])
class QuizViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TakesFiles):
    """测试成绩：可查阅的员工的知识测试与技能测试结果。"""

    file_kind = "quizzes"
    serializer_class = QuizSerializer
    permission_classes = [HasCapability]
    capability = Capability.RECORDS_READ
    capabilities = dict.fromkeys(
        ("create", "correct", "remove", "take_in"), Capability.RECORDS_EDIT
    )
    queryset = Quiz.objects.none()
    lookup_value_regex = "[0-9]{1,18}"
    filterset_class = QuizFilter

    def get_queryset(self) -> Any:
        """What the user may see."""
        return quizzes_visible_to(user_of(self.request))

    @extend_schema(
        summary="登记成绩", request=QuizAddSerializer, responses={201: QuizAddedSerializer}
    )
    def create(self, request: Request) -> Response:
        """一次测试的成绩；有一人不合格就都不登记。"""
        given = sent(self, QuizAddSerializer)
        created = quizzes_add(
            day=given["date"],
            kind=given["kind"],
            scores={one["staff"]: one["score"] for one in given["results"]},
            actor=user_of(request),
        )
        return Response({"created": created}, status=201)

    @extend_schema(summary="更正成绩", request=QuizCorrectSerializer, responses=QuizSerializer)
    @action(detail=True, methods=["post"])
    def correct(self, request: Request, pk: str) -> Response:
        """更正一条成绩，写明原因。"""
        quiz = self.get_object()
        quiz_correct(quiz=quiz, actor=user_of(request), **sent(self, QuizCorrectSerializer))
        return Response(QuizSerializer(self.get_queryset().get(pk=pk)).data)

    @extend_schema(summary="删除成绩", request=QuizRemoveSerializer, responses={204: None})
    @action(detail=True, methods=["post"])
    def remove(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """删除一条不应存在的成绩，写明原因。"""
        quiz = self.get_object()
        quiz_remove(quiz=quiz, actor=user_of(request), **sent(self, QuizRemoveSerializer))
        return Response(status=204)
