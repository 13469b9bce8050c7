"""Standards as files: sheets 标准 and 项目, or one flat table with both (R1, R2)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from accounts.models import User
from inspections.models import Channel, ChecklistVersion, Item
from inspections.scoring import ALL_OR_NOTHING, WEIGHTED
from inspections.services.checklists import VersionFrozen, version_import
from inspections.services.item_checks import item_canonical, item_faults
from inspections.standards import (
    MAX_ITEM_POINTS,
    ItemContent,
    SectionContent,
    VersionContent,
    publish_faults,
)
from outlets.importing import ImportRequest, ImportResult, Kind, register
from outlets.models import Unit
from outlets.selectors import branches
from outlets.spreadsheets import (
    Book,
    Column,
    ColumnMap,
    ImportRefused,
    Row,
    RowError,
    SheetOut,
    Source,
    Table,
    open_book,
    read_table,
)
from outlets.spreadsheets.maps import check_columns

HEAD_SHEET: Final = "标准"
ITEM_SHEET: Final = "项目"
MAX_ITEMS: Final = 2_000
HEAD_LINE: Final = 2

_YES_NO: Final = ("是", "否")


def _labels(choices: Iterable[tuple[Any, Any]]) -> dict[str, str]:
    """Word in the file → stored value."""
    return {str(label): str(value) for value, label in choices}


SCORINGS: Final = _labels(ChecklistVersion.Scoring.choices)
MODES: Final = _labels(Item.Mode.choices)
PHOTOS: Final = _labels(Item.Photo.choices)
RED_LINES: Final = _labels(Item.RedLine.choices)
ATTRIBUTIONS: Final = _labels(Item.Attribution.choices)
STAGES: Final = _labels(Item.Stage.choices)
CHANNELS: Final = _labels(Channel.choices)

HEAD_COLUMNS: Final = (
    Column("名称", required=True, example="营业网点服务检查标准", width=34),
    Column("版本", required=True, example="2012版", hint="同一标准的各版本不能重名"),
    Column("计分", required=True, choices=tuple(SCORINGS), example="千分制",
           hint="千分制：各项分值合计1000分；加权：按模块权重折算"),
    Column("生效日期", required=True, kind="date", example=date(2012, 1, 1)),
)  # fmt: skip

ITEM_COLUMNS: Final = (
    Column("模块", required=True, example="环境与设施", width=20),
    Column("模块权重", kind="decimal", hint="加权标准必填，同一模块各行一致；千分制不填"),
    Column("编号", required=True, example="1.01", width=10, hint="文本，不能重复"),
    Column("检查内容", required=True, example="门前三米内地面整洁，每有一处污损计一次", width=60),
    Column("分值", required=True, kind="decimal", example=Decimal(10)),
    Column("计分方式", required=True, choices=tuple(MODES), example="次扣"),
    Column("参数", example="2", width=26,
           hint="次扣：每次扣分，如 0.5；分档：优=1;良=0.8;中=0.6;差=0；实测：<=300000；全扣不填"),
    Column("允许不适用", choices=_YES_NO, example="否"),
    Column("拍照", choices=tuple(PHOTOS), example="扣分时"),
    Column("一票否决", choices=tuple(RED_LINES), example="否"),
    Column("渠道", required=True, example="明查;自查", width=20,
           hint="明查、暗访、专项、自查，可填多个，用分号隔开"),
    Column("归属", choices=tuple(ATTRIBUTIONS), example="网点"),
    Column("热点", choices=_YES_NO, example="否"),
    Column("首问环节", choices=tuple(STAGES)),
)  # fmt: skip

_COLUMN_OF: Final[Mapping[str, str]] = {
    "code": "编号",
    "text": "检查内容",
    "points": "分值",
    "mode": "计分方式",
    "parameters": "参数",
    "photo": "拍照",
    "red_line": "一票否决",
    "channels": "渠道",
    "attribution": "归属",
    "stage": "首问环节",
}


@dataclass(frozen=True, slots=True)
class ChecklistImport:
    """What a file holds and what became of it; `version` is None after a dry run."""

    content: VersionContent
    version: ChecklistVersion | None
    replaces_draft: bool
    ignored: tuple[str, ...]  # headers that were not asked for
    open_points: tuple[str, ...]  # what keeps the draft from being published as it is


def checklist_import(
    *,
    branch: Unit,
    source: Source | Book,
    actor: User | None = None,
    mapping: ColumnMap | None = None,
    dry_run: bool = False,
) -> ChecklistImport:
    """Import a file as a draft version of the branch, all or nothing.

    A draft of the same label gives way. ImportRefused names every bad row, or says that the
    label is published already.
    """
    content, ignored = _read(source, mapping)
    existing = _existing(branch, content)
    if existing is not None and existing.is_published:
        raise _frozen(content)
    version = None if dry_run else _write(branch, content, actor)
    return ChecklistImport(
        content=content,
        version=version,
        replaces_draft=existing is not None,
        ignored=ignored,
        open_points=tuple(publish_faults(content.scoring, content.sections)),
    )


def read_checklist(source: Source | Book, mapping: ColumnMap | None = None) -> VersionContent:
    """The version a file describes; ImportRefused with line, column, value and reason."""
    return _read(source, mapping)[0]


def _run(request: ImportRequest) -> ImportResult:
    result = checklist_import(
        branch=_branch(request),
        source=request.book,
        actor=request.actor,
        mapping=request.mapping,
    )
    return ImportResult(
        created=0 if result.replaces_draft else 1,
        updated=1 if result.replaces_draft else 0,
        ignored=list(result.ignored),
    )


register(
    Kind(
        key="checklist",
        label="检查标准",
        sheets=(SheetOut(HEAD_SHEET, HEAD_COLUMNS, ()), SheetOut(ITEM_SHEET, ITEM_COLUMNS, ())),
        run=_run,
    )
)


def _branch(request: ImportRequest) -> Unit:
    """The actor's branch; for the command the only one there is."""
    if request.actor is not None and request.actor.unit is not None:
        return request.actor.unit.branch
    found = list(branches()[:2])
    if not found:
        raise ImportRefused.whole("还没有分行，请先导入机构")
    if len(found) > 1:
        raise ImportRefused.whole("有多个分行，请由各分行服务办在“检查标准”页面导入")
    return found[0]


def _read(
    source: Source | Book, mapping: ColumnMap | None
) -> tuple[VersionContent, tuple[str, ...]]:
    """The version, and the headers that were not used."""
    book = source if isinstance(source, Book) else open_book(source)
    if {HEAD_SHEET, ITEM_SHEET} & set(book.sheet_names):
        heads = _table(book, mapping, HEAD_COLUMNS, HEAD_SHEET)
        table = _table(book, mapping, ITEM_COLUMNS, ITEM_SHEET)
        ignored = (*heads.ignored, *table.ignored)
    else:
        heads = table = read_table(book, (*HEAD_COLUMNS, *ITEM_COLUMNS), mapping=mapping)
        ignored = tuple(table.ignored)
    _check_size(table)
    head = _head(heads, flat=heads is table)
    sections = _sections(table, weighted=head["scoring"] == WEIGHTED)
    _check(heads, table)
    return VersionContent(**head, sections=sections), ignored


def _table(book: Book, mapping: ColumnMap | None, columns: Sequence[Column], sheet: str) -> Table:
    """One of the two sheets; the mapping may name columns of both."""
    check_columns(mapping or {}, (column.name for column in (*HEAD_COLUMNS, *ITEM_COLUMNS)))
    return read_table(book, columns, mapping=_part(mapping, columns), sheet=sheet)


def _part(mapping: ColumnMap | None, columns: Iterable[Column]) -> ColumnMap:
    names = {column.name for column in columns}
    return {name: origin for name, origin in (mapping or {}).items() if name in names}


def _check_size(table: Table) -> None:
    if len(table.rows) > MAX_ITEMS:
        raise ImportRefused.whole(f"项目超过{MAX_ITEMS}行，一套标准不应有这么多项目")


def _check(heads: Table, table: Table) -> None:
    """Raise the faults of both sheets together."""
    if heads is not table:
        table.errors[:0] = heads.errors
    table.check()


def _head(table: Table, *, flat: bool) -> dict[str, Any]:
    """Name, label, scoring and effective date, from the first row."""
    first, *others = table.rows
    for row in others:
        if flat:
            _compare(row, first)
        else:
            row.refuse("名称", "一个文件只能有一个版本，本表只填一行")
    return {
        "name": first.text("名称", required=True, max_length=80),
        "label": first.text("版本", required=True, max_length=20),
        "scoring": first.choice("计分", SCORINGS, required=True),
        "effective_on": first.date("生效日期", required=True),
    }


def _compare(row: Row, first: Row) -> None:
    for column in HEAD_COLUMNS:
        if row.shown(column.name) != first.shown(column.name):
            row.refuse(column.name, f"与第{first.line}行不一致，一个文件只能有一个版本")


def _sections(table: Table, *, weighted: bool) -> tuple[SectionContent, ...]:
    """The modules in the order of their first rows, each with its items."""
    table.unique("编号")
    firsts: dict[str, tuple[Row, Decimal | None]] = {}
    items: dict[str, list[ItemContent]] = {}
    for row in table.rows:
        name = row.text("模块", required=True, max_length=60)
        weight = _weight(row, weighted=weighted)
        first, expected = firsts.setdefault(name, (row, weight))
        if name and row.is_sound and first.is_sound and weight != expected:
            row.refuse("模块权重", f"与第{first.line}行同一模块的权重不一致")
        items.setdefault(name, []).append(_item(row))
    return tuple(
        SectionContent(name, weight, tuple(items[name])) for name, (_, weight) in firsts.items()
    )


def _weight(row: Row, *, weighted: bool) -> Decimal | None:
    weight = row.decimal("模块权重", required=weighted, minimum=0, maximum=1000)
    if weight is not None and not weight:
        row.refuse("模块权重", "权重应大于0")
    return weight


def _item(row: Row) -> ItemContent:
    """One item; what cannot be read is noted in the row and stands in with a harmless value."""
    before = len(row.errors)
    mode = row.choice("计分方式", MODES, required=True)
    points = row.decimal("分值", required=True, maximum=MAX_ITEM_POINTS)
    content = ItemContent(
        code=row.text("编号", required=True, max_length=16) or "-",
        text=row.text("检查内容", required=True, max_length=300) or "-",
        points=Decimal(1) if points is None else points,
        mode=mode or ALL_OR_NOTHING,
        parameters=row.text("参数", max_length=200) if mode else "",
        allows_na=row.flag("允许不适用") or False,
        photo=row.choice("拍照", PHOTOS) or Item.Photo.NO,
        red_line=row.choice("一票否决", RED_LINES) or Item.RedLine.NO,
        channels=_channels(row),
        attribution=row.choice("归属", ATTRIBUTIONS) or Item.Attribution.OUTLET,
        is_hot=row.flag("热点") or False,
        stage=row.choice("首问环节", STAGES) or "",
    )
    refused = {error.column for error in row.errors[before:]}
    for name, reason in item_faults(content).items():
        if _COLUMN_OF[name] not in refused:
            row.refuse(_COLUMN_OF[name], reason)
    return item_canonical(content)


def _channels(row: Row) -> tuple[str, ...]:
    words = [word.strip() for word in re.split(r"[;；,，、]", row.shown("渠道")) if word.strip()]
    unknown = [word for word in words if word not in CHANNELS]
    if not words:
        row.refuse("渠道", "不能为空")
    if unknown:
        row.refuse("渠道", f"未知的渠道“{unknown[0]}”，应是：{'、'.join(CHANNELS)}")
    return tuple(CHANNELS[word] for word in words if word in CHANNELS)


def _existing(branch: Unit, content: VersionContent) -> ChecklistVersion | None:
    return ChecklistVersion.objects.filter(
        checklist__branch=branch, checklist__name=content.name, label=content.label
    ).first()


def _write(branch: Unit, content: VersionContent, actor: User | None) -> ChecklistVersion:
    try:
        return version_import(branch=branch, content=content, actor=actor)
    except VersionFrozen:
        raise _frozen(content) from None


def _frozen(content: VersionContent) -> ImportRefused:
    reason = f"“{content.name}”的这个版本已发布，不能再改；请换一个版本名"
    return ImportRefused([RowError(HEAD_LINE, "版本", content.label, reason)])
