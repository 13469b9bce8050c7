"""Photos of items: kept once by hash, under random names, re-encoded without metadata."""

import hashlib
import re
import uuid
from typing import Final

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from inspections.models import Evidence, Inspection, Visit
from inspections.photos import MAX_BYTES, Photo, PhotoRefused, photo_read
from inspections.selectors.forms import published_form
from inspections.services.sheets import MAX_PHOTOS
from inspections.services.visits import OPEN_STATES, VisitNotOpen

SHA256: Final = re.compile(r"[0-9a-f]{64}")
_CHUNK: Final = 1024 * 1024


def evidence_add(
    *, visit: Visit, item_id: int, sha256: str, file: "UploadedFile[bytes]", actor: User
) -> tuple[Evidence, bool]:
    """Keep a photo of an item; whether it is new. The same photo again is the one there is.

    `sha256` is of the bytes as sent. ValidationError for what is no photo, too large, damaged on
    the way or for another standard; VisitNotOpen once the visit is over.
    """
    _check(visit, item_id, sha256, file)
    kept = drafted_evidence(visit).filter(item=item_id, sha256=sha256)
    if found := kept.first():
        return found, False
    if _hash(file) != sha256:
        raise ValidationError({"file": "照片在传输中损坏，请重新上传"})
    try:
        photo = photo_read(file)
    except PhotoRefused as error:
        raise ValidationError({"file": str(error)}) from error
    name = _store(photo)
    try:
        return _insert(visit, item_id, sha256, (name, photo), actor), True
    except IntegrityError:
        _discard(name)
        return kept.get(), False
    except Exception:
        _discard(name)
        raise


@transaction.atomic
def evidence_remove(*, evidence: Evidence, actor: User) -> None:
    """Take a photo away while its visit is open; VisitNotOpen afterwards. Again: nothing."""
    visit = _open_visit(evidence.visit, actor)
    drafted_evidence(visit).filter(pk=evidence.pk).update(removed_at=Now())


def drafted_evidence(visit: Visit) -> QuerySet[Evidence]:
    """The photos of what is being filled in; those of a submitted inspection stay with it."""
    return Evidence.objects.filter(visit=visit, inspection=None, removed_at=None)


def evidence_copy(*, inspection: Inspection) -> None:
    """Give the photos of a returned inspection to its new draft as well; the files are shared."""
    Evidence.objects.bulk_create(
        Evidence(
            uuid=uuid.uuid4(),
            visit_id=kept.visit_id,
            item_id=kept.item_id,
            sha256=kept.sha256,
            file=kept.file.name,
            width=kept.width,
            height=kept.height,
            uploaded_by_id=kept.uploaded_by_id,
        )
        for kept in inspection.evidence.filter(removed_at=None)
    )


def small_name(name: str) -> str:
    """Where the small copy of a stored photo lies."""
    return f"{name.removesuffix('.jpg')}.small.jpg"


def _check(visit: Visit, item_id: int, sha256: str, file: "UploadedFile[bytes]") -> None:
    if not SHA256.fullmatch(sha256):
        raise ValidationError({"sha256": "应是文件的 SHA-256（64位小写十六进制）"})
    if item_id not in published_form(visit.version_id, visit.channel).items:
        raise ValidationError({"item": "该项目不属于本次检查的标准"})
    if not file.size:
        raise ValidationError({"file": "文件是空的"})
    if file.size > MAX_BYTES:
        raise ValidationError({"file": f"照片超过{MAX_BYTES // 1024 // 1024}MB，请缩小后上传"})


def _hash(file: "UploadedFile[bytes]") -> str:
    digest = hashlib.sha256()
    file.seek(0)
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def _store(photo: Photo) -> str:
    wanted = f"evidence/{timezone.localdate():%Y/%m}/{uuid.uuid4().hex}.jpg"
    name = default_storage.save(wanted, ContentFile(photo.full))
    default_storage.save(small_name(name), ContentFile(photo.small))
    return name


def _discard(name: str) -> None:
    default_storage.delete(name)
    default_storage.delete(small_name(name))


@transaction.atomic
def _insert(
    visit: Visit, item_id: int, sha256: str, stored: tuple[str, Photo], actor: User
) -> Evidence:
    visit = _open_visit(visit, actor)
    name, photo = stored
    count = drafted_evidence(visit).filter(item=item_id).count()
    if count >= MAX_PHOTOS:
        raise ValidationError({"file": f"每个项目最多{MAX_PHOTOS}张照片"})
    return Evidence.objects.create(
        uuid=uuid.uuid4(),
        visit=visit,
        item_id=item_id,
        sha256=sha256,
        file=name,
        width=photo.width,
        height=photo.height,
        uploaded_by=actor,
    )


def _open_visit(visit: Visit, actor: User) -> Visit:
    """The visit, locked; VisitNotOpen when it is over or somebody else's."""
    locked = Visit.objects.select_for_update(of=("self",)).filter(
        pk=visit.pk, state__in=OPEN_STATES, inspector=actor
    )
    found = locked.first()
    if found is None:
        raise VisitNotOpen("该任务已提交、取消或改派他人，不能再增删照片")
    return found
