"""Service files: that one was read, and what the person says about an entry (S13)."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.services import audit_add
from outlets.models import Staff
from tellers.models import FileComment
from tellers.selectors.files import FileSought, ServiceFile, service_file
from tellers.services.refusals import RecordRefused


def file_read(*, user: User, person: Staff, sought: FileSought) -> ServiceFile:
    """The file as the user may read it; somebody else's is written down in the audit trail."""
    found = service_file(user, person, sought, timezone.localdate())
    if user.staff_id != person.pk:
        audit_add(
            event="file.read",
            actor=user,
            subject=str(person),
            year=sought.year,
            kind=found.kind_label,
        )
    return found


@transaction.atomic
def comment_add(*, person: Staff, entry: str, text: str, actor: User) -> FileComment:
    """What somebody says about an entry of the own file; RecordRefused for anybody else's."""
    if actor.staff_id != person.pk:
        raise RecordRefused("只有本人可以对自己的服务档案发表意见")
    text = text.strip()
    if not text:
        raise ValidationError({"text": "请填写意见"})
    file = service_file(actor, person, FileSought(), timezone.localdate())
    if entry not in {one.key for one in file.entries}:
        raise ValidationError({"entry": "档案中没有这个条目"})
    comment = FileComment.objects.create(staff=person, entry=entry, text=text, author=actor)
    audit_add(event="file.comment", actor=actor, subject=str(person))
    return comment
