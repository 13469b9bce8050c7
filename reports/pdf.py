"""HTML to PDF: the only place that knows WeasyPrint. Nothing is fetched but our own files.

The same HTML makes the same bytes: dates come from the document's own metadata, the identifier
from its content, and no clock or chance is asked.
"""

import hashlib
import io
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousFileOperation
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject
from weasyprint import HTML
from weasyprint.formatting_structure import boxes
from weasyprint.layout import inline
from weasyprint.text.fonts import FontConfiguration
from weasyprint.text.line_break import create_layout
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

# Tagged and with a title and language, as ISO 14289-1 asks, so that screen readers can read it.
VARIANT: Final = "pdf/ua-1"
STATIC: Final = "static"
# A line is spread over its full measure by at most so much of a character's width at each gap.
WIDEST_GAP: Final = 0.15


class PdfError(RuntimeError):
    """A document cannot be made; the text is Chinese."""


class OwnFilesFetcher(URLFetcher):  # type: ignore[misc]
    """Resolves `data:` and `static:` (a path below our static files); refuses every other URL."""

    def fetch(self, url: str, headers: Any = None) -> Any:
        """The response; a refusal stops the rendering instead of leaving a hole in a document."""
        parts = urlsplit(url)
        if parts.scheme == "data":
            return super().fetch(url, headers)
        found = _static_file(parts.path) if parts.scheme == STATIC else None
        if found is None:
            raise FatalURLFetchingError(f"文件不得引用外部内容：{url[:200]}")
        return URLFetcherResponse(url, found.read_bytes())


def _static_file(path: str) -> Path | None:
    try:
        found = finders.find(unquote(path).lstrip("/"))
    except SuspiciousFileOperation:
        return None
    return Path(found) if isinstance(found, str) else None


def pdf_render(html: str) -> bytes:
    """One HTML document as PDF; PdfError when it refers to anything that is not ours.

    Title, language, author and dates are taken from the document's head (`dcterms.created`).
    """
    identifier = hashlib.sha256(html.encode()).hexdigest()[:32].encode()
    try:
        document = HTML(string=html, url_fetcher=OwnFilesFetcher(), base_url="none:")
        rendered: bytes = document.write_pdf(
            font_config=_fonts(), pdf_variant=VARIANT, pdf_identifier=identifier
        )
    except FatalURLFetchingError as error:
        raise PdfError(str(error)) from error
    return rendered


@cache
def _fonts() -> FontConfiguration:
    """The process's own view of the installed fonts; no document brings any of its own."""
    return FontConfiguration()


def pdf_merge(parts: Iterable[bytes]) -> bytes:
    """Several renders as one document, in order; the first one's title, language and dates stay.

    A very long table is rendered in parts: memory grows with the largest part, not with the whole.
    """
    writer = PdfWriter()
    for number, part in enumerate(parts):
        reader = PdfReader(io.BytesIO(part))
        writer.append(reader)
        if not number:
            writer.metadata = reader.metadata
            writer.root_object[NameObject("/Lang")] = reader.root_object["/Lang"]
    merged = io.BytesIO()
    writer.write(merged)
    return merged.getvalue()


def pdf_pages(data: bytes) -> int:
    """How many pages a PDF has."""
    return len(PdfReader(io.BytesIO(data)).pages)


# Chinese is justified between its characters; WeasyPrint 70 only widens spaces, of which there are
# none. Lines without spaces therefore get the missing part of a character spread over their gaps.
_justify_spaces = inline.justify_line


def _justify_line(context: Any, line: Any, extra: float) -> None:
    texts = list(_texts(line))
    gaps = sum(len(text.text) for text in texts) - 1
    if inline.count_expandable_spaces(line) or gaps < 1 or not extra:
        _justify_spaces(context, line, extra)
    elif extra / gaps <= WIDEST_GAP * line.style["font_size"]:
        _spread(context, line, extra / gaps, 0.0)


def _texts(box: Any) -> Iterator[Any]:
    if isinstance(box, boxes.TextBox):
        yield box
    elif isinstance(box, boxes.LineBox | boxes.InlineBox):
        for child in box.children:
            yield from _texts(child)


def _spread(context: Any, box: Any, gap: float, shift: float) -> float:
    """Widen every character of a line's boxes; the shift of what follows them."""
    box.position_x += shift
    if isinstance(box, boxes.TextBox):
        spacing = box.style["letter_spacing"]
        box.style = box.style.copy()
        box.style["letter_spacing"] = gap + (0 if spacing == "normal" else spacing)
        box.pango_layout = create_layout(
            box.text, box.style, context, max_width=None, justification_spacing=0
        )
        box.pango_layout.deactivate()
        widened = gap * len(box.text)
    else:
        widened = 0.0
        for child in getattr(box, "children", ()):
            widened = _spread(context, child, gap, shift + widened) - shift
    box.width += widened
    return shift + widened


inline.justify_line = _justify_line
