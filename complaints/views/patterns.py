"""The page of the patterns that letters are read by: changed as one form, tried before it is saved."""

from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, allowed
from accounts.roles import Capability
from complaints.mail.drafting import Draft, draft_of
from complaints.mail.extract import FIELDS, MAX_PATTERN, MAX_PATTERNS, extract
from complaints.mail.message import Reading
from complaints.mail.reader import MailUnreadable
from complaints.mail.recognise import Signs
from complaints.models import Mail
from complaints.redaction import mask_name, mask_number, normalised, redact
from complaints.sealing import SealBroken
from complaints.selectors.mail import mail_lines, mails_visible_to
from complaints.selectors.mail_look import mail_bytes, terms_of
from complaints.selectors.mail_page import draft_facts
from complaints.selectors.patterns import has_own_patterns, patterns_mark, patterns_of
from complaints.services.fetching import reader_for_mail
from complaints.services.patterns import patterns_check, patterns_reset, patterns_set
from complaints.views.acting import UNPROCESSABLE, form_methods
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
        _found(_branch(request), given, reading, masked=masked),
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
    signs = Signs()
    reading = Reading("", "", "", timezone.localtime(), text, "", signs, (), "")
    return reading, False, ""


def _of_mail(mail: Mail) -> tuple[Reading | None, bool, str]:
    try:
        with reader_for_mail() as reader:
            return reader.read(mail_bytes(mail)), True, ""
    except (SealBroken, MailUnreadable) as error:
        return None, True, f"这封邮件无法打开：{error}"


def _found(
    branch: Unit, given: dict[str, list[str]], reading: Reading, *, masked: bool
) -> dict[str, Any]:
    """What each field's patterns find, and the letter that would come of it."""
    extraction = extract(reading.text, given)
    draft = draft_of(reading, terms_of(branch, given), timezone.localtime())
    late = {field for field, _ in extraction.overdue}
    rows = [
        {
            "label": label,
            "value": _shown(field, extraction.value(field), draft, masked=masked),
            "place": extraction.found[field].place if field in extraction.found else 0,
            "late": field in late,
        }
        for field, label in FIELDS.items()
    ]
    facts = draft_facts(draft, masked=masked)
    return {"rows": rows, "facts": facts, "refusal": draft.problem, "is_tried": True}


def _shown(field: str, value: str, draft: Draft, *, masked: bool) -> str:
    if not masked:
        return value
    if field == "name":
        return mask_name(value)
    return mask_number(normalised(value)) if field == "phone" else redact(value, draft.name)


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
