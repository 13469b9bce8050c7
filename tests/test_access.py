"""Every URL and API operation × every role × own and other unit (tests/access_table.py)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.roles import Role
from tests.access_table import Row, table

ROWS = table()
METHODS = {"get", "post", "put", "patch", "delete"}


def url_patterns(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every named pattern of the site, with its namespace."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from url_patterns(entry, inner)
        else:
            assert entry.name, f"{entry.pattern} has no name"
            yield f"{namespace}{entry.name}", entry


def api_methods(pattern: URLPattern) -> set[str]:
    """The methods an API view answers; empty for a page, whose view decides as it runs."""
    view = getattr(pattern.callback, "cls", None)
    if view is None:
        return set()
    actions = getattr(pattern.callback, "actions", None)
    known = set(actions) if actions else {name for name in METHODS if hasattr(view, name)}
    return {method.upper() for method in known & METHODS & set(view.http_method_names)}


SITE = dict(url_patterns(get_resolver()))
API = {name for name, pattern in SITE.items() if api_methods(pattern)}


def test_every_url_and_operation_is_in_the_table():
    have = {(row.name, row.method) for row in ROWS}
    names = {name for name, _ in have}
    missing = {name for name in SITE if name not in names}
    missing |= {
        f"{method} {name}"
        for name, pattern in SITE.items()
        for method in api_methods(pattern)
        if (name, method) not in have
    }
    assert missing == set()


def test_the_table_has_no_urls_that_are_gone():
    assert {row.name for row in ROWS} - set(SITE) == set()


@pytest.fixture
def world(org, cast, settings):
    """The organisation with its cast, and clients by role."""
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.cache"
    cache.clear()
    clients = {role: Client() for role in Role}
    for role, client in clients.items():
        client.force_login(getattr(cast, role.lower()))
    return SimpleNamespace(org=SimpleNamespace(**vars(org), cast=cast), clients=clients)


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside leaves no trace."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


FORM, JSON = "application/x-www-form-urlencoded", "application/json"


def ask(client: Client, row: Row, keys: dict[str, Any]) -> Any:
    """The response to an empty request."""
    url = reverse(row.name, kwargs=keys) + (f"?{row.query}" if row.query else "")
    with undone():
        return client.generic(row.method, url, content_type=JSON if row.name in API else FORM)


def gets_in(row: Row, status: int) -> bool:
    if row.method == "GET":
        return status in {200, 302}
    return status not in {401, 403, 404, 405} and status < 500


def roles_of(name: str, method: str) -> frozenset[Role]:
    """All that some row lets in at a URL by a method."""
    rows = [row.roles for row in ROWS if (row.name, row.method) == (name, method)]
    return frozenset[Role]().union(*rows)


def own_objects(row: Row, world: Any) -> Iterator[str]:
    """Those of the row get in, those of no row do not."""
    if row.own is None:
        return
    keys = row.own(world.org)
    allowed = roles_of(row.name, row.method)
    for role, client in world.clients.items():
        status = ask(client, row, keys).status_code
        if role in row.roles and not gets_in(row, status):
            yield f"{role} is kept out with {status}"
        elif role not in allowed and status not in {403, 404}:
            yield f"{role} gets in with {status}"


def other_branches_objects(row: Row, world: Any) -> Iterator[str]:
    """Not found by anybody."""
    if row.other is None:
        return
    keys = row.other(world.org)
    for role in row.roles:
        status = ask(world.clients[role], row, keys).status_code
        if status != 404:
            yield f"{role} gets {status} for an object out of sight"


def other_institutions_objects(row: Row, world: Any) -> Iterator[str]:
    """Not found by those bound to theirs."""
    if row.sibling is None:
        return
    keys = row.sibling(world.org)
    for role in row.roles:
        status = ask(world.clients[role], row, keys).status_code
        if (status != 404) if role in row.bound else not gets_in(row, status):
            yield f"{role} gets {status} for an object of another institution"


def some_keys(row: Row, world: Any) -> Any:
    """The arguments of any object the row knows."""
    build = row.own or row.other
    assert build is not None
    return build(world.org)


def strangers(row: Row, world: Any) -> Iterator[str]:
    """Sent to sign in by pages, refused by the API."""
    keys = some_keys(row, world)
    response = ask(Client(), row, keys)
    if row.anybody:
        right = gets_in(row, response.status_code)
    elif row.name in API:
        right = response.status_code in {401, 403}
    else:
        right = response.status_code == 302 and response.url.startswith("/accounts/login/")
    if not right:
        yield f"a stranger gets {response.status_code}"


def other_doors(rows: list[Row], world: Any) -> Iterator[str]:
    """Where a page has no POST row, nobody but its readers may post either."""
    row = rows[0]
    if row.name in API or any(one.method == "POST" or one.anybody for one in rows):
        return
    keys = some_keys(row, world)
    for role in set(Role) - roles_of(row.name, "GET"):
        status = ask(world.clients[role], replace(row, method="POST"), keys).status_code
        if status not in {403, 404, 405}:
            yield f"{role} posts with {status}"


CHECKS = (own_objects, other_branches_objects, other_institutions_objects, strangers)


@pytest.mark.parametrize("name", sorted({row.name for row in ROWS} & set(SITE)))
def test_who_gets_in(name, world):
    rows = [row for row in ROWS if row.name == name]
    problems = []
    for row in rows:
        for check in CHECKS:
            with undone():
                problems += [f"{row}: {problem}" for problem in check(row, world)]
    with undone():
        problems += [f"{name}: {problem}" for problem in other_doors(rows, world)]
    assert problems == []
