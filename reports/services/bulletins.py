"""Bulletins: numbered and their figures stored in one step, made into a file by a job (S22, R7)."""

import hashlib
from datetime import date
from functools import partial
from typing import Any, Final

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.jobs import JobError, Progress, job_request
from accounts.models import Job, User
from accounts.services import audit_add
from outlets.models import Unit
from outlets.months import Month
from reports.bulletins.figures import IssueDateError, bulletin_figures, edition_of
from reports.models import Bulletin
from reports.services.files import file_remove, file_write, is_whole
from reports.services.locks import branches_lock

BULLETIN: Final = "bulletin"
QUEUE: Final = "pdf"


@transaction.atomic
def bulletin_issue(*, branch: Unit, month: Month, actor: User | None, issued_on: date) -> Bulletin:
    """The month's bulletin in its latest edition: numbered, its figures stored, its file asked for.

    Asked again it is the same bulletin; one made of a published month gets the final figures, under
    the same number, once the month is closed. BulletinError, in Chinese, when it cannot be issued.
    """
    branches_lock([branch.pk])
    edition = edition_of(branch, month)
    found = Bulletin.objects.filter(branch=branch, month=month.first, edition=edition).first()
    if found is None:
        found = _create(branch, month, actor, issued_on)
    elif not found.figures["final"]:
        _finalise(found, actor, issued_on)
    if not is_whole(found):
        bulletin_request(bulletin=found, actor=actor)
    return found


@transaction.atomic
def bulletin_request(*, bulletin: Bulletin, actor: User | None) -> Job:
    """Ask for the file; while that is under way it is the same job."""
    edition = f"-{bulletin.edition}" if bulletin.edition else ""
    job = job_request(
        kind=BULLETIN,
        scope=bulletin.branch.code,
        period=f"{bulletin.month:%Y-%m}{edition}",
        params={"bulletin": bulletin.pk},
        queue=QUEUE,
        actor=actor,
    )
    Bulletin.objects.filter(pk=bulletin.pk).update(job=job)
    bulletin.job = job
    return job


def bulletin_render(*, bulletin_id: int, progress: Progress) -> dict[str, Any]:
    """Make the file from the stored figures; one that is there already is left as it is.

    JobError when the disk is full or a document cannot be made. Figures that were replaced in the
    meantime are drawn anew.
    """
    while True:
        bulletin = Bulletin.objects.get(pk=bulletin_id)
        if not is_whole(bulletin):
            progress(10, "正在排版")
            data = _pdf(bulletin)
            progress(80, "正在保存")
            if not _store(bulletin, data):
                continue
        return {"bulletin": bulletin.pk, "sha256": bulletin.sha256, "pages": bulletin.pages}


def _create(branch: Unit, month: Month, actor: User | None, issued_on: date) -> Bulletin:
    _check_date(month, issued_on)
    issued = Bulletin.objects.filter(branch=branch, year=issued_on.year)
    number = (issued.aggregate(last=Max("number"))["last"] or 0) + 1
    figures = bulletin_figures(branch=branch, month=month, number=number, issued_on=issued_on)
    bulletin = Bulletin.objects.create(
        branch=branch,
        month=month.first,
        edition=figures["edition"],
        year=issued_on.year,
        number=number,
        issued_on=issued_on,
        figures=figures,
    )
    _audit("bulletin.issue", bulletin, actor)
    return bulletin


def _finalise(bulletin: Bulletin, actor: User | None, issued_on: date) -> None:
    """Give a preliminary bulletin the figures of the month, if that is closed by now."""
    month = Month.of(bulletin.month)
    # A number belongs to its year, so the date may move within that year only.
    day = issued_on if issued_on.year == bulletin.year else bulletin.issued_on
    figures = bulletin_figures(
        branch=bulletin.branch, month=month, number=bulletin.number, issued_on=day
    )
    if not figures["final"]:
        return
    _check_date(month, day)
    bulletin.figures, bulletin.issued_on, bulletin.sha256 = figures, day, ""
    bulletin.save(update_fields=["figures", "issued_on", "sha256"])
    _audit("bulletin.finalise", bulletin, actor)


def _check_date(month: Month, issued_on: date) -> None:
    if issued_on < month.first:
        raise IssueDateError(f"印发日期{issued_on}早于{month.label}，请改为该月或以后的日期")
    if issued_on > timezone.localdate():
        raise IssueDateError(f"印发日期{issued_on}晚于今天，请改为今天或以前的日期")


def _audit(event: str, bulletin: Bulletin, actor: User | None) -> None:
    audit_add(
        event=event,
        actor=actor,
        subject=str(bulletin),
        unit=bulletin.branch.code,
        month=f"{bulletin.month:%Y-%m}",
    )


def _pdf(bulletin: Bulletin) -> bytes:
    # The typesetter is large: only the processes that make documents load it.
    from reports.bulletins.render import bulletin_pdf  # noqa: PLC0415
    from reports.pdf import PdfError  # noqa: PLC0415

    try:
        return bulletin_pdf(bulletin.figures)
    except PdfError as error:
        raise JobError(str(error)) from error


def _store(bulletin: Bulletin, data: bytes) -> bool:
    """Write the file and point the bulletin at it; False if its figures were replaced meanwhile."""
    from reports.pdf import pdf_pages  # noqa: PLC0415

    digest, old = hashlib.sha256(data).hexdigest(), str(bulletin.file)
    name = f"bulletins/{bulletin.year}/{bulletin.branch_id}-{bulletin.number:03d}-{digest[:12]}.pdf"
    file_write(name, data)
    bulletin.file.name, bulletin.sha256, bulletin.pages = name, digest, pdf_pages(data)
    with transaction.atomic():
        same = Bulletin.objects.filter(pk=bulletin.pk, figures=bulletin.figures)
        stored = same.update(file=name, sha256=digest, pages=bulletin.pages)
        if old != name:
            transaction.on_commit(partial(file_remove, old if stored else name))
    return bool(stored)
