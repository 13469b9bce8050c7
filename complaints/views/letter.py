"""The page of one letter."""

from typing import Final, NamedTuple

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe

from accounts.access import SignedInRequest, allowed
from accounts.roles import Capability
from complaints.acts import LEADING
from complaints.selectors.clock_panel import clock_panel
from complaints.selectors.letter_page import LetterPage, letter_page
from complaints.views.acting import letter_of
from complaints.views.clock import clock_ways


class Door(NamedTuple):
    """Where an act is done: the page, its word and picture; `of` names whose id the page wants."""

    url_name: str
    label: str
    icon: str
    of: str = "letter"
    kind: str = ""


DOORS: Final = {
    "triage": Door("complaints:triage_letter", "分派", "user-check"),
    "reassign": Door("complaints:letter_reassign", "改派", "user-check"),
    "return": Door("complaints:letter_return", "退回分派", "corner-up-left"),
    "reclassify": Door("complaints:letter_reclassify", "更正分类", "tag"),
    "decide": Door("complaints:responsibility_decide", "复核责任认定", "scale", "finding"),
    "settle": Door("complaints:objection_settle", "处理机构异议", "scale", "finding"),
    "object": Door("complaints:responsibility_object", "提出异议", "message-report", "finding"),
    "state": Door("complaints:letter_note", "提交网点说明", "message-2", kind="statement"),
    "send": Door("complaints:letter_send", "答复客户", "send"),
    "draft": Door("complaints:letter_reply", "拟写答复", "edit"),
    "judge": Door("complaints:letter_judge", "提出责任认定", "scale"),
    "close": Door("complaints:letter_close", "办结", "circle-check"),
    "investigate": Door("complaints:letter_note", "写调查记录", "search", kind="investigation"),
    "remark": Door("complaints:letter_note", "写备注", "note", kind="remark"),
    "attach": Door("complaints:letter_attach", "上传附件", "paperclip"),
    "call_back": Door("complaints:letter_call_back", "记录回访", "phone"),
    "relate": Door("complaints:letter_relate", "关联或并案", "git-merge"),
    "escalate": Door("complaints:letter_escalate", "转为投诉", "arrow-up-right"),
    "reopen": Door("complaints:letter_reopen", "重新办理", "refresh"),
    "violation": Door("tellers:letter_violations", "记录违规", "gavel"),
    "recuse": Door("complaints:letter_recuse", "申请回避", "user-off"),
}


class Way(NamedTuple):
    """An act offered on the page."""

    code: str
    label: str
    icon: str
    url: str


@allowed(Capability.LETTERS_READ)
@require_safe
def letter(request: SignedInRequest, pk: int) -> HttpResponse:
    """One letter: what it is, where it stands, until when; what was done; what to do next."""
    page = letter_page(request.user, letter_of(request, pk))
    offered = ways(page)
    panel = clock_panel(
        letter=page.letter,
        clock=page.clock,
        standing=page.standing,
        today=page.today,
        user=request.user,
    )
    primary = next((way for way in offered if way.code in LEADING), None)
    context = {
        "page": page,
        "letter": page.letter,
        "clock": page.clock,
        "today": page.today,
        "standing": page.standing,
        "primary": primary,
        "others": [way for way in offered if way != primary],
        "may": {way.code: way for way in offered},
        "panel": panel,
        "clock_ways": clock_ways(panel, page.letter),
    }
    return render(request, "complaints/letter.html", context)


def ways(page: LetterPage) -> list[Way]:
    """The doors to what can be done, in the order of their weight."""
    return [
        Way(code, _label(page, code), DOORS[code].icon, url)
        for code in page.acts
        if (url := _url(page, DOORS[code]))
    ]


def _label(page: LetterPage, code: str) -> str:
    return "修改答复草稿" if code == "draft" and page.draft else DOORS[code].label


def _url(page: LetterPage, door: Door) -> str:
    finding = page.finding.row.pk if page.finding else 0
    keys: dict[str, object] = {"pk": finding if door.of == "finding" else page.letter.pk}
    if door.kind:
        keys["kind"] = door.kind
    try:
        return reverse(door.url_name, kwargs=keys)
    except NoReverseMatch:
        return ""
