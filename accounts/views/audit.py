"""Pages: the audit trail, its verification and its export."""

import csv
import json
from collections.abc import Iterator
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.access import SignedInRequest, allowed
from accounts.events import event_label
from accounts.forms import AuditSearchForm
from accounts.models import AuditEntry
from accounts.roles import Capability
from accounts.selectors.audit import audit_chain_verify, audit_found, audit_visible_to
from accounts.services.audit import audit_add

PAGE_SIZE = 50
HEADERS = ("编号", "时间", "事件", "操作人", "对象", "来源地址", "内容", "前一条校验值", "校验值")


@require_safe
@allowed(Capability.AUDIT_READ)
def audit(request: SignedInRequest) -> HttpResponse:
    """The audit trail, newest first, filtered."""
    form = AuditSearchForm(request.GET)
    rows = _found(request, form)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "accounts/audit.html", {"form": form, "page_obj": page})


def _found(request: SignedInRequest, form: AuditSearchForm) -> QuerySet[AuditEntry]:
    rows = audit_visible_to(request.user)
    return audit_found(rows, form.search) if form.is_valid() else rows.none()


@require_POST
@allowed(Capability.AUDIT_READ)
def audit_verify(request: SignedInRequest) -> HttpResponse:
    """Walk the chain and show what was found."""
    report = audit_chain_verify()
    audit_add(
        event="audit.verify", actor=request.user, subject=f"{report.entries} 条",
        intact=report.intact, broken_at=report.broken_at, last=report.last_id,
    )  # fmt: skip
    return render(request, "accounts/audit_verified.html", {"report": report})


@require_safe
@allowed(Capability.AUDIT_READ)
def audit_export(request: SignedInRequest) -> StreamingHttpResponse | HttpResponse:
    """What the search finds, as CSV that Excel opens."""
    form = AuditSearchForm(request.GET)
    rows = _found(request, form)
    audit_add(event="audit.export", actor=request.user, search=request.GET.dict())
    response = StreamingHttpResponse(_lines(rows), content_type="text/csv; charset=utf-8")
    name = f"audit-{timezone.localdate():%Y%m%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


class _Echo:
    """A file for csv.writer whose write gives the line back."""

    def write(self, line: str) -> str:
        return line


def _lines(rows: QuerySet[AuditEntry]) -> Iterator[str]:
    writer: Any = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(HEADERS)
    for row in rows.iterator(chunk_size=2000):
        yield writer.writerow([_harmless(value) for value in _cells(row)])


def _cells(row: AuditEntry) -> tuple[str, ...]:
    return (
        str(row.pk),
        f"{timezone.localtime(row.at):%Y-%m-%d %H:%M:%S}",
        event_label(row.event),
        row.actor_name,
        row.subject,
        row.ip or "",
        json.dumps(row.detail, ensure_ascii=False) if row.detail else "",
        row.previous,
        row.hash,
    )


def _harmless(value: str) -> str:
    """Text that Excel would run as a formula gets an apostrophe in front."""
    return f"'{value}" if value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
