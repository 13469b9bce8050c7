"""The demonstration's six circulars of 2011, of the penalties approved since the one before (S22)."""

from datetime import date
from typing import Final

from accounts.models import User
from outlets.models import Unit
from reports.documents.circular_figures import CircularFacts
from reports.models import Document
from reports.services.circulars import circular_issue
from tellers.selectors.discipline import penalties_to_circulate

_DAYS: Final = (
    date(2011, 5, 31), date(2011, 6, 30), date(2011, 7, 31), date(2011, 9, 30), date(2011, 10, 31),
    date(2011, 12, 31),
)  # fmt: skip


def circulars_issue(branch: Unit, office: User) -> list[Document]:
    """Issue those that are missing; the circulars that have no file yet."""
    for day in _DAYS:
        penalties = list(penalties_to_circulate(office).filter(approved_on__lte=day))
        if penalties:
            facts = CircularFacts(penalties=penalties, issued_on=day)
            circular_issue(branch=branch, facts=facts, actor=office)
    issued = Document.objects.filter(branch=branch, kind=Document.Kind.CIRCULAR, sha256="")
    return list(issued.select_related("job").order_by("pk"))
