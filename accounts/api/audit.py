"""GET /audit/: the audit trail, for auditors."""

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.access import user_of
from accounts.events import EVENTS, event_label
from accounts.models import AuditEntry
from accounts.permissions import HasCapability
from accounts.roles import Capability
from accounts.selectors.audit import audit_chain_verify, audit_visible_to
from accounts.services.audit import audit_add


class AuditSerializer(serializers.ModelSerializer[AuditEntry]):
    """One audited act."""

    event_label = serializers.SerializerMethodField(help_text="事件名称")
    actor = serializers.CharField(source="actor_name", help_text="操作人姓名")
    detail = serializers.DictField(read_only=True, help_text="内容，因事件而异")

    class Meta:
        model = AuditEntry
        fields = ["id", "at", "event", "event_label", "actor", "subject", "ip", "detail",
                  "previous", "hash"]  # fmt: skip
        read_only_fields = fields

    def get_event_label(self, entry: AuditEntry) -> str:
        """In Chinese."""
        return event_label(entry.event)


class ChainSerializer(serializers.Serializer[Any]):
    """What a walk along the chain found."""

    intact = serializers.BooleanField(help_text="是否完整")
    entries = serializers.IntegerField(help_text="条数")
    broken_at = serializers.IntegerField(allow_null=True, help_text="断点：第一条对不上的记录编号")
    last_id = serializers.IntegerField(allow_null=True, help_text="最后一条的编号")
    last_hash = serializers.CharField(allow_null=True, help_text="最后一条的校验值")


class AuditFilter(filters.FilterSet):  # type: ignore[misc]
    """By event, actor, subject and time."""

    event = filters.ChoiceFilter(choices=list(EVENTS.items()), help_text="事件")
    actor = filters.CharFilter("actor_name", "icontains", help_text="操作人姓名包含")
    subject = filters.CharFilter(lookup_expr="icontains", help_text="对象包含")
    since = filters.IsoDateTimeFilter("at", "gte", help_text="不早于")
    until = filters.IsoDateTimeFilter("at", "lt", help_text="早于")


@extend_schema_view(list=extend_schema(summary="审计记录"))
class AuditViewSet(mixins.ListModelMixin, GenericViewSet[AuditEntry]):
    """The audit trail, newest first."""

    queryset = AuditEntry.objects.none()
    permission_classes = [HasCapability]
    capability = Capability.AUDIT_READ
    serializer_class = AuditSerializer
    filterset_class = AuditFilter

    def get_queryset(self) -> QuerySet[AuditEntry]:
        """What the user may see."""
        return audit_visible_to(user_of(self.request))

    @extend_schema(request=None, responses=ChainSerializer, summary="校验审计记录链", filters=False)
    @action(detail=False, methods=["post"], pagination_class=None)
    def verify(self, request: Request) -> Response:
        """Walk the whole chain."""
        report = audit_chain_verify()
        audit_add(
            event="audit.verify", actor=user_of(request), subject=f"{report.entries} 条",
            intact=report.intact, broken_at=report.broken_at, last=report.last_id,
        )  # fmt: skip
        return Response(ChainSerializer(report).data)
