"""A filled-in form: checked against its items and what is known of the outlet, then scored.

Source: docs/rules.md R1 and R2. Nothing is read or written here: the facts come from the caller.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

from accounts.refusals import Refused
from inspections.models import Item
from inspections.scoring import (
    NA,
    Given,
    InvalidAnswer,
    Mark,
    Result,
    ScoredItem,
    ScoredSection,
    plain,
    read,
    score,
)
from inspections.selectors.forms import FormItem, VersionForm

MAX_NOTE: Final = 300
MAX_PHOTOS: Final = 12


@dataclass(frozen=True, slots=True)
class Reply:
    """What was entered for one item; `photos` are the SHA-256 of the files as they were sent."""

    value: str
    note: str = ""
    staff: int | None = None
    photos: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A whole filled-in form: the day, how it was found out, and a reply by item id."""

    date: date
    replies: Mapping[int, Reply]
    methods: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a sheet is checked against. None: not asked for here, as in a file of past results.

    `staff` are the ids of those posted at the unit on the day, `photos` the hashes that arrived by
    item.
    """

    staff: Collection[int] | None = None
    staff_needed: bool = False
    photos: Mapping[int, Collection[str]] | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is missing or wrong; `item` is None when it concerns the whole sheet."""

    field: str
    reason: str
    item: int | None = None
    code: str = ""

    def __str__(self) -> str:
        return f"{self.code}：{self.reason}" if self.code else self.reason

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class SheetInvalid(Refused):
    """The sheet cannot be submitted as it is; `faults` says in Chinese what, in form order."""

    field = "answers"

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("；".join(map(str, faults)))
        self.faults = faults

    @property
    def reasons(self) -> list[Any]:
        """Every fault with its item."""
        return [fault.as_json() for fault in self.faults]


@dataclass(frozen=True, slots=True)
class ScoredReply:
    """A reply in canonical form with what it is worth."""

    item: int
    value: str
    possible: Decimal
    earned: Decimal
    staff: int | None
    note: str


@dataclass(frozen=True, slots=True)
class ScoredSheet:
    """A sheet that passed: replies in form order and the inspection's figures."""

    replies: tuple[ScoredReply, ...]
    result: Result
    sections: list[dict[str, Any]] = field(default_factory=list)


def sheet_score(form: VersionForm, sheet: Sheet, around: Surroundings) -> ScoredSheet:
    """Check every item and score the whole; SheetInvalid with everything that is wrong."""
    faults = [
        Fault("item", f"编号为{unknown}的项目不属于本次检查的标准", item=unknown)
        for unknown in sheet.replies.keys() - form.items.keys()
    ]
    given: dict[int, Given] = {}
    for item in form.items.values():
        reply = sheet.replies.get(item.id)
        try:
            given[item.id] = _read(item, reply)
        except InvalidAnswer as error:
            faults.append(Fault("value", str(error), item.id, item.code))
        if reply is not None:
            faults += _faults(item, reply, given.get(item.id), around)
    if faults:
        raise SheetInvalid(faults)
    return _scored(form, sheet, given)


def content_hash(form: VersionForm, sheet: Sheet) -> str:
    """SHA-256 over the canonical content, to tell a repeated submission from a different one."""
    return hashlib.sha256(
        json.dumps(content(form, sheet), ensure_ascii=False, sort_keys=True).encode()
    ).hexdigest()


def content(form: VersionForm, sheet: Sheet) -> dict[str, Any]:
    """The canonical content: two sheets that mean the same are equal here."""
    return {
        "version": form.version_id,
        "date": sheet.date.isoformat(),
        "methods": sorted(set(sheet.methods)),
        "note": sheet.note.strip(),
        "answers": {
            str(key): [
                _canonical(form.items.get(key), reply.value),
                reply.note.strip(),
                reply.staff,
                sorted(set(reply.photos)),
            ]
            for key, reply in sheet.replies.items()
        },
    }


def _canonical(item: FormItem | None, value: str) -> str:
    if item is None:
        return value
    try:
        return read(item.rule, value).value
    except InvalidAnswer:
        return value


def _read(item: FormItem, reply: Reply | None) -> Given:
    if reply is None or not reply.value.strip():
        raise InvalidAnswer("尚未评分")
    return read(item.rule, reply.value)


def _faults(
    item: FormItem, reply: Reply, given: Given | None, around: Surroundings
) -> Iterator[Fault]:
    """What else is wrong with an answered item."""
    for name, check in _CHECKS.items():
        reason = check(item, reply, given, around)
        if reason:
            yield Fault(name, reason, item.id, item.code)


def _note_fault(_item: FormItem, reply: Reply, given: Given | None, _around: Surroundings) -> str:
    if len(reply.note) > MAX_NOTE:
        return f"备注不能超过{MAX_NOTE}个字"
    if given is not None and given.value == NA and not reply.note.strip():
        return "选择“不适用”须在备注中写明原因"
    return ""


def _staff_fault(item: FormItem, reply: Reply, given: Given | None, around: Surroundings) -> str:
    if reply.staff is not None:
        if around.staff is not None and reply.staff not in around.staff:
            return "所选员工当日不在该网点任职"
        return ""
    applies = given is not None and given.value != NA
    if item.attribution == Item.Attribution.STAFF and applies and around.staff_needed:
        return "请选择被检查的员工"
    return ""


def _photo_fault(item: FormItem, reply: Reply, given: Given | None, around: Surroundings) -> str:
    if around.photos is None:
        return ""
    if len(set(reply.photos)) > MAX_PHOTOS:
        return f"照片不能超过{MAX_PHOTOS}张"
    missing = set(reply.photos) - set(around.photos.get(item.id, ()))
    if missing:
        return f"有{len(missing)}张照片还没有传到，请稍候再提交"
    if not reply.photos and given is not None and needs_photo(item, given):
        return "须拍照留证" if item.photo == Item.Photo.ALWAYS else "扣分须拍照留证"
    return ""


_CHECKS: Final[Mapping[str, Callable[[FormItem, Reply, Given | None, Surroundings], str]]] = {
    "note": _note_fault,
    "staff": _staff_fault,
    "photos": _photo_fault,
}


def needs_photo(item: FormItem, given: Given) -> bool:
    """Whether the item's photo rule asks for one with this answer."""
    if given.value == NA:
        return False
    lost = given.mark.earned < given.mark.possible
    return item.photo == Item.Photo.ALWAYS or (item.photo == Item.Photo.ON_LOSS and lost)


def _scored(form: VersionForm, sheet: Sheet, given: Mapping[int, Given]) -> ScoredSheet:
    result = figures(form, {key: one.mark for key, one in given.items()})
    replies = tuple(
        ScoredReply(
            item=key,
            value=one.value,
            possible=one.mark.possible,
            earned=one.mark.earned,
            staff=sheet.replies[key].staff,
            note=sheet.replies[key].note.strip(),
        )
        for key, one in given.items()
    )
    return ScoredSheet(replies, result, _section_rows(form, result))


def figures(form: VersionForm, marks: Mapping[int, Mark]) -> Result:
    """The form's figures from the marks of its answered items. R2."""
    return score(
        form.scoring,
        [
            ScoredSection(
                section.name,
                [
                    ScoredItem(item.code, marks[item.id], item.red_line)
                    for item in section.items
                    if item.id in marks
                ],
                section.weight,
            )
            for section in form.sections
        ],
    )


def _section_rows(form: VersionForm, result: Result) -> list[dict[str, Any]]:
    """The section totals as they are stored; figures as text, so that none is rounded."""
    return [
        {
            "id": section.id,
            "name": section.name,
            "weight": plain(section.weight),
            "possible": plain(total.possible),
            "given": plain(total.given),
            "earned": plain(total.earned),
            "zeroed_by": list(total.zeroed_by),
        }
        for section, total in zip(form.sections, result.sections, strict=True)
    ]
