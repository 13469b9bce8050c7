"""The API of visits: the plan, the draft that is kept while scoring, the photos, the waves."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.access import user_of
from accounts.api import HasCapability
from accounts.models import User
from accounts.roles import Capability
from inspections.api.evidence import EvidenceAddSerializer, EvidenceSerializer
from inspections.api.references import InspectorBriefSerializer, Scoped, UnitBriefSerializer
from inspections.models import Channel, ChecklistVersion, Draft, Visit
from inspections.models.inspections import Method
from inspections.selectors.firewall import (
    evidence_visible_to,
    visits_visible_to,
)
from inspections.services.drafts import MAX_SUMMARY, MAX_VALUE, DraftPatch, draft_open, draft_patch
from inspections.services.evidence import evidence_add, evidence_remove
from inspections.services.sheets import MAX_NOTE
from inspections.services.visits import (
    VisitPlan,
    visit_update,
    visits_assign,
    visits_cancel,
    visits_create,
)
from outlets.models import Unit
from outlets.selectors import staff_at


class VisitSerializer(serializers.ModelSerializer[Visit]):
    """检查任务。"""

    unit = UnitBriefSerializer(read_only=True)
    inspector = InspectorBriefSerializer(read_only=True, allow_null=True)
    version_name = serializers.CharField(source="version", read_only=True, help_text="标准与版本")

    class Meta:
        model = Visit
        fields = [
            "id", "unit", "channel", "version", "version_name", "wave", "inspector", "not_before",
            "not_after", "state", "note",
        ]  # fmt: skip
        read_only_fields = fields


class VisitPlanSerializer(serializers.Serializer[Any]):
    """一次派发：每家网点一项任务，检查人轮流承担。"""

    units = Scoped(queryset=Unit.objects.all(), many=True, allow_empty=False, help_text="网点")
    channel = serializers.ChoiceField(choices=Channel.choices, help_text="渠道；自查不由派发产生")
    not_before = serializers.DateField(help_text="最早日期")
    not_after = serializers.DateField(help_text="最迟日期")
    inspectors = Scoped(
        queryset=User.objects.all(), many=True, required=False, help_text="检查人；不填则待派"
    )
    version = Scoped(
        queryset=ChecklistVersion.objects.all(),
        required=False,
        allow_null=True,
        help_text="标准版本；不填则用届时有效的版本",
    )
    note = serializers.CharField(
        max_length=200, required=False, allow_blank=True, help_text="给检查人的提示"
    )


class VisitChangeSerializer(serializers.ModelSerializer[Visit]):
    """可改的：期限与提示。"""

    class Meta:
        model = Visit
        fields = ["not_before", "not_after", "note"]


class AssignSerializer(serializers.Serializer[Any]):
    """改派给谁。"""

    inspector = Scoped(queryset=User.objects.all(), help_text="检查人")


class DraftAnswerSerializer(serializers.Serializer[Any]):
    """一个项目已录入的内容，可以还不完整。"""

    value = serializers.CharField(
        max_length=MAX_VALUE, allow_blank=True, default="", trim_whitespace=False
    )
    note = serializers.CharField(
        max_length=MAX_NOTE, allow_blank=True, default="", trim_whitespace=False
    )
    staff = serializers.IntegerField(
        allow_null=True, default=None, min_value=1, max_value=2**62, help_text="员工记录的编号"
    )


class DraftHeaderSerializer(serializers.Serializer[Any]):
    """检查日期、方法与总体评价。"""

    date = serializers.DateField(required=False)
    methods = serializers.ListField(
        child=serializers.ChoiceField(choices=Method.choices), required=False, max_length=10
    )
    note = serializers.CharField(
        max_length=MAX_SUMMARY, allow_blank=True, required=False, trim_whitespace=False
    )


class DraftPatchSerializer(serializers.Serializer[Any]):
    """自上次以来改动的项目（按项目 id，空值表示清除）与表头。"""

    answers = serializers.DictField(
        child=DraftAnswerSerializer(allow_null=True), required=False, default=dict
    )
    header = DraftHeaderSerializer(required=False)


class DraftSerializer(serializers.ModelSerializer[Draft]):
    """草稿：提交时用的 UUID、已录入的内容、修订号。"""

    answers = serializers.DictField(child=DraftAnswerSerializer(), read_only=True)
    header = DraftHeaderSerializer(read_only=True)

    class Meta:
        model = Draft
        fields = ["uuid", "answers", "header", "revision", "updated_at"]
        read_only_fields = fields


class RevisionSerializer(serializers.Serializer[Any]):
    """草稿的新修订号。"""

    revision = serializers.IntegerField()


class StaffHereSerializer(serializers.Serializer[Any]):
    """当日在该网点任职的员工。"""

    id = serializers.IntegerField(source="staff.pk")
    number = serializers.CharField(source="staff.number")
    name = serializers.CharField(source="staff.name")
    post = serializers.CharField(source="get_post_display")


@extend_schema_view(
    create=extend_schema(request=VisitPlanSerializer, responses={201: VisitSerializer(many=True)}),
    partial_update=extend_schema(request=VisitChangeSerializer, responses=VisitSerializer),
)
class VisitViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    GenericViewSet[Visit],
):
    """检查任务：服务办看全部，暗访协调人看暗访，检查人看自己的。"""

    serializer_class = VisitSerializer
    permission_classes = [HasCapability]
    capability = (
        Capability.VISITS_PLAN,
        Capability.COVERT_COORDINATE,
        Capability.VISITS_SCORE,
    )
    capabilities = {
        "create": Capability.VISITS_PLAN,
        "partial_update": Capability.VISITS_PLAN,
        "cancel": Capability.VISITS_PLAN,
        "assign": Capability.COVERT_COORDINATE,
        "draft": Capability.VISITS_SCORE,
        "draft_change": Capability.VISITS_SCORE,
        "staff": Capability.VISITS_SCORE,
        "evidence": Capability.VISITS_SCORE,
        "evidence_remove": Capability.VISITS_SCORE,
    }
    queryset = Visit.objects.none()
    lookup_value_regex = "[0-9]{1,18}"
    filterset_fields = {
        "channel": ["exact"],
        "state": ["exact"],
        "inspector": ["exact", "isnull"],
        "unit": ["exact"],
        "wave": ["exact"],
        "not_before": ["gte", "lte"],
        "not_after": ["gte", "lte"],
    }

    def get_queryset(self) -> QuerySet[Visit]:
        """What the user may see."""
        return visits_visible_to(user_of(self.request)).select_related(
            "unit", "inspector", "version__checklist", "branch", "wave"
        )

    def create(self, request: Request) -> Response:
        """派发任务：全部成功或全部不成。"""
        form = VisitPlanSerializer(data=request.data, context=self.get_serializer_context())
        form.is_valid(raise_exception=True)
        visits = visits_create(plan=VisitPlan(**form.validated_data), actor=user_of(request))
        made = self.get_queryset().filter(pk__in=[visit.pk for visit in visits])
        return Response(VisitSerializer(made.order_by("pk"), many=True).data, status=201)

    def partial_update(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """修改期限或提示。"""
        visit = self.get_object()
        form = VisitChangeSerializer(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        now = {name: getattr(visit, name) for name in VisitChangeSerializer.Meta.fields}
        changed = visit_update(visit=visit, actor=user_of(request), **now | form.validated_data)
        return Response(VisitSerializer(changed).data)

    @extend_schema(request=None, responses=VisitSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """取消任务；已提交的不能取消。"""
        visits_cancel(visits=[self.get_object()], actor=user_of(request))
        return Response(VisitSerializer(self.get_object()).data)

    @extend_schema(request=AssignSerializer, responses=VisitSerializer)
    @action(detail=True, methods=["post"])
    def assign(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """改派：原检查人的草稿作废。"""
        visit = self.get_object()
        form = AssignSerializer(data=request.data, context=self.get_serializer_context())
        form.is_valid(raise_exception=True)
        inspector = form.validated_data["inspector"]
        visits_assign(visits=[visit], inspector=inspector, actor=user_of(request))
        return Response(VisitSerializer(self.get_object()).data)

    @extend_schema(responses=DraftSerializer)
    @action(detail=True, methods=["get"])
    def draft(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """草稿；还没有就开始一份。"""
        return Response(DraftSerializer(draft_open(visit=self.get_object())).data)

    @extend_schema(request=DraftPatchSerializer, responses=RevisionSerializer)
    @draft.mapping.patch
    def draft_change(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """保存改动的部分；同一项目后写的为准，其他项目不受影响。"""
        visit = self.get_object()
        form = DraftPatchSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        draft_open(visit=visit)
        header = form.validated_data.get("header", {})
        if "date" in header:
            header["date"] = header["date"].isoformat()
        patch = DraftPatch(form.validated_data["answers"], header)
        revision = draft_patch(visit=visit, patch=patch, actor=user_of(request))
        return Response({"revision": revision})

    @extend_schema(
        parameters=[OpenApiParameter("date", date, required=True, description="检查日期")],
        responses=StaffHereSerializer(many=True),
        filters=False,
    )
    @action(detail=True, methods=["get"], pagination_class=None)
    def staff(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """当日在该网点任职的员工，供选择被检查人。"""
        visit = self.get_object()
        day = serializers.DateField().run_validation(request.query_params.get("date", ""))
        return Response(StaffHereSerializer(staff_at(visit.unit_id, day), many=True).data)

    @extend_schema(
        request={"multipart/form-data": EvidenceAddSerializer},
        responses={201: EvidenceSerializer, 200: EvidenceSerializer},
    )
    @action(detail=True, methods=["post"], parser_classes=[MultiPartParser])
    def evidence(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """上传照片；同一张再传一次仍是那一张（200）。"""
        visit = self.get_object()
        form = EvidenceAddSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        kept, created = evidence_add(
            visit=visit,
            item_id=given["item"],
            sha256=given["sha256"],
            file=given["file"],
            actor=user_of(request),
        )
        shown = EvidenceSerializer(kept, context=self.get_serializer_context())
        return Response(shown.data, status=201 if created else 200)

    @extend_schema(
        request=None,
        responses={204: None},
        parameters=[OpenApiParameter("uuid", OpenApiTypes.UUID, OpenApiParameter.PATH)],
    )
    @action(
        detail=True,
        methods=["delete"],
        url_path="evidence/(?P<uuid>[0-9a-f-]{36})",
        parser_classes=[JSONParser],
    )
    def evidence_remove(self, request: Request, pk: str, uuid: str) -> Response:  # noqa: ARG002
        """移除照片。"""
        kept = evidence_visible_to(user_of(request)).filter(visit=self.get_object())
        try:
            found = get_object_or_404(kept, uuid=uuid)
        except ValidationError:
            found = get_object_or_404(kept.none())
        evidence_remove(evidence=found, actor=user_of(request))
        return Response(status=204)
