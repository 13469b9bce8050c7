"""Standards for the tests, through the same services as real use."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from accounts.models import User
from inspections.models import ChecklistVersion
from inspections.services.checklists import version_import, version_publish
from inspections.standards import ItemContent, SectionContent, VersionContent
from outlets.models import Unit

DATA = Path(__file__).resolve().parents[2] / "inspections" / "data"
OPEN_FILE = DATA / "standard_open.csv"
COVERT_FILE = DATA / "standard_covert.csv"


def item(code: str = "1.01", **kw: Any) -> ItemContent:
    """An item worth ten points, all or nothing, for open inspections."""
    values: dict[str, Any] = {
        "text": f"检查内容{code}",
        "points": Decimal(10),
        "mode": "ALL_OR_NOTHING",
        "channels": ("OPEN",),
    } | kw
    return ItemContent(code=code, **values)


def section(name: str = "环境与设施", *items: ItemContent, weight: Any = None) -> SectionContent:
    """A module; with one item unless some are given."""
    return SectionContent(name, weight, items or (item(),))


def content(*sections: SectionContent, **kw: Any) -> VersionContent:
    """A 千分制 version of 2011; complete unless modules are given."""
    values: dict[str, Any] = {
        "name": "服务检查标准",
        "label": "2011版",
        "scoring": "POINTS",
        "effective_on": date(2011, 4, 1),
    } | kw
    complete = section("环境与设施", *(item(f"1.{n:02d}", points=Decimal(100)) for n in range(10)))
    return VersionContent(sections=sections or (complete,), **values)


def draft(branch: Unit, *sections: SectionContent, **kw: Any) -> ChecklistVersion:
    """A draft of the branch."""
    return version_import(branch=branch, content=content(*sections, **kw), actor=None)


def published(branch: Unit, actor: User, *sections: SectionContent, **kw: Any) -> ChecklistVersion:
    """A published version of the branch."""
    return version_publish(version=draft(branch, *sections, **kw), actor=actor)
