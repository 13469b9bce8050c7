"""Records as others refer to them: by id within the user's sight, and in few words."""

from typing import Any, cast

from django.db.models import QuerySet
from rest_framework import serializers

from accounts.access import user_of
from accounts.models import User
from inspections.models import ChecklistVersion, Visit
from inspections.selectors.checklists import versions_visible_to
from inspections.selectors.firewall import visits_visible_to
from inspections.selectors.visits import inspectors_visible_to, plannable_units
from outlets.models import Unit


class Scoped(serializers.PrimaryKeyRelatedField[Any]):
    """A reference to a record that the user may see; any other does not exist."""

    def get_queryset(self) -> QuerySet[Any]:
        """The visible ones of the field's model."""
        user = user_of(self.context["request"])
        visible: dict[Any, Any] = {
            Unit: plannable_units,
            User: inspectors_visible_to,
            ChecklistVersion: versions_visible_to,
            Visit: lambda who: visits_visible_to(who).select_related("unit"),
        }
        return cast("QuerySet[Any]", visible[cast("Any", super().get_queryset()).model](user))


class UnitBriefSerializer(serializers.ModelSerializer[Unit]):
    """A unit in few words."""

    class Meta:
        model = Unit
        fields = ["id", "code", "short_name"]


class InspectorBriefSerializer(serializers.ModelSerializer[User]):
    """An inspector in few words."""

    class Meta:
        model = User
        fields = ["id", "username", "name"]


class CountSerializer(serializers.Serializer[Any]):
    """改动了几项。"""

    count = serializers.IntegerField()
