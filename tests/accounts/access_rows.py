"""Who gets in at the URLs of accounts, sign-in, health and the API's description."""

from typing import Any

from accounts.models import Job
from accounts.roles import Capability, Role
from accounts.services.tokens import token_create
from tests.access_table import ADMINS, Row, who
from tests.factories import make_user

MANAGE, AUTHORISE = who(Capability.USERS_MANAGE), who(Capability.USERS_AUTHORISE)
AUDIT = who(Capability.AUDIT_READ)
# The one who asked, and the service office of the branch.
JOB_READERS = frozenset({Role.SERVICE_OFFICE, Role.LEADERSHIP})


def user(org: Any) -> dict[str, Any]:
    return {"pk": org.cast.department.pk}


def _job(key: str, asked_by: Any) -> dict[str, Any]:
    job, _ = Job.objects.get_or_create(
        key=key, defaults={"kind": "k", "scope": "s", "period": "p", "requested_by": asked_by}
    )
    return {"pk": job.pk}


def branch_job(org: Any) -> dict[str, Any]:
    return _job("own", org.cast.leadership)


def foreign_job(org: Any) -> dict[str, Any]:
    stranger = make_user(role=Role.SERVICE_OFFICE, unit=org.other)
    return _job("foreign", stranger)


def own_token(org: Any) -> dict[str, Any]:
    token, _ = token_create(user=org.cast.teller, name="x", days=1)
    return {"pk": token.pk}


def foreign_token(org: Any) -> dict[str, Any]:
    token, _ = token_create(user=org.cast.leadership, name="x", days=1)
    return {"pk": token.pk}


TELLER = frozenset({Role.TELLER})

PAGES = [
    Row("home"),
    Row("accounts:users", ADMINS),
    Row("accounts:user", ADMINS, own=user),
    Row("accounts:user-open", MANAGE),
    Row("accounts:user-open", MANAGE, method="POST"),
    Row("accounts:user-units", MANAGE),
    Row("accounts:user-staff", MANAGE),
    Row("accounts:user-edit", MANAGE, own=user),
    Row("accounts:user-edit", MANAGE, own=user, method="POST"),
    Row("accounts:user-close", MANAGE, own=user, method="POST"),
    Row("accounts:user-reopen", MANAGE, own=user, method="POST"),
    Row("accounts:user-authorise", AUTHORISE, own=user, method="POST"),
    Row("accounts:user-unlock", AUTHORISE, own=user, method="POST"),
    Row("accounts:user-password", AUTHORISE, own=user, method="POST"),
    Row("accounts:user-second-factor", AUTHORISE, own=user, method="POST"),
    Row("accounts:audit", AUDIT),
    Row("accounts:audit-verify", AUDIT, method="POST"),
    Row("accounts:audit-export", AUDIT),
    Row("accounts:tokens"),
    Row("accounts:tokens", method="POST"),
    Row("accounts:token-revoke", TELLER, own=own_token, other=foreign_token, method="POST"),
    Row("accounts:job", JOB_READERS, own=branch_job, other=foreign_job),
]

SIGN_IN = [
    Row("account_login", anybody=True),
    Row("account_login", anybody=True, method="POST"),
    Row("account_logout", anybody=True),
    Row("account_inactive", anybody=True),
    Row("account_reauthenticate"),
    Row("account_change_password"),
    Row("mfa_index"),
    Row("mfa_authenticate", anybody=True),
    Row("mfa_reauthenticate"),
    Row("mfa_activate_totp"),
    Row("mfa_generate_recovery_codes"),
    Row("mfa_list_webauthn"),
    Row("mfa_add_webauthn"),
    Row("mfa_reauthenticate_webauthn"),
    # The user's own, of which a fresh account has none: 404 to everybody.
    Row("mfa_deactivate_totp", own=None, other=lambda _org: {}),
    Row("mfa_view_recovery_codes", own=None, other=lambda _org: {}),
    Row("mfa_download_recovery_codes", own=None, other=lambda _org: {}),
    # These ask for the password again before they look.
    Row("mfa_remove_webauthn", own=lambda _org: {"pk": 1}),
    Row("mfa_edit_webauthn", own=lambda _org: {"pk": 1}),
]

MACHINE = [
    Row("live", anybody=True),
    Row("ready", anybody=True),
    Row("metrics", anybody=True),  # from this machine; see tests/accounts/test_operations.py
    Row("schema"),
    Row("docs"),
]

API = [
    Row("me"),
    Row("user-list", ADMINS),
    Row("user-list", MANAGE, method="POST"),
    Row("user-detail", ADMINS, own=user),
    Row("user-detail", MANAGE, own=user, method="PATCH"),
    Row("user-close", MANAGE, own=user, method="POST"),
    Row("user-reopen", MANAGE, own=user, method="POST"),
    Row("user-authorise", AUTHORISE, own=user, method="POST"),
    Row("user-unlock", AUTHORISE, own=user, method="POST"),
    Row("user-password", AUTHORISE, own=user, method="POST"),
    Row("user-second-factor", AUTHORISE, own=user, method="POST"),
    Row("audit-list", AUDIT),
    Row("audit-verify", AUDIT, method="POST"),
    Row("job-list"),
    Row("job-detail", JOB_READERS, own=branch_job, other=foreign_job),
    Row("token-list"),
    Row("token-list", method="POST"),
    Row("token-detail", TELLER, own=own_token, other=foreign_token, method="DELETE"),
]

ROWS = [*PAGES, *SIGN_IN, *MACHINE, *API]
