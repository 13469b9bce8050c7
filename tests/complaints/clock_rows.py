"""Who gets in at the pages of letters' deadlines."""

from accounts.roles import Capability, Role
from tests.access_table import Row, who
from tests.complaints.handling_rows import (
    CONFIRM,
    ELSEWHERE,
    HANDLERS,
    OFFICE,
    READ,
    foreign,
    own,
    sibling,
)


def _act(name: str, roles: frozenset[Role]) -> Row:
    return Row(
        f"complaints:clock_{name}", roles, own=own, other=foreign, sibling=sibling, bound=ELSEWHERE
    )


ROWS = [
    *(
        _act(name, HANDLERS)
        for name in (
            "extension", "extension_notify", "appraisal", "appraisal_end", "facts", "withdraw",
            "review",
        )
    ),
    *(_act(name, CONFIRM) for name in ("extension_decide", "review_decide")),
    Row("complaints:mine", READ),
    Row("complaints:clock_rules", READ),
    Row("complaints:clock_rules_new", OFFICE),
]  # fmt: skip

assert who(Capability.LETTERS_SETTINGS) == OFFICE
