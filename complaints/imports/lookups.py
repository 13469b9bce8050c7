"""Everything the rows of a letters file refer to, each kind fetched by one query."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

from accounts.models import User
from complaints.imports.columns import NUMBER, STAFF, UNIT
from complaints.models import Letter, Responsibility
from outlets.models import Posting, Staff, Unit
from outlets.selectors import branches
from outlets.spreadsheets import Table

State = Responsibility.State
Span = tuple[date, date | None]
_ALONE: Final = 1


@dataclass
class Lookups:
    """Units, people, postings and the letters that are known already."""

    table: Table
    actor: User | None

    @cached_property
    def branch(self) -> Unit | None:
        """Where letters about no unit belong: the actor's branch, or the only one there is."""
        if self.actor is not None and self.actor.unit is not None:
            return self.actor.unit.branch
        found = list(branches()[: _ALONE + 1])
        return found[0] if len(found) == _ALONE else None

    @cached_property
    def units(self) -> Mapping[str, Unit]:
        """By code, with their branches."""
        found = Unit.objects.filter(code__in=self._words(UNIT)).select_related("branch")
        return {unit.code: unit for unit in found}

    @cached_property
    def staff(self) -> Mapping[str, Staff]:
        """By number."""
        found = Staff.objects.filter(number__in=self._words(STAFF))
        return {one.number: one for one in found}

    @cached_property
    def postings(self) -> Mapping[tuple[int, int], list[Span]]:
        """(staff, unit) → from, to."""
        held: dict[tuple[int, int], list[Span]] = {}
        rows = Posting.objects.filter(staff__in=self.staff.values())
        for staff, unit, start, end in rows.values_list("staff", "unit", "start", "end"):
            held.setdefault((staff, unit), []).append((start, end))
        return held

    @cached_property
    def known(self) -> Mapping[tuple[int, str], Letter]:
        """(branch, number) → the letters there are already, locked until the import ends."""
        rows = Letter.objects.select_for_update(of=("self",)).select_related("unit", "staff")
        found = rows.filter(reference__in=self._words(NUMBER))
        return {(one.branch_id, one.reference): one for one in found.order_by("pk")}

    @cached_property
    def findings(self) -> Mapping[int, Responsibility]:
        """What was found, or is proposed, about the known letters: letter → finding."""
        found = Responsibility.objects.filter(
            letter__in=self.known.values(),
            state__in=[State.CONFIRMED, State.PROPOSED],
            superseded_on=None,
        )
        return {one.letter_id: one for one in found.defer("grounds").order_by("-state")}

    def posted(self, staff: Staff, unit: Unit, day: date) -> bool:
        """Whether the employee worked at the unit on that day."""
        spans = self.postings.get((staff.pk, unit.pk), ())
        return any(start <= day and (end is None or end >= day) for start, end in spans)

    def _words(self, column: str) -> set[str]:
        return {row.shown(column) for row in self.table.rows} - {""}
