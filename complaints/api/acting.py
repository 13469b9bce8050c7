"""What the operations on one letter share: finding it, who may, what they send, what they get."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.access import user_of
from accounts.models import User
from accounts.roles import Capability
from complaints.api.serializers import LetterSerializer
from complaints.models import SEALED, Letter
from complaints.selectors.standing import standing_of

Do = Callable[..., Any]
Shape = type[serializers.Serializer[Any]]

# Rights beside those that are fields of `Standing`.
ANYBODY: Final = ""  # whoever has the capability
HANDLER: Final = "handler"  # the handler alone


@dataclass(frozen=True, slots=True)
class Act:
    """An operation on a letter: what it is called, what is sent, who may, and the service."""

    name: str
    shape: Shape | None
    right: str
    do: Do
    words: str
    capability: Capability = Capability.LETTERS_HANDLE


class Nothing(serializers.Serializer[Any]):
    """Nothing has to be said."""


class Reason(serializers.Serializer[Any]):
    """Why."""

    reason = serializers.CharField(max_length=300, help_text="原因")


class Acting(GenericViewSet[Letter]):
    """Acts on a letter that the user sees."""

    def letter(self, right: str) -> Letter:
        """The letter (404 out of sight), if the user has this right to it (403)."""
        letter: Letter = self.get_object()
        if not has_right(user_of(self.request), letter, right):
            raise PermissionDenied
        return letter

    def sent(self, shape: Shape | None) -> Mapping[str, Any]:
        """What was sent, checked; 400 by field."""
        if shape is None:
            return {}
        form = shape(data=self.request.data, context=self.get_serializer_context())
        form.is_valid(raise_exception=True)
        checked: Mapping[str, Any] = form.validated_data
        return checked

    def shown(self, letter: Letter, status: int = 200) -> Response:
        """The letter as it now is, even if it is now another's."""
        rows = Letter.objects.select_related("unit", "staff", "handler").defer(*SEALED)
        data = LetterSerializer(rows.get(pk=letter.pk), context=self.get_serializer_context()).data
        return Response(data, status=status)


def has_right(user: User, letter: Letter, right: str) -> bool:
    """Whether somebody stands so to a letter."""
    if right == ANYBODY:
        return True
    if right == HANDLER:
        return letter.handler_id == user.pk
    return bool(getattr(standing_of(user, letter), right))


def operation(act: Act) -> Any:
    """The method of a view set that is this act: POST letters/{id}/{name}/."""

    def method(self: Acting, request: Request, pk: str) -> Response:  # noqa: ARG001
        letter = self.letter(act.right)
        act.do(letter=letter, actor=user_of(request), **self.sent(act.shape))
        return self.shown(letter)

    method.__name__ = act.name
    method.__qualname__ = act.name
    method.__doc__ = act.words
    path = act.name.replace("_", "-")
    described = extend_schema(request=act.shape, responses=LetterSerializer)(method)
    return action(detail=True, methods=["post"], url_path=path, url_name=path)(described)


def operations(*acts: Act) -> Callable[[type[Acting]], type[Acting]]:
    """Give a class these acts, and their capabilities to `capabilities`."""

    def decorate(cls: type[Acting]) -> type[Acting]:
        held = dict(getattr(cls, "capabilities", {}))
        for act in acts:
            setattr(cls, act.name, operation(act))
            held[act.name] = act.capability
        cls.capabilities = held  # type: ignore[attr-defined]
        return cls

    return decorate
