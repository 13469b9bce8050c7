"""The reply templates of a branch, and drafts filled from them."""

from dataclasses import dataclass

from django.utils import timezone

from accounts.models import User
from complaints.models import Letter, ReplyTemplate
from complaints.replies import DEFAULT_TEXTS, filled, salutation
from complaints.taxonomy import BUSINESSES
from outlets.models import Unit


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """A template as lists show it: the branch's own, or one that ships and was not changed."""

    name: str
    kind: str
    body: str
    is_active: bool = True
    own: ReplyTemplate | None = None


def templates_of(branch: Unit | int) -> list[TemplateRow]:
    """The branch's templates by kind and name; an own one replaces the one that ships by its name."""
    own = {one.name: one for one in ReplyTemplate.objects.filter(branch=branch)}
    rows = [
        TemplateRow(one.name, one.kind, one.body, one.is_active, one) for one in own.values()
    ] + [TemplateRow(*text) for text in DEFAULT_TEXTS if text.name not in own]
    return sorted(rows, key=_place)


def _place(row: TemplateRow) -> tuple[int, int, str]:
    """By kind; in each those that ship in their order, then the branch's own by name."""
    kinds = [text.kind for text in DEFAULT_TEXTS]
    names = [text.name for text in DEFAULT_TEXTS]
    place = names.index(row.name) if row.name in names else len(names)
    return kinds.index(row.kind), place, row.name


def templates_for(letter: Letter) -> list[TemplateRow]:
    """The templates a reply to this letter may begin with."""
    return [
        row for row in templates_of(letter.branch_id) if row.is_active and row.kind == letter.kind
    ]


def drafted(template: TemplateRow, letter: Letter, actor: User) -> str:
    """A template with what is known of the letter put in; the customer by surname only."""
    return filled(template.body, _values(letter, actor))


def _values(letter: Letter, actor: User) -> dict[str, str]:
    received = timezone.localdate(letter.received_at)
    today = timezone.localdate()
    handler = letter.handler or actor
    return {
        "工单号": letter.reference,
        "客户": salutation(letter.customer_name),
        "受理日期": f"{received.year}年{received.month}月{received.day}日",
        "类型": letter.get_kind_display(),
        "网点": letter.unit.name if letter.unit else "",
        "员工": letter.staff.name if letter.staff else "",
        "业务": BUSINESSES.get(letter.business, ""),
        "处理结果": letter.outcome,
        "承办人": handler.name,
        "分行": letter.branch.name,
        "日期": f"{today.year}年{today.month}月{today.day}日",
    }
