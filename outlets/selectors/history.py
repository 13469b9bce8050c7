"""What was changed in a unit, by whom and when: read from the event rows the database keeps."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.apps import apps

from accounts.models import User
from outlets.models import Unit

_FIELDS: Final = (
    "name", "short_name", "kind", "parent_id", "serves_customers", "windows", "district",
    "address", "peer_group", "opened_on", "closed_on",
)  # fmt: skip
_NONE: Final = "（空）"
_LABELS: Final = {field.name: field.verbose_name for field in Unit._meta.fields}  # noqa: SLF001


@dataclass(frozen=True, slots=True)
class Change:
    """One changed field of one event; the first event, the founding, has no field."""

    at: datetime
    actor: str
    label: str = ""
    before: str = ""
    after: str = ""


def unit_changes(unit: Unit, limit: int = 30) -> list[Change]:
    """The unit's changes field by field, latest first. Three queries however many there are.

    The caller has made sure that the user may see the unit.
    """
    events = list(
        apps.get_model("outlets", "UnitEvent")
        .objects.filter(pgh_obj_id=unit.pk)
        .order_by("-pgh_id")[: limit + 1]
    )
    actors = _actors(events)
    parents = Unit.objects.in_bulk({e.parent_id for e in events if e.parent_id})
    changes: list[Change] = []
    for after, before in zip(events, [*events[1:], None], strict=True):
        actor = actors.get(_actor_id(after), "系统")
        if before is not None:
            changes += [
                Change(after.pgh_created_at, actor, label, old, new)
                for label, old, new in _differences(before, after, parents)
            ]
        elif after.pgh_label == "insert":
            changes.append(Change(after.pgh_created_at, actor))
    return changes


def _actor_id(event: Any) -> int:
    return int((event.pgh_context or {}).get("user") or 0)


def _actors(events: list[Any]) -> dict[int, str]:
    ids = {_actor_id(event) for event in events}
    return dict(User.objects.filter(pk__in=ids).values_list("pk", "name"))


def _differences(before: Any, after: Any, parents: dict[int, Unit]) -> list[tuple[str, str, str]]:
    return [
        (_label(name), _shown(before, name, parents), _shown(after, name, parents))
        for name in _FIELDS
        if getattr(before, name) != getattr(after, name)
    ]


def _label(name: str) -> str:
    return str(_LABELS[name.removesuffix("_id")])


def _shown(event: Any, name: str, parents: dict[int, Unit]) -> str:
    value = getattr(event, name)
    if name == "parent_id":
        return str(parents.get(value, _NONE))
    if isinstance(value, bool):
        return "是" if value else "否"
    if name == "kind":
        return str(Unit.Kind(value).label)
    return str(value) if value not in {None, ""} else _NONE
