"""Drafts: what an inspector has typed, kept on the server keystroke by keystroke."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from inspections.models import Draft, Visit
from inspections.models.inspections import Method
from inspections.selectors.forms import published_form
from inspections.services.sheets import MAX_NOTE
from inspections.services.visits import OPEN_STATES, VisitNotOpen

MAX_VALUE: Final = 32
MAX_SUMMARY: Final = 2_000

_PATCH: Final = """
UPDATE inspections_draft d SET
    answers = (d.answers || %(answers)s::jsonb) - %(removed)s::text[],
    header = d.header || %(header)s::jsonb,
    revision = d.revision + 1,
    updated_at = now()
FROM inspections_visit v
WHERE v.id = d.visit_id AND d.visit_id = %(visit)s
    AND v.state = ANY(%(states)s) AND v.inspector_id = %(inspector)s
RETURNING d.revision
"""


@dataclass(frozen=True, slots=True)
class DraftPatch:
    """What changed since the last time: by item id {value, note, staff}, or None to clear it."""

    answers: Mapping[str, Mapping[str, Any] | None] = field(default_factory=dict)
    header: Mapping[str, Any] = field(default_factory=dict)


@transaction.atomic
def draft_open(*, visit: Visit, today: date | None = None) -> Draft:
    """The visit's draft, begun if there is none: dated today, or the nearest day of the window."""
    day = today or timezone.localdate()
    day = min(max(day, visit.not_before), visit.not_after)
    draft, _ = Draft.objects.get_or_create(
        visit=visit, defaults={"uuid": uuid.uuid4(), "header": {"date": day.isoformat()}}
    )
    return draft


def draft_patch(*, visit: Visit, patch: DraftPatch, actor: User) -> int:
    """Merge a patch by one statement; the draft's new revision.

    The last write of an item wins, other items stay. ValidationError for what no form sends,
    VisitNotOpen when the visit is over or somebody else's.
    """
    answers = _answers(visit, patch.answers)
    kept = {key: one for key, one in answers.items() if one is not None}
    parameters: dict[str, Any] = {
        "answers": json.dumps(kept),
        "removed": [key for key, one in answers.items() if one is None],
        "header": json.dumps(_header(patch.header)),
        "visit": visit.pk,
        "states": list(OPEN_STATES),
        "inspector": actor.pk,
    }
    with connection.cursor() as cursor:
        cursor.execute(_PATCH, parameters)
        row = cursor.fetchone()
    if row is None:
        raise VisitNotOpen("该任务已提交、取消或改派他人，不能再修改")
    return int(row[0])


def _answers(
    visit: Visit, answers: Mapping[str, Mapping[str, Any] | None]
) -> dict[str, dict[str, Any] | None]:
    known = published_form(visit.version_id, visit.channel).items
    unknown = [key for key in answers if not (key.isdecimal() and int(key) in known)]
    if unknown:
        raise ValidationError({"answers": f"没有编号为{unknown[0][:20]}的项目"})
    return {key: None if one is None else _answer(one) for key, one in answers.items()}


def _answer(one: Mapping[str, Any]) -> dict[str, Any]:
    """An entry with exactly the three keys; what was typed may still be incomplete."""
    value, note, staff = one.get("value", ""), one.get("note", ""), one.get("staff")
    if not isinstance(value, str) or len(value) > MAX_VALUE:
        raise ValidationError({"answers": f"结果应是不超过{MAX_VALUE}个字的文本"})
    if not isinstance(note, str) or len(note) > MAX_NOTE:
        raise ValidationError({"answers": f"备注不能超过{MAX_NOTE}个字"})
    if staff is not None and (isinstance(staff, bool) or not isinstance(staff, int)):
        raise ValidationError({"answers": "员工应是员工记录的编号"})
    if "\x00" in value + note:
        raise ValidationError({"answers": "含有不可见的控制字符"})
    return {"value": value, "note": note, "staff": staff}


def _header(header: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(header) - {"date", "methods", "note"}
    if unknown:
        raise ValidationError({"header": f"没有“{min(unknown)[:20]}”这一栏"})
    checked = dict(header)
    if "date" in header:
        checked["date"] = _day(header["date"])
    if "note" in header and not _is_text(header["note"], MAX_SUMMARY):
        raise ValidationError({"header": f"总体评价不能超过{MAX_SUMMARY}个字"})
    methods = header.get("methods", [])
    if not isinstance(methods, list) or not all(one in Method.values for one in methods):
        raise ValidationError({"header": "检查方法不在可选范围内"})
    return checked


def _day(value: Any) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        raise ValidationError({"header": "检查日期应如 2011-04-30"}) from None


def _is_text(value: Any, longest: int) -> bool:
    return isinstance(value, str) and len(value) <= longest and "\x00" not in value
