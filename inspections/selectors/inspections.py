"""Inspections as lists and pages show them; who sees which is `firewall`'s matter."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.db.models import F, QuerySet
from django.db.models.expressions import OrderBy

from accounts.models import User
from accounts.roles import Role
from inspections.models import Answer, Evidence, Inspection, Item
from inspections.scoring import DEDUCT, NA, RESULT_WORDS, SHEET
from inspections.selectors.firewall import (
    answers_visible_to,
    by_inspector,
    evidence_visible_to,
    inspections_visible_to,
    knows_shoppers,
    redact,
    redacted,
)
from inspections.selectors.forms import FormItem, published_form
from outlets.models import Unit
from outlets.months import Month

__all__ = [
    "SORTS",
    "AnswerRow",
    "InspectionPage",
    "InspectionSought",
    "SectionBlock",
    "answers_visible_to",
    "by_inspector",
    "evidence_visible_to",
    "inspection_page",
    "inspections_listed",
    "inspections_visible_to",
    "knows_shoppers",
    "redact",
    "redacted",
]

# What the list sorts by; by the time of submission only those may who may know it.
SORTS: Final = {
    "date": "date",
    "unit": "unit__path",
    "score": "score",
    "submitted": "submitted_at",
}
_KNOWING: Final = {"submitted"}


@dataclass(frozen=True, slots=True)
class InspectionSought:
    """What the list looks for; everything left empty does not matter."""

    month: Month | None = None
    channel: str = ""
    state: str = ""
    inspector: User | None = None
    unit: Unit | None = None
    number: str = ""
    sort: str = "-date"


def inspections_listed(user: User, sought: InspectionSought) -> QuerySet[Inspection]:
    """The visible inspections sought, with what a row shows, in the order asked for."""
    found = inspections_visible_to(user)
    if sought.month is not None:
        found = found.filter(date__range=(sought.month.first, sought.month.last))
    given = {"channel": sought.channel, "state": sought.state}
    found = found.filter(**{name: value for name, value in given.items() if value})
    if sought.unit is not None:
        found = found.filter(unit__path__startswith=sought.unit.path)
    if sought.number:
        found = found.filter(number__icontains=sought.number)
    if sought.inspector is not None:
        found = by_inspector(user, found, sought.inspector.pk)
    return found.select_related("unit", "inspector", "version__checklist").order_by(
        *_order(user, sought.sort)
    )


def _order(user: User, sort: str) -> list[str | OrderBy]:
    name = sort.removeprefix("-")
    if name not in SORTS or (name in _KNOWING and not knows_shoppers(user)):
        name, sort = "date", "-date"
    column = F(SORTS[name])
    first = column.desc(nulls_last=True) if sort.startswith("-") else column.asc(nulls_last=True)
    return [first, "unit__path", "pk"]


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One answered item as a page shows it."""

    item: FormItem
    answer: Answer
    photos: tuple[Evidence, ...]

    @property
    def lost(self) -> Decimal:
        return self.answer.possible - self.answer.earned

    @property
    def is_na(self) -> bool:
        return self.answer.value == NA

    @property
    def words(self) -> str:
        """The result as people say it: 合格, 差错2次, 良, 实测 305000."""
        value = self.answer.value
        if value in RESULT_WORDS:
            return RESULT_WORDS[value]
        if self.item.mode == DEDUCT:
            return f"差错{value}次" if value != "0" else "无差错"
        return f"实测 {value}" if self.item.mode == Item.Mode.MEASURED else value

    @property
    def crossed(self) -> bool:
        """Whether a red line was crossed here."""
        return self.item.red_line != Item.RedLine.NO and self.lost > 0


@dataclass(frozen=True, slots=True)
class SectionBlock:
    """A section with its visible answers; the totals are the stored ones, None for a teller."""

    id: int
    name: str
    rows: tuple[AnswerRow, ...]
    possible: Decimal | None
    given: Decimal | None
    earned: Decimal | None
    zeroed_by: tuple[str, ...]

    @property
    def ratio(self) -> Decimal | None:
        """Share earned, in percent."""
        if not self.possible or self.earned is None:
            return None
        return 100 * self.earned / self.possible


def successor_of(user: User, inspection: Inspection) -> Inspection | None:
    """What a returned inspection was submitted anew as, if it was and this user may see it."""
    if inspection.state != Inspection.State.RETURNED or inspection.visit_id is None:
        return None
    anew = inspections_visible_to(user).filter(visit=inspection.visit_id)
    return anew.exclude(state=Inspection.State.RETURNED).first()


@dataclass(frozen=True, slots=True)
class InspectionPage:
    """One inspection with everything its page shows this user."""

    inspection: Inspection
    sections: tuple[SectionBlock, ...]
    zeroed_by: tuple[str, ...]  # SHEET red lines crossed: the whole score is 0
    item_count: int
    lost_count: int
    na_count: int
    photo_count: int


def inspection_page(user: User, inspection: Inspection) -> InspectionPage:
    """What a visible inspection's page shows; a teller's has the own answers only. Two queries."""
    form = published_form(inspection.version_id, inspection.channel)
    photos: defaultdict[int, list[Evidence]] = defaultdict(list)
    for one in evidence_visible_to(user).filter(inspection=inspection).order_by("pk"):
        photos[one.item_id].append(one)
    answers = {
        answer.item_id: answer
        for answer in answers_visible_to(user).filter(inspection=inspection).select_related("staff")
    }
    rows = {
        item.id: AnswerRow(item, answers[item.id], tuple(photos[item.id]))
        for item in form.items.values()
        if item.id in answers
    }
    totals = {} if user.role == Role.TELLER else {one["id"]: one for one in inspection.sections}
    sections = tuple(
        _block(section.id, section.name, found, totals.get(section.id))
        for section in form.sections
        if (found := tuple(rows[item.id] for item in section.items if item.id in rows))
    )
    zeroed = (row.item.code for row in rows.values() if row.crossed and row.item.red_line == SHEET)
    return InspectionPage(
        inspection=redact(user, inspection),
        sections=sections,
        zeroed_by=tuple(zeroed),
        item_count=len(rows),
        lost_count=sum(row.lost > 0 for row in rows.values()),
        na_count=sum(row.is_na for row in rows.values()),
        photo_count=sum(len(row.photos) for row in rows.values()),
    )


def _block(
    pk: int, name: str, rows: tuple[AnswerRow, ...], total: dict[str, object] | None
) -> SectionBlock:
    if total is None:
        return SectionBlock(pk, name, rows, None, None, None, ())
    possible, given, earned = (
        Decimal(str(total.get(key, total["earned"]))) for key in ("possible", "given", "earned")
    )
    codes = total.get("zeroed_by") or ()
    return SectionBlock(pk, name, rows, possible, given, earned, tuple(codes))  # type: ignore[arg-type]
