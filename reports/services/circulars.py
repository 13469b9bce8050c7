"""Circulars: numbered, their figures stored and their penalties marked in one step (S17, S22)."""

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from outlets.models import Unit
from reports.documents.circular_figures import MASTHEAD, CircularFacts, circular_figures
from reports.models import Document
from reports.services.documents import DocumentFacts, document_make, number_next
from reports.services.locks import branches_lock
from tellers.services.penalties import penalties_circulate
from tellers.services.refusals import RecordRefused


@transaction.atomic
def circular_issue(*, branch: Unit, facts: CircularFacts, actor: User | None) -> Document:
    """The next circular of the year of its date, with these penalties, each for the first time.

    RecordRefused, in Chinese, when a penalty cannot be made known or the date cannot be.
    """
    branches_lock([branch.pk])
    _check(facts)
    year = facts.issued_on.year
    number = number_next(branch=branch, kind=Document.Kind.CIRCULAR, year=year)
    penalties_circulate(penalties=facts.penalties, year=year, number=number)
    made = DocumentFacts(
        kind=Document.Kind.CIRCULAR,
        key=f"{year}-{number}",
        title=f"{MASTHEAD}〔{year}〕{number}号",
        figures=circular_figures(branch=branch, facts=facts, number=number),
        year=year,
        number=number,
    )
    return document_make(branch=branch, facts=made, actor=actor)


class CircularDateRefused(RecordRefused):
    """A circular cannot carry this date."""

    field = "issued_on"


def _check(facts: CircularFacts) -> None:
    if not facts.penalties:
        raise RecordRefused("请选择要通报的处罚")
    if facts.issued_on > timezone.localdate():
        raise CircularDateRefused("印发日期不能晚于今天")
    last = max((one.approved_on for one in facts.penalties if one.approved_on), default=None)
    if last is not None and facts.issued_on < last:
        raise CircularDateRefused(f"印发日期不能早于所选处罚的批准日期{last}")
