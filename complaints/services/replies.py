"""Replies: templates, one draft a letter, sending it once."""

from datetime import datetime
from typing import Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.models import User
from accounts.services import audit_add
from complaints.models import Kind, Letter, LetterEvent, Reply, ReplyTemplate
from complaints.replies import missing_remedies, unfilled, unknown_placeholders
from complaints.services.letters import letter_event_add
from complaints.services.refusals import ActRefused
from complaints.services.states import letter_lock, letter_move, recusal_check
from outlets.models import Unit

MEANS: Final = ("电话", "书面", "短信", "邮件")
State = Letter.State


@transaction.atomic
def reply_template_save(
    *, branch: Unit, template: ReplyTemplate | None, actor: User, **fields: object
) -> ReplyTemplate:
    """Make or change a template (`name`, `kind`, `body`, `is_active`).

    ValidationError, by field: a name that is taken, a placeholder nothing fills, and for complaints
    the remedies that the text does not name.
    """
    template = template or ReplyTemplate(branch=branch)
    for name, value in fields.items():
        setattr(template, name, value)
    _check_text(template.kind, template.body)
    try:
        with transaction.atomic():
            template.save()
    except IntegrityError as error:
        raise ValidationError({"name": f"已有名为“{template.name}”的模板"}) from error
    audit_add(event="letter.template", actor=actor, subject=template.name, kind=template.kind)
    return template


def _check_text(kind: str, body: str) -> None:
    problems = []
    if unknown := unknown_placeholders(body):
        problems.append(f"不认识的填充项：{'、'.join(f'{{{name}}}' for name in unknown)}")
    if kind == Kind.COMPLAINT and (missing := missing_remedies(body)):
        problems.append(f"投诉答复必须告知救济途径，还缺：{'、'.join(missing)}")
    if problems:
        raise ValidationError({"body": problems})


@transaction.atomic
def reply_draft(*, letter: Letter, body: str, actor: User, seen: str = "") -> Reply:
    """Keep the letter's draft. `seen` is the `updated_at` of the draft that was edited, as ISO text.

    ActRefused when somebody else has changed the draft meanwhile; LetterMoved once it is answered.
    """
    letter_lock(letter=letter, states=(State.ASSIGNED,), act="拟写答复")
    recusal_check(letter=letter, actor=actor)
    if not body.strip():
        raise ValidationError({"body": "请写答复正文"})
    draft = Reply.objects.filter(letter=letter, sent_at=None).first()
    if draft is None:
        return Reply.objects.create(letter=letter, body=body.strip(), author=actor)
    if parse_datetime(seen or "") != draft.updated_at:
        raise ActRefused(f"草稿已由{draft.author.name}改动，请先看最新的草稿，再合并您的修改")
    draft.body, draft.author = body.strip(), actor
    draft.save(update_fields=["body", "author", "updated_at"])
    return draft


@transaction.atomic
def reply_send(*, letter: Letter, means: str, actor: User, at: datetime | None = None) -> Reply:
    """Record that the draft was told to the customer; from then on it stays as it is.

    LetterMoved when the letter is answered already; ValidationError when the text is unfinished or,
    for a complaint, does not name the remedies.
    """
    letter = letter_lock(letter=letter, states=(State.ASSIGNED,), act="答复客户")
    recusal_check(letter=letter, actor=actor)
    draft = Reply.objects.filter(letter=letter, sent_at=None).first()
    if draft is None:
        raise ActRefused("还没有答复草稿")
    if means not in MEANS:
        raise ValidationError({"means": f"答复方式只能是{'、'.join(MEANS)}"})
    problems = reply_problems(letter.kind, draft.body)
    if problems:
        raise ValidationError({"body": problems})
    at = at or timezone.now()
    Reply.objects.filter(pk=draft.pk).update(means=means, sent_at=at, sent_by=actor)
    letter_move(letter=letter, states=(State.ASSIGNED,), state=State.ANSWERED, act="答复客户")
    letter_event_add(letter=letter, kind=LetterEvent.Kind.ANSWERED, actor=actor, at=at, means=means)
    audit_add(event="letter.answer", actor=actor, subject=letter.reference, result=means)
    draft.refresh_from_db()
    return draft


def reply_problems(kind: str, body: str) -> list[str]:
    """What keeps a text from being sent, in Chinese."""
    problems = []
    if left := unfilled(body):
        problems.append(f"还有没填写的内容：{'、'.join(f'{{{name}}}' for name in left)}")
    if kind == Kind.COMPLAINT and (missing := missing_remedies(body)):
        problems.append(f"投诉答复必须告知救济途径，还缺：{'、'.join(missing)}")
    return problems
