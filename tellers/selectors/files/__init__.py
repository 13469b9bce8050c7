"""The service file of somebody (窗口员工服务档案, S13), as far as the reader may read it.

It follows the person across postings; each outlet and institution reads its own time, the branch
and the person all of it.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User
from accounts.roles import Capability
from outlets.models import Posting, Staff
from outlets.months import Month
from outlets.selectors.staff import SoughtStaff, on_day, staff_found
from tellers.models import FileComment
from tellers.selectors.files.entries import MEASURES, Entry, EntryKind, Sums, cells
from tellers.selectors.files.sources import SOURCES, postings_read
from tellers.selectors.places import BRANCH_ROLES, postings_seen_by

__all__ = [
    "MEASURES", "Entry", "EntryKind", "FileSought", "ServiceFile", "Span", "Sums", "cells",
    "files_listed", "files_visible_to", "service_file",
]  # fmt: skip

_ORDER: Final = list(EntryKind)


@dataclass(frozen=True, slots=True)
class FileSought:
    """What of a file is shown; nothing: all of it."""

    year: int | None = None
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """A year, or a month of one, with what its entries come to."""

    label: str
    year: int
    month: Month | None
    sums: Sums

    @property
    def cells(self) -> list[tuple[str, str]]:
        """A kind of entries and a figure for each of `MEASURES`."""
        return cells(self.sums)


@dataclass(frozen=True, slots=True)
class ServiceFile:
    """One file as it is shown: entries newest first, sums of every year or of a year's months."""

    person: Staff
    posting: Posting | None  # where the person is today, if the reader may know
    sought: FileSought
    years: list[int]
    kinds: list[tuple[EntryKind, int]]  # in the year looked at
    entries: list[Entry]
    spans: list[Span]
    total: Sums

    @property
    def total_cells(self) -> list[tuple[str, str]]:
        """The sums of all that is looked at."""
        return cells(self.total)

    @property
    def kind_label(self) -> str:
        """What the kind looked at is called; empty for all."""
        return EntryKind(self.sought.kind).label if self.sought.kind else ""

    @property
    def words(self) -> str:
        """What the year, or all of it, comes to in one sentence."""
        total = self.total
        shares = {
            "规范得分率 {:.2f}%": total.standards,
            "知识测试均分 {:.2f}": total.knowledge,
            "评价器使用率 {:.2f}%": total.usage,
        }
        parts = [
            f"受检 {total.inspections} 次",
            f"表扬 {total.praise} 次",
            f"有效投诉 {total.complaints} 次",
            f"违规 {total.violations} 次",
            *(words.format(share) for words, share in shares.items() if share is not None),
        ]
        return f"{f'{self.sought.year} 年' if self.sought.year else ''}{'，'.join(parts)}。"

    @property
    def months(self) -> list[tuple[Month, list[Entry]]]:
        """The entries by month, newest first."""
        grouped = groupby(self.entries, key=lambda entry: Month.of(entry.day))
        return [(month, list(entries)) for month, entries in grouped]


def files_visible_to(user: User) -> QuerySet[Staff]:
    """Whose file a user may open: the branch's people, those once posted at the unit, oneself."""
    if user.unit is None or not user.can(Capability.RECORDS_READ):
        return Staff.objects.none()
    if user.role in BRANCH_ROLES:
        return Staff.objects.filter(branch=user.unit.branch_id)
    seen = Posting.objects.filter(postings_seen_by(user), staff=OuterRef("pk"))
    return Staff.objects.filter(Q(Exists(seen)) | Q(pk=user.staff_id or 0))


def files_listed(user: User, sought: SoughtStaff, day: date) -> QuerySet[Staff]:
    """The people sought whose file may be opened, by number, each with `now`: where they are."""
    return staff_found(
        files_visible_to(user), Posting.objects.filter(postings_seen_by(user)), sought, day
    )


def service_file(user: User, person: Staff, sought: FileSought, today: date) -> ServiceFile:
    """The file of somebody that `files_visible_to` shows. A constant number of queries."""
    everything = _entries(user, person)
    in_year = [one for one in everything if sought.year in (None, one.day.year)]
    counts = Counter(entry.kind for entry in in_year)
    now = postings_read(user, person).filter(on_day(today)).first()
    return ServiceFile(
        person=person,
        posting=now,
        sought=sought,
        years=sorted({entry.day.year for entry in everything}, reverse=True),
        kinds=[(kind, counts[kind]) for kind in EntryKind if counts[kind]],
        entries=[one for one in in_year if sought.kind in ("", one.kind)],
        spans=_months(in_year) if sought.year else _years(everything),
        total=Sums.of(in_year),
    )


def _entries(user: User, person: Staff) -> list[Entry]:
    """All that the reader may read, newest first, each with its comments."""
    comments: defaultdict[str, list[FileComment]] = defaultdict(list)
    for comment in FileComment.objects.filter(staff=person).select_related("author"):
        comments[comment.entry].append(comment)
    found = [entry for source in SOURCES for entry in source(user, person)]
    for entry in found:
        entry.comments = comments[entry.key]
    return sorted(found, key=lambda entry: (entry.day, -_ORDER.index(entry.kind)), reverse=True)


def _years(entries: list[Entry]) -> list[Span]:
    grouped = groupby(entries, key=lambda entry: entry.day.year)
    return [Span(f"{year} 年", year, None, Sums.of(held)) for year, held in grouped]


def _months(entries: list[Entry]) -> list[Span]:
    grouped = groupby(entries, key=lambda entry: Month.of(entry.day))
    return [Span(f"{month.month} 月", month.year, month, Sums.of(held)) for month, held in grouped]
