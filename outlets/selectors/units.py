"""Which units a user sees, and the tree they make."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from django.db.models import Count, Q, QuerySet

from accounts.models import User
from accounts.roles import Role
from outlets.models import Unit


@dataclass(slots=True)
class Node:
    """A unit with the visible units directly below it, and how many there are at any depth."""

    unit: Unit
    children: list["Node"] = field(default_factory=list)
    below: int = 0

    @property
    def is_open_at_first(self) -> bool:
        """Whether the tree page shows the children without a click: the branch's only."""
        return self.unit.parent_id is None


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


def units_counted(user: User) -> QuerySet[Unit]:
    """The visible units, each with `staff_now`: how many people are posted there without an end."""
    return units_visible_to(user).annotate(
        staff_now=Count("postings", filter=Q(postings__end=None))
    )
