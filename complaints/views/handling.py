"""Pages of acts on a letter: notes, call-back, closing, opening again, recusal, related letters."""

from functools import partial
from typing import Final, NamedTuple

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, allowed
from accounts.acting import form_methods, posted, tried
from accounts.roles import Capability
from complaints.forms.handling import (
    CallBackForm,
    CloseForm,
    NoteForm,
    ReasonForm,
    RelateForm,
)
from complaints.models import Letter, LetterLink, LetterNote
from complaints.selectors.letters import letters_visible_to
from complaints.services.handling import (
    letter_call_back,
    letter_close,
    letter_recuse,
    letter_reopen,
    note_add,
)
from complaints.services.relations import (
    letter_escalate,
    letter_grew,
    letter_merge,
    letter_repeats,
    link_undo,
)
from complaints.views.acting import Words, act_page, letter_of, standing_for


class Noting(NamedTuple):
    """One sort of note: who may write it, and what its page says."""

    kind: str
    right: str
    words: Words


NOTES: Final = {
    "investigation": Noting(
        LetterNote.Kind.INVESTIGATION,
        "handles",
        Words(
            "调查记录", "写明调阅了什么、问了谁、查明了什么；写下后不能修改。", "保存记录", "search"
        ),
    ),
    "statement": Noting(
        LetterNote.Kind.STATEMENT,
        "speaks",
        Words(
            "网点说明",
            "以机构名义说明当时的情况；提交后不能修改，承办人据此核实。",
            "提交说明",
            "message-2",
        ),
    ),
    "remark": Noting(
        LetterNote.Kind.REMARK,
        "handles",
        Words("备注", "只有承办人、服务办和分行领导看得到。", "保存备注", "note"),
    ),
}


@allowed(Capability.LETTERS_READ)
@form_methods
def note(request: SignedInRequest, pk: int, kind: str) -> HttpResponse:
    """Write an investigation record, the unit's statement or a remark."""
    found, noting = letter_of(request, pk), NOTES[kind]
    standing_for(request, found, noting.right)

    def do(form: NoteForm) -> str:
        body = form.cleaned_data["body"]
        note_add(letter=found, kind=noting.kind, body=body, actor=request.user)
        return f"{noting.words.heading}已保存"

    return act_page(request, found, NoteForm(posted(request)), noting.words, do)


@allowed(Capability.LETTERS_HANDLE)
@form_methods
def call_back(request: SignedInRequest, pk: int) -> HttpResponse:
    """Record that the customer was called back."""
    found = letter_of(request, pk)
    standing_for(request, found, "handles")

    def do(form: CallBackForm) -> str:
        letter_call_back(letter=found, actor=request.user, **form.cleaned_data)
        return "回访已记录"

    words = Words("回访记录", "答复之后回访客户，记下是否满意。", "保存回访", "phone")
    return act_page(request, found, CallBackForm(posted(request)), words, do)


@allowed(Capability.LETTERS_HANDLE)
@form_methods
def close(request: SignedInRequest, pk: int) -> HttpResponse:
    """Close the letter with its outcome."""
    found = letter_of(request, pk)
    standing_for(request, found, "handles")

    def do(form: CloseForm) -> str:
        letter_close(letter=found, outcome=form.cleaned_data["outcome"], actor=request.user)
        return f"来信{found.reference}已办结"

    words = Words("办结来信", "办结后不再提醒期限；需要时可以重新办理。", "办结", "circle-check")
    form = CloseForm(posted(request), initial={"outcome": found.outcome})
    return act_page(request, found, form, words, do)


@allowed(Capability.LETTERS_HANDLE)
@form_methods
def reopen(request: SignedInRequest, pk: int) -> HttpResponse:
    """Handle the letter again."""
    found = letter_of(request, pk)
    standing_for(request, found, "handles")

    def do(form: ReasonForm) -> str:
        letter_reopen(letter=found, reason=form.cleaned_data["reason"], actor=request.user)
        return f"来信{found.reference}已重新办理"

    words = Words("重新办理", "已发出的答复保留，来信回到办理中。", "重新办理", "refresh")
    return act_page(request, found, ReasonForm(posted(request)), words, do)


@allowed(Capability.LETTERS_HANDLE)
@form_methods
def recuse(request: SignedInRequest, pk: int) -> HttpResponse:
    """Step back from the letter."""
    found = letter_of(request, pk)
    standing_for(request, found, "holds")

    def do(form: ReasonForm) -> str:
        letter_recuse(letter=found, reason=form.cleaned_data["reason"], actor=request.user)
        return f"您已回避来信{found.reference}"

    words = Words(
        "申请回避",
        "与来信所涉的人或事有利害关系时应当回避。您承办的来信退回待分派，此后不能再由您办理、查看客户信息或认定责任。",
        "申请回避",
        "user-off",
    )
    response = act_page(request, found, ReasonForm(posted(request)), words, do)
    # A handler from elsewhere no longer sees the letter once it is not theirs.
    seen = letters_visible_to(request.user).filter(pk=pk).exists()
    return response if seen else redirect("home")


@allowed(Capability.LETTERS_HANDLE)
@form_methods
def escalate(request: SignedInRequest, pk: int) -> HttpResponse:
    """Turn the inquiry into a complaint."""
    found = letter_of(request, pk)
    standing_for(request, found, "handles")

    def do(form: ReasonForm) -> str:
        letter_escalate(letter=found, reason=form.cleaned_data["reason"], actor=request.user)
        return f"来信{found.reference}已转为投诉"

    words = Words(
        "转为投诉",
        "客户对协查的处理不满、提出投诉时转换。原有记录全部保留，今后按投诉计算期限和统计。",
        "转为投诉",
        "arrow-up-right",
    )
    return act_page(request, found, ReasonForm(posted(request)), words, do)


@allowed(Capability.LETTERS_HANDLE)
@form_methods
def relate(request: SignedInRequest, pk: int) -> HttpResponse:
    """Say that another letter belongs with this one."""
    found = letter_of(request, pk)
    standing_for(request, found, "handles")

    def do(form: RelateForm) -> str:
        _relate(request, found, form.cleaned_data["other"], form.cleaned_data["relation"])
        return "来信关联已保存"

    words = Words("关联或并案", "同一客户就同一件事再次来信时使用。", "保存", "git-merge")
    form = RelateForm(
        posted(request),
        letters=letters_visible_to(request.user).exclude(pk=pk),
        initial={"other": request.GET.get("other", ""), "relation": "REPEAT"},
    )
    return act_page(request, found, form, words, do)


def _relate(request: SignedInRequest, letter: Letter, other: Letter, relation: str) -> None:
    if relation == LetterLink.Kind.MERGED:
        letter_merge(letter=letter, into=other, actor=request.user)
    elif relation == LetterLink.Kind.ESCALATED:
        letter_grew(complaint=letter, inquiry=other, actor=request.user)
    else:
        letter_repeats(letter=letter, other=other, actor=request.user)


@allowed(Capability.LETTERS_HANDLE)
@require_POST
def unlink(request: SignedInRequest, pk: int, link: int) -> HttpResponse:
    """Take a relation of the letter back."""
    found = letter_of(request, pk)
    standing_for(request, found, "handles")
    row = get_object_or_404(
        LetterLink.objects.select_related("letter", "other"), pk=link, letter=found
    )
    tried(request, partial(link_undo, link=row, actor=request.user), "来信关联已撤销")
    return redirect("complaints:letter", pk)
