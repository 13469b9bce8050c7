"""What tests of inspections are made of: a small standard of every mode, visits, filled-in sheets."""

import threading
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from django.db import connections
from django.utils import timezone

from accounts.models import User
from inspections.models import Checklist, ChecklistVersion, Inspection, Item, Section, Visit
from inspections.selectors.forms import published_form
from inspections.services.releases import inspections_release, wave_release
from inspections.services.sheets import Reply, Sheet
from inspections.services.submissions import Receipt, inspection_submit
from inspections.services.visits import VisitPlan, visit_create
from outlets.models import Unit
from outlets.selectors import staff_at

T = TypeVar("T")
DAY = date(2011, 4, 12)
WINDOW = (date(2011, 4, 1), date(2011, 4, 30))

# code, section, points, mode, parameters, other columns
ITEMS: tuple[tuple[str, str, int, str, str, dict[str, Any]], ...] = (
    ("1.01", "环境", 10, "ALL_OR_NOTHING", "", {}),
    ("1.02", "环境", 8, "DEDUCT", "2", {"photo": "ON_LOSS"}),
    ("2.01", "服务", 20, "GRADED", "优=1;良=0.8;中=0.6;差=0", {"attribution": "STAFF"}),
    ("2.02", "服务", 6, "ALL_OR_NOTHING", "", {"allows_na": True, "stage": "AT_ONCE"}),
    ("3.01", "内控", 12, "MEASURED", "<=300000", {"is_hot": True}),
    ("3.02", "内控", 4, "ALL_OR_NOTHING", "", {"red_line": "SECTION"}),
)
BEST = {"1.01": "pass", "1.02": "0", "2.01": "优", "2.02": "pass", "3.01": "1000", "3.02": "pass"}
CHANNELS = ["OPEN", "COVERT", "SPECIAL"]


def make_version(
    branch: Unit, items: Any = ITEMS, *, name: str = "检查标准", scoring: str = "POINTS"
) -> ChecklistVersion:
    """A published version; its items apply to every channel."""
    version = ChecklistVersion.objects.create(
        checklist=Checklist.objects.create(branch=branch, name=name),
        label="2011版",
        scoring=scoring,
        effective_on=date(2011, 1, 1),
    )
    sections: dict[str, Section] = {}
    for position, (code, section, points, mode, parameters, other) in enumerate(items):
        if section not in sections:
            sections[section] = Section.objects.create(
                version=version, position=len(sections), name=section, weight=Decimal(10)
            )
        Item.objects.create(
            version=version, section=sections[section], position=position, code=code,
            text=f"检查内容{code}", points=points, mode=mode, parameters=parameters,
            channels=CHANNELS, **other,
        )  # fmt: skip
    ChecklistVersion.objects.filter(pk=version.pk).update(published_at=timezone.now())
    version.refresh_from_db()
    return version


def make_visit(unit: Unit, inspector: User, channel: str = "OPEN", **kw: Any) -> Visit:
    """A visit through the service; its window is April 2011."""
    before, after = kw.pop("window", WINDOW)
    plan = VisitPlan(
        units=[unit], channel=channel, not_before=before, not_after=after,
        inspectors=[inspector], **kw,
    )  # fmt: skip
    return visit_create(plan=plan, actor=None)


def make_sheet(visit: Visit, values: dict[str, str] | None = None, **kw: Any) -> Sheet:
    """A filled-in form: everything right but for the given values, by item code.

    `notes`, `staff` (by default anybody of the unit) and `photos` are by item code too.
    """
    notes, staff, photos = kw.pop("notes", {}), kw.pop("staff", {}), kw.pop("photos", {})
    wanted = BEST | (values or {})
    somebody = staff_at(visit.unit_id, kw.get("date", DAY)).values_list("staff", flat=True).first()
    replies = {
        item.id: Reply(
            wanted[item.code],
            notes.get(item.code, ""),
            staff.get(item.code, somebody if item.attribution == "STAFF" else None),
            tuple(photos.get(item.code, ())),
        )
        for item in published_form(visit.version_id, visit.channel).items.values()
        if wanted.get(item.code) is not None
    }
    return Sheet(date=kw.pop("date", DAY), replies=replies, **kw)


def submit(visit: Visit, values: dict[str, str] | None = None, **kw: Any) -> Receipt:
    """Submit the visit's sheet as its inspector, photos not asked for."""
    assert visit.inspector is not None
    key = kw.pop("key", None) or uuid.uuid4()
    return inspection_submit(
        visit=visit, key=key, sheet=make_sheet(visit, values, **kw), actor=visit.inspector,
        photos_needed=False,
    )  # fmt: skip


def make_inspection(unit: Unit, inspector: User, channel: str = "OPEN", **kw: Any) -> Inspection:
    """A submitted inspection of a visit made for it; released with its wave or by itself."""
    released = kw.pop("released", False)
    window = kw.pop("window", WINDOW)
    inspection = submit(make_visit(unit, inspector, channel, window=window), **kw).inspection
    if released and inspection.wave is not None:
        wave_release(wave=inspection.wave, actor=None)
    elif released:
        inspections_release(inspection_ids=[inspection.pk], actor=None)
    inspection.refresh_from_db()
    return inspection


def at_once(works: Sequence[Callable[[], T]]) -> list[T]:
    """What the pieces of work give, each in a thread and on a connection of its own, all at once."""
    start = threading.Barrier(len(works))

    def run(work: Callable[[], T]) -> T:
        try:
            start.wait()
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))
