"""A bulletin's figures as PDF bytes: the same figures, the same bytes."""

from collections.abc import Mapping
from typing import Any

from django.template.loader import render_to_string

from reports.bulletins import words
from reports.bulletins.layout import sections
from reports.pdf import pdf_render

Figures = Mapping[str, Any]


def bulletin_html(figures: Figures) -> str:
    """The whole document as HTML, charts included; nothing in it is fetched from elsewhere."""
    head = figures["masthead"]
    context = {
        "head": head,
        "title": words.title(figures),
        "full_title": words.full_title(figures),
        "issued_on": words.chinese_date(head["issued_on"]),
        "lead": words.lead(figures),
        "preliminary": words.preliminary(figures),
        "sections": sections(figures),
        "distribution": figures["distribution"],
    }
    return render_to_string("reports/pdf/bulletin.html", context)


def bulletin_pdf(figures: Figures) -> bytes:
    """The document as PDF."""
    return pdf_render(bulletin_html(figures))
