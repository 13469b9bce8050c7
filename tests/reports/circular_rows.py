"""Who gets in at the URLs of circulars."""

from typing import Any

from accounts.roles import Capability
from outlets.models import Unit
from reports.models import Document
from tests.access_table import Row, who

READ, ISSUE = who(Capability.BULLETINS_READ), who(Capability.BULLETINS_ISSUE)


def _circular(branch: Unit, number: int) -> dict[str, Any]:
    Document.objects.create(
        branch=branch, kind="CIRCULAR", title="处罚通报", year=2011, number=number, figures={}
    )
    return {"year": 2011, "number": number}


def own(org: Any) -> dict[str, Any]:
    return _circular(org.branch, 3)


def foreign(org: Any) -> dict[str, Any]:
    return _circular(org.other, 7)


CIRCULARS = [
    Row("reports:circulars", READ),
    Row("reports:circular", READ, own=own, other=foreign),
    Row("reports:circular_issue", ISSUE),
    Row("reports:circular_issue", ISSUE, method="POST"),
    Row("circular-list", READ),
    Row("circular-list", ISSUE, method="POST"),
]
