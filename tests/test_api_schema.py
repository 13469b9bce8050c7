"""Every operation of the API against its own description, with made-up input (schemathesis).

No input may bring a fault (5xx), an answer the description does not know, or a body of another
shape; what is not as described must be refused.
"""

import json
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts.roles import Role
from accounts.services.tokens import token_create
from config.wsgi import application
from tests.complaints.letters import make_letter
from tests.inspections.builders import make_inspection, make_version, make_visit

pytestmark = pytest.mark.django_db
# Who meets the operations: those who write most, those who may least.
ROLES = (Role.SERVICE_OFFICE, Role.INSPECTOR, Role.TELLER, Role.SYSTEM_ADMIN)
EXAMPLES = 6
CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]


def reached(environ: dict[str, Any], start_response: Any) -> Any:
    """The application as a server hands it requests: they come from an address."""
    return application(environ | {"REMOTE_ADDR": "127.0.0.1"}, start_response)


def operations() -> list[Any]:
    """Every operation of the description, with the application behind it."""
    described = SchemaGenerator(api_version="v1").get_schema(request=None, public=True)
    schema = schemathesis.openapi.from_dict(json.loads(json.dumps(described, default=str)))
    schema.app = reached
    found: list[Any] = list(schema.get_all_operations())
    return [operation.ok() for operation in found]


@pytest.fixture(autouse=True)
def _one_connection():
    """Requests run in the test's own transaction, as with Django's test client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def keys(org, cast):
    """A token of each role, in a branch where things are under way."""
    make_version(org.branch)
    make_inspection(org.a1, cast.inspector, released=True)
    make_visit(org.a2, cast.inspector)
    make_letter(branch=org.branch, unit=org.a1, kind="COMPLAINT", state="ASSIGNED")
    users = {role: getattr(cast, role.lower()) for role in ROLES}
    return {role: token_create(user=user, name="test", days=1)[1] for role, user in users.items()}


@pytest.mark.parametrize("operation", operations(), ids=lambda one: one.label)
def test_an_operation_keeps_to_its_description(operation, keys):
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def keeps(case: Any) -> None:
        for key in keys.values():
            with transaction.atomic():
                case.call_and_validate(headers={"Authorization": f"Token {key}"}, checks=CHECKS)
                transaction.set_rollback(True)

    keeps()
