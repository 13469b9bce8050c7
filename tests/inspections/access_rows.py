"""Who gets in at the URLs of inspections, the covert firewall included."""

import hashlib
import io
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from accounts.models import User
from accounts.roles import Capability, Role
from inspections.models import Checklist, ChecklistVersion, Evidence, Item, Section, Visit
from inspections.services.evidence import evidence_add
from outlets.models import Unit
from tests.access_table import BOUND, Keys, Row, who
from tests.factories import make_outlet, make_staff, make_user
from tests.inspections.builders import make_inspection, make_version, make_visit

READ, EDIT = who(Capability.CHECKLISTS_READ), who(Capability.CHECKLISTS_EDIT)
PLAN, SCORE = who(Capability.VISITS_PLAN), who(Capability.VISITS_SCORE)
COVERT, RESULTS = who(Capability.COVERT_COORDINATE), who(Capability.INSPECTIONS_READ)
RELEASE = who(Capability.INSPECTIONS_RELEASE)
INSPECTOR, SHOPPER = frozenset({Role.INSPECTOR}), frozenset({Role.SHOPPER})
OFFICE, COORDINATOR = frozenset({Role.SERVICE_OFFICE}), frozenset({Role.COORDINATOR})
# Those who know of a covert visit before its wave is released.
KNOWING = OFFICE | COORDINATOR | SHOPPER
LINE = frozenset({Role.LEADERSHIP, Role.INSTITUTION_HEAD, Role.OUTLET_HEAD})


# Standards


def _version(branch: Unit) -> dict[str, Any]:
    return {"pk": make_version(branch).pk}


def version(org: Any) -> dict[str, Any]:
    return _version(org.branch)


def foreign_version(org: Any) -> dict[str, Any]:
    return _version(org.other)


def _draft(branch: Unit) -> Item:
    checklist = Checklist.objects.create(branch=branch, name="草稿")
    version = ChecklistVersion.objects.create(
        checklist=checklist, label="2012", scoring="POINTS", effective_on=date(2012, 1, 1)
    )
    section = Section.objects.create(version=version, position=0, name="环境", weight=Decimal(1))
    return Item.objects.create(
        version=version, section=section, position=0, code="1.01", text="检查内容", points=1,
        mode="ALL_OR_NOTHING", channels=["OPEN"],
    )  # fmt: skip


def draft(org: Any) -> dict[str, Any]:
    return {"pk": _draft(org.branch).version_id}


def foreign_draft(org: Any) -> dict[str, Any]:
    return {"pk": _draft(org.other).version_id}


def section(org: Any) -> dict[str, Any]:
    return {"pk": _draft(org.branch).section_id}


def foreign_section(org: Any) -> dict[str, Any]:
    return {"pk": _draft(org.other).section_id}


def item(org: Any) -> dict[str, Any]:
    return {"pk": _draft(org.branch).pk}


def foreign_item(org: Any) -> dict[str, Any]:
    return {"pk": _draft(org.other).pk}


def standard(org: Any) -> dict[str, Any]:
    return {"pk": make_version(org.branch).checklist_id}


def foreign_standard(org: Any) -> dict[str, Any]:
    return {"pk": make_version(org.other).checklist_id}


def two(branch: Unit) -> dict[str, Any]:
    """Two versions of one standard."""
    older = make_version(branch)
    newer = ChecklistVersion.objects.create(
        checklist=older.checklist, label="2012", scoring="POINTS",
        effective_on=date(2012, 1, 1), published_at=older.published_at,
    )  # fmt: skip
    return {"pk": older.pk, "other": newer.pk}


def as_csv(keys: Keys) -> Keys:
    return lambda org: keys(org) | {"ending": "csv"}


def _drafts(name: str, keys: Keys, foreign: Keys, method: str = "GET") -> Row:
    return Row(name, EDIT, own=keys, other=foreign, method=method)


STANDARDS = [
    Row("inspections:checklists", READ),
    Row("inspections:checklist_template", EDIT),
    Row("inspections:checklist_create", EDIT),
    Row("inspections:checklist_import", EDIT),
    Row("inspections:checklist_version", READ, own=version, other=foreign_version),
    Row("inspections:checklist_version", READ - EDIT, own=None, other=draft),
    Row("inspections:checklist_preview", READ, own=version, other=foreign_version),
    Row("inspections:checklist_export", READ, own=as_csv(version), other=as_csv(foreign_version)),
    Row(
        "inspections:checklist_diff",
        READ,
        own=lambda org: two(org.branch),
        other=lambda org: two(org.other),
    ),
    _drafts("inspections:checklist_copy", standard, foreign_standard),
    _drafts("inspections:checklist_edit", draft, foreign_draft),
    _drafts("inspections:checklist_head", draft, foreign_draft),
    _drafts("inspections:checklist_publish", draft, foreign_draft),
    _drafts("inspections:checklist_publish", draft, foreign_draft, "POST"),
    _drafts("inspections:checklist_delete", draft, foreign_draft, "POST"),
    _drafts("inspections:checklist_section_new", draft, foreign_draft),
    _drafts("inspections:checklist_section_edit", section, foreign_section),
    _drafts("inspections:checklist_section_move", section, foreign_section, "POST"),
    _drafts("inspections:checklist_section_delete", section, foreign_section, "POST"),
    _drafts("inspections:checklist_item_new", section, foreign_section),
    _drafts("inspections:checklist_item_edit", item, foreign_item),
    _drafts("inspections:checklist_item_row", item, foreign_item),
    _drafts("inspections:checklist_item_move", item, foreign_item, "POST"),
    _drafts("inspections:checklist_item_delete", item, foreign_item, "POST"),
]

STANDARDS_API = [
    Row("checklist-list", READ),
    Row("checklist-list", EDIT, method="POST"),
    Row("checklist-import", EDIT, method="POST"),
    Row("checklist-detail", READ, own=standard, other=foreign_standard),
    Row("checklist-version-list", READ),
    Row("checklist-version-list", EDIT, method="POST"),
    Row("checklist-version-detail", READ, own=version, other=foreign_version),
    Row("checklist-section-list", READ),
    Row("checklist-section-list", EDIT, method="POST"),
    _drafts("checklist-section-detail", section, foreign_section),
    Row("checklist-item-list", READ),
    Row("checklist-item-list", EDIT, method="POST"),
    _drafts("checklist-item-detail", item, foreign_item),
    _drafts("checklist-version-publish", draft, foreign_draft, "POST"),
    _drafts("checklist-section-move", section, foreign_section, "POST"),
    _drafts("checklist-item-move", item, foreign_item, "POST"),
    *[
        _drafts(f"checklist-{noun}-detail", own, foreign, method)
        for method in ("PATCH", "DELETE")
        for noun, own, foreign in (
            ("version", draft, foreign_draft),
            ("section", section, foreign_section),
            ("item", item, foreign_item),
        )
    ],
]


# Visits and results


def _visit(unit: Unit, inspector: User, channel: str) -> Visit:
    make_version(unit.branch)
    return make_visit(unit, inspector, channel)


def open_visit(org: Any) -> dict[str, Any]:
    return {"pk": _visit(org.a1, org.cast.inspector, "OPEN").pk}


def covert_visit(org: Any) -> dict[str, Any]:
    return {"pk": _visit(org.a1, org.cast.shopper, "COVERT").pk}


def _colleagues(org: Any, role: Role, channel: str) -> dict[str, Any]:
    colleague = make_user(role=role, unit=org.branch)
    return {"pk": _visit(org.a1, colleague, channel).pk}


def colleagues_open_visit(org: Any) -> dict[str, Any]:
    return _colleagues(org, Role.INSPECTOR, "OPEN")


def colleagues_covert_visit(org: Any) -> dict[str, Any]:
    return _colleagues(org, Role.SHOPPER, "COVERT")


def foreign_visit(org: Any) -> dict[str, Any]:
    unit, inspector = _abroad(org)
    return {"pk": _visit(unit, inspector, "COVERT").pk}


def _abroad(org: Any) -> tuple[Unit, User]:
    unit = make_outlet(parent=org.other)
    return unit, make_user(role=Role.SHOPPER, unit=org.other)


def _inspection(unit: Unit, inspector: User, channel: str, **kw: Any) -> Any:
    make_version(unit.branch)
    make_staff(unit=unit)
    return make_inspection(unit, inspector, channel, **kw)


def result(org: Any) -> dict[str, Any]:
    return {"pk": _inspection(org.a1, org.cast.inspector, "OPEN", released=True).pk}


def sibling_result(org: Any) -> dict[str, Any]:
    return {"pk": _inspection(org.b1, org.cast.inspector, "OPEN", released=True).pk}


def submitted(org: Any) -> dict[str, Any]:
    return {"pk": _inspection(org.a1, org.cast.inspector, "OPEN").pk}


def covert_result(org: Any) -> dict[str, Any]:
    """Submitted, its wave not released."""
    return {"pk": _inspection(org.a1, org.cast.shopper, "COVERT").pk}


def foreign_result(org: Any) -> dict[str, Any]:
    unit, inspector = _abroad(org)
    return {"pk": _inspection(unit, inspector, "COVERT", released=True).pk}


def received(org: Any) -> dict[str, Any]:
    return {"pk": _inspection(org.a1, org.cast.inspector, "OPEN").visit_id}


def wave(org: Any) -> dict[str, Any]:
    return {"pk": _inspection(org.a1, org.cast.shopper, "COVERT").wave_id}


def foreign_wave(org: Any) -> dict[str, Any]:
    unit, inspector = _abroad(org)
    return {"pk": _inspection(unit, inspector, "COVERT").wave_id}


def _photo(visit: Visit, actor: User) -> Evidence:
    out = io.BytesIO()
    Image.new("RGB", (32, 32)).save(out, "JPEG")
    data = out.getvalue()
    assert visit.version is not None
    kept, _ = evidence_add(
        visit=visit,
        item_id=visit.version.items.get(code="1.02").pk,
        sha256=hashlib.sha256(data).hexdigest(),
        file=SimpleUploadedFile("photo.jpg", data, "image/jpeg"),
        actor=actor,
    )
    return kept


def photo(org: Any) -> dict[str, Any]:
    """Of the inspector's visit under way."""
    inspector = org.cast.inspector
    return {"uuid": _photo(_visit(org.a1, inspector, "OPEN"), inspector).uuid}


def covert_photo(org: Any) -> dict[str, Any]:
    shopper = org.cast.shopper
    return {"uuid": _photo(_visit(org.a1, shopper, "COVERT"), shopper).uuid}


def photo_of_visit(org: Any) -> dict[str, Any]:
    visit = _visit(org.a1, org.cast.inspector, "OPEN")
    return {"pk": visit.pk, "uuid": _photo(visit, org.cast.inspector).uuid}


def photo_of_covert_visit(org: Any) -> dict[str, Any]:
    visit = _visit(org.a1, org.cast.shopper, "COVERT")
    return {"pk": visit.pk, "uuid": _photo(visit, org.cast.shopper).uuid}


def foreign_photo(org: Any) -> dict[str, Any]:
    unit, shopper = _abroad(org)
    return {"uuid": _photo(_visit(unit, shopper, "COVERT"), shopper).uuid}


def _own_visits(name: str, method: str = "GET", query: str = "") -> list[Row]:
    """Scorers get at their own visits, not at those of a colleague."""
    return [
        Row(name, INSPECTOR, open_visit, colleagues_open_visit, method=method, query=query),
        Row(name, SHOPPER, covert_visit, colleagues_covert_visit, method=method, query=query),
    ]


def _photos(name: str) -> list[Row]:
    """Nobody of the line sees a photo of a visit under way."""
    return [
        Row(name, OFFICE | INSPECTOR, own=photo, other=foreign_photo),
        Row(name, KNOWING, own=covert_photo, other=foreign_photo),
        Row(name, LINE | COORDINATOR | SHOPPER | {Role.TELLER}, own=None, other=photo),
        Row(name, LINE | {Role.TELLER} | INSPECTOR, own=None, other=covert_photo),
    ]


def _results(name: str) -> list[Row]:
    """Released ones for the line and their inspector; covert ones before their wave for nobody."""
    return [
        Row(name, OFFICE | LINE | INSPECTOR, result, foreign_result, sibling_result, bound=BOUND),
        Row(name, LINE | {Role.TELLER}, own=None, other=submitted),
        Row(name, KNOWING, own=covert_result, other=foreign_result),
        Row(name, LINE | {Role.TELLER} | INSPECTOR, own=None, other=covert_result),
        Row(name, frozenset({Role.TELLER}), own=None, other=sibling_result),
    ]


VISITS = [
    Row("inspections:today", SCORE),
    Row("inspections:visits", PLAN | COVERT),
    Row("inspections:visit_create", PLAN),
    Row("inspections:visits_assign", COVERT, method="POST"),
    Row("inspections:visits_cancel", PLAN, method="POST"),
    Row("inspections:visit_edit", PLAN, own=open_visit, other=foreign_visit),
    *_own_visits("inspections:score"),
    Row("inspections:receipt", INSPECTOR, own=received, other=colleagues_open_visit),
    Row("inspections:receipt", SHOPPER, own=None, other=received),
    Row("inspections:inspections", RESULTS),
    *_results("inspections:inspection"),
    Row("inspections:inspections_release", RELEASE, method="POST"),
    Row("inspections:inspection_return", RELEASE, own=submitted, other=foreign_result),
    Row("inspections:waves", COVERT),
    Row("inspections:wave_release", RELEASE, own=wave, other=foreign_wave, method="POST"),
    *_photos("inspections:photo"),
    *_photos("inspections:photo_small"),
]

VISITS_API = [
    Row("visit-list", PLAN | COVERT | SCORE),
    Row("visit-list", PLAN, method="POST"),
    Row("visit-detail", OFFICE | INSPECTOR, own=open_visit, other=foreign_visit),
    Row("visit-detail", COORDINATOR | SHOPPER, own=None, other=open_visit),
    Row("visit-detail", KNOWING, own=covert_visit, other=foreign_visit),
    Row("visit-detail", INSPECTOR, own=None, other=covert_visit),
    Row("visit-detail", PLAN, own=open_visit, other=foreign_visit, method="PATCH"),
    Row("visit-cancel", PLAN, own=open_visit, other=foreign_visit, method="POST"),
    Row("visit-assign", COVERT, own=covert_visit, other=foreign_visit, method="POST"),
    Row("visit-assign", COORDINATOR, own=None, other=open_visit, method="POST"),
    *_own_visits("visit-draft"),
    *_own_visits("visit-draft", "PATCH"),
    *_own_visits("visit-staff", query="date=2011-04-12"),
    *_own_visits("visit-evidence", "POST"),
    Row("visit-evidence-remove", INSPECTOR, own=photo_of_visit, method="DELETE"),
    Row("visit-evidence-remove", SHOPPER, own=photo_of_covert_visit, method="DELETE"),
    Row("visit-evidence-remove", SHOPPER, own=None, other=photo_of_visit, method="DELETE"),
    Row("visit-evidence-remove", INSPECTOR, None, photo_of_covert_visit, method="DELETE"),
    Row("inspection-list", RESULTS),
    Row("inspection-list", SCORE, method="POST"),
    *_results("inspection-detail"),
    Row("inspection-release", RELEASE, method="POST"),
    Row("inspection-send-back", RELEASE, own=submitted, other=foreign_result, method="POST"),
    *_photos("evidence-detail"),
    Row("wave-list", COVERT),
    Row("wave-detail", COVERT, own=wave, other=foreign_wave),
    Row("wave-release", RELEASE, own=wave, other=foreign_wave, method="POST"),
]

ROWS = [*STANDARDS, *STANDARDS_API, *VISITS, *VISITS_API]
