"""Which units a user sees, and the tree they make."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from django.db.models import Q, QuerySet

from accounts.models import User
from accounts.roles import Capability, Role
from outlets.models import Unit, UnitMove, Window
from outlets.selectors.staff import staff_counts


@dataclass(slots=True)
class Node:
    """A unit with the visible units directly below it, and how many there are at any depth."""

    unit: Unit
    children: list["Node"] = field(default_factory=list)
    below: int = 0


@dataclass(frozen=True, slots=True)
class Sought:
    """What the tree page looks for; nothing: every open unit."""

    q: str = ""
    kind: str = ""
    group: str = ""
    closed: bool = False

    @property
    def narrows(self) -> bool:
        """Whether only some of the open units are wanted."""
        return bool(self.q or self.kind or self.group)

    def finds(self, unit: Unit) -> bool:
        """Whether the unit is one of those sought."""
        return (
            (self.q in unit.name or self.q in unit.short_name or self.q in unit.code)
            and self.kind in {"", unit.kind}
            and self.group in {"", unit.peer_group}
        )


@dataclass(frozen=True, slots=True)
class TreeRow:
    """One line of the tree page."""

    unit: Unit
    depth: int
    below: int
    children: int
    staff: int | None  # people posted there today; None when the user may not see people
    is_shown: bool  # without a click
    is_expanded: bool
    is_found: bool


@dataclass(frozen=True, slots=True)
class UnitPage:
    """What stands around a unit."""

    ancestors: list[Unit]
    children: list[Unit]
    zones: list[tuple[str, int]]
    unzoned: int
    moves: list[UnitMove]


def units_visible_to(user: User) -> QuerySet[Unit]:
    """The units a user may look up.

    The service office, leadership, departments and inspectors see their branch; the head of an
    institution its subtree; the head of an outlet and a teller the own unit. Shoppers and their
    coordinator see none here: a covert visit names its unit itself (inspections' selectors).
    Administrators hold no business data.
    """
    scope = _SCOPES.get(user.role)
    if scope is None or user.unit is None:
        return Unit.objects.none()
    return Unit.objects.filter(scope(user.unit))


def _branch(unit: Unit) -> Q:
    return Q(branch_id=unit.branch_id)


def _subtree(unit: Unit) -> Q:
    return Q(path__startswith=unit.path)


def _itself(unit: Unit) -> Q:
    return Q(pk=unit.pk)


_SCOPES: Final[dict[str, Callable[[Unit], Q]]] = {
    Role.SERVICE_OFFICE: _branch,
    Role.LEADERSHIP: _branch,
    Role.DEPARTMENT: _branch,
    Role.INSPECTOR: _branch,
    Role.INSTITUTION_HEAD: _subtree,
    Role.OUTLET_HEAD: _itself,
    Role.TELLER: _itself,
}


def tree_of(user: User) -> list[Node]:
    """The visible units as trees, children in the order of their codes; usually one root."""
    nodes: dict[int, Node] = {}
    roots: list[Node] = []
    for unit in units_visible_to(user).order_by("path"):
        node = nodes[unit.pk] = Node(unit)
        above = nodes.get(unit.parent_id or 0)
        (above.children if above else roots).append(node)
    for node in reversed(nodes.values()):
        node.below = len(node.children) + sum(child.below for child in node.children)
    return roots


def branches() -> QuerySet[Unit]:
    """Every branch of the installation: for commands and scheduled jobs, which act for no user."""
    return Unit.objects.filter(kind=Unit.Kind.BRANCH)


def peer_groups(user: User) -> list[str]:
    """The groups in use among the visible units."""
    used = units_visible_to(user).exclude(peer_group="")
    return list(used.order_by("peer_group").values_list("peer_group", flat=True).distinct())


def tree_rows(user: User, sought: Sought, today: date) -> list[TreeRow]:
    """The visible tree from top to bottom; when narrowed, what is sought and what leads there."""
    counts = staff_counts(user, today) if user.can(Capability.STAFF_READ) else None
    rows: list[TreeRow] = []
    for root in tree_of(user):
        _flatten(root, 0, sought, today, counts, rows)
    return rows


def _flatten(
    node: Node,
    depth: int,
    sought: Sought,
    today: date,
    counts: dict[int, int] | None,
    rows: list[TreeRow],
) -> bool:
    """Append the node and what lies below it; whether anything sought was among them."""
    place = len(rows)
    unit = node.unit
    found = sought.finds(unit) and (sought.closed or not is_closed(unit, today))
    below = [_flatten(child, depth + 1, sought, today, counts, rows) for child in node.children]
    if not found and not any(below):
        return False
    rows.insert(
        place,
        TreeRow(
            unit=unit,
            depth=depth,
            below=node.below,
            children=len(node.children),
            staff=None if counts is None else counts.get(unit.pk, 0),
            is_shown=sought.narrows or depth <= 1,
            is_expanded=sought.narrows or depth == 0,
            is_found=found,
        ),
    )
    return True


def is_closed(unit: Unit, today: date) -> bool:
    """Whether the unit is closed on that day."""
    return unit.closed_on is not None and unit.closed_on <= today


def unit_page(user: User, unit: Unit) -> UnitPage:
    """What stands around a unit the user sees: ancestors, children, windows by zone, moves."""
    visible = units_visible_to(user)
    zones = Counter(unit.window_list.values_list("zone", flat=True))
    codes = unit.path.split("/")[:-2]
    return UnitPage(
        ancestors=list(visible.filter(code__in=codes).order_by("path")),
        children=list(visible.filter(parent=unit).order_by("path")),
        zones=[(zone.label, zones[zone]) for zone in Window.Zone if zones[zone]],
        unzoned=unit.windows - sum(zones.values()),
        moves=list(unit.moves.select_related("parent").order_by("-effective_on")),
    )
