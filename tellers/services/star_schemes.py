"""Star schemes: drafted, published, frozen (S16)."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from accounts.services import audit_add
from outlets.models import Unit
from tellers.models import StarScheme
from tellers.services.refusals import RecordRefused
from tellers.stars import StarRules


@transaction.atomic
def star_scheme_draft(*, branch: Unit, label: str, rules: StarRules, actor: User) -> StarScheme:
    """Keep a new version as a draft; RecordRefused when the branch has one of that name."""
    try:
        with transaction.atomic():
            scheme = StarScheme.objects.create(branch=branch, label=label, rules=rules.to_json())
    except IntegrityError as error:
        raise _taken(label) from error
    audit_add(event="stars.scheme_draft", actor=actor, subject=label)
    return scheme


@transaction.atomic
def star_scheme_revise(
    *, scheme: StarScheme, label: str, rules: StarRules, actor: User
) -> StarScheme:
    """Change a draft; RecordRefused once it is published."""
    drafts = StarScheme.objects.filter(pk=scheme.pk, published_at=None)
    try:
        with transaction.atomic():
            if not drafts.update(label=label, rules=rules.to_json()):
                raise RecordRefused("办法已经发布，不能再修改")
    except IntegrityError as error:
        raise _taken(label) from error
    scheme.refresh_from_db()
    audit_add(event="stars.scheme_revise", actor=actor, subject=label)
    return scheme


@transaction.atomic
def star_scheme_delete(*, scheme: StarScheme, actor: User) -> None:
    """Throw a draft away; RecordRefused once it is published."""
    deleted, _ = StarScheme.objects.filter(pk=scheme.pk, published_at=None).delete()
    if not deleted:
        raise RecordRefused("办法已经发布，不能删除")
    audit_add(event="stars.scheme_delete", actor=actor, subject=scheme.label)


@transaction.atomic
def star_scheme_publish(*, scheme: StarScheme, actor: User | None) -> StarScheme:
    """Freeze a draft, so that periods may go by it; RecordRefused when it is published already."""
    drafts = StarScheme.objects.filter(pk=scheme.pk, published_at=None)
    if not drafts.update(published_at=timezone.now(), published_by=actor):
        raise RecordRefused("办法已经发布")
    scheme.refresh_from_db()
    audit_add(event="stars.scheme_publish", actor=actor, subject=scheme.label)
    return scheme


def _taken(label: str) -> RecordRefused:
    return RecordRefused(f"已有名为“{label}”的星级评定办法")
