"""Founding, changing and closing units, and their windows."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Q

from outlets.models import Posting, Unit, UnitMove, Window
from outlets.services.tree import MAX_PATH, SINCE_EVER, TOO_DEEP, branches_lock, founding_refresh


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFacts:
    """What is known of a unit besides its code and its place."""

    name: str
    short_name: str
    kind: str
    serves_customers: bool = False
    windows: int = 0
    district: str = ""
    address: str = ""
    peer_group: str = ""
    opened_on: date | None = None
    closed_on: date | None = None


def unit_ids_next(count: int) -> list[int]:
    """Fresh primary keys: a branch names itself as its branch, so it must know its key before."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('outlets_unit', 'id'))"
            " FROM generate_series(1, %s)",
            [count],
        )
        return [row[0] for row in cursor.fetchall()]


@transaction.atomic
def unit_create(*, code: str, facts: UnitFacts, parent: Unit | None) -> Unit:
    """Found a unit below a parent, or a branch without one.

    ValidationError for a code in use, a kind that does not fit the place, or bad dates.
    """
    if parent is not None:
        branches_lock([parent.branch_id])
        parent.refresh_from_db()
    _check_code(code)
    _check_place(facts.kind, parent)
    _check_dates(facts)
    path = f"{parent.path if parent else ''}{code}/"
    if len(path) > MAX_PATH:
        raise ValidationError({"parent": TOO_DEEP})
    (pk,) = unit_ids_next(1)
    unit = Unit.objects.create(
        pk=pk,
        code=code,
        branch_id=parent.branch_id if parent else pk,
        parent=parent,
        path=path,
        **asdict(facts),
    )
    UnitMove.objects.create(unit=unit, parent=parent, effective_on=facts.opened_on or SINCE_EVER)
    return unit


def _check_code(code: str) -> None:
    if not code or "/" in code:
        raise ValidationError({"code": "机构号不能为空，也不能含“/”"})
    if Unit.objects.filter(code=code).exists():
        raise ValidationError({"code": f"机构号“{code}”已有机构使用"})


def _check_place(kind: str, parent: Unit | None) -> None:
    if kind == Unit.Kind.BRANCH and parent is not None:
        raise ValidationError({"kind": "分行没有上级机构"})
    if kind != Unit.Kind.BRANCH and parent is None:
        raise ValidationError({"parent": "请选择上级机构"})


def _check_dates(facts: UnitFacts) -> None:
    if facts.opened_on and facts.closed_on and facts.closed_on < facts.opened_on:
        raise ValidationError({"closed_on": "撤并日期早于开业日期"})


@transaction.atomic
def unit_update(*, unit: Unit, facts: UnitFacts) -> Unit:
    """Correct a unit's facts; its code never changes, its place only by `unit_move`."""
    branches_lock([unit.branch_id])
    unit.refresh_from_db()
    _check_place(facts.kind, unit.parent)
    _check_dates(facts)
    if facts.closed_on and facts.closed_on != unit.closed_on:
        _check_closing(unit, facts.closed_on)
    changes: dict[str, Any] = asdict(facts)
    for name, value in changes.items():
        setattr(unit, name, value)
    unit.save(update_fields=list(changes))
    founding_refresh([unit.pk])
    windows_trim([unit.pk])
    return unit


@transaction.atomic
def unit_close(*, unit: Unit, closed_on: date) -> Unit:
    """Close a unit from a day on: from that day it is not open.

    ValidationError while units below it stay open or people stay posted there.
    """
    branches_lock([unit.branch_id])
    unit.refresh_from_db()
    if unit.opened_on and closed_on < unit.opened_on:
        raise ValidationError({"closed_on": f"撤并日期早于开业日期{unit.opened_on}"})
    _check_closing(unit, closed_on)
    unit.closed_on = closed_on
    unit.save(update_fields=["closed_on"])
    return unit


def _check_closing(unit: Unit, day: date) -> None:
    below = Unit.objects.filter(path__startswith=unit.path).exclude(pk=unit.pk)
    still_open = below.filter(Q(closed_on=None) | Q(closed_on__gt=day)).count()
    if still_open:
        raise ValidationError({"closed_on": f"下面还有{still_open}个机构未撤并，请先调整"})
    posted = Posting.objects.filter(Q(end=None) | Q(end__gt=day), unit=unit).count()
    if posted:
        raise ValidationError({"closed_on": f"还有{posted}名员工在该机构任职，请先调动"})


@transaction.atomic
def windows_set(*, unit: Unit, counts: Mapping[str, int]) -> Unit:
    """Lay out the unit's windows: how many in each zone, numbered through in the zones' order."""
    branches_lock([unit.branch_id])
    zones = [zone for zone in Window.Zone for _ in range(counts.get(zone, 0))]
    Window.objects.filter(unit=unit).delete()
    Window.objects.bulk_create(
        Window(unit=unit, number=number, zone=zone) for number, zone in enumerate(zones, 1)
    )
    unit.refresh_from_db()
    unit.windows = len(zones)
    unit.save(update_fields=["windows"])
    return unit


def windows_trim(unit_ids: list[int]) -> None:
    """Drop listed windows beyond a unit's number of windows, after that number was lowered."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM outlets_window w USING outlets_unit u"
            " WHERE u.id = w.unit_id AND w.number > u.windows AND u.id = ANY(%s)",
            [unit_ids],
        )
