"""What somebody gets who asks for the data kept of them (个人信息保护法 第四十五条), as a workbook.

Of letters that are theirs everything but other people; of others' letters that hold their number,
where it stands, without the customer of those.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from django.db.models import Model, QuerySet
from django.utils import timezone

from accounts.models import User
from accounts.refusals import Refused
from complaints.models import Attachment, Letter, LetterEvent, LetterNote, LetterNumber, Reply
from complaints.redaction import normalised, redact
from complaints.sealing import blind_index
from complaints.selectors.letters import letters_visible_to
from complaints.taxonomy import BUSINESSES
from outlets.models import Staff
from outlets.spreadsheets import Column, SheetOut, Value, write_xlsx

M = TypeVar("M", bound=Model)

OWN: Final = "本人来信"
MENTIONED: Final = "他人来信中提及本人号码"


class SeveralPeople(Refused):
    """Customers of several names share the number."""

    field = "name"


@dataclass(frozen=True, slots=True)
class Held:
    """A letter about the person, and their own numbers, which stay where others are masked."""

    letter: Letter
    is_own: bool
    numbers: frozenset[str]

    def told(self, text: str, staff: Sequence[str]) -> str:
        """A text of the letter without anybody else in it."""
        others = [name for name in staff if name in text and name != self.letter.customer_name]
        if not self.is_own:
            others.append(self.letter.customer_name)
        return redact(text, *others, keep=self.numbers)


def subject_name() -> str:
    """What the workbook is called when it is handed out."""
    return f"个人信息查询_{timezone.localdate():%Y%m%d}.xlsx"


def held_of(user: User, number: str, name: str) -> list[Held]:
    """The visible letters about the person of a normalised number, newest first.

    SeveralPeople when no name is given and letters of several carry the number.
    """
    digests = LetterNumber.objects.filter(digest=blind_index("NUMBER", number))
    letters = letters_visible_to(user).defer(None).filter(pk__in=digests.values("letter"))
    rows = list(letters.select_related("unit", "staff"))
    theirs = {one.pk: own for one in rows if number in (own := _numbers(one))}
    names = {one.customer_name.strip() for one in rows if one.pk in theirs} - {""}
    if not name and len(names) > 1:
        raise SeveralPeople(f"有{len(names)}位客户用过这个号码，请填写姓名")
    return [
        Held(one, True, theirs[one.pk])
        if one.pk in theirs and one.customer_name.strip() in {name or one.customer_name.strip(), ""}
        else Held(one, False, frozenset({number}))
        for one in rows
    ]


def _numbers(letter: Letter) -> frozenset[str]:
    fields = (letter.customer_phone, letter.customer_card, letter.customer_identity)
    return frozenset(normalised(one) for one in fields if one)


def subject_file(held: Sequence[Held], branch_id: int) -> bytes:
    """The workbook: letters, what happened to them, notes, replies, files."""
    staff = list(Staff.objects.filter(branch=branch_id).values_list("name", flat=True))
    own = {one.letter.pk: one for one in held if one.is_own}
    return write_xlsx(
        [
            SheetOut("来信", _LETTER, list(_letters(held, staff))),
            SheetOut("过程", _EVENT, list(_events(own))),
            SheetOut("办理记录", _NOTE, list(_notes(own, staff))),
            SheetOut("答复", _REPLY, list(_replies(own, staff))),
            SheetOut("附件", _FILE, list(_files(own, staff))),
        ]
    )


_REFERENCE: Final = Column("工单号", width=22)
_LETTER: Final = (
    _REFERENCE,
    Column("与本人的关系", width=22),
    Column("受理时间", kind="moment", width=20),
    *(Column(name) for name in ("来源", "类型", "状态", "涉及机构", "业务类别")),
    *(Column(name, width=22) for name in ("姓名", "电话", "卡号或账号", "证件号")),
    Column("内容", width=80),
    Column("处理结果", width=40),
)
_EVENT: Final = (
    _REFERENCE,
    Column("时间", kind="moment", width=20),
    Column("事项"),
    Column("经办"),
)
_NOTE: Final = (
    _REFERENCE, Column("时间", kind="moment", width=20), Column("种类"), Column("内容", width=80),
)  # fmt: skip
_REPLY: Final = (
    _REFERENCE, Column("答复时间", kind="moment", width=20), Column("方式"), Column("内容", width=80),
)  # fmt: skip
_FILE: Final = (
    _REFERENCE, Column("上传时间", kind="moment", width=20), Column("种类"), Column("文件名", width=40),
)  # fmt: skip
_Row = list[Value]


def _letters(held: Sequence[Held], staff: Sequence[str]) -> Iterator[_Row]:
    for one in held:
        letter = one.letter
        own = (
            letter.customer_name,
            letter.customer_phone,
            letter.customer_card,
            letter.customer_identity,
        )
        yield [
            letter.reference,
            OWN if one.is_own else MENTIONED,
            _local(letter.received_at),
            letter.get_channel_display(),
            letter.get_kind_display() if letter.kind else "",
            letter.get_state_display(),
            letter.unit.short_name if letter.unit else "",
            BUSINESSES.get(letter.business, ""),
            *(own if one.is_own else ("", "", "", "")),
            one.told(letter.body, staff),
            one.told(letter.outcome, staff) if one.is_own else "",
        ]


def _events(own: dict[int, Held]) -> Iterator[_Row]:
    for one in _of(LetterEvent.objects.select_related("actor"), own):
        who = one.actor.get_role_display() if one.actor else "系统"
        yield [own[one.letter_id].letter.reference, _local(one.at), one.get_kind_display(), who]


def _notes(own: dict[int, Held], staff: Sequence[str]) -> Iterator[_Row]:
    for one in _of(LetterNote.objects.all(), own):
        held = own[one.letter_id]
        text = held.told(one.body, staff)
        yield [held.letter.reference, _local(one.at), one.get_kind_display(), text]


def _replies(own: dict[int, Held], staff: Sequence[str]) -> Iterator[_Row]:
    for one in _of(Reply.objects.exclude(sent_at=None), own):
        held = own[one.letter_id]
        sent = _local(one.sent_at) if one.sent_at else None
        yield [held.letter.reference, sent, one.means, held.told(one.body, staff)]


def _files(own: dict[int, Held], staff: Sequence[str]) -> Iterator[_Row]:
    for one in _of(Attachment.objects.all(), own):
        held = own[one.letter_id]
        name = held.told(one.name, staff)
        yield [held.letter.reference, _local(one.created_at), one.get_kind_display(), name]


def _of(rows: QuerySet[M], own: dict[int, Held]) -> QuerySet[M]:
    return rows.filter(letter__in=own).order_by("letter", "pk")


def _local(moment: datetime) -> datetime:
    return timezone.localtime(moment).replace(tzinfo=None)
