"""The API of people: read as far as the user sees them, written by the service office."""

from typing import Any

from django.db.models import Prefetch, QuerySet
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
from outlets.models import Post, Posting, Staff
from outlets.selectors import postings_visible_to, staff_visible_to
from outlets.services import staff_create, staff_transfer, staff_update
from outlets.services.staff import Place


class PostingSerializer(serializers.ModelSerializer[Posting]):
    """A posting; `end` is the last day, none while it lasts."""

    unit = UnitCodeField(read_only=True, help_text="机构号")

    class Meta:
        model = Posting
        fields = ["unit", "post", "start", "end"]


class StaffSerializer(serializers.ModelSerializer[Staff]):
    """Somebody, with the postings that the user may see."""

    postings = PostingSerializer(many=True, read_only=True)

    class Meta:
        model = Staff
        fields = ["number", "name", "hired_on", "left_on", "postings"]
        read_only_fields = ["number"]


class PlaceSerializer(serializers.Serializer[Any]):
    """Where somebody is to work, as what, from when on."""

    unit = UnitCodeField(help_text="机构号")
    post = serializers.ChoiceField(choices=Post.choices, help_text="岗位")
    start = serializers.DateField(help_text="开始日期")

    @staticmethod
    def place(data: dict[str, Any]) -> Place:
        """The validated fields as services take them."""
        return Place(unit=data["unit"], post=data["post"], start=data["start"])


class StaffCreateSerializer(PlaceSerializer):
    """Somebody new, with a first posting."""

    number = serializers.CharField(max_length=20, help_text="员工号")
    name = serializers.CharField(max_length=40, help_text="姓名")
    hired_on = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="入职日期"
    )


class StaffFilter(filters.FilterSet):  # type: ignore[misc]
    """Narrowing the list."""

    name = filters.CharFilter(field_name="name", lookup_expr="contains", label="姓名的一部分")

    class Meta:
        model = Staff
        fields = ["number"]


@extend_schema_view(
    list=extend_schema(summary="人员列表"),
    retrieve=extend_schema(summary="一名员工"),
)
@extend_schema(tags=["人员"])
class StaffViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TakesFiles):
    """People the user sees, by staff number."""

    permission_classes = [HasCapability]
    capability = Capability.STAFF_READ
    capabilities = {
        "create": Capability.UNITS_EDIT,
        "partial_update": Capability.UNITS_EDIT,
        "transfer": Capability.UNITS_EDIT,
        "take_in": Capability.UNITS_EDIT,
    }
    file_kind = "staff"
    queryset = Staff.objects.none()
    serializer_class = StaffSerializer
    filterset_class = StaffFilter
    lookup_field = "number"
    lookup_value_regex = r"[^/\x00-\x1f]+"

    def get_queryset(self) -> QuerySet[Staff]:
        """The visible people, with their visible postings."""
        user = user_of(self.request)
        seen = postings_visible_to(user).select_related("unit").order_by("start")
        return staff_visible_to(user).prefetch_related(Prefetch("postings", queryset=seen))

    @extend_schema(
        summary="新增员工", request=StaffCreateSerializer, responses={201: StaffSerializer}
    )
    def create(self, request: Request) -> Response:
        """Take somebody on."""
        data = StaffCreateSerializer(data=request.data, context=self.get_serializer_context())
        data.is_valid(raise_exception=True)
        given = data.validated_data
        with refusals():
            staff = staff_create(
                number=given["number"],
                name=given["name"],
                hired_on=given["hired_on"],
                place=data.place(given),
            )
        return Response(self._shown(staff), status=201)

    @extend_schema(summary="修改员工", request=StaffSerializer)
    def partial_update(self, request: Request, number: str) -> Response:  # noqa: ARG002
        """Correct somebody's facts, or enter that they left."""
        staff = self.get_object()
        data = self.get_serializer(staff, data=request.data, partial=True)
        data.is_valid(raise_exception=True)
        facts = {name: getattr(staff, name) for name in ("name", "hired_on", "left_on")}
        with refusals():
            staff_update(staff=staff, **(facts | data.validated_data))
        return Response(self._shown(staff))

    @extend_schema(summary="调动", request=PlaceSerializer, responses=StaffSerializer)
    @action(detail=True, methods=["post"])
    def transfer(self, request: Request, number: str) -> Response:  # noqa: ARG002
        """Move somebody to another unit or post; the posting so far ends the day before."""
        staff = self.get_object()
        data = PlaceSerializer(data=request.data, context=self.get_serializer_context())
        data.is_valid(raise_exception=True)
        with refusals():
            staff_transfer(staff=staff, place=data.place(data.validated_data))
        return Response(self._shown(staff))

    def _shown(self, staff: Staff) -> dict[str, Any]:
        return dict(self.get_serializer(self.get_queryset().get(pk=staff.pk)).data)
