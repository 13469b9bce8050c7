"""The people a file names by their numbers, and when they were posted anywhere."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from accounts.models import User
from outlets.models import Posting, Staff
from outlets.spreadsheets import Row, Table


@dataclass(frozen=True, slots=True)
class People:
    """Staff by number, and their postings by id."""

    staff: Mapping[str, Staff]
    postings: Mapping[int, list[tuple[date, date | None]]]

    def of(self, row: Row, column: str, actor: User | None) -> Staff | None:
        """Whom the row names; a fault of the row when nobody, or somebody of another branch."""
        number = row.text(column, required=True, max_length=20)
        person = self.staff.get(number)
        if number and person is None:
            row.refuse(column, "没有这个员工")
        elif person and actor and actor.unit and person.branch_id != actor.unit.branch_id:
            row.refuse(column, "不属于您所在的分行")
        return person

    def posted(self, person: Staff, first: date, last: date) -> bool:
        """Whether somebody was posted anywhere on any of these days."""
        held = self.postings.get(person.pk, ())
        return any(start <= last and (end is None or end >= first) for start, end in held)


def people_of(table: Table, column: str) -> People:
    """Everybody a column names; two queries."""
    numbers = {row.shown(column) for row in table.rows}
    staff = {person.number: person for person in Staff.objects.filter(number__in=numbers)}
    postings: defaultdict[int, list[tuple[date, date | None]]] = defaultdict(list)
    rows = Posting.objects.filter(staff__number__in=numbers)
    for staff_id, start, end in rows.values_list("staff_id", "start", "end"):
        postings[staff_id].append((start, end))
    return People(staff, postings)
