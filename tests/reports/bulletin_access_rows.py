"""Who gets in at the URLs of bulletins."""

from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from accounts.roles import Capability
from outlets.models import Unit
from reports.models import Bulletin
from tests.access_table import Row, who
from tests.reports.rows import APRIL

READ, ISSUE = who(Capability.BULLETINS_READ), who(Capability.BULLETINS_ISSUE)
FIGURES = {
    "final": True,
    "month": str(APRIL),
    "edition": 0,
    "branch": {"short_name": "分行"},
    "masthead": {"title": "服务工作简报", "number": 1, "year": 2011},
    "coverage": {"outlets": 0, "ranked": 0, "institutions": 0, "inspections": {}},
    "outlets": [],
    "institutions": [],
    "best": {"open": None, "covert": None},
    "movers": {"up": [], "down": []},
    "trend": [{"month": str(APRIL), "total": "90.00"}],
}


def _bulletin(branch: Unit) -> dict[str, Any]:
    name = default_storage.save("bulletins/access.pdf", ContentFile(b"%PDF-1.7"))
    made = Bulletin.objects.create(
        branch=branch, month=APRIL.first, year=2011, number=1, issued_on=APRIL.last,
        figures=FIGURES, file=name, sha256="0" * 64, pages=1,
    )  # fmt: skip
    return {"pk": made.pk}


def own(org: Any) -> dict[str, Any]:
    return _bulletin(org.branch)


def foreign(org: Any) -> dict[str, Any]:
    return _bulletin(org.other)


BULLETINS = [
    Row("reports:bulletins", READ),
    Row("reports:bulletin", READ, own=own, other=foreign),
    Row("reports:bulletin_file", READ, own=own, other=foreign),
    Row("reports:bulletin_issue", ISSUE),
    Row("reports:bulletin_issue", ISSUE, method="POST"),
    Row("reports:bulletin_render", ISSUE, own=own, other=foreign, method="POST"),
    Row("bulletin-list", READ),
    Row("bulletin-list", ISSUE, method="POST"),
    Row("bulletin-detail", READ, own=own, other=foreign),
    Row("bulletin-file", READ, own=own, other=foreign),
]
