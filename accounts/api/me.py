"""GET /me/: who is signed in."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import user_of
from accounts.models import User
from accounts.roles import Capability


class MeSerializer(serializers.ModelSerializer[User]):
    """The signed-in account."""

    role_label = serializers.CharField(source="get_role_display", help_text="岗位名称")
    unit = serializers.CharField(
        source="unit.code", default=None, allow_null=True, help_text="机构号"
    )
    unit_name = serializers.CharField(
        source="unit.name", default=None, allow_null=True, help_text="机构名称"
    )
    capabilities = serializers.SerializerMethodField(help_text="可以做什么")

    class Meta:
        model = User
        fields = ["id", "username", "name", "role", "role_label", "unit", "unit_name",
                  "capabilities"]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(Capability.choices)))
    def get_capabilities(self, user: User) -> list[str]:
        """The role's capabilities, by name."""
        return sorted(one.value for one in Capability if user.can(one))


class MeView(APIView):
    """Who is signed in, and what that account may do."""

    @extend_schema(responses=MeSerializer, tags=["me"], summary="当前账号")
    def get(self, request: Request, *_args: Any, **_kwargs: Any) -> Response:
        """The signed-in account."""
        return Response(MeSerializer(user_of(request)).data)
