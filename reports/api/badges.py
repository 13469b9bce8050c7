"""Badge sheets in the API: made for a final period, read as documents."""

from typing import Any

from django.conf import settings
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from accounts.access import user_of
from accounts.permissions import HasCapability
from accounts.roles import Capability
from outlets.selectors import units_visible_to
from reports.api.documents import DocumentSerializer
from reports.services.badges import BadgesSought, badges_make
from tellers.selectors.stars import star_periods_visible_to
from tellers.stars import HIGHEST

MAX_ID = 2**63 - 1


class BadgesSerializer(serializers.Serializer[Any]):
    """哪个周期、哪些人的工号牌；机构和星级不填即全部。"""

    period = serializers.IntegerField(min_value=1, max_value=MAX_ID, help_text="已生效的周期")
    unit = serializers.IntegerField(
        min_value=1, max_value=MAX_ID, required=False, allow_null=True, default=None
    )
    stars = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=HIGHEST),
        max_length=HIGHEST,
        required=False,
        default=list,
        help_text="星级",
    )


@extend_schema(tags=["星级评定"])
class BadgesViewSet(ViewSet):
    """星级工号牌。"""

    permission_classes = [HasCapability]
    capability = Capability.RECORDS_CONFIRM

    @extend_schema(
        summary="制作工号牌", request=BadgesSerializer, responses={201: DocumentSerializer}
    )
    def create(self, request: Request) -> Response:
        """做成一份文件（documents），生成后可取 PDF；没有生效或没有人时为 409。"""
        form = BadgesSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        wanted, user = form.validated_data, user_of(request)
        period = get_object_or_404(star_periods_visible_to(user), pk=wanted["period"])
        units = units_visible_to(user)
        unit = get_object_or_404(units, pk=wanted["unit"]) if wanted["unit"] else None
        made = badges_make(
            period=period,
            sought=BadgesSought(unit, wanted["stars"]),
            address=str(settings.PUBLIC_URL) or request.build_absolute_uri("/"),
            actor=user,
        )
        return Response(DocumentSerializer(made).data, status=201)
