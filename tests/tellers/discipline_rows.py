"""Who gets in at the URLs of discipline."""

from typing import Any

from accounts.roles import Capability, Role
from outlets.models import Staff, Unit
from tellers.models import Penalty, Violation
from tellers.services.penalties import penalty_appeal
from tests.access_table import Row, who
from tests.complaints.letters import make_letter
from tests.factories import make_outlet, make_user
from tests.tellers.discipline import approve, kind_of, lost_mark, make_violation, propose

READ, EDIT = who(Capability.RECORDS_READ), who(Capability.RECORDS_EDIT)
CONFIRM, EXPORTS = who(Capability.RECORDS_CONFIRM), who(Capability.EXPORTS)
LINE = who(Capability.LEAGUE_READ)
TELLER = frozenset({Role.TELLER})


def _violation(unit: Unit, staff: Staff | None = None) -> dict[str, Any]:
    return {"pk": make_violation(unit, staff=staff).pk}


def own(org: Any) -> dict[str, Any]:
    """The teller's own, at `a1`."""
    return _violation(org.a1, org.cast.teller.staff)


def sibling(org: Any) -> dict[str, Any]:
    return _violation(org.b1)


def foreign(org: Any) -> dict[str, Any]:
    return _violation(make_outlet(parent=org.other))


def _proposed(keys: dict[str, Any]) -> Penalty:
    return propose(Violation.objects.get(**keys))


def proposed(org: Any) -> dict[str, Any]:
    return {"pk": _proposed(own(org)).pk}


def approved(org: Any) -> dict[str, Any]:
    return {"pk": approve(_proposed(own(org))).pk}


def sibling_approved(org: Any) -> dict[str, Any]:
    return {"pk": approve(_proposed(sibling(org))).pk}


def foreign_approved(org: Any) -> dict[str, Any]:
    return {"pk": approve(_proposed(foreign(org))).pk}


def appealed(org: Any) -> dict[str, Any]:
    made = approve(_proposed(sibling(org)))
    actor = make_user(role=Role.TELLER, unit=org.b1, staff=made.staff)
    penalty_appeal(penalty=made, text="不服", actor=actor)
    return {"pk": made.pk}


def kind(org: Any) -> dict[str, Any]:
    return {"pk": kind_of(org.branch).pk}


def foreign_kind(org: Any) -> dict[str, Any]:
    return {"pk": kind_of(org.other).pk}


def inspection(org: Any) -> dict[str, Any]:
    return {"pk": lost_mark(org.a1, org.cast.teller.staff).inspection_id}


def foreign_inspection(org: Any) -> dict[str, Any]:
    return {"pk": lost_mark(make_outlet(parent=org.other), None).inspection_id}


def letter(org: Any) -> dict[str, Any]:
    return {"pk": make_letter(branch=org.branch, unit=org.a1, kind="COMPLAINT").pk}


def foreign_letter(org: Any) -> dict[str, Any]:
    return {"pk": make_letter(branch=org.other, kind="COMPLAINT").pk}


PAGES = [
    Row("tellers:violations", READ),
    Row("tellers:violations_export", EXPORTS),
    Row("tellers:violation", READ, own=own, other=foreign, sibling=sibling),
    Row("tellers:violation_new", EDIT),
    Row("tellers:violation_new", EDIT, method="POST"),
    Row("tellers:violation_revoke", EDIT, own=own, other=foreign),
    Row("tellers:violation_revoke", EDIT, own=own, other=foreign, method="POST"),
    Row("tellers:violation_candidates", EDIT),
    Row("tellers:violation_candidates", EDIT, method="POST"),
    Row("tellers:inspection_violations", EDIT, own=inspection, other=foreign_inspection),
    Row("tellers:letter_violations", EDIT, own=letter, other=foreign_letter),
    Row("tellers:penalties", READ),
    Row("tellers:penalty", READ, own=approved, other=foreign_approved, sibling=sibling_approved),
    Row("tellers:penalty_new", EDIT),
    Row("tellers:penalty_new", EDIT, method="POST"),
    Row("tellers:penalties_approve", CONFIRM, method="POST"),
    Row("tellers:penalties_notify", EDIT, method="POST"),
    Row("tellers:penalties_due", EDIT),
    Row("tellers:penalties_due", EDIT, method="POST"),
    Row("tellers:penalty_decide", CONFIRM, own=proposed, other=foreign_approved),
    Row("tellers:penalty_decide", CONFIRM, own=proposed, other=foreign_approved, method="POST"),
    Row("tellers:penalty_notify", EDIT, own=approved, other=foreign_approved, method="POST"),
    Row("tellers:penalty_appeal", TELLER, own=approved, other=foreign_approved),
    Row("tellers:penalty_appeal", TELLER, own=approved, other=foreign_approved, method="POST"),
    Row("tellers:penalty_answer", CONFIRM, own=appealed, other=foreign_approved),
    Row("tellers:penalty_answer", CONFIRM, own=appealed, other=foreign_approved, method="POST"),
    Row("tellers:discipline", LINE),
    Row("tellers:discipline_export", EXPORTS),
    Row("tellers:catalogue", READ),
    Row("tellers:violation_kind_new", EDIT),
    Row("tellers:violation_kind_new", EDIT, method="POST"),
    Row("tellers:violation_kind", EDIT, own=kind, other=foreign_kind),
    Row("tellers:violation_kind", EDIT, own=kind, other=foreign_kind, method="POST"),
]
OPERATIONS = [
    Row("violation-list", READ),
    Row("violation-list", EDIT, method="POST"),
    Row("violation-detail", READ, own=own, other=foreign, sibling=sibling),
    Row("violation-revoke", EDIT, own=own, other=foreign, method="POST"),
    Row("violation-answer-list", EDIT),
    Row("violation-letter-list", EDIT),
    Row("violation-kind-list", READ),
    Row("violation-kind-list", EDIT, method="POST"),
    Row("violation-kind-detail", READ, own=kind, other=foreign_kind),
    Row("violation-kind-detail", EDIT, own=kind, other=foreign_kind, method="PATCH"),
    Row("penalty-list", READ),
    Row("penalty-list", EDIT, method="POST"),
    Row("penalty-detail", READ, own=approved, other=foreign_approved, sibling=sibling_approved),
    Row("penalty-due", EDIT),
    Row("penalty-decide", CONFIRM, own=proposed, other=foreign_approved, method="POST"),
    Row("penalty-notify", EDIT, own=approved, other=foreign_approved, method="POST"),
    Row("penalty-appeal", TELLER, own=approved, other=foreign_approved, method="POST"),
    Row("penalty-answer", CONFIRM, own=appealed, other=foreign_approved, method="POST"),
    Row("discipline-statistics-list", LINE),
]
DISCIPLINE: list[Row] = [*PAGES, *OPERATIONS]
