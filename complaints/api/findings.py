"""The API of findings: the second signature, the unit's objection and its settlement."""

from typing import Any

from django.core.exceptions import PermissionDenied
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
from complaints.api.acting import Shape, has_right
from complaints.api.clock import MAX_TEXT
from complaints.api.handling import VerdictSerializer, verdict_of
from complaints.api.references import LetterStaffSerializer, LetterUnitSerializer
from complaints.models import Responsibility
from complaints.selectors.responsibility import responsibilities_visible_to
from complaints.selectors.standing import speaks_for
from complaints.services.responsibility import (
    objection_dismiss,
    objection_uphold,
    responsibility_confirm,
    responsibility_object,
    responsibility_reject,
)


class FindingHeadSerializer(serializers.ModelSerializer[Responsibility]):
    """一份责任认定；依据等文字在来信中查阅。"""

    reference = serializers.CharField(source="letter.reference", help_text="工单号")
    unit = LetterUnitSerializer(allow_null=True)
    staff = LetterStaffSerializer(allow_null=True)

    class Meta:
        model = Responsibility
        fields = [
            "id", "letter", "reference", "finding", "state", "unit", "staff", "proposed_at",
            "decided_on", "superseded_on", "objected_at", "objection_upheld",
        ]  # fmt: skip
        read_only_fields = fields


class ConfirmSerializer(serializers.Serializer[Any]):
    """同意。"""

    day = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="认定日期；不填为今天"
    )
    opinion = serializers.CharField(max_length=MAX_TEXT, allow_blank=True, default="")


class OpinionSerializer(serializers.Serializer[Any]):
    """不同意的理由。"""

    opinion = serializers.CharField(max_length=MAX_TEXT)


class ObjectionSerializer(serializers.Serializer[Any]):
    """异议理由。"""

    objection = serializers.CharField(max_length=MAX_TEXT)


class ObjectionAnswerSerializer(serializers.Serializer[Any]):
    """对异议的答复。"""

    answer = serializers.CharField(max_length=MAX_TEXT)


class UpholdSerializer(VerdictSerializer):
    """对异议的答复，以及应改作的认定。"""

    answer = serializers.CharField(max_length=MAX_TEXT)


class FindingViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    GenericViewSet[Responsibility],
):
    """责任认定：查阅范围内来信的认定；在来信上提出。"""

    serializer_class = FindingHeadSerializer
    permission_classes = [HasCapability]
    capability = Capability.LETTERS_READ
    capabilities = dict.fromkeys(
        ("confirm", "reject", "dismiss", "uphold"), Capability.LETTERS_CONFIRM
    )
    queryset = Responsibility.objects.none()
    lookup_value_regex = "[0-9]{1,18}"
    filterset_fields = {
        "letter": ["exact"],
        "finding": ["exact"],
        "state": ["exact"],
        "decided_on": ["gte", "lte"],
        "superseded_on": ["isnull"],
    }

    def get_queryset(self) -> QuerySet[Responsibility]:
        """Those the user may see; what is not in force yet only whoever reads it on the letter."""
        user = user_of(self.request)
        rows = responsibilities_visible_to(user)
        inside = user.can(Capability.LETTERS_TRIAGE) or user.can(Capability.LETTERS_CONFIRM)
        return rows if inside else rows.filter(state=Responsibility.State.CONFIRMED)

    def _confirming(self) -> Responsibility:
        row: Responsibility = self.get_object()
        if not has_right(user_of(self.request), row.letter, "confirms"):
            raise PermissionDenied
        return row

    def _sent(self, shape: Shape) -> dict[str, Any]:
        form = shape(data=self.request.data, context=self.get_serializer_context())
        form.is_valid(raise_exception=True)
        return dict(form.validated_data)

    def _shown(self, row: Responsibility) -> Response:
        row = Responsibility.objects.select_related("letter", "unit", "staff").get(pk=row.pk)
        return Response(FindingHeadSerializer(row).data)

    @extend_schema(request=ConfirmSerializer, responses=FindingHeadSerializer)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """复核同意，认定生效；须是提出人以外的人。"""
        row, sent = self._confirming(), self._sent(ConfirmSerializer)
        return self._shown(
            responsibility_confirm(responsibility=row, actor=user_of(request), **sent)
        )

    @extend_schema(request=OpinionSerializer, responses=FindingHeadSerializer)
    @action(detail=True, methods=["post"])
    def reject(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """复核不同意，退回重新提出。"""
        row, sent = self._confirming(), self._sent(OpinionSerializer)
        return self._shown(
            responsibility_reject(responsibility=row, actor=user_of(request), **sent)
        )

    @extend_schema(request=ObjectionSerializer, responses=FindingHeadSerializer)
    @action(detail=True, methods=["post"])
    def object(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """责任机构提出异议。"""
        row: Responsibility = self.get_object()
        if not speaks_for(user_of(request), row.unit):
            raise PermissionDenied
        sent = self._sent(ObjectionSerializer)
        return self._shown(
            responsibility_object(responsibility=row, actor=user_of(request), **sent)
        )

    @extend_schema(request=ObjectionAnswerSerializer, responses=FindingHeadSerializer)
    @action(detail=True, methods=["post"])
    def dismiss(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """异议不成立，原认定维持。"""
        row, sent = self._confirming(), self._sent(ObjectionAnswerSerializer)
        return self._shown(objection_dismiss(responsibility=row, actor=user_of(request), **sent))

    @extend_schema(request=UpholdSerializer, responses=FindingHeadSerializer)
    @action(detail=True, methods=["post"])
    def uphold(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """异议成立，提出新的认定，由另一人复核；返回新的认定。"""
        row, sent = self._confirming(), self._sent(UpholdSerializer)
        return self._shown(
            objection_uphold(
                responsibility=row,
                answer=sent["answer"],
                verdict=verdict_of(sent),
                actor=user_of(request),
            )
        )
