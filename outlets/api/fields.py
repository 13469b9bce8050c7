"""What the serializers of this app share."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.access import user_of
from outlets.models import Unit
from outlets.selectors import units_visible_to


@extend_schema_field(OpenApiTypes.STR)
class UnitCodeField(serializers.SlugRelatedField[Unit]):
    """A unit by its code; one that the user may not see does not exist."""

    default_error_messages = {"does_not_exist": "没有机构号为“{value}”的机构，或不在您的查阅范围内"}

    def __init__(self, **kwargs: Any) -> None:
        if not kwargs.get("read_only"):
            kwargs.setdefault("queryset", Unit.objects.all())
        super().__init__(slug_field="code", **kwargs)

    def get_queryset(self) -> QuerySet[Unit]:
        """The visible units."""
        return units_visible_to(user_of(self.context["request"]))

    def to_internal_value(self, data: Any) -> Unit:
        """The unit of a code."""
        if not isinstance(data, str) or "\x00" in data:
            self.fail("invalid")
        return super().to_internal_value(data)


@contextmanager
def refusals() -> Iterator[None]:
    """What a service refuses becomes a 400 that names the fields."""
    try:
        yield
    except ValidationError as error:
        detail = error.message_dict if hasattr(error, "error_dict") else error.messages
        raise serializers.ValidationError(detail) from error
