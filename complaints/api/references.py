"""Records as others refer to them: by id within the user's sight, and in few words."""

from datetime import date, datetime, time, timedelta
from typing import Any, Final

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import serializers

from accounts.access import user_of
from accounts.models import User
from complaints.models import Attachment, Letter, LetterNote
from complaints.selectors.handlers import handlers_of
from complaints.selectors.letters import letters_visible_to
from outlets.models import Staff, Unit

MAX_ID: Final = 2**62
FIRST_DAY: Final = date(1900, 1, 1)
LAST_DAY: Final = date(2999, 12, 31)


def _branch_of(user: User) -> int:
    return user.unit.branch_id if user.unit else 0


class Scoped(serializers.PrimaryKeyRelatedField[Any]):
    """A reference to a record of the user's branch, or a letter they see; others do not exist."""

    def __init__(self, model: Any = None, **kwargs: Any) -> None:
        if model is not None:
            kwargs["queryset"] = model.objects.all()
        super().__init__(**kwargs)

    def get_queryset(self) -> QuerySet[Any]:
        """Those of the field's model."""
        user = user_of(self.context["request"])
        seen = letters_visible_to(user).order_by().values("pk")
        rows: dict[Any, Any] = {
            Unit: lambda: Unit.objects.filter(branch=_branch_of(user)),
            Staff: lambda: Staff.objects.filter(branch=_branch_of(user)),
            User: lambda: handlers_of(_branch_of(user)),
            Letter: lambda: letters_visible_to(user),
            LetterNote: lambda: LetterNote.objects.filter(letter__in=seen),
            Attachment: lambda: Attachment.objects.filter(letter__in=seen),
        }
        queryset: Any = super().get_queryset()
        found: QuerySet[Any] = rows[queryset.model]()
        return found

    def to_internal_value(self, data: Any) -> Any:
        """Ids no column can hold are of nothing."""
        if isinstance(data, int) and not -MAX_ID < data < MAX_ID:
            self.fail("does_not_exist", pk_value=data)
        return super().to_internal_value(data)


class ReceivedFilter(django_filters.FilterSet):  # type: ignore[misc]
    """By the local day on which something was received, both ends included."""

    received_from = django_filters.DateFilter(method="since", label="受理或收到，自")
    received_to = django_filters.DateFilter(method="until", label="受理或收到，至")

    def since(self, queryset: QuerySet[Any], _name: str, value: date) -> QuerySet[Any]:
        """From that day on."""
        return queryset.filter(received_at__gte=_midnight(value))

    def until(self, queryset: QuerySet[Any], _name: str, value: date) -> QuerySet[Any]:
        """Up to that day."""
        return queryset.filter(received_at__lt=_midnight(value) + timedelta(days=1))


def past(received_at: datetime) -> datetime:
    """A time that is neither in the future nor before anybody's time; 400 otherwise."""
    if received_at > timezone.now():
        raise serializers.ValidationError("受理时间不能在将来")
    if received_at.date() < FIRST_DAY:
        raise serializers.ValidationError("受理时间过早")
    return received_at


def _midnight(day: date) -> datetime:
    """Of a day that the database knows too."""
    bounded = min(max(day, FIRST_DAY), LAST_DAY)
    return timezone.make_aware(datetime.combine(bounded, time()))


class LetterUnitSerializer(serializers.ModelSerializer[Unit]):
    """A unit in few words."""

    class Meta:
        model = Unit
        fields = ["id", "code", "short_name"]


class LetterStaffSerializer(serializers.ModelSerializer[Staff]):
    """An employee in few words."""

    class Meta:
        model = Staff
        fields = ["id", "number", "name"]


class LetterUserSerializer(serializers.ModelSerializer[User]):
    """A user in few words."""

    class Meta:
        model = User
        fields = ["id", "username", "name"]
