"""Fields and parameters the resources of reports share."""

from typing import Any, Final

from drf_spectacular.utils import OpenApiParameter, extend_schema_field
from rest_framework import serializers

from outlets.months import InvalidMonth, Month

MONTH_PATTERN: Final = r"[0-9]{4}-(?:0[1-9]|1[0-2])"
IN_PATH: Final = OpenApiParameter(
    "month",
    {"type": "string", "pattern": f"^{MONTH_PATTERN}$", "example": "2011-04"},
    OpenApiParameter.PATH,
    description="月份，如 2011-04",
)


@extend_schema_field({"type": "string", "pattern": f"^{MONTH_PATTERN}$", "example": "2011-04"})
class MonthField(serializers.Field[Any, Any, str, Any]):
    """A month as text, `2011-04`; stored as its first day."""

    def to_internal_value(self, data: Any) -> Month:
        """A month; an error that says how one is written."""
        try:
            return Month.parse(str(data))
        except InvalidMonth as error:
            raise serializers.ValidationError(str(error)) from error

    def to_representation(self, value: Any) -> str:
        """From the first day, as it is written everywhere."""
        return f"{value:%Y-%m}"


def month_or_none(text: str) -> Month | None:
    """A month of an address or a filter; None when it is none."""
    try:
        return Month.parse(text)
    except InvalidMonth:
        return None
