"""What kinds of documents look like: a function a kind, from stored figures to HTML.

Register one in the module of the kind, which `reports.documents.html_of` imports when it is needed:

    @renders(Document.Kind.BADGES)
    def badges_html(figures: Figures) -> str: ...
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, Final

Figures = Mapping[str, Any]
Renderer = Callable[[Figures], str]

_RENDERERS: Final[dict[str, Renderer]] = {}


def renders(kind: str) -> Callable[[Renderer], Renderer]:
    """Have documents of a kind rendered by a function: figures in, one whole HTML document out."""

    def register(renderer: Renderer) -> Renderer:
        _RENDERERS[kind] = renderer
        return renderer

    return register


def html_of(kind: str, figures: Figures) -> str:
    """The document as HTML; the same figures make the same text."""
    if kind not in _RENDERERS:
        import_module(f"reports.documents.{kind.lower()}")
    return _RENDERERS[kind](figures)
