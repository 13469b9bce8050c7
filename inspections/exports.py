"""What this app writes as .xlsx and .csv."""

from collections.abc import Iterator
from decimal import Decimal

from inspections.imports.checklists import HEAD_COLUMNS, HEAD_SHEET, ITEM_COLUMNS, ITEM_SHEET
from inspections.models import Channel, ChecklistVersion, Item
from inspections.scoring import plain
from inspections.standards import ItemContent, SectionContent, VersionContent
from outlets.spreadsheets import SheetOut, Value, write_csv, write_template


def checklist_file(content: VersionContent, name: str) -> bytes:
    """The version in the format it is imported from; .csv by the name's ending, else .xlsx."""
    head = _head_values(content)
    items = list(_item_rows(content))
    if name.lower().endswith(".csv"):
        rows = [[*head, *row] for row in items]
        return write_csv(SheetOut(ITEM_SHEET, (*HEAD_COLUMNS, *ITEM_COLUMNS), rows))
    return write_template(
        [SheetOut(HEAD_SHEET, HEAD_COLUMNS, [head]), SheetOut(ITEM_SHEET, ITEM_COLUMNS, items)]
    )


def checklist_template() -> bytes:
    """An empty .xlsx to fill in, with drop-down lists and one example row."""
    return write_template(
        [SheetOut(HEAD_SHEET, HEAD_COLUMNS, []), SheetOut(ITEM_SHEET, ITEM_COLUMNS, [])]
    )


def _head_values(content: VersionContent) -> list[Value]:
    scoring = ChecklistVersion.Scoring(content.scoring).label
    return [content.name, content.label, str(scoring), content.effective_on]


def _item_rows(content: VersionContent) -> Iterator[list[Value]]:
    for section in content.sections:
        for item in section.items:
            yield _item_row(section, item)


def _item_row(section: SectionContent, item: ItemContent) -> list[Value]:
    return [
        section.name,
        _number(section.weight),
        item.code,
        item.text,
        _number(item.points),
        str(Item.Mode(item.mode).label),
        item.parameters,
        item.allows_na,
        str(Item.Photo(item.photo).label),
        str(Item.RedLine(item.red_line).label),
        ";".join(str(Channel(value).label) for value in item.channels),
        str(Item.Attribution(item.attribution).label),
        item.is_hot,
        str(Item.Stage(item.stage).label) if item.stage else "",
    ]


def _number(number: Decimal | None) -> Decimal | None:
    """Without trailing zeros, as people write it."""
    return None if number is None else Decimal(plain(number))
