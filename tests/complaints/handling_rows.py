"""Who gets in at the pages of one letter and of what is done with it."""

from datetime import date
from typing import Any

from accounts.roles import Capability, Role
from complaints.models import Attachment, Letter, LetterLink, ReplyTemplate, Responsibility
from complaints.services.attachments import attachment_add
from outlets.models import Unit
from tests.access_table import BOUND, Keys, Row, who
from tests.complaints.letters import make_letter

READ, CONFIRM = who(Capability.LETTERS_READ), who(Capability.LETTERS_CONFIRM)
OFFICE = frozenset({Role.SERVICE_OFFICE})
HEADS = frozenset({Role.INSTITUTION_HEAD, Role.OUTLET_HEAD})
# The handler of the letters below is the department.
HANDLERS = OFFICE | {Role.DEPARTMENT}
ELSEWHERE = BOUND | {Role.DEPARTMENT}


def _letter(branch: Unit, unit: Unit | None = None, handler: Any = None) -> Letter:
    return make_letter(
        branch=branch, unit=unit, kind="COMPLAINT", state="ASSIGNED", handler=handler
    )


def own(org: Any) -> dict[str, Any]:
    return {"pk": _letter(org.branch, org.a1, org.cast.department).pk}


def foreign(org: Any) -> dict[str, Any]:
    return {"pk": _letter(org.other).pk}


def sibling(org: Any) -> dict[str, Any]:
    return {"pk": _letter(org.branch, org.b1, org.cast.service_office).pk}


def with_kind(keys: Keys, kind: str) -> Keys:
    return lambda org: keys(org) | {"kind": kind}


def _rows(name: str, roles: frozenset[Role], adapt: Any = lambda keys: keys) -> list[Row]:
    """An act on a letter; of another institution the office alone may."""
    mine, others, siblings = adapt(own), adapt(foreign), adapt(sibling)
    return [Row(name, roles, own=mine, other=others, sibling=siblings, bound=ELSEWHERE)]


def _file(letter: Letter, kind: str) -> dict[str, Any]:
    row, _ = attachment_add(letter=letter, kind=kind, name="a.txt", content=b"x", actor=None)
    return {"uuid": row.uuid}


def file_of(keys: Keys, kind: str = Attachment.Kind.SLIP) -> Keys:
    return lambda org: _file(Letter.objects.get(**keys(org)), kind)


def finding_of(keys: Keys, state: str) -> Keys:
    def make(org: Any) -> dict[str, Any]:
        letter = Letter.objects.get(**keys(org))
        row = Responsibility.objects.create(
            branch=letter.branch, letter=letter, finding="BANK", unit=letter.unit, grounds="查实",
            state=state, decided_on=date(2011, 5, 3) if state == "CONFIRMED" else None,
        )  # fmt: skip
        return {"pk": row.pk}

    return make


def link(org: Any) -> dict[str, Any]:
    letter, other = own(org)["pk"], sibling(org)["pk"]
    row = LetterLink.objects.create(letter_id=letter, other_id=other, kind="REPEAT")
    return {"pk": letter, "link": row.pk}


def _template(branch: Unit) -> dict[str, Any]:
    return {"pk": ReplyTemplate.objects.create(branch=branch, name="模板", kind="PRAISE").pk}


ROWS = [
    *_rows("complaints:letter", READ),
    *_rows("complaints:letter_note", HANDLERS, lambda keys: with_kind(keys, "investigation")),
    *_rows("complaints:letter_note", HANDLERS, lambda keys: with_kind(keys, "remark")),
    *_rows("complaints:letter_note", HEADS, lambda keys: with_kind(keys, "statement")),
    *_rows("complaints:letter_attach", HANDLERS | HEADS),
    *[
        row
        for name in ("call_back", "close", "reopen", "recuse", "escalate", "relate", "reply",
                     "send", "judge")
        for row in _rows(f"complaints:letter_{name}", HANDLERS)
    ],
    Row("complaints:letter_unlink", HANDLERS, own=link, method="POST"),
    Row(
        "complaints:attachment",
        READ,
        own=file_of(own),
        other=file_of(foreign),
        sibling=file_of(sibling),
        bound=ELSEWHERE,
    ),
    Row("complaints:attachment", HANDLERS, own=file_of(own, Attachment.Kind.RECEIVED)),
    Row(
        "complaints:responsibility_decide",
        CONFIRM,
        own=finding_of(own, "PROPOSED"),
        other=finding_of(foreign, "PROPOSED"),
    ),
    Row(
        "complaints:responsibility_object",
        HEADS,
        own=finding_of(own, "CONFIRMED"),
        other=finding_of(foreign, "CONFIRMED"),
        sibling=finding_of(sibling, "CONFIRMED"),
    ),
    Row(
        "complaints:objection_settle",
        CONFIRM,
        own=finding_of(own, "CONFIRMED"),
        other=finding_of(foreign, "CONFIRMED"),
    ),
    Row("complaints:reply_templates", OFFICE),
    Row("complaints:reply_template_new", OFFICE),
    Row(
        "complaints:reply_template",
        OFFICE,
        own=lambda org: _template(org.branch),
        other=lambda org: _template(org.other),
    ),
]  # fmt: skip
