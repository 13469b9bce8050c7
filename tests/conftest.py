"""The fixed cast: a branch with two institutions of two outlets each, and a user of every role."""

from types import SimpleNamespace

import pytest

from accounts.roles import Role
from tests.browser import chromium, new_page, sign_in  # noqa: F401  (fixtures)
from tests.factories import make_branch, make_institution, make_outlet, make_user

# Files of many walks through pages and mailboxes.
LONG = {"test_access.py", "test_api_schema.py", "test_fetching.py", "test_demo.py"}


def pytest_collection_modifyitems(items):
    """The long files first, so that the processes a suite is spread over end together."""
    items.sort(key=_turn)


def _turn(item):
    if item.get_closest_marker("faults"):
        return 0
    return 1 if item.path.name in LONG else 2


@pytest.fixture(autouse=True)
def _fast_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _plain_static_files(settings):
    """Pages render without collected files, and no request looks for them, as in development."""
    settings.WHITENOISE_AUTOREFRESH = True
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": plain}


@pytest.fixture(autouse=True)
def _media_apart(settings, tmp_path_factory):
    """No test writes among the files of a running installation."""
    settings.MEDIA_ROOT = tmp_path_factory.getbasetemp() / "media"


@pytest.fixture
def org(db):
    """A branch `org.branch`; institutions `a`, `b`; outlets `a1`, `a2`, `b1`, `b2`; and `other`."""
    branch = make_branch(code="AS", name="示例分行", short_name="示例分行")
    a = make_institution(parent=branch, code="ASA", name="甲支行")
    b = make_institution(parent=branch, code="ASB", name="乙支行")
    return SimpleNamespace(
        branch=branch,
        a=a,
        b=b,
        a1=make_outlet(parent=a, code="ASA1", name="甲一网点"),
        a2=make_outlet(parent=a, code="ASA2", name="甲二网点"),
        b1=make_outlet(parent=b, code="ASB1", name="乙一网点"),
        b2=make_outlet(parent=b, code="ASB2", name="乙二网点"),
        other=make_branch(code="BX", name="别处分行", short_name="别处分行"),
    )


@pytest.fixture
def cast(org):
    """One user of every role by its lower-case name; those of a unit belong to `a` and `a1`."""
    at = {Role.INSTITUTION_HEAD: org.a, Role.OUTLET_HEAD: org.a1, Role.TELLER: org.a1}
    users = {
        role.lower(): make_user(role=role, unit=at.get(role, org.branch), username=role.lower())
        for role in Role
    }
    return SimpleNamespace(**users)
