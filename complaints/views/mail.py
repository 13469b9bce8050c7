"""Pages of mail: what came, what became of it, and what a person must look at."""

from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.access import SignedInRequest, allowed
from accounts.acting import CONFLICT, UNPROCESSABLE, acted, form_methods, posted
from accounts.roles import Capability
from accounts.selectors.jobs import jobs_open_of
from complaints.forms.mail import MailIgnoreForm, MailLetterForm, MailRawForm
from complaints.models import Mail
from complaints.sealing import SealBroken
from complaints.selectors.mail import (
    mail_counts,
    mail_lines,
    mails_visible_to,
    shown_sender,
    shown_subject,
)
from complaints.selectors.mail_page import mail_preview
from complaints.selectors.patterns import patterns_of
from complaints.services.fetching import (
    FETCH,
    REPLAY,
    mail_fetch_request,
    mails_replay_request,
    reader_for_mail,
)
from complaints.services.mail import mail_ignore, mail_make_letter, mail_raw, mail_replay
from complaints.services.refusals import ActRefused
from outlets.models import Unit

PAGE_SIZE: Final = 50
ALL: Final = "ALL"
_OPENED: Final = "这封邮件的原件无法打开，请联系系统管理员"


@allowed(Capability.LETTERS_TRIAGE)
@require_safe
def mails(request: SignedInRequest) -> HttpResponse:
    """The mails of a state, those that wait for a person unless told otherwise."""
    state = request.GET.get("state", Mail.State.SET_ASIDE)
    listed = mails_visible_to(request.user)
    if state in Mail.State:
        listed = listed.filter(state=state)
    page = Paginator(listed, PAGE_SIZE).get_page(request.GET.get("page"))
    counts = mail_counts(request.user)
    jobs = jobs_open_of(request.user).filter(kind__in=[FETCH, REPLAY])
    context = {
        "page_obj": page,
        "lines": mail_lines(page.object_list, _branch(request)),
        "counts": counts,
        "total": sum(one.count for one in counts),
        "waiting": next(one.count for one in counts if one.state == Mail.State.SET_ASIDE),
        "state": state if state in Mail.State else ALL,
        "jobs": list(jobs),
        "may_fetch": _has_mailbox(request),
        "may_set": request.user.can(Capability.LETTERS_SETTINGS),
    }
    return render(request, "complaints/mails.html", context)


def _branch(request: SignedInRequest) -> Unit:
    unit = request.user.unit
    assert unit is not None  # noqa: S101  (who has the capability belongs to a branch)
    return unit.branch


def _has_mailbox(request: SignedInRequest) -> bool:
    """Whether the mailbox of the settings is the user's branch's."""
    if not settings.MAIL_IMAP_URL:
        return False
    return settings.MAIL_IMAP_UNIT in {"", _branch(request).code}


@allowed(Capability.LETTERS_TRIAGE)
@require_POST
def fetch(request: SignedInRequest) -> HttpResponse:
    """Ask for the mailbox to be fetched now."""
    if not _has_mailbox(request) or mail_fetch_request(actor=request.user) is None:
        messages.error(request, "没有设置邮箱，请系统管理员按 .env.example 填写 MAIL_IMAP_URL 等")
    else:
        messages.success(request, "正在取信")
    return redirect("complaints:mails")


@allowed(Capability.LETTERS_TRIAGE)
@require_POST
def replay_all(request: SignedInRequest) -> HttpResponse:
    """Ask for everything that was set aside to be read again."""
    mails_replay_request(branch=_branch(request), actor=request.user)
    messages.success(request, "正在按现行提取模式重新处理")
    return redirect("complaints:mails")


@allowed(Capability.LETTERS_TRIAGE)
@require_safe
def mail(request: SignedInRequest, pk: int) -> HttpResponse:
    """One mail, redacted, and what can be done with it."""
    return _page(request, _mail(request, pk))


@allowed(Capability.LETTERS_TRIAGE)
@require_POST
def replay(request: SignedInRequest, pk: int) -> HttpResponse:
    """Read the mail again by the patterns of now."""
    try:
        with reader_for_mail() as reader:
            done = mail_replay(mail=_mail(request, pk), actor=request.user, reader=reader)
    except ActRefused as error:
        messages.error(request, str(error))
    except SealBroken:
        messages.error(request, _OPENED)
    else:
        _tell(request, done)
    return redirect("complaints:mail", pk)


def _tell(request: SignedInRequest, done: Mail) -> None:
    if done.letter is not None:
        messages.success(request, f"已成为来信{done.letter.reference}")
    elif done.state == Mail.State.SET_ASIDE:
        messages.warning(request, f"仍须人工处理：{done.reason}")
    else:
        messages.success(request, f"已归为“{done.get_state_display()}”")


@allowed(Capability.LETTERS_TRIAGE)
@form_methods
def make_letter(request: SignedInRequest, pk: int) -> HttpResponse:
    """Make a letter of the mail by hand."""
    found = _mail(request, pk)
    if found.letter is not None:
        messages.info(request, "这封邮件已经是来信")
        return redirect("complaints:mail", pk)
    with reader_for_mail() as reader:
        preview = mail_preview(found, reader)
        form = MailLetterForm(posted(request), user=request.user, draft=preview.draft)

        def do(form: MailLetterForm) -> str:
            try:
                done = mail_make_letter(
                    mail=found, made=form.made(), actor=request.user, reader=reader
                )
            except SealBroken as error:
                raise ValidationError(f"原件无法打开：{error}") from error
            return f"已登记为来信{done.letter.reference if done.letter else ''}"

        status = acted(request, form, do)
    if not status:
        return redirect("complaints:mail", pk)
    context = _context(found) | {"form": form, "preview": preview}
    return render(request, "complaints/mail_letter.html", context, status=status)


@allowed(Capability.LETTERS_TRIAGE)
@require_POST
def ignore(request: SignedInRequest, pk: int) -> HttpResponse:
    """Put the mail away."""
    found = _mail(request, pk)
    form = MailIgnoreForm(request.POST)
    if not form.is_valid():
        return _page(request, found, UNPROCESSABLE, ignore_form=form)
    try:
        mail_ignore(mail=found, why=form.cleaned_data["why"], actor=request.user)
    except ActRefused as error:
        messages.error(request, str(error))
        return redirect("complaints:mail", pk)
    messages.success(request, "邮件已忽略，原件仍保留")
    return redirect("complaints:mails")


@allowed(Capability.LETTERS_TRIAGE)
@require_POST
def raw(request: SignedInRequest, pk: int) -> HttpResponse:
    """The original, for a reason that is on record."""
    found = _mail(request, pk)
    form = MailRawForm(request.POST)
    if not form.is_valid():
        return _page(request, found, UNPROCESSABLE, raw_form=form)
    try:
        content = mail_raw(mail=found, why=form.cleaned_data["reason"], actor=request.user)
    except (ActRefused, SealBroken, ValidationError) as error:
        form.add_error(None, _OPENED if isinstance(error, SealBroken) else str(error))
        return _page(request, found, CONFLICT, raw_form=form)
    return raw_response(found, content)


def raw_response(found: Mail, content: bytes) -> HttpResponse:
    """An original as a download that no browser runs."""
    response = HttpResponse(content, content_type="message/rfc822")
    response["Content-Disposition"] = f'attachment; filename="mail-{found.pk}.eml"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "sandbox"
    return response


def _mail(request: SignedInRequest, pk: int) -> Mail:
    return get_object_or_404(mails_visible_to(request.user), pk=pk)


def _page(request: SignedInRequest, found: Mail, status: int = 200, **forms: Any) -> HttpResponse:
    with reader_for_mail() as reader:
        preview = mail_preview(found, reader)
    context = _context(found) | {
        "preview": preview,
        "ignore_form": MailIgnoreForm(),
        "raw_form": MailRawForm(),
    }
    return render(request, "complaints/mail.html", context | forms, status=status)


def _context(found: Mail) -> dict[str, Any]:
    return {
        "mail": found,
        "subject": shown_subject(found, patterns_of(found.branch)),
        "sender": shown_sender(found),
        "may_ignore": found.state in {Mail.State.SET_ASIDE, Mail.State.DUPLICATE},
    }
