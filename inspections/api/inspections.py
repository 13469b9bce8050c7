"""The API of inspections: reading, submitting once, returning, releasing."""

from typing import Any, Final

import django_filters
from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.access import user_of
from accounts.api import HasCapability
from accounts.roles import Capability
from inspections.api.evidence import EvidenceSerializer
from inspections.api.references import (
    CountSerializer,
    InspectorBriefSerializer,
    Scoped,
    UnitBriefSerializer,
)
from inspections.models import Answer, Inspection, Visit
from inspections.models.inspections import Method
from inspections.selectors.firewall import (
    answers_visible_to,
    by_inspector,
    evidence_visible_to,
    inspections_visible_to,
    redact,
)
from inspections.services.drafts import MAX_SUMMARY, MAX_VALUE
from inspections.services.releases import inspections_release
from inspections.services.sheets import MAX_NOTE, MAX_PHOTOS, Reply, Sheet
from inspections.services.submissions import inspection_return, inspection_submit

MAX_ITEMS: Final = 500
MAX_ID: Final = 2**62


class InspectionSerializer(serializers.ModelSerializer[Inspection]):
    """检查。暗访的检查人与提交时刻只有服务办和暗访协调人可见；柜员只见与自己有关的答案。"""

    unit = UnitBriefSerializer(read_only=True)
    inspector = InspectorBriefSerializer(read_only=True, allow_null=True)
    version_name = serializers.CharField(source="version", read_only=True, help_text="标准与版本")
    submitted_at = serializers.DateTimeField(read_only=True, allow_null=True)
    possible = serializers.DecimalField(12, 6, read_only=True, allow_null=True)
    earned = serializers.DecimalField(12, 6, read_only=True, allow_null=True)
    sections = serializers.ListField(child=serializers.DictField(), read_only=True)

    class Meta:
        model = Inspection
        fields = [
            "id", "uuid", "number", "unit", "channel", "version", "version_name", "inspector",
            "inspector_name", "date", "methods", "note", "state", "score", "possible", "earned",
            "sections", "submitted_at", "released_at", "returned_reason",
        ]  # fmt: skip
        read_only_fields = fields

    def to_representation(self, instance: Inspection) -> dict[str, Any]:
        """Without what this user must not know."""
        return super().to_representation(redact(user_of(self.context["request"]), instance))


class AnswerSerializer(serializers.ModelSerializer[Answer]):
    """一个项目的答案。"""

    code = serializers.CharField(source="item.code", read_only=True, help_text="项目编号")
    staff_number = serializers.CharField(
        source="staff.number", read_only=True, allow_null=True, default=None, help_text="员工号"
    )

    class Meta:
        model = Answer
        fields = ["item", "code", "value", "possible", "earned", "staff", "staff_number", "note"]
        read_only_fields = fields


class InspectionDetailSerializer(InspectionSerializer):
    """一次检查连同逐项答案与照片。"""

    answers = AnswerSerializer(many=True, read_only=True)
    evidence = EvidenceSerializer(many=True, read_only=True)

    class Meta(InspectionSerializer.Meta):
        fields = [*InspectionSerializer.Meta.fields, "answers", "evidence"]
        read_only_fields = fields


class ReplySerializer(serializers.Serializer[Any]):
    """一个项目的结果：合格/不合格、差错次数、档名、数值或不适用。"""

    item = serializers.IntegerField(min_value=1, max_value=MAX_ID, help_text="项目 id")
    value = serializers.CharField(max_length=MAX_VALUE, allow_blank=True, help_text="结果")
    note = serializers.CharField(
        max_length=MAX_NOTE, allow_blank=True, default="", help_text="备注"
    )
    staff = serializers.IntegerField(
        allow_null=True, default=None, min_value=1, max_value=MAX_ID, help_text="员工记录的编号"
    )
    photos = serializers.ListField(
        child=serializers.RegexField("^[0-9a-f]{64}$"),
        default=list,
        max_length=MAX_PHOTOS,
        help_text="照片的 SHA-256，须已上传",
    )


class RepliesField(serializers.ListField):
    """Answers, each a ReplySerializer's; what is plainly in order skips its slower field-wise check."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(child=ReplySerializer(), max_length=MAX_ITEMS, **kwargs)

    def run_child_validation(self, data: Any) -> Any:
        """The answers with every key; errors by place as usual."""
        if all(map(_is_plain, data)):
            return [_DEFAULTS | one for one in data]
        return super().run_child_validation(data)


_DEFAULTS: Final[dict[str, Any]] = {"note": "", "staff": None, "photos": ()}


def _is_plain(one: Any) -> bool:
    """Whether the answer passes the serializer as it is; false also where that is not obvious."""
    return (
        type(one) is dict
        and one.keys() <= _KEYS
        and _is_id(one.get("item"))
        and _is_text(one.get("value"), MAX_VALUE)
        and _is_text(one.get("note", ""), MAX_NOTE)
        and ("staff" not in one or one["staff"] is None or _is_id(one["staff"]))
        and not one.get("photos")
    )


_KEYS: Final = {"item", "value", "note", "staff", "photos"}


def _is_id(value: Any) -> bool:
    return type(value) is int and 0 < value <= MAX_ID


def _is_text(value: Any, longest: int) -> bool:
    # Printable leaves out control characters and lone surrogates.
    return type(value) is str and len(value) <= longest and value.isprintable()


class InspectionSubmitSerializer(serializers.Serializer[Any]):
    """提交一次检查。同一 UUID、同样内容再提交一次，得到第一次的回执（200）。"""

    uuid = serializers.UUIDField(help_text="客户端生成的 UUID")
    visit = Scoped(queryset=Visit.objects.all(), help_text="检查任务")
    date = serializers.DateField(help_text="检查日期")
    methods = serializers.ListField(
        child=serializers.ChoiceField(choices=Method.choices), default=list, help_text="检查方法"
    )
    note = serializers.CharField(
        max_length=MAX_SUMMARY, allow_blank=True, default="", help_text="总体评价"
    )
    answers = RepliesField()

    def validate_answers(self, answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """One answer an item."""
        items = [one["item"] for one in answers]
        if len(items) != len(set(items)):
            raise serializers.ValidationError("同一项目有多个答案")
        return answers


class ReceiptSerializer(serializers.Serializer[Any]):
    """提交回执。"""

    id = serializers.IntegerField()
    uuid = serializers.UUIDField()
    number = serializers.CharField(help_text="检查编号")
    date = serializers.DateField()
    state = serializers.ChoiceField(choices=Inspection.State.choices)
    score = serializers.DecimalField(5, 2, allow_null=True, help_text="得分；全部不适用时没有")
    submitted_at = serializers.DateTimeField()


class ReturnSerializer(serializers.Serializer[Any]):
    """退回的原因。"""

    reason = serializers.CharField(max_length=200, help_text="退回原因")


class ReleaseSerializer(serializers.Serializer[Any]):
    """要发布的检查。"""

    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=MAX_ID),
        allow_empty=False,
        max_length=1000,
        help_text="检查 id",
    )


class InspectionFilter(django_filters.FilterSet):  # type: ignore[misc]
    """筛选；按检查人筛选不会露出暗访是谁做的。"""

    inspector = django_filters.NumberFilter(
        method="of_inspector", label="检查人 id", min_value=1, max_value=MAX_ID
    )

    class Meta:
        model = Inspection
        fields = {
            "date": ["exact", "gte", "lte"],
            "channel": ["exact"],
            "state": ["exact"],
            "unit": ["exact"],
            "number": ["exact"],
        }

    def of_inspector(
        self, queryset: QuerySet[Inspection], _name: str, value: Any
    ) -> QuerySet[Inspection]:
        """Those of one inspector."""
        return by_inspector(user_of(self.request), queryset, int(value))


@extend_schema_view(
    retrieve=extend_schema(responses=InspectionDetailSerializer),
    create=extend_schema(
        request=InspectionSubmitSerializer,
        responses={201: ReceiptSerializer, 200: ReceiptSerializer},
    ),
)
class InspectionViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    GenericViewSet[Inspection],
):
    """检查结果：逐项答案、得分、照片。"""

    serializer_class = InspectionSerializer
    permission_classes = [HasCapability]
    capability = Capability.INSPECTIONS_READ
    capabilities = {
        "create": Capability.VISITS_SCORE,
        "send_back": Capability.INSPECTIONS_RELEASE,
        "release": Capability.INSPECTIONS_RELEASE,
    }
    queryset = Inspection.objects.none()
    lookup_value_regex = "[0-9]{1,18}"
    filterset_class = InspectionFilter

    def get_queryset(self) -> QuerySet[Inspection]:
        """What the user may see, with the visible answers where one is asked for."""
        user = user_of(self.request)
        found = inspections_visible_to(user).select_related(
            "unit", "inspector", "version__checklist"
        )
        if self.action != "retrieve":
            return found
        answers = (
            answers_visible_to(user).select_related("item", "staff").order_by("item__position")
        )
        return found.prefetch_related(
            Prefetch("answers", answers), Prefetch("evidence", evidence_visible_to(user))
        )

    def get_serializer_class(self) -> type[serializers.BaseSerializer[Inspection]]:
        """One inspection comes with its answers."""
        return InspectionDetailSerializer if self.action == "retrieve" else InspectionSerializer

    def create(self, request: Request) -> Response:
        """提交检查；内容不同的同一 UUID 为 409，并说明差别。"""
        form = InspectionSubmitSerializer(data=request.data, context=self.get_serializer_context())
        form.is_valid(raise_exception=True)
        given = form.validated_data
        receipt = inspection_submit(
            visit=given["visit"], key=given["uuid"], sheet=_sheet(given), actor=user_of(request)
        )
        return Response(_receipt(receipt.inspection), status=201 if receipt.created else 200)

    @extend_schema(request=ReturnSerializer, responses=InspectionSerializer)
    @action(detail=True, methods=["post"], url_path="return")
    def send_back(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """退回补正。"""
        inspection = self.get_object()
        form = ReturnSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        returned = inspection_return(
            inspection=inspection, reason=form.validated_data["reason"], actor=user_of(request)
        )
        return Response(InspectionSerializer(returned, context=self.get_serializer_context()).data)

    @extend_schema(request=ReleaseSerializer, responses=CountSerializer, filters=False)
    @action(detail=False, methods=["post"])
    def release(self, request: Request) -> Response:
        """发布：全部成功或全部不成；暗访只能按批次发布。"""
        form = ReleaseSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        wanted = set(form.validated_data["ids"])
        seen = set(self.get_queryset().filter(pk__in=wanted).values_list("pk", flat=True))
        if unseen := wanted - seen:
            raise serializers.ValidationError({"ids": [f"没有 id 为{min(unseen)}的检查"]})
        count = inspections_release(inspection_ids=wanted, actor=user_of(request))
        return Response({"count": count})


def _receipt(inspection: Inspection) -> dict[str, Any]:
    """What ReceiptSerializer describes, without building one for each submission."""
    return {
        "id": inspection.pk,
        "uuid": str(inspection.uuid),
        "number": inspection.number,
        "date": inspection.date.isoformat(),
        "state": inspection.state,
        "score": None if inspection.score is None else f"{inspection.score:.2f}",
        "submitted_at": timezone.localtime(inspection.submitted_at).isoformat(),
    }


def _sheet(given: dict[str, Any]) -> Sheet:
    return Sheet(
        date=given["date"],
        methods=tuple(given["methods"]),
        note=given["note"],
        replies={
            one["item"]: Reply(one["value"], one["note"], one["staff"], tuple(one["photos"]))
            for one in given["answers"]
        },
    )
