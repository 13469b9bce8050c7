"""Who gets in at triage, at who handles what, and at the suggestions' figures."""

from typing import Any

from accounts.roles import Capability, Role
from tests.access_table import BOUND, Row, who
from tests.complaints.letters import make_letter

TRIAGE, SETTINGS = who(Capability.LETTERS_TRIAGE), who(Capability.LETTERS_SETTINGS)
DEPARTMENT = frozenset({Role.DEPARTMENT})
ELSEWHERE = BOUND | DEPARTMENT


def waiting(org: Any) -> dict[str, Any]:
    return {"pk": make_letter(branch=org.branch).pk}


def foreign(org: Any) -> dict[str, Any]:
    return {"pk": make_letter(branch=org.other).pk}


def handled(org: Any) -> dict[str, Any]:
    letter = make_letter(
        branch=org.branch,
        unit=org.a1,
        kind="INQUIRY",
        state="ASSIGNED",
        handler=org.cast.department,
    )
    return {"pk": letter.pk}


ROWS: list[Row] = [
    Row("complaints:triage", TRIAGE),
    Row("complaints:triage_letter", TRIAGE, own=waiting, other=foreign),
    Row("complaints:triage_letter", TRIAGE, own=waiting, other=foreign, method="POST"),
    Row("complaints:triage_skip", TRIAGE, own=waiting, other=foreign, method="POST"),
    Row("complaints:triage_people", TRIAGE, own=waiting, other=foreign),
    Row("complaints:letter_reassign", TRIAGE, own=handled, other=foreign),
    Row("complaints:letter_reclassify", TRIAGE, own=handled, other=foreign),
    Row("complaints:letter_return", DEPARTMENT, own=handled, other=foreign),
    Row("complaints:suggestions", SETTINGS),
    Row("complaints:suggestions_train", SETTINGS, method="POST"),
]
