"""Records as others refer to them: by id within the user's sight, and in few words."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request

from accounts.access import user_of
from accounts.models import User
from complaints.api.references import MAX_ID
from complaints.models import Letter
from complaints.selectors.letters import letters_visible_to
from inspections.models import Answer
from inspections.selectors.firewall import answers_visible_to
from outlets.models import Staff, Unit
from tellers.models import Penalty, StarScheme, Violation, ViolationKind
from tellers.selectors.discipline import penalties_visible_to
from tellers.selectors.stars import star_schemes_visible_to
from tellers.selectors.subjects import violations_to_penalise


def seen_rows(user: User, model: Any) -> QuerySet[Any]:
    """The records of a model that a user may refer to."""
    branch = user.unit.branch_id if user.unit else 0
    rows: dict[Any, Any] = {
        Unit: lambda: Unit.objects.filter(branch=branch),
        Staff: lambda: Staff.objects.filter(branch=branch),
        ViolationKind: lambda: ViolationKind.objects.filter(branch=branch),
        Letter: lambda: letters_visible_to(user),
        Answer: lambda: answers_visible_to(user).select_related("inspection"),
        Violation: lambda: violations_to_penalise(user),
        Penalty: lambda: penalties_visible_to(user),
        StarScheme: lambda: star_schemes_visible_to(user),
    }
    found: QuerySet[Any] = rows[model]()
    return found


class Seen(serializers.PrimaryKeyRelatedField[Any]):
    """A reference to a record the user sees, or one of their branch; others do not exist."""

    def __init__(self, model: Any = None, **kwargs: Any) -> None:
        if model is not None:
            kwargs["queryset"] = model.objects.all()
        super().__init__(**kwargs)

    def get_queryset(self) -> QuerySet[Any]:
        """Those of the field's model."""
        queryset: Any = super().get_queryset()
        return seen_rows(user_of(self.context["request"]), queryset.model)

    def to_internal_value(self, data: Any) -> Any:
        """Ids no column can hold are of nothing."""
        if isinstance(data, int) and not -MAX_ID < data < MAX_ID:
            self.fail("does_not_exist", pk_value=data)
        return super().to_internal_value(data)


class SeenMany(serializers.ListField):
    """References to several records, each once, found by one statement."""

    def __init__(self, model: Any = None, **kwargs: Any) -> None:
        self.model = model
        kwargs.setdefault("child", serializers.IntegerField(min_value=1, max_value=MAX_ID))
        super().__init__(min_length=1, **kwargs)

    def to_internal_value(self, data: Any) -> list[Any]:
        """The records; 400 that names those that do not exist for the user."""
        ids = list(dict.fromkeys(super().to_internal_value(data)))
        found = seen_rows(user_of(self.context["request"]), self.model).in_bulk(ids)
        missing = [str(pk) for pk in ids if pk not in found]
        if missing:
            raise serializers.ValidationError(f"没有找到：{'、'.join(missing)}")
        return [found[pk] for pk in ids]


class RecordUnitSerializer(serializers.ModelSerializer[Unit]):
    """A unit in few words."""

    class Meta:
        model = Unit
        fields = ["id", "code", "short_name"]


class RecordStaffSerializer(serializers.ModelSerializer[Staff]):
    """An employee in few words."""

    class Meta:
        model = Staff
        fields = ["id", "number", "name"]


def sent(view: Any, shape: type[serializers.Serializer[Any]]) -> dict[str, Any]:
    """What was sent, checked; 400 by field."""
    request: Request = view.request
    form = shape(data=request.data, context=view.get_serializer_context())
    form.is_valid(raise_exception=True)
    return dict(form.validated_data)


def branch_of(user: User) -> Unit:
    """The branch of a user whose role has one."""
    assert user.unit is not None  # noqa: S101  (no administrator has the capability)
    return user.unit.branch
