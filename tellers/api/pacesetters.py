"""Pacesetters in the API: a year's candidates and the disqualified."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from accounts.access import user_of
from accounts.api import HasCapability
from accounts.roles import Capability
from tellers.api.references import RecordStaffSerializer
from tellers.selectors.pacesetters import Pacesetter, pacesetter_years, pacesetters


class PacesetterSerializer(serializers.Serializer[Pacesetter]):
    """候选人，或取消资格的人与原因。"""

    staff = RecordStaffSerializer()
    unit = serializers.CharField(help_text="机构")
    star = serializers.IntegerField(allow_null=True, help_text="当年的星级")
    total = serializers.DecimalField(
        max_digits=5, decimal_places=2, allow_null=True, help_text="当年的总分"
    )
    reasons = serializers.ListField(child=serializers.CharField(), help_text="取消资格的原因")


class PacesettersSerializer(serializers.Serializer[Any]):
    """一年的服务标兵候选人。"""

    year = serializers.CharField(source="period.label", help_text="年度")
    candidates = PacesetterSerializer(many=True)
    disqualified = PacesetterSerializer(many=True)
    short = serializers.IntegerField(help_text="星级不够的人数")


@extend_schema(tags=["星级评定"])
class PacesetterViewSet(ViewSet):
    """服务标兵候选人，按年度评定和办法产生。"""

    permission_classes = [HasCapability]
    capability = Capability.RECORDS_CONFIRM

    @extend_schema(
        summary="服务标兵候选人",
        parameters=[OpenApiParameter("year", str, description="年度，默认测算过的最近一年")],
        responses=PacesettersSerializer,
    )
    def list(self, request: Request) -> Response:
        """候选人与取消资格的人；还没有测算过的年度时为 404。"""
        years = pacesetter_years(user_of(request))
        wanted = request.query_params.get("year") or (years[0].label if years else "")
        period = next((one for one in years if one.label == wanted), None)
        if period is None:
            raise Http404
        return Response(PacesettersSerializer(pacesetters(period)).data)
