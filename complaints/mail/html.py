"""Text out of HTML, for mails that have nothing else. Pure: html.parser of the standard library.

Only the words are taken; nothing is run, fetched or kept of the markup, and what the writer hid is
left out. The parser is linear on what browsers accept; the process it runs in has a time limit.
"""

import re
from html.parser import HTMLParser
from typing import Final

_SILENT: Final = frozenset(
    {"script", "style", "title", "template", "noscript", "iframe", "object", "svg", "math"}
)
_LINES: Final = frozenset(
    {
        "address", "article", "blockquote", "center", "dd", "div", "dl", "dt", "fieldset", "footer",
        "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "li", "main", "ol", "p", "pre", "section",
        "table", "tbody", "thead", "tr", "ul",
    }
)  # fmt: skip
_BREAKS: Final = frozenset({"br", "hr"})
_CELLS: Final = frozenset({"td", "th"})
_VOID: Final = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
)
_HIDDEN: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_BLANKS: Final = re.compile(r"[ \t\r\n\f\v\xa0]+")


class _Words(HTMLParser):
    """Collects words, line ends and cell ends; `silent` are the open elements that say nothing.

    `fresh`: nothing stands on the current line yet, so a block that begins or ends needs no new one.
    """

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.silent: list[str] = []
        self.verbatim = 0
        self.fresh = True

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            self._void(tag)
        elif self.silent or tag in _SILENT or _is_hidden(attrs):
            self.silent.append(tag)
        else:
            self.verbatim += tag == "pre"
            self._block(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.silent:
            self.verbatim = max(self.verbatim - (tag == "pre"), 0)
            self.parts += ["\t"] * (tag in _CELLS)
            self._block(tag)
        elif tag in self.silent:
            del self.silent[len(self.silent) - 1 - self.silent[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        if self.silent:
            return
        words = data if self.verbatim else _BLANKS.sub(" ", data)
        self.parts.append(words)
        self.fresh = words.endswith("\n") or (self.fresh and not words.strip())

    def _void(self, tag: str) -> None:
        if not self.silent and tag in _BREAKS:
            self.parts.append("\n")
            self.fresh = True

    def _block(self, tag: str) -> None:
        if tag in _LINES and not self.fresh:
            self.parts.append("\n")
            self.fresh = True


def _is_hidden(attrs: list[tuple[str, str | None]]) -> bool:
    return any(
        name == "hidden" or (name == "style" and _HIDDEN.search(value or ""))
        for name, value in attrs
    )


def html_text(html: str) -> str:
    """The words of a page: a line for a line, cells apart by tabs, never two empty lines."""
    words = _Words()
    words.feed(html)
    words.close()
    lines = (re.sub(r" *\t *", "\t", line).strip() for line in "".join(words.parts).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")
