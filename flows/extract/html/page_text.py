"""Builds the text and lines of a page piece by piece, collapsing white space as browsers do."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from typing import NamedTuple

_SPACES = re.compile(r"[ \t\n\r\f\v]+")
_MOST_CHOSEN = 100
UNSEEN = frozenset(
    ("head", "script", "style", "template", "noscript", "svg", "canvas", "audio", "video", "iframe",
     "object", "embed", "applet", "map", "select", "datalist", "textarea", "noframes")
)  # fmt: skip
_BLANK_LINE = frozenset(
    ("p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "blockquote", "figure",
     "figcaption", "section", "article", "main", "header", "footer", "aside", "nav", "form", "pre",
     "hr", "address", "fieldset", "details", "body")
)  # fmt: skip
_NEW_LINE = frozenset(
    ("div", "li", "dt", "dd", "tr", "caption", "summary", "button", "center", "legend", "hgroup",
     "dialog", "menu", "thead", "tbody", "tfoot", "search")
)  # fmt: skip


class Line(NamedTuple):
    """One rendered line: its span in the text, and what surrounds it in the page.

    ``tag`` is the innermost block element, ``zone`` the outermost region of a known kind (nav,
    header, footer, aside, caption), ``url`` the address if the whole line is one link.
    """

    start_char: int
    end_char: int
    tag: str
    zone: str | None
    url: str | None


class Rendered(NamedTuple):
    """The text of a page and its non-blank lines in order."""

    text: str
    lines: tuple[Line, ...]
    depth: int


@dataclass
class PageText:
    """The text as it grows. Breaks and spaces wait until something follows them.

    ``listed`` are the elements of whose lines the first hundred are listed; None lists all lines.
    """

    listed: frozenset[str] | None = None
    parts: io.StringIO = field(default_factory=io.StringIO)
    lines: list[Line] = field(default_factory=list)
    length: int = 0
    breaks: int = 0
    gap: str = ""
    line_start: int | None = None
    line_tag: str = ""
    line_zone: str | None = None
    links: set[str | None] = field(default_factory=set)

    def _put(self, text: str) -> None:
        self.parts.write(text)
        self.length += len(text)

    def close_line(self, breaks: int) -> None:
        """End the line; that many line ends stand before what follows."""
        if self.line_start is not None:
            if self._is_listed():
                url = next(iter(self.links)) if len(self.links) == 1 else None
                self.lines.append(
                    Line(self.line_start, self.length, self.line_tag, self.line_zone, url)
                )
            self.line_start = None
            self.links = set()
        if self.length:
            self.breaks = max(self.breaks, breaks)
        self.gap = ""

    def _is_listed(self) -> bool:
        if self.listed is None:
            return True
        return self.line_tag in self.listed and len(self.lines) < _MOST_CHOSEN

    def write(self, text: str, tag: str, zone: str | None, link: str | None) -> None:
        """Text of an element, its white space collapsed."""
        collapsed = _SPACES.sub(" ", text)
        core = collapsed.strip(" ")
        if not core:
            self.gap = self.gap or (" " if collapsed else "")
            return
        if self.line_start is None:
            self._put("\n" * self.breaks)
            self.breaks = 0
            self.line_start, self.line_tag, self.line_zone = self.length, tag, zone
        elif self.gap or collapsed[0] == " ":
            self._put(self.gap or " ")
        self._put(core)
        self.links.add(link)
        self.gap = " " if collapsed[-1] == " " else ""

    def write_lines(self, text: str, tag: str, zone: str | None, link: str | None) -> None:
        """Preformatted text, with its line ends."""
        for number, line in enumerate(text.split("\n")):
            if number:
                self.break_once()
            self.write(line, tag, zone, link)

    def break_once(self) -> None:
        """A line break; the second in a row makes a blank line."""
        waiting = self.breaks
        self.close_line(1)
        if waiting:
            self.breaks = 2

    def open(self, tag: str) -> None:
        """What the start of an element does to the text."""
        if tag in _BLANK_LINE:
            self.close_line(2)
        elif tag in _NEW_LINE:
            self.close_line(1)
        elif tag == "br":
            self.break_once()
        elif tag in ("td", "th") and self.line_start is not None:
            self.gap = "\t"

    def close(self, tag: str) -> None:
        """What the end of an element does to the text."""
        if tag in _BLANK_LINE:
            self.close_line(2)
        elif tag in _NEW_LINE:
            self.close_line(1)

    def rendered(self, depth: int) -> Rendered:
        """The finished text and its lines."""
        self.close_line(0)
        return Rendered(self.parts.getvalue(), tuple(self.lines), depth)
