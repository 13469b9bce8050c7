"""The table of who gets in where: one row per URL and method, walked by tests/test_access.py.

The rows stand with their apps, in tests/<app>/access_rows.py. To add one:

    Row("reports:league", LINE)                                     # a page without an object
    Row("accounts:user", ADMINS, own=lambda org: {"pk": org.cast.teller.pk})
    Row("outlets:unit", LINE, own=lambda org: {"pk": org.a1.pk},    # an object of the own unit,
        other=lambda org: {"pk": org.other.pk},                     # of another branch: 404 to all,
        sibling=lambda org: {"pk": org.b1.pk})                      # of another institution: 404
                                                                    # to those bound to a unit
    Row("visit-detail", OFFICE, method="PATCH", own=…)              # an API operation

`org` is the fixture of that name, with the fixed cast as `org.cast`. A function may create what
it returns the keys of. Several rows of one name and method add up.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from accounts.roles import CAPABILITIES, Capability, Role

Keys = Callable[[Any], dict[str, Any]]

ALL = frozenset(Role)
ADMINS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN})
# Those who see one institution or outlet only, not the branch.
BOUND = frozenset({Role.INSTITUTION_HEAD, Role.OUTLET_HEAD, Role.TELLER})


def who(*capabilities: Capability) -> frozenset[Role]:
    """The roles that have any of the capabilities."""
    return frozenset[Role]().union(*(CAPABILITIES[one] for one in capabilities))


@dataclass(frozen=True)
class Row:
    """Who gets in at one URL by one method."""

    name: str
    roles: frozenset[Role] = ALL
    own: Keys | None = lambda _org: {}
    other: Keys | None = None
    sibling: Keys | None = None
    method: str = "GET"
    anybody: bool = False  # without signing in, too
    query: str = ""
    bound: frozenset[Role] = BOUND  # to whom `sibling` is out of sight

    def __str__(self) -> str:
        return f"{self.method} {self.name}"


def table() -> list[Row]:
    """Every row of every app."""
    apps = ("accounts", "outlets", "inspections", "complaints", "tellers", "reports")
    modules = (import_module(f"tests.{app}.access_rows") for app in apps)
    return [row for module in modules for row in module.ROWS]
