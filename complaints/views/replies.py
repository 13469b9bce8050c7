"""Pages of replies: drafting, sending, the templates."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from accounts.access import SignedInRequest, allowed
from accounts.acting import acted, form_methods, posted
from accounts.models import User
from accounts.roles import Capability
from complaints.forms.replies import ReplyForm, SendForm, TemplateForm
from complaints.models import Kind, Letter, Reply, ReplyTemplate
from complaints.replies import PLACEHOLDERS, REMEDIES
from complaints.selectors.replies import TemplateRow, drafted, templates_for, templates_of
from complaints.services.replies import (
    reply_draft,
    reply_problems,
    reply_send,
    reply_template_save,
)
from complaints.views.acting import letter_of, standing_for
from outlets.models import Unit


@allowed(Capability.LETTERS_HANDLE)
@form_methods
def reply(request: SignedInRequest, pk: int) -> HttpResponse:
    """Write the reply's draft, beginning with a template."""
    found = letter_of(request, pk)
    standing_for(request, found, "handles")
    if request.method != "POST" and found.state != Letter.State.ASSIGNED:
        messages.warning(request, f"来信现在是“{found.get_state_display()}”，不能拟写答复")
        return redirect("complaints:letter", pk)
    draft = Reply.objects.filter(letter=found, sent_at=None).select_related("author").first()
    templates = templates_for(found)
    form = ReplyForm(posted(request), initial=_begun(request, found, draft, templates))
    status = acted(request, form, lambda form: _keep(request, found, form))
    if not status:
        return redirect("complaints:letter_send", pk)
    context = {
        "letter": found,
        "form": form,
        "draft": draft,
        "templates": templates,
        "may_edit_templates": request.user.can(Capability.LETTERS_SETTINGS),
        "chosen": request.GET.get("template", ""),
        "remedies": list(REMEDIES) if found.kind == Kind.COMPLAINT else [],
    }
    return render(request, "complaints/reply.html", context, status=status)


def _keep(request: SignedInRequest, letter: Letter, form: ReplyForm) -> str:
    reply_draft(
        letter=letter,
        body=form.cleaned_data["body"],
        seen=form.cleaned_data["seen"],
        actor=request.user,
    )
    return "答复草稿已保存"


def _begun(
    request: SignedInRequest, letter: Letter, draft: Reply | None, templates: list[TemplateRow]
) -> dict[str, str]:
    """What the page begins with: the chosen template, else the draft, else the first template."""
    name = request.GET.get("template", "")
    chosen = next((one for one in templates if one.name == name), None)
    if chosen is None and draft is None and name != "-":
        chosen = next(iter(templates), None)
    body = drafted(chosen, letter, request.user) if chosen else draft.body if draft else ""
    return {"body": body, "seen": draft.updated_at.isoformat() if draft else ""}


@allowed(Capability.LETTERS_HANDLE)
@form_methods
def send(request: SignedInRequest, pk: int) -> HttpResponse:
    """Look at the draft as the customer will, and record that it was told."""
    found = letter_of(request, pk)
    standing_for(request, found, "handles")
    draft = Reply.objects.filter(letter=found, sent_at=None).select_related("author").first()
    if request.method != "POST" and draft is None:
        messages.warning(request, "还没有答复草稿")
        return redirect("complaints:letter", pk)
    form = SendForm(posted(request))
    status = acted(request, form, lambda form: _send(request, found, form))
    if not status:
        return redirect("complaints:letter", pk)
    problems = reply_problems(found.kind, draft.body) if draft else []
    context = {"letter": found, "form": form, "draft": draft, "problems": problems}
    return render(request, "complaints/reply_send.html", context, status=status)


def _send(request: SignedInRequest, letter: Letter, form: SendForm) -> str:
    reply_send(letter=letter, means=form.cleaned_data["means"], actor=request.user)
    return f"已记录答复，来信{letter.reference}等待办结"


@allowed(Capability.LETTERS_SETTINGS)
@require_safe
def templates(request: SignedInRequest) -> HttpResponse:
    """The branch's reply templates."""
    rows = templates_of(_branch(request.user))
    return render(request, "complaints/reply_templates.html", {"rows": rows})


@allowed(Capability.LETTERS_SETTINGS)
@form_methods
def template_new(request: SignedInRequest) -> HttpResponse:
    """Make a template; `?from=` begins with one that ships."""
    name = request.GET.get("from", "")
    rows = templates_of(_branch(request.user)) if name else []
    begun = next((row for row in rows if row.name == name), None)
    initial = {"name": begun.name, "kind": begun.kind, "body": begun.body} if begun else {}
    return _template_page(request, TemplateForm(posted(request), initial=initial), None)


@allowed(Capability.LETTERS_SETTINGS)
@form_methods
def template_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change a template of the branch's own."""
    found = get_object_or_404(ReplyTemplate, pk=pk, branch=_branch(request.user))
    return _template_page(request, TemplateForm(posted(request), template=found), found)


def _template_page(
    request: SignedInRequest, form: TemplateForm, template: ReplyTemplate | None
) -> HttpResponse:
    def do(form: TemplateForm) -> str:
        saved = reply_template_save(
            branch=_branch(request.user), template=template, actor=request.user,
            **form.cleaned_data,
        )  # fmt: skip
        return f"模板“{saved.name}”已保存"

    status = acted(request, form, do)
    if not status:
        return redirect("complaints:reply_templates")
    context = {
        "form": form,
        "template": template,
        "placeholders": PLACEHOLDERS,
        "remedies": list(REMEDIES),
    }
    return render(request, "complaints/reply_template.html", context, status=status)


def _branch(user: User) -> Unit:
    unit = user.unit
    assert unit is not None  # noqa: S101  (only administrators have none)
    return unit.branch
