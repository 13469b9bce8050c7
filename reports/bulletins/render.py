"""A bulletin's figures as PDF bytes: the same figures, the same bytes."""

import re
from collections.abc import Mapping
from typing import Any, Final

from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from reports.bulletins import words
from reports.bulletins.layout import sections
from reports.pdf import pdf_render

Figures = Mapping[str, Any]

_MEASURE: Final = re.compile(r"([0-9][0-9.]*(?:[分家次位名个期%]|年|月|日))")


def bulletin_html(figures: Figures) -> str:
    """The whole document as HTML, charts included; nothing in it is fetched from elsewhere."""
    head = figures["masthead"]
    context = {
        "head": head,
        "title": words.title(figures),
        "full_title": words.full_title(figures),
        "issued_on": words.chinese_date(head["issued_on"]),
        "lead": [measures_kept(text) for text in words.lead(figures)],
        "preliminary": words.preliminary(figures),
        "sections": sections(figures),
        "distribution": figures["distribution"],
    }
    return render_to_string("reports/pdf/bulletin.html", context)


def measures_kept(text: str, measure: re.Pattern[str] = _MEASURE) -> SafeString:
    """The text with every number kept on one line with its unit."""
    pieces = measure.split(text)
    return format_html_join(
        "",
        "{}",
        ((format_html('<span class="unit">{}</span>', piece) if odd % 2 else piece,)
         for odd, piece in enumerate(pieces)),
    )  # fmt: skip


def bulletin_pdf(figures: Figures) -> bytes:
    """The document as PDF."""
    return pdf_render(bulletin_html(figures))
