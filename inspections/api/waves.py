"""The API of covert waves."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.access import user_of
from accounts.api import HasCapability
from accounts.roles import Capability
from inspections.api.references import CountSerializer
from inspections.models import Wave
from inspections.selectors.firewall import waves_visible_to
from inspections.services.releases import wave_release


class WaveSerializer(serializers.ModelSerializer[Wave]):
    """暗访批次：一个月的暗访结果一起发布。"""

    class Meta:
        model = Wave
        fields = ["id", "month", "channel", "released_at"]
        read_only_fields = fields


class WaveViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    GenericViewSet[Wave],
):
    """暗访批次。"""

    serializer_class = WaveSerializer
    permission_classes = [HasCapability]
    capability = Capability.COVERT_COORDINATE
    capabilities = {"release": Capability.INSPECTIONS_RELEASE}
    queryset = Wave.objects.none()
    lookup_value_regex = "[0-9]{1,18}"
    filterset_fields = {"month": ["exact", "gte", "lte"], "released_at": ["isnull"]}

    def get_queryset(self) -> QuerySet[Wave]:
        """What the user may see."""
        return waves_visible_to(user_of(self.request))

    @extend_schema(request=None, responses=CountSerializer)
    @action(detail=True, methods=["post"])
    def release(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """发布整个批次；已发布的再发布一次没有变化。"""
        return Response({"count": wave_release(wave=self.get_object(), actor=user_of(request))})
