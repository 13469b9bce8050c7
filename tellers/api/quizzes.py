"""Quizzes and skill tests in the API."""

from typing import Any

from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.viewsets import GenericViewSet

from accounts.access import user_of
from accounts.api import HasCapability
from accounts.roles import Capability
from tellers.models import Quiz
from tellers.selectors.quizzes import quizzes_visible_to


class QuizSerializer(serializers.ModelSerializer[Quiz]):
    """One person's result in a quiz or a skill test."""

    staff_number = serializers.CharField(source="staff.number", help_text="员工号")
    staff_name = serializers.CharField(source="staff.name", help_text="姓名")

    class Meta:
        model = Quiz
        fields = ["id", "date", "kind", "score", "staff_number", "staff_name"]


class QuizViewSet(ListModelMixin, GenericViewSet[Quiz]):
    """测试成绩：可查阅的员工的知识测试与技能测试结果。"""

    serializer_class = QuizSerializer
    permission_classes = [HasCapability]
    capability = Capability.STAFF_READ
    queryset = Quiz.objects.none()
    filterset_fields = {
        "date": ["exact", "gte", "lte"],
        "kind": ["exact"],
        "staff__number": ["exact"],
    }

    def get_queryset(self) -> Any:
        """What the user may see."""
        return quizzes_visible_to(user_of(self.request))
