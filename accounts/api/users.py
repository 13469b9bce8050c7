"""/users/: accounts, for the system and the security administrator."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.access import user_of
from accounts.forms import AssignmentForm, OpenForm
from accounts.models import User
from accounts.permissions import HasCapability
from accounts.roles import Capability, Role
from accounts.selectors.users import STATES, users_visible_to
from accounts.services import users as services


class UserSerializer(serializers.ModelSerializer[User]):
    """An account."""

    unit = serializers.CharField(
        source="unit.code", default=None, allow_null=True, help_text="机构号"
    )
    staff = serializers.CharField(
        source="staff.number", default=None, allow_null=True, help_text="员工号"
    )
    state = serializers.ChoiceField(User.State.choices, help_text="状态")

    class Meta:
        model = User
        fields = ["id", "username", "name", "role", "unit", "staff", "state",
                  "must_change_password", "last_login", "created_at"]  # fmt: skip
        read_only_fields = fields


class AssignmentSerializer(serializers.Serializer[Any]):
    """Who an account is for; checked by the same form as the page."""

    name = serializers.CharField(max_length=64, help_text="姓名")
    role = serializers.ChoiceField(Role.choices, help_text="岗位")
    unit = serializers.CharField(
        required=False, allow_blank=True, max_length=32, help_text="机构号；三员留空"
    )
    staff = serializers.CharField(
        required=False, allow_blank=True, max_length=20, help_text="员工号；柜员必填"
    )


class OpenSerializer(AssignmentSerializer):
    """A new account."""

    username = serializers.CharField(max_length=64, help_text="登录名")


class PasswordSerializer(serializers.Serializer[Any]):
    """A temporary password, shown this once; null when the old one stays."""

    password = serializers.CharField(allow_null=True, help_text="临时密码")


class UserFilter(filters.FilterSet):  # type: ignore[misc]
    """By sign-in name, role, state."""

    username = filters.CharFilter(lookup_expr="icontains", help_text="登录名包含")
    role = filters.ChoiceFilter(choices=Role.choices, help_text="岗位")
    state = filters.ChoiceFilter(choices=User.State.choices, method="in_state", help_text="状态")

    def in_state(self, rows: QuerySet[User], _name: str, value: str) -> QuerySet[User]:
        """Those in the state."""
        return rows.filter(STATES[User.State(value)])


def _problems(form: AssignmentForm) -> dict[str, list[str]]:
    """What the form found, field by field."""
    return {name: [str(error) for error in errors] for name, errors in form.errors.items()}


@extend_schema_view(
    list=extend_schema(summary="账号列表"), retrieve=extend_schema(summary="一个账号")
)
class UserViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[User]):
    """Accounts and the acts on them."""

    queryset = User.objects.none()
    permission_classes = [HasCapability]
    capability = (Capability.USERS_MANAGE, Capability.USERS_AUTHORISE)
    capabilities = {
        "create": Capability.USERS_MANAGE,
        "partial_update": Capability.USERS_MANAGE,
        "close": Capability.USERS_MANAGE,
        "reopen": Capability.USERS_MANAGE,
        "authorise": Capability.USERS_AUTHORISE,
        "unlock": Capability.USERS_AUTHORISE,
        "password": Capability.USERS_AUTHORISE,
        "second_factor": Capability.USERS_AUTHORISE,
    }
    serializer_class = UserSerializer
    filterset_class = UserFilter

    def get_queryset(self) -> QuerySet[User]:
        """What the user may see."""
        return users_visible_to(user_of(self.request))

    def _answer(self, account: User) -> Response:
        fresh = self.get_queryset().get(pk=account.pk)
        return Response(UserSerializer(fresh).data)

    @extend_schema(request=OpenSerializer, responses={201: UserSerializer}, summary="开立账号")
    def create(self, request: Request) -> Response:
        """A new account, waiting for authorisation."""
        body = OpenSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        form = OpenForm(body.validated_data)
        if not form.is_valid():
            raise ValidationError(_problems(form))
        account = services.user_open(
            username=form.cleaned_data["username"],
            assignment=form.assignment,
            actor=user_of(request),
        )
        response = self._answer(account)
        response.status_code = status.HTTP_201_CREATED
        return response

    @extend_schema(request=AssignmentSerializer, responses=UserSerializer, summary="修改账号")
    def partial_update(self, request: Request, **_: Any) -> Response:
        """Another name, role, unit or staff member; what is left out stays."""
        account = self.get_object()
        body = AssignmentSerializer(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        now = AssignmentForm(user=account).initial
        form = AssignmentForm({**now, **body.validated_data}, user=account)
        if not form.is_valid():
            raise ValidationError(_problems(form))
        actor = user_of(request)
        services.user_edit(user=account, assignment=form.assignment, actor=actor)
        return self._answer(account)

    def _act_on(self, service: Callable[..., Any]) -> tuple[User, Any]:
        account = self.get_object()
        return account, service(user=account, actor=user_of(self.request))

    @extend_schema(request=None, responses=UserSerializer, summary="停用账号")
    @action(detail=True, methods=["post"])
    def close(self, *_: Any, **__: Any) -> Response:
        """Stop the account."""
        return self._answer(self._act_on(services.user_close)[0])

    @extend_schema(request=None, responses=UserSerializer, summary="申请恢复账号")
    @action(detail=True, methods=["post"])
    def reopen(self, *_: Any, **__: Any) -> Response:
        """Hand it to the security administrator."""
        return self._answer(self._act_on(services.user_reopen)[0])

    @extend_schema(request=None, responses=UserSerializer, summary="解锁账号")
    @action(detail=True, methods=["post"])
    def unlock(self, *_: Any, **__: Any) -> Response:
        """Lift the lock."""
        return self._answer(self._act_on(services.user_unlock)[0])

    @extend_schema(request=None, responses=UserSerializer, summary="清除两步验证")
    @action(detail=True, methods=["post"], url_path="second-factor")
    def second_factor(self, *_: Any, **__: Any) -> Response:
        """Remove the second factors."""
        return self._answer(self._act_on(services.user_reset_second_factor)[0])

    @extend_schema(request=None, responses=PasswordSerializer, summary="授权账号")
    @action(detail=True, methods=["post"])
    def authorise(self, *_: Any, **__: Any) -> Response:
        """Let it sign in; a new account's temporary password is in this answer only."""
        return Response({"password": self._act_on(services.user_authorise)[1]})

    @extend_schema(request=None, responses=PasswordSerializer, summary="重置密码")
    @action(detail=True, methods=["post"])
    def password(self, *_: Any, **__: Any) -> Response:
        """A temporary password, in this answer only."""
        return Response({"password": self._act_on(services.user_reset_password)[1]})
