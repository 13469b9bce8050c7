"""The API of units: read by many, written by the service office."""

from dataclasses import fields
from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import user_of
from accounts.permissions import HasCapability
from accounts.roles import Capability
from outlets.api.fields import UnitCodeField, refusals
from outlets.api.taking_in import TakesFiles
from outlets.models import Unit
from outlets.selectors import units_visible_to
from outlets.services import UnitFacts, unit_create, unit_move, unit_update

FACTS = [fact.name for fact in fields(UnitFacts)]
MAX_WINDOWS = 200


class UnitSerializer(serializers.ModelSerializer[Unit]):
    """A unit as it stands today."""

    parent = UnitCodeField(read_only=True, allow_null=True, help_text="上级机构号")  # type: ignore[assignment]
    branch = UnitCodeField(read_only=True, help_text="所属分行的机构号")
    windows = serializers.IntegerField(
        min_value=0, max_value=MAX_WINDOWS, required=False, help_text="窗口数"
    )

    class Meta:
        model = Unit
        fields = ["code", "parent", "branch", "path", *FACTS]
        read_only_fields = ["code", "path"]


class UnitCreateSerializer(UnitSerializer):
    """A new unit below one of the user's branch."""

    code = serializers.RegexField(r"^[^/\s]+$", max_length=32, help_text="机构号，建立后不再改变")
    parent = UnitCodeField(help_text="上级机构号")

    class Meta(UnitSerializer.Meta):
        read_only_fields = ["path"]


class UnitMoveSerializer(serializers.Serializer[Any]):
    """A new parent from a day on; past days correct history, future ones wait for their day."""

    parent = UnitCodeField(help_text="新的上级机构号")  # type: ignore[assignment]
    effective_on = serializers.DateField(help_text="生效日期")


class UnitFilter(filters.FilterSet):  # type: ignore[misc]
    """Narrowing the list."""

    parent = filters.CharFilter(field_name="parent__code", label="上级机构号")
    name = filters.CharFilter(field_name="name", lookup_expr="contains", label="名称的一部分")

    class Meta:
        model = Unit
        fields = ["kind", "peer_group", "serves_customers"]


@extend_schema_view(
    list=extend_schema(summary="机构列表"),
    retrieve=extend_schema(summary="一个机构"),
)
@extend_schema(tags=["机构"])
class UnitViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TakesFiles):
    """Units the user sees, by code."""

    permission_classes = [HasCapability]
    capability = Capability.UNITS_READ
    capabilities = {
        "create": Capability.UNITS_EDIT,
        "partial_update": Capability.UNITS_EDIT,
        "move": Capability.UNITS_EDIT,
        "take_in": Capability.UNITS_EDIT,
    }
    file_kind = "units"
    queryset = Unit.objects.none()
    serializer_class = UnitSerializer
    filterset_class = UnitFilter
    lookup_field = "code"
    lookup_value_regex = r"[^/\x00-\x1f]+"

    def get_queryset(self) -> QuerySet[Unit]:
        """The visible units."""
        return units_visible_to(user_of(self.request)).select_related("parent", "branch")

    @extend_schema(
        summary="新增机构", request=UnitCreateSerializer, responses={201: UnitSerializer}
    )
    def create(self, request: Request) -> Response:
        """Found a unit below a parent."""
        data = UnitCreateSerializer(data=request.data, context=self.get_serializer_context())
        data.is_valid(raise_exception=True)
        given = dict(data.validated_data)
        code, parent = given.pop("code"), given.pop("parent")
        with refusals():
            unit = unit_create(code=code, facts=UnitFacts(**given), parent=parent)
        return Response(self.get_serializer(unit).data, status=201)

    @extend_schema(summary="修改机构", request=UnitSerializer)
    def partial_update(self, request: Request, code: str) -> Response:  # noqa: ARG002
        """Correct some facts of a unit."""
        unit = self.get_object()
        data = self.get_serializer(unit, data=request.data, partial=True)
        data.is_valid(raise_exception=True)
        facts = {name: getattr(unit, name) for name in FACTS} | data.validated_data
        with refusals():
            unit = unit_update(unit=unit, facts=UnitFacts(**facts))
        return Response(self.get_serializer(unit).data)

    @extend_schema(summary="调整上级机构", request=UnitMoveSerializer, responses=UnitSerializer)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, code: str) -> Response:  # noqa: ARG002
        """Put the unit under another parent from a day on."""
        unit = self.get_object()
        data = UnitMoveSerializer(data=request.data, context=self.get_serializer_context())
        data.is_valid(raise_exception=True)
        with refusals():
            unit_move(unit=unit, **data.validated_data)
        return Response(self.get_serializer(self.get_object()).data)
