"""The catalogue of violations in the API."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.access import user_of
from accounts.api import HasCapability
from accounts.roles import Capability
from tellers.api.references import branch_of
from tellers.models import ViolationKind
from tellers.services.catalogue import violation_kind_save


class ViolationKindSerializer(serializers.ModelSerializer[ViolationKind]):
    """一个违规事项及其程度；改了程度，只影响以后的记录。"""

    class Meta:
        model = ViolationKind
        fields = ["id", "code", "name", "severity", "basis", "is_active"]
        validators: list[Any] = []  # the branch is the user's own: the service tells of doubles


@extend_schema_view(
    list=extend_schema(summary="违规事项列表"), retrieve=extend_schema(summary="一个违规事项")
)
@extend_schema(tags=["违规与处罚"])
class ViolationKindViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    GenericViewSet[ViolationKind],
):
    """违规事项：本分行的。"""

    serializer_class = ViolationKindSerializer
    permission_classes = [HasCapability]
    capability = Capability.RECORDS_READ
    capabilities = dict.fromkeys(("create", "partial_update"), Capability.RECORDS_EDIT)
    queryset = ViolationKind.objects.none()
    lookup_value_regex = "[0-9]{1,18}"
    filterset_fields = {"is_active": ["exact"], "severity": ["exact"], "code": ["exact"]}

    def get_queryset(self) -> QuerySet[ViolationKind]:
        """The branch's own."""
        unit = user_of(self.request).unit
        return ViolationKind.objects.filter(branch=unit.branch_id if unit else 0)

    @extend_schema(summary="新增违规事项", responses={201: ViolationKindSerializer})
    def create(self, request: Request) -> Response:
        """编号或名称已有的为 409。"""
        form = ViolationKindSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        kind = ViolationKind(branch=branch_of(user_of(request)), **form.validated_data)
        return self._saved(kind, request, 201)

    @extend_schema(summary="修改违规事项")
    def partial_update(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """停用也在这里。"""
        kind: ViolationKind = self.get_object()
        form = ViolationKindSerializer(kind, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        for name, value in form.validated_data.items():
            setattr(kind, name, value)
        return self._saved(kind, request, 200)

    def _saved(self, kind: ViolationKind, request: Request, status: int) -> Response:
        saved = violation_kind_save(kind=kind, actor=user_of(request))
        return Response(ViolationKindSerializer(saved).data, status=status)
