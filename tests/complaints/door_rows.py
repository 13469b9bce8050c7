"""Who gets in where letters come in and go out: the form, files, the API."""

from typing import Any, Final

from accounts.roles import Capability, Role
from complaints.deadlines import ClockRules
from complaints.models import Attachment, ClockVersion, SavedView
from tests.access_table import Row, who
from tests.complaints.handling_rows import (
    CONFIRM,
    ELSEWHERE,
    HANDLERS,
    HEADS,
    OFFICE,
    READ,
    _template,
    file_of,
    finding_of,
    foreign,
    link,
    own,
    sibling,
)
from tests.complaints.mail_rows import _foreign as foreign_mail
from tests.complaints.mail_rows import _own as own_mail

TRIAGE, SETTINGS = who(Capability.LETTERS_TRIAGE), who(Capability.LETTERS_SETTINGS)
INSIDE = TRIAGE | CONFIRM
DEPARTMENT = frozenset({Role.DEPARTMENT})

# POST letters/{id}/{act}/ by who may; the handler of the letters is the department.
ACTS: Final = {
    TRIAGE: ("triage", "let-go", "classify", "reassign"),
    DEPARTMENT: ("send-back",),
    HEADS: ("statement",),
    CONFIRM: ("extension-approve", "extension-refuse", "review-decide"),
    HANDLERS: (
        "notes", "call-back", "draft", "send", "close", "reopen", "recuse", "escalate", "relate",
        "judge", "extension-ask", "extension-notify", "appraisal-start", "appraisal-end",
        "new-facts", "withdraw", "review-ask", "reveal",
    ),
    HANDLERS | HEADS: ("attachments",),
}  # fmt: skip


def _act(name: str, roles: frozenset[Role]) -> Row:
    elsewhere = None if roles == DEPARTMENT else sibling
    return Row(
        f"letter-{name}", roles, own=own, other=foreign, sibling=elsewhere, bound=ELSEWHERE,
        method="POST",
    )  # fmt: skip


def _finding(name: str, roles: frozenset[Role], state: str, method: str = "POST") -> Row:
    return Row(
        f"letter-finding-{name}", roles, own=finding_of(own, state),
        other=finding_of(foreign, state), method=method,
    )  # fmt: skip


def _view(org: Any) -> dict[str, Any]:
    user = org.cast.service_office
    return {"pk": SavedView.objects.create(user=user, name="本月", query={}).pk}


def _version(org: Any) -> dict[str, Any]:
    rules = ClockRules(effective_on=org.a1.opened_on)
    row = ClockVersion.objects.create(
        branch=org.branch, label="新版", effective_on=rules.effective_on, rules=rules.to_json()
    )
    return {"pk": row.pk}


ROWS: list[Row] = [
    Row("complaints:letter_create", TRIAGE),
    Row("complaints:import_letters", TRIAGE),
    Row("complaints:import_letters_template", TRIAGE),
    Row("complaints:letters_export", who(Capability.EXPORTS)),
    # The API.
    Row("letter-list", READ),
    Row("letter-list", TRIAGE, method="POST"),
    Row("letter-detail", READ, own=own, other=foreign, sibling=sibling, bound=ELSEWHERE),
    Row("letter-clock", READ, own=own, other=foreign, sibling=sibling, bound=ELSEWHERE),
    Row("letter-next", TRIAGE, method="POST"),
    Row("letter-search", READ, method="POST"),
    Row("letter-import", TRIAGE, method="POST"),
    Row("letter-export", who(Capability.EXPORTS)),
    Row("letter-subject", SETTINGS, method="POST"),
    *[_act(name, roles) for roles, names in ACTS.items() for name in names],
    Row("letter-unlink", HANDLERS, own=link, method="DELETE"),
    Row("letter-finding-list", READ),
    _finding("detail", READ, "CONFIRMED", "GET"),
    _finding("detail", INSIDE, "PROPOSED", "GET"),
    *[_finding(name, CONFIRM, "PROPOSED") for name in ("confirm", "reject")],
    *[_finding(name, CONFIRM, "CONFIRMED") for name in ("dismiss", "uphold")],
    _finding("object", HEADS, "CONFIRMED"),
    Row(
        "letter-attachment-detail", READ, own=file_of(own), other=file_of(foreign),
        sibling=file_of(sibling), bound=ELSEWHERE,
    ),
    Row("letter-attachment-detail", HANDLERS, own=file_of(own, Attachment.Kind.RECEIVED)),
    Row("letter-mail-list", TRIAGE),
    Row("letter-mail-detail", TRIAGE, own=own_mail, other=foreign_mail),
    *[
        Row(f"letter-mail-{name}", TRIAGE, own=own_mail, other=foreign_mail, method="POST")
        for name in ("replay", "letter", "ignore", "raw")
    ],
    Row("letter-template-list", who(Capability.LETTERS_HANDLE)),
    Row("letter-template-list", SETTINGS, method="POST"),
    Row(
        "letter-template-detail", SETTINGS, own=lambda org: _template(org.branch),
        other=lambda org: _template(org.other), method="PUT",
    ),
    Row("letter-clock-list", READ),
    Row("letter-clock-list", SETTINGS, method="POST"),
    Row("letter-clock-detail", READ, own=_version),
    Row("letter-suggestion-list", SETTINGS),
    Row("letter-suggestion-list", SETTINGS, method="POST"),
    Row("letter-view-list", READ),
    Row("letter-view-list", READ, method="POST"),
    Row("letter-patterns-try", SETTINGS, method="POST"),
    Row("letter-view-detail", OFFICE, own=_view, method="DELETE"),
    *[Row("letter-patterns", SETTINGS, method=method) for method in ("GET", "PUT", "DELETE")],
]  # fmt: skip
