"""/tokens/: the user's own API tokens. A token makes no tokens: this takes a signed-in session."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers, status
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.access import user_of
from accounts.models import ApiToken
from accounts.selectors.users import tokens_visible_to
from accounts.services.tokens import token_create, token_revoke


class TokenSerializer(serializers.ModelSerializer[ApiToken]):
    """A token, without its key."""

    class Meta:
        model = ApiToken
        fields = ["id", "name", "hint", "created_at", "expires_at", "last_used_at"]
        read_only_fields = fields


class NewTokenSerializer(serializers.Serializer[Any]):
    """What a new token is for and how long it lasts."""

    name = serializers.CharField(max_length=40, help_text="用途")
    days = serializers.IntegerField(min_value=1, max_value=365, help_text="有效期，天")


class CreatedTokenSerializer(TokenSerializer):
    """A new token with its key, which is never shown again."""

    key = serializers.CharField(read_only=True, help_text="令牌，只显示这一次")

    class Meta(TokenSerializer.Meta):
        fields = [*TokenSerializer.Meta.fields, "key"]
        read_only_fields = fields


@extend_schema_view(
    list=extend_schema(summary="我的 API 令牌"), destroy=extend_schema(summary="撤销 API 令牌")
)
class TokenViewSet(mixins.ListModelMixin, mixins.DestroyModelMixin, GenericViewSet[ApiToken]):
    """Own tokens."""

    queryset = ApiToken.objects.none()
    authentication_classes = [SessionAuthentication]
    permission_classes = [IsAuthenticated]
    serializer_class = TokenSerializer

    def get_queryset(self) -> QuerySet[ApiToken]:
        """The user's own."""
        return tokens_visible_to(user_of(self.request))

    @extend_schema(
        request=NewTokenSerializer, responses={201: CreatedTokenSerializer}, summary="建立 API 令牌"
    )
    def create(self, request: Request) -> Response:
        """A new token; its key is in this answer only."""
        form = NewTokenSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        token, key = token_create(user=user_of(request), **form.validated_data)
        body = TokenSerializer(token).data | {"key": key}
        return Response(body, status=status.HTTP_201_CREATED)

    def perform_destroy(self, instance: ApiToken) -> None:
        """Through the service, which audits."""
        token_revoke(token=instance, actor=user_of(self.request))
