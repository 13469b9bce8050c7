"""GET /jobs/: long tasks and how far they are."""

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.viewsets import ReadOnlyModelViewSet

from accounts.access import user_of
from accounts.models import Job
from accounts.selectors.jobs import jobs_visible_to


class JobSerializer(serializers.ModelSerializer[Job]):
    """A long task."""

    result = serializers.DictField(read_only=True, help_text="结果，因任务种类而异")

    class Meta:
        model = Job
        fields = ["id", "kind", "scope", "period", "state", "progress", "message", "error",
                  "result", "created_at", "finished_at"]  # fmt: skip
        read_only_fields = fields


class JobFilter(filters.FilterSet):  # type: ignore[misc]
    """By kind, state and period."""

    kind = filters.CharFilter(help_text="任务种类")
    period = filters.CharFilter(help_text="期间，如 2011-12")
    state = filters.ChoiceFilter(choices=Job.State.choices, help_text="状态")


@extend_schema_view(
    list=extend_schema(summary="任务列表"), retrieve=extend_schema(summary="任务进度")
)
class JobViewSet(ReadOnlyModelViewSet[Job]):
    """Own jobs; the service office sees those of its branch."""

    queryset = Job.objects.none()
    permission_classes = [IsAuthenticated]
    serializer_class = JobSerializer
    filterset_class = JobFilter

    def get_queryset(self) -> QuerySet[Job]:
        """What the user may see."""
        return jobs_visible_to(user_of(self.request))
