"""窗口员工服务档案 as a document: the sums, then every entry in the order of time."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.template.loader import render_to_string
from django.utils import timezone

from reports.documents import Figures, renders
from reports.models import Document
from tellers.selectors.files import MEASURES, Entry, ServiceFile, Sums, cells

COLUMNS: Final = tuple(f"{each.name}（{each.unit}）" for each in MEASURES)
_NONE: Final = "—"


@renders(Document.Kind.FILE)
def file_html(figures: Figures) -> str:
    """The file as HTML."""
    made = date.fromisoformat(figures["made_on"])
    return render_to_string("reports/pdf/file.html", {**figures, "made": made, "columns": COLUMNS})


def file_figures(*, file: ServiceFile, branch: str, reader: str, today: date) -> dict[str, Any]:
    """What is stored: the file as its reader may read it on that day, oldest entry first."""
    spans = [*reversed(file.spans)]
    return {
        "title": title_of(file),
        "branch": branch,
        "reader": reader,
        "made_on": today.isoformat(),
        "number": file.person.number,
        "name": file.person.name,
        "place": place_of(file),
        "scope": scope_of(file),
        "words": file.words,
        "by_month": file.sought.year is not None,
        "spans": [_cells(span.label, span.sums) for span in spans],
        "total": _cells("合计", file.total) if len(spans) > 1 else None,
        "entries": [_entry(entry) for entry in reversed(file.entries)],
    }


def title_of(file: ServiceFile) -> str:
    """What the document is called."""
    return f"{file.person.name}（{file.person.number}）服务档案（{scope_of(file)}）"


def scope_of(file: ServiceFile) -> str:
    """What of the file it holds."""
    years = file.years
    whole = (
        f"{years[-1]}–{years[0]} 年" if len(years) > 1 else "".join(f"{one} 年" for one in years)
    )
    year = f"{file.sought.year} 年" if file.sought.year else whole or "全部"
    return f"{year}，{file.kind_label}" if file.sought.kind else year


def place_of(file: ServiceFile) -> str:
    """Where the person is, as far as the reader may know."""
    held = file.posting
    return f"{held.unit.short_name} {held.get_post_display()}" if held else _NONE


def _cells(label: str, sums: Sums) -> list[str]:
    return [label, *(text for _, text in cells(sums))]


def _entry(entry: Entry) -> Mapping[str, Any]:
    comments = (f"本人意见（{timezone.localdate(one.at)}）：{one.text}" for one in entry.comments)
    return {
        "day": entry.day.isoformat(),
        "kind": entry.kind.label,
        "unit": entry.unit or _NONE,
        "title": entry.title,
        "lines": [line for line in (entry.text, *entry.details, *comments) if line],
        "tone": entry.tone,
    }
