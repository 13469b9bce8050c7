"""The page of the patterns that letters are read by: changed as one form, tried before it is saved."""

from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, allowed
from accounts.acting import UNPROCESSABLE, form_methods
from accounts.roles import Capability
from complaints.mail.extract import FIELDS, MAX_PATTERN, MAX_PATTERNS
from complaints.mail.message import Reading
from complaints.mail.reader import MailUnreadable
from complaints.models import Mail
from complaints.sealing import SealBroken
from complaints.selectors.mail import mail_lines, mails_visible_to
from complaints.selectors.mail_look import mail_bytes
from complaints.selectors.pattern_trial import pattern_trial, text_reading
from complaints.selectors.patterns import has_own_patterns, patterns_mark, patterns_of
from complaints.services.fetching import reader_for_mail
from complaints.services.patterns import patterns_check, patterns_reset, patterns_set
from outlets.models import Unit

_TRIED: Final = 30  # mails offered to try patterns on
_TEXT: Final = 20_000
# What a field is for, beside its patterns.
_USES: Final = {
    "reference": "认出同一工单是否已登记；没有认出时自动编号。",
    "unit": "按机构号、名称或简称对到本行机构；对不上的留待分派。",
    "time": "办理期限从受理时间起算；没有时间用邮件的发送时间。",
    "name": "加密保存，页面上遮盖。",
    "phone": "加密保存，页面上遮盖；按号码查重。",
    "business": "对到业务类别；对不上的留待分派。",
}


@allowed(Capability.LETTERS_SETTINGS)
@form_methods
def patterns(request: SignedInRequest) -> HttpResponse:
    """Show the patterns, or save them all."""
    branch = _branch(request)
    if request.method != "POST":
        return _page(request, branch, patterns_of(branch), {})
    given = _given(request)
    try:
        patterns_set(
            branch=branch,
            patterns=given,
            seen=request.POST.get("seen", ""),
            actor=request.user,
        )
    except ValidationError as error:
        return _page(request, branch, given, error.message_dict, UNPROCESSABLE)
    messages.success(request, "提取模式已保存，用于此后收到和重新处理的邮件")
    return redirect("complaints:patterns")


@allowed(Capability.LETTERS_SETTINGS)
@require_POST
def attempt(request: SignedInRequest) -> HttpResponse:
    """What the patterns as they stand on the page find in a text or mail; nothing is kept."""
    given = _given(request)
    try:
        patterns_check(given)
    except ValidationError as error:
        context: dict[str, Any] = {"wrong": _wrong(error.message_dict)}
        return render(request, "complaints/_patterns_result.html", context)
    reading, masked, problem = _subject(request)
    if reading is None:
        return render(request, "complaints/_patterns_result.html", {"problem": problem})
    return render(
        request,
        "complaints/_patterns_result.html",
        {
            **pattern_trial(_branch(request), given, reading, masked=masked)._asdict(),
            "is_tried": True,
        },
    )


@allowed(Capability.LETTERS_SETTINGS)
@require_POST
def reset(request: SignedInRequest) -> HttpResponse:
    """Go back to the patterns shipped."""
    if patterns_reset(branch=_branch(request), actor=request.user):
        messages.success(request, "已恢复为系统自带的提取模式")
    else:
        messages.info(request, "现在用的就是系统自带的提取模式")
    return redirect("complaints:patterns")


def _branch(request: SignedInRequest) -> Unit:
    unit = request.user.unit
    assert unit is not None  # noqa: S101  (who has the capability belongs to a branch)
    return unit.branch


def _given(request: SignedInRequest) -> dict[str, list[str]]:
    """The patterns posted, by field in their order, each on one line; empty ones are none."""
    return {
        field: [
            "".join(one.splitlines()).strip() for one in request.POST.getlist(field) if one.strip()
        ]
        for field in FIELDS
    }


def _wrong(problems: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(FIELDS[field], "；".join(said)) for field, said in problems.items()]


def _subject(request: SignedInRequest) -> tuple[Reading | None, bool, str]:
    """What is to be read, whether its customer must stay masked, and why there is nothing."""
    chosen = request.POST.get("mail", "")
    if chosen.isdecimal():
        return _of_mail(get_object_or_404(mails_visible_to(request.user), pk=int(chosen)))
    text = request.POST.get("text", "").replace("\r\n", "\n")[:_TEXT]
    if not text.strip():
        return None, False, ""
    return text_reading(text), False, ""


def _of_mail(mail: Mail) -> tuple[Reading | None, bool, str]:
    try:
        with reader_for_mail() as reader:
            return reader.read(mail_bytes(mail)), True, ""
    except (SealBroken, MailUnreadable) as error:
        return None, True, f"这封邮件无法打开：{error}"


def _page(
    request: SignedInRequest,
    branch: Unit,
    shown: dict[str, list[str]],
    problems: dict[str, list[str]],
    status: int = 200,
) -> HttpResponse:
    fields = [
        {
            "name": field,
            "label": label,
            "use": _USES[field],
            "patterns": shown[field] or [""],
            "problems": problems.get(field, []),
        }
        for field, label in FIELDS.items()
    ]
    context = {
        "fields": fields,
        "problems": problems.get("seen", [])
        or (["有的模式不能用，见下面各处"] if problems else []),
        "seen": request.POST.get("seen") or patterns_mark(patterns_of(branch)),
        "is_own": has_own_patterns(branch),
        "mails": _offered(request),
        "longest": MAX_PATTERN,
        "most": MAX_PATTERNS,
    }
    return render(request, "complaints/patterns.html", context, status=status)


def _offered(request: SignedInRequest) -> Any:
    """The mails patterns can be tried on: the latest that wait for a person."""
    waiting = mails_visible_to(request.user).filter(state=Mail.State.SET_ASIDE)
    return mail_lines(waiting[:_TRIED], _branch(request))
