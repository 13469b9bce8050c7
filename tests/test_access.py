"""Every URL and API operation × every role × own and other unit (tests/access_table.py)."""

from collections.abc import Iterator
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
def world(org, cast):
    """The organisation, its cast, and a signed-in client for every role."""
    cache.clear()
    clients = {}
    for role in Role:
        clients[role] = Client()
        clients[role].force_login(getattr(cast, role.lower()))
    return SimpleNamespace(org=SimpleNamespace(**vars(org), cast=cast), clients=clients)


def answer(client: Client, row: Row, keys: dict[str, Any]) -> int:
    """The status of the response; what the request did is undone."""
    url = reverse(row.name, kwargs=keys) + (f"?{row.query}" if row.query else "")
    with transaction.atomic():
        status = client.generic(
            row.method, url, content_type="application/json" if row.name in API else FORM
        ).status_code
        transaction.set_rollback(True)
    return status


FORM = "application/x-www-form-urlencoded"


def gets_in(row: Row, status: int) -> bool:
    if row.method == "GET":
        return status in {200, 302}
    return status not in {401, 403, 404, 405} and status < 500


def roles_of(name: str, method: str) -> frozenset[Role]:
    """All that some row lets in at a URL by a method."""
    rows = [row.roles for row in ROWS if (row.name, row.method) == (name, method)]
    return frozenset[Role]().union(*rows)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_who_gets_in(row, world):
    if row.own is None:
        return
    keys = row.own(world.org)
    allowed = roles_of(row.name, row.method)
    for role in Role:
        status = answer(world.clients[role], row, keys)
        if role in row.roles:
            assert gets_in(row, status), f"{role} is kept out with {status}"
        elif role not in allowed:
            assert status in {403, 404}, f"{role} gets {status}"


@pytest.mark.parametrize("row", [row for row in ROWS if row.other], ids=str)
def test_an_object_of_another_branch_is_not_found(row, world):
    keys = row.other(world.org)
    for role in row.roles:
        assert answer(world.clients[role], row, keys) == 404, role


@pytest.mark.parametrize("row", [row for row in ROWS if row.sibling], ids=str)
def test_an_object_of_another_institution_is_not_found_by_those_bound_to_theirs(row, world):
    keys = row.sibling(world.org)
    for role in row.roles:
        status = answer(world.clients[role], row, keys)
        if role in row.bound:
            assert status == 404, f"{role} gets {status}"
        else:
            assert gets_in(row, status), f"{role} is kept out with {status}"


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_stranger_is_sent_to_sign_in(row, world):
    keys = (row.own or row.other)(world.org)
    client = Client()
    url = reverse(row.name, kwargs=keys)
    kind = "application/json" if row.name in API else FORM
    response = client.generic(row.method, url, content_type=kind)
    if row.anybody:
        assert gets_in(row, response.status_code)
    elif row.name in API:
        assert response.status_code in {401, 403}
    else:
        assert response.status_code == 302
        assert response.url.startswith("/accounts/login/")


@pytest.mark.parametrize("name", sorted(set(SITE) - API))
def test_another_method_opens_no_other_door(name, world):
    """Where the table has no POST row, nobody but the readers of the page may post either."""
    rows = [row for row in ROWS if row.name == name]
    if not rows or any(row.method == "POST" or row.anybody for row in rows):
        return
    readers = roles_of(name, "GET")
    keys = (rows[0].own or rows[0].other)(world.org)
    for role in set(Role) - readers:
        status = answer(world.clients[role], Row(name, method="POST"), keys)
        assert status in {403, 404, 405}, f"{role} gets {status}"
