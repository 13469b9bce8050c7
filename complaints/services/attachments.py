"""Files of letters: checked, sealed on the disk, kept once a letter by their hash."""

import hashlib
import uuid
from typing import Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.models import User
from accounts.services import audit_add
from complaints.files import Checked, FileRefused, file_checked
from complaints.models import Attachment, Letter
from complaints.sealed_files import file_delete, file_seal, file_unseal

MAX_FILES: Final = 30
FOLDER: Final = "attachments"


def attachment_add(
    *, letter: Letter, kind: str, name: str, content: bytes, actor: User | None
) -> tuple[Attachment, bool]:
    """Keep a file of a letter; whether it is new. The same bytes again are the file there is.

    ValidationError, keyed `file`, for what is empty, too large, of a wrong sort, damaged, or one
    too many.
    """
    digest = hashlib.sha256(content).hexdigest()
    if found := Attachment.objects.filter(letter=letter, sha256=digest).first():
        return found, False
    if Attachment.objects.filter(letter=letter).count() >= MAX_FILES:
        raise ValidationError({"file": f"每封来信最多{MAX_FILES}个附件"})
    try:
        checked = file_checked(name, content)
    except FileRefused as error:
        raise ValidationError({"file": str(error)}) from error
    stored = file_seal(FOLDER, checked.content)
    try:
        return _insert(letter, kind, digest, (stored, checked), actor), True
    except IntegrityError:
        file_delete(stored)
        return Attachment.objects.get(letter=letter, sha256=digest), False
    except Exception:
        file_delete(stored)
        raise


@transaction.atomic
def _insert(
    letter: Letter, kind: str, digest: str, file: tuple[str, Checked], actor: User | None
) -> Attachment:
    stored, checked = file
    row = Attachment.objects.create(
        uuid=uuid.uuid4(),
        letter=letter,
        kind=kind,
        name=checked.name,
        media_type=checked.media_type,
        size=len(checked.content),
        sha256=digest,
        file=stored,
        uploaded_by=actor,
    )
    if actor is not None:
        _audit("letter.attachment_add", row, actor)
    return row


def attachment_read(*, attachment: Attachment, actor: User) -> bytes:
    """The plain bytes, for somebody who may have them; every reading is on record.

    SealBroken when the file is gone or was altered.
    """
    content = file_unseal(attachment.file)
    _audit("letter.attachment_read", attachment, actor)
    return content


def _audit(event: str, row: Attachment, actor: User) -> None:
    audit_add(
        event=event,
        actor=actor,
        subject=row.letter.reference,
        kind=row.get_kind_display(),
        result=str(row.uuid),
    )
