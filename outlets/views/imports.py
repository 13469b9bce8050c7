"""Importing units and people from files: check first, then take over."""

import io
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Self

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import SignedInRequest, allowed
from accounts.acting import posted
from accounts.models import User
from accounts.roles import Capability
from outlets.downloads import file_response
from outlets.forms.imports import ImportForm
from outlets.importing import ImportRefused, ImportResult, Kind, file_import, kinds, template_of
from outlets.spreadsheets import open_book, parse_map

KEPT_SECONDS = 1800
# What a page can take in while somebody waits; the command takes ten times as many.
MAX_ROWS = 20_000
SHOWN_ERRORS = 500


def _as_it_is(content: bytes) -> bytes:
    return content


@dataclass(frozen=True, slots=True)
class Door:
    """Where files of a kind come in: its pages, and how a file is kept until it is confirmed."""

    key: str
    page: str
    template: str
    back: str
    dated: bool = True  # whether what changes does so from a day on
    seal: Callable[[bytes], bytes] = _as_it_is
    unseal: Callable[[bytes], bytes] = _as_it_is


DOORS = {
    key: Door(key, f"outlets:import_{key}", f"outlets:import_{key}_template", back)
    for key, back in (("units", "outlets:tree"), ("staff", "outlets:staff"))
}


@dataclass(frozen=True, slots=True)
class Upload:
    """A checked file, kept for its confirmation; the browser would otherwise send it twice."""

    name: str
    content: bytes
    mapping: bytes | None
    as_of: date | None

    @classmethod
    def of(cls, form: ImportForm) -> Self:
        """From a valid form."""
        data = form.cleaned_data
        mapping = data["mapping"].read() if data["mapping"] else None
        return cls(data["file"].name, data["file"].read(), mapping, data.get("as_of"))

    def run(self, kind: Kind, actor: User, *, dry_run: bool) -> ImportResult:
        """Import it; ImportRefused with every bad row."""
        source = io.BytesIO(self.content)
        source.name = self.name
        book = open_book(source)
        if len(book.grid().rows) > MAX_ROWS + 1:
            raise ImportRefused.whole(f"超过{MAX_ROWS:,}行，请拆分，或由系统管理员用命令行导入")
        return file_import(
            kind=kind,
            source=book,
            mapping=parse_map(self.mapping) if self.mapping else None,
            actor=actor,
            as_of=self.as_of,
            dry_run=dry_run,
        )


@allowed(Capability.UNITS_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def import_file(request: SignedInRequest, key: str) -> HttpResponse:
    """Upload and check a file; then, with the token of the check, take it over."""
    return import_page(request, DOORS[key])


def import_page(request: SignedInRequest, door: Door) -> HttpResponse:
    """The page of one kind of file, for views that have checked who may use it."""
    kind = kinds()[door.key]
    if "token" in request.POST:
        return _confirm(request, kind, door)
    form = ImportForm(posted(request), request.FILES or None, dated=door.dated)
    if not form.is_valid():
        return _page(request, kind, door, form=form, status=422 if form.errors else 200)
    upload = Upload.of(form)
    try:
        result = upload.run(kind, request.user, dry_run=True)
    except ImportRefused as refused:
        return _page(request, kind, door, form=form, refused=refused, name=upload.name, status=422)
    token = uuid.uuid4().hex
    kept = replace(upload, content=door.seal(upload.content))
    cache.set(_cache_key(request, token), kept, KEPT_SECONDS)
    return _page(request, kind, door, form=form, result=result, name=upload.name, token=token)


@allowed(Capability.UNITS_EDIT)
@require_safe
def import_template(request: SignedInRequest, key: str) -> HttpResponse:  # noqa: ARG001
    """The .xlsx to fill in."""
    return template_response(kinds()[key])


def template_response(kind: Kind) -> HttpResponse:
    """A kind's template as a download."""
    return file_response(f"{kind.label}导入模板.xlsx", template_of(kind))


def _confirm(request: SignedInRequest, kind: Kind, door: Door) -> HttpResponse:
    cache_key = _cache_key(request, request.POST["token"])
    kept: Upload | None = cache.get(cache_key)
    if kept is None:
        messages.warning(request, "检查结果已过期，请重新选择文件。")
        return redirect(door.page)
    upload = replace(kept, content=door.unseal(kept.content))
    try:
        result = upload.run(kind, request.user, dry_run=False)
    except ImportRefused as refused:
        form = ImportForm(dated=door.dated)
        return _page(request, kind, door, form=form, refused=refused, name=upload.name, status=422)
    cache.delete(cache_key)
    messages.success(request, f"{kind.label}导入完成：{result}。")
    if result.warnings:
        messages.warning(request, f"其中 {len(result.warnings)} 处与以往相差较大，请核对。")
    return redirect(door.back)


def _cache_key(request: SignedInRequest, token: str) -> str:
    return f"import:{request.user.pk}:{token}"


def _page(
    request: SignedInRequest, kind: Kind, door: Door, *, status: int = 200, **context: Any
) -> HttpResponse:
    refused: ImportRefused | None = context.get("refused")
    return render(
        request,
        "outlets/import.html",
        {
            **context,
            "kind": kind,
            "columns": kind.sheets[0].columns,
            "back": door.back,
            "template_url": door.template,
            "errors": refused.errors[:SHOWN_ERRORS] if refused else [],
            "error_count": len(refused.errors) if refused else 0,
        },
        status=status,
    )
