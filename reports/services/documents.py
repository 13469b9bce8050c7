"""Documents: their figures stored in one step, made into a PDF by a job (S13, S16, S17, S22)."""

import hashlib
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.db.models import Max

from accounts.jobs import JobError, Progress, job_request
from accounts.models import Job, User
from accounts.services import audit_add
from outlets.models import Unit
from reports.models import Document
from reports.services.files import file_write, is_whole

DOCUMENT: Final = "document"
QUEUE: Final = "pdf"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFacts:
    """What a document says: `key` what it is about, `figures` all it is rendered from.

    `year` and `number` are a circular's, from `number_next`.
    """

    kind: str
    key: str
    title: str
    figures: dict[str, Any]
    year: int | None = None
    number: int | None = None


@transaction.atomic
def document_make(*, branch: Unit, facts: DocumentFacts, actor: User | None) -> Document:
    """Store a document's figures and ask for its file.

    Asked again by the same person about the same with the same figures it is the same document.
    """
    about = Document.objects.filter(
        branch=branch, kind=facts.kind, key=facts.key, number=facts.number, created_by=actor
    )
    found = about.filter(title=facts.title, figures=facts.figures).order_by("-pk").first()
    if found is None:
        found = _create(branch, facts, actor)
    if not is_whole(found):
        document_request(document=found, actor=actor)
    return found


def number_next(*, branch: Unit, kind: str, year: int) -> int:
    """The number after the last of the year; hold the branch's lock until the document is stored."""
    numbered = Document.objects.filter(branch=branch, kind=kind, year=year)
    return (numbered.aggregate(last=Max("number"))["last"] or 0) + 1


@transaction.atomic
def document_request(*, document: Document, actor: User | None) -> Job:
    """Ask for the file; while that is under way it is the same job."""
    job = job_request(
        kind=DOCUMENT,
        scope=document.branch.code,
        period=str(document.pk),
        params={"document": document.pk},
        queue=QUEUE,
        actor=actor,
    )
    Document.objects.filter(pk=document.pk).update(job=job)
    document.job = job
    return job


def document_render(*, document_id: int, progress: Progress) -> dict[str, Any]:
    """Make the file from the stored figures; one that is there already is left as it is.

    JobError when the disk is full or the document cannot be made.
    """
    document = Document.objects.get(pk=document_id)
    if not is_whole(document):
        progress(10, "正在排版")
        data = _pdf(document)
        progress(80, "正在保存")
        _store(document, data)
    return {"document": document.pk, "sha256": document.sha256, "pages": document.pages}


def _create(branch: Unit, facts: DocumentFacts, actor: User | None) -> Document:
    document = Document.objects.create(
        branch=branch,
        kind=facts.kind,
        key=facts.key,
        title=facts.title,
        figures=facts.figures,
        year=facts.year,
        number=facts.number,
        created_by=actor,
    )
    audit_add(
        event="document.make",
        actor=actor,
        subject=facts.title,
        kind=document.get_kind_display(),
        unit=branch.code,
    )
    return document


def _pdf(document: Document) -> bytes:
    # The typesetter is large: only the processes that make documents load it.
    from reports.documents import html_of  # noqa: PLC0415
    from reports.pdf import PdfError, pdf_render  # noqa: PLC0415

    try:
        return pdf_render(html_of(document.kind, document.figures))
    except PdfError as error:
        raise JobError(str(error)) from error


def _store(document: Document, data: bytes) -> None:
    from reports.pdf import pdf_pages  # noqa: PLC0415

    digest = hashlib.sha256(data).hexdigest()
    name = f"documents/{document.created_at:%Y}/{document.pk}-{digest[:12]}.pdf"
    file_write(name, data)
    document.file.name, document.sha256, document.pages = name, digest, pdf_pages(data)
    document.save(update_fields=["file", "sha256", "pages"])
