"""The units file: 机构号 · 机构名称 · … (the columns of UNIT_COLUMNS), all or nothing."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils import timezone

from outlets.importing import ImportRequest, ImportResult
from outlets.models import Unit, UnitMove
from outlets.selectors import placements
from outlets.services.tree import (
    MAX_PATH,
    SINCE_EVER,
    TOO_DEEP,
    branches_lock,
    find_cycle,
    founding_days,
    founding_refresh,
    tree_check,
    tree_refresh,
)
from outlets.services.units import unit_ids_next, windows_trim
from outlets.spreadsheets import Column, ImportRefused, Row, Table, read_table

CODE, NAME, SHORT, PARENT, KIND = "机构号", "机构名称", "简称", "上级机构号", "层级"
SERVES, WINDOWS, DISTRICT, ADDRESS = "对外营业", "窗口数", "区县", "地址"
GROUP, OPENED, CLOSED = "组别", "开业日期", "撤并日期"

KINDS: Final = {kind.label: kind for kind in Unit.Kind}
MAX_WINDOWS: Final = 200
BATCH: Final = 2_000

UNIT_COLUMNS: Final = (
    Column(CODE, required=True, example="AS0101", hint="全系统唯一，导入后不再改变"),
    Column(NAME, required=True, example="中国银行海城支行营业部", width=34),
    Column(SHORT, example="海城支行营业部", width=22, hint="留空时取机构名称去掉银行名"),
    Column(PARENT, required=True, example="AS01", hint="分行留空"),
    Column(KIND, required=True, choices=tuple(KINDS), example="网点", width=10),
    Column(SERVES, choices=("是", "否"), example="是", width=10, hint="留空时网点为是，其余为否"),
    Column(WINDOWS, kind="integer", example=6, width=10),
    Column(DISTRICT, example="海城市"),
    Column(ADDRESS, example="海城市北关街1号", width=40),
    Column(GROUP, example="城区", width=10, hint="同组网点一起排名"),
    Column(OPENED, kind="date", example=date(2000, 1, 1)),
    Column(CLOSED, kind="date"),
)

_BANK: Final = re.compile(r"^(?:[^（(]*?银行股份有限公司|中国银行)(?=.)")
_FACTS: Final = (
    "name", "short_name", "kind", "serves_customers", "windows", "district", "address",
    "peer_group", "opened_on", "closed_on",
)  # fmt: skip
# Facts whose blank cell keeps what is known; a blank cell elsewhere empties the fact.
_KEPT_WHEN_BLANK: Final = {"kind", "serves_customers", "windows"}


@dataclass(slots=True)
class Line:
    """One sound row: the code, the parent's code, and the facts its columns give."""

    row: Row
    code: str
    parent: str
    facts: dict[str, Any]


def units_import(request: ImportRequest) -> ImportResult:
    """Found new units, update known ones; a changed 上级机构号 is a move as of the request's day."""
    table = read_table(request.book, UNIT_COLUMNS, mapping=request.mapping)
    table.unique(CODE)
    lines = [_line(row, table.present) for row in table.rows]
    known = _known(lines)
    _check_tree(lines, known)
    _check_branches(lines, known, request)
    table.check()
    return _written(lines, known, table, request.as_of or timezone.localdate())


def short_name_of(name: str) -> str:
    """A unit's name without the bank's."""
    return _BANK.sub("", name)[:40]


def _line(row: Row, present: frozenset[str]) -> Line:
    code = row.text(CODE, required=True, max_length=32)
    if "/" in code:
        row.refuse(CODE, "不能含“/”")
    name = row.text(NAME, required=True, max_length=100)
    opened, closed = row.date(OPENED), row.date(CLOSED)
    if opened and closed and closed < opened:
        row.refuse(CLOSED, f"早于开业日期{opened}")
    facts = {
        NAME: ("name", name),
        SHORT: ("short_name", row.text(SHORT, max_length=40) or short_name_of(name)),
        KIND: ("kind", row.choice(KIND, KINDS, required=True)),
        SERVES: ("serves_customers", row.flag(SERVES)),
        WINDOWS: ("windows", row.integer(WINDOWS, maximum=MAX_WINDOWS)),
        DISTRICT: ("district", row.text(DISTRICT, max_length=40)),
        ADDRESS: ("address", row.text(ADDRESS, max_length=200)),
        GROUP: ("peer_group", row.text(GROUP, max_length=20)),
        OPENED: ("opened_on", opened),
        CLOSED: ("closed_on", closed),
    }
    given = dict(pair for column, pair in facts.items() if column in present)
    return Line(row, code, row.text(PARENT, max_length=32), given)


def _known(lines: list[Line]) -> dict[str, Unit]:
    """The stored units of every tree the file touches, by code; the trees stay locked."""
    codes = {code for line in lines for code in (line.code, line.parent) if code}
    touched = set(Unit.objects.filter(code__in=codes).values_list("branch_id", flat=True))
    branches_lock(touched)
    return {
        unit.code: unit
        for unit in Unit.objects.filter(branch_id__in=touched).select_related("branch", "parent")
    }


def _check_tree(lines: list[Line], known: dict[str, Unit]) -> None:
    """Parents exist, only branches have none, kinds stay what they must, nothing closes a cycle."""
    above = {code: unit.parent.code if unit.parent else None for code, unit in known.items()}
    above |= {line.code: line.parent or None for line in lines}
    for line in lines:
        kind, old = line.facts["kind"], known.get(line.code)
        is_branch = kind == Unit.Kind.BRANCH
        if is_branch and line.parent:
            line.row.refuse(PARENT, "分行的上级机构号应为空")
        elif kind and not is_branch and not line.parent:
            line.row.refuse(PARENT, "不能为空（只有分行没有上级）")
        elif line.parent and line.parent not in above:
            line.row.refuse(PARENT, "没有这个机构：文件中和系统中都找不到")
        elif (cycle := find_cycle(above, line.code)) and line.code in cycle:
            line.row.refuse(PARENT, f"上级关系成环：{' → '.join([*cycle, cycle[0]])}")
        if kind and old and (old.kind == Unit.Kind.BRANCH) != is_branch:
            line.row.refuse(KIND, f"该机构现为{old.get_kind_display()}，分行与其他层级不能互改")


def _check_branches(lines: list[Line], known: dict[str, Unit], request: ImportRequest) -> None:
    """Nobody moves between branches, and a user touches the own branch only."""
    roots = _root_codes(lines, known)
    branches = {unit.code for unit in known.values() if unit.kind == Unit.Kind.BRANCH}
    branches |= {line.code for line in lines if line.facts["kind"] == Unit.Kind.BRANCH}
    unit = request.actor.unit if request.actor else None
    own = Unit.objects.get(pk=unit.branch_id).code if unit else None
    for line in lines:
        old, root = known.get(line.code), roots[line.code]
        if root not in branches:
            continue  # it or a unit above it has been refused already
        if old and old.branch.code != root:
            line.row.refuse(PARENT, f"该机构属于分行{old.branch.code}，不能调到分行{root}")
        elif own is not None and root != own:
            line.row.refuse(CODE, "不属于您所在的分行")


def _root_codes(lines: list[Line], known: dict[str, Unit]) -> dict[str, str]:
    """The code above all others of every code in the file, as the file has it."""
    above = {line.code: line.parent for line in lines}
    roots = {code: unit.branch.code for code, unit in known.items() if code not in above}
    for line in lines:
        trail, code = [], line.code
        while code not in roots and code not in trail and above.get(code):
            trail.append(code)
            code = above[code]
        root = roots.get(code, code)
        roots |= dict.fromkeys([*trail, code], root)
    return roots


def _written(lines: list[Line], known: dict[str, Unit], table: Table, day: date) -> ImportResult:
    result = ImportResult(ignored=table.ignored)
    units = _founded(lines, known)
    for line in lines:
        if len(units[line.code].path) > MAX_PATH:
            line.row.refuse(PARENT, TOO_DEEP)
    table.check()
    new = {line.code for line in lines if line.code not in known}
    changed = [line for line in lines if line.code not in new and _apply(units[line.code], line)]
    _store([units[line.code] for line in lines if line.code in new or line in changed])
    UnitMove.objects.bulk_create(
        (
            UnitMove(
                unit=units[code],
                parent=units[code].parent,
                effective_on=units[code].opened_on or SINCE_EVER,
            )
            for code in new
        ),
        batch_size=BATCH,
    )
    founding_refresh([units[line.code].pk for line in changed])
    windows_trim([units[line.code].pk for line in changed])
    moved = _move([line for line in lines if line.code not in new], units, day, table)
    result.created = len(new)
    result.updated = len({line.code for line in changed} | moved)
    result.unchanged = len(lines) - result.created - result.updated
    return result


def _founded(lines: list[Line], known: dict[str, Unit]) -> dict[str, Unit]:
    """All units by code, the new ones among them made but not yet stored."""
    units = dict(known)
    new = [line for line in lines if line.code not in known]
    for pk, line in zip(unit_ids_next(len(new)), new, strict=True):
        given = {name: value for name, value in line.facts.items() if value is not None}
        given.setdefault("short_name", short_name_of(given["name"]))
        given.setdefault("serves_customers", given["kind"] == Unit.Kind.OUTLET)
        units[line.code] = Unit(pk=pk, code=line.code, **given)
    parents = {line.code: line.parent for line in new}
    for code in parents:
        _place(code, parents, units)
    return units


def _place(code: str, parents: dict[str, str], units: dict[str, Unit]) -> None:
    """Give a new unit its parent, branch and path, its new ancestors before it."""
    trail = [code]
    while trail[-1] in parents and not units[trail[-1]].path:
        trail.append(parents[trail[-1]])
        if not trail[-1]:
            break
    for below in reversed([one for one in trail if one in parents and not units[one].path]):
        unit, parent = units[below], units.get(parents[below])
        unit.parent = parent
        unit.branch_id = parent.branch_id if parent else unit.pk
        unit.path = f"{parent.path if parent else ''}{below}/"


def _apply(unit: Unit, line: Line) -> bool:
    """Take a known unit's new facts; whether any differs."""
    differs = False
    for name, value in line.facts.items():
        if value is None and name in _KEPT_WHEN_BLANK:
            continue
        if getattr(unit, name) != value:
            setattr(unit, name, value)
            differs = True
    return differs


def _store(units: list[Unit]) -> None:
    """Insert new units and update known ones in one statement a batch."""
    Unit.objects.bulk_create(
        units,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=_FACTS,
    )


def _move(lines: list[Line], units: dict[str, Unit], day: date, table: Table) -> set[str]:
    """Enter the moves of units whose parent on that day is not the file's; the codes moved."""
    branch_ids = {units[line.code].branch_id for line in lines}
    parents = {p.unit_id: p.parent_id for p in placements(sorted(branch_ids), day)}
    moved = [
        line
        for line in lines
        if line.parent and parents.get(units[line.code].pk) != units[line.parent].pk
    ]
    if not moved:
        return set()
    founded = founding_days(units[line.code].pk for line in moved)
    for line in moved:
        if (first := founded[units[line.code].pk]) >= day:
            line.row.refuse(PARENT, f"该机构自{first}设立，调整上级的日期应晚于这一天")
    table.check()
    _store_moves(moved, units, day)
    try:
        for branch_id in branch_ids:
            tree_check(branch_id, day)
    except ValidationError as error:
        raise ImportRefused.whole("；".join(error.messages), column=PARENT) from error
    tree_refresh(sorted(branch_ids))
    return {line.code for line in moved}


def _store_moves(moved: list[Line], units: dict[str, Unit], day: date) -> None:
    UnitMove.objects.bulk_create(
        (
            UnitMove(unit=units[line.code], parent=units[line.parent], effective_on=day)
            for line in moved
        ),
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["unit", "effective_on"],
        update_fields=["parent"],
    )
