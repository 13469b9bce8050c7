"""Pages of what moves a letter's deadline; all lead back to the letter."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from accounts.access import SignedInRequest, allowed
from accounts.acting import form_methods, posted
from accounts.roles import Capability
from complaints.deadlines import COMPLEX, FURTHER, LEVEL_LABELS
from complaints.forms import clock as shapes
from complaints.models import Letter
from complaints.selectors.clock_panel import ClockPanel
from complaints.services import extensions, proceedings, reviews
from complaints.services.occurrences import clock_of
from complaints.views.acting import Words, act_page, letter_of, standing_for


class Door(NamedTuple):
    """How an act is offered on the letter's page."""

    url_name: str
    label: str
    icon: str


# In the order of `ClockPanel.acts`.
DOORS: Final = {
    "extension_decide": Door("complaints:clock_extension_decide", "审批延期", "clock-check"),
    "review_decide": Door("complaints:clock_review_decide", "作出核查决定", "scale"),
    "review_ask": Door("complaints:clock_review", "登记核查申请", "search"),
    "appraisal_end": Door("complaints:clock_appraisal_end", "鉴定结束", "player-play"),
    "appraisal": Door("complaints:clock_appraisal", "开始鉴定", "player-pause"),
    "extension_notify": Door("complaints:clock_extension_notify", "告知延期", "message-2"),
    "extension": Door("complaints:clock_extension", "申请延期", "clock-plus"),
    "new_facts": Door("complaints:clock_facts", "登记新事实", "file-plus"),
    "withdraw": Door("complaints:clock_withdraw", "客户撤回", "arrow-back-up"),
}


class Way(NamedTuple):
    """An act offered on the page."""

    label: str
    icon: str
    url: str


def clock_ways(panel: ClockPanel, letter: Letter) -> list[Way]:
    """What can be done about the letter's deadline, the most pressing first."""
    doors = [DOORS[code] for code in panel.acts]
    return [Way(one.label, one.icon, reverse(one.url_name, args=(letter.pk,))) for one in doors]


Service = Callable[..., Letter]


def _act(
    request: SignedInRequest, pk: int, shape: type[forms.Form], words: Words, service: Service
) -> HttpResponse:
    """A page whose form's fields are the service's arguments, for those who handle the letter."""
    found = letter_of(request, pk)
    standing_for(request, found, "handles")

    def do(form: forms.Form) -> str:
        service(letter=found, actor=request.user, **form.cleaned_data)
        return f"{words.heading}已记录"

    return act_page(request, found, shape(posted(request)), words, do)


def _nothing_waits(request: SignedInRequest, letter: Letter, text: str) -> HttpResponse:
    """Somebody else was quicker, or the link is old."""
    messages.warning(request, text)
    return redirect("complaints:letter", letter.pk)


@allowed(Capability.LETTERS_HANDLE)
@form_methods
def extension(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask for more time."""
    found = letter_of(request, pk)
    standing_for(request, found, "handles")
    clock = clock_of(found)
    level = clock.next_level or COMPLEX

    def do(form: shapes.ExtensionForm) -> str:
        extensions.extension_ask(
            letter=found, level=level, reason=form.cleaned_data["reason"], actor=request.user
        )
        return "延期申请已提交，等待另一人审批"

    told = "批准后还须告知投诉人才生效。" if level == FURTHER else "批准后生效。"
    lead = f"现在的期限是{clock.due}。这次按“{LEVEL_LABELS[level]}”申请，由另一人审批，{told}"
    words = Words("申请延期", lead, "提交申请", "clock-plus")
    return act_page(request, found, shapes.ExtensionForm(posted(request)), words, do)


@allowed(Capability.LETTERS_CONFIRM)
@form_methods
def extension_decide(request: SignedInRequest, pk: int) -> HttpResponse:
    """Approve or refuse the request that waits."""
    found = letter_of(request, pk)
    standing_for(request, found, "confirms")
    asked = clock_of(found).asked
    if asked is None and request.method != "POST":
        return _nothing_waits(request, found, "没有等待审批的延期申请")
    detail: dict[str, Any] = dict(asked.detail) if asked else {}

    def do(form: shapes.ExtensionDecideForm) -> str:
        data = form.cleaned_data
        if data["decision"] == "approve":
            extensions.extension_approve(
                letter=found, authority=data.get("authority", ""), actor=request.user
            )
            return "已批准延期"
        extensions.extension_refuse(letter=found, reason=data["reason"], actor=request.user)
        return "已不予延期"

    level = LEVEL_LABELS.get(str(detail.get("level")), "")
    lead = f"申请按“{level}”延期：{detail.get('reason', '')}"
    form = shapes.ExtensionDecideForm(posted(request), further=detail.get("level") == FURTHER)
    words = Words("审批延期", lead, "提交审批", "clock-check")
    return act_page(request, found, form, words, do)


@allowed(Capability.LETTERS_HANDLE)
@form_methods
def extension_notify(request: SignedInRequest, pk: int) -> HttpResponse:
    """Record that the complainant was told of the extension."""
    words = Words("告知延期", "告知之后，再延长的期限才生效。", "记录告知", "message-2")
    return _act(request, pk, shapes.ExtensionNotifyForm, words, extensions.extension_notify)


@allowed(Capability.LETTERS_HANDLE)
@form_methods
def appraisal(request: SignedInRequest, pk: int) -> HttpResponse:
    """Stop the clock for an appraisal."""
    words = Words(
        "开始鉴定",
        "由外部机构鉴定、检测、评估的时间不计入期限，但须告知投诉人。",
        "开始鉴定",
        "player-pause",
    )
    return _act(request, pk, shapes.AppraisalForm, words, proceedings.appraisal_start)


@allowed(Capability.LETTERS_HANDLE)
@form_methods
def appraisal_end(request: SignedInRequest, pk: int) -> HttpResponse:
    """The appraisal is back."""
    words = Words("鉴定结束", "从这一天的次日起，期限接着计算。", "鉴定结束", "player-play")
    return _act(request, pk, shapes.AppraisalEndForm, words, proceedings.appraisal_end)


@allowed(Capability.LETTERS_HANDLE)
@form_methods
def new_facts(request: SignedInRequest, pk: int) -> HttpResponse:
    """The customer brings new facts."""
    words = Words("登记新事实", "期限自收到之日起重新计算。", "重新计算期限", "file-plus")
    return _act(request, pk, shapes.NewFactsForm, words, proceedings.new_facts_add)


@allowed(Capability.LETTERS_HANDLE)
@form_methods
def withdraw(request: SignedInRequest, pk: int) -> HttpResponse:
    """The customer withdraws the letter."""
    words = Words("客户撤回", "来信自收到撤回之日终止，不再办理。", "确认撤回", "arrow-back-up")
    return _act(request, pk, shapes.WithdrawForm, words, proceedings.letter_withdraw)


@allowed(Capability.LETTERS_HANDLE)
@form_methods
def review(request: SignedInRequest, pk: int) -> HttpResponse:
    """The complainant asks for a review."""
    words = Words("登记核查申请", "投诉人对处理决定有异议，书面申请核查。", "登记申请", "search")
    return _act(request, pk, shapes.ReviewAskForm, words, reviews.review_ask)


@allowed(Capability.LETTERS_CONFIRM)
@form_methods
def review_decide(request: SignedInRequest, pk: int) -> HttpResponse:
    """Decide the review."""
    found = letter_of(request, pk)
    standing_for(request, found, "confirms")
    asked = clock_of(found).review
    if (asked is None or not asked.is_open) and request.method != "POST":
        return _nothing_waits(request, found, "没有等待决定的核查申请")

    def do(form: shapes.ReviewDecideForm) -> str:
        reviews.review_decide(letter=found, actor=request.user, **form.cleaned_data)
        return "核查决定已记录"

    words = Words(
        "作出核查决定",
        "核查处理过程、时限和结果，由承办人以外的人作出；变更原决定的，随后重新办理。",
        "记录决定",
        "scale",
    )
    return act_page(request, found, shapes.ReviewDecideForm(posted(request)), words, do)
