"""A parsed page rendered to the text people see, and where each line of it came from. Judges
nothing: kinds are decided elsewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from lxml import etree, html

from flows.extract.markup_size import refuse_excess
from flows.extract.record import Refused, printable

_SPACES = re.compile(r"[ \t\n\r\f\v]+")
_HIDDEN_STYLE = re.compile(r"display\s{0,9}:\s{0,9}none|visibility\s{0,9}:\s{0,9}hidden", re.I)
_LIGHT_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_UNSEEN = frozenset(
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
_ZONES = {
    "nav": "nav", "footer": "footer", "aside": "aside", "menu": "nav", "figcaption": "caption",
}  # fmt: skip
_ROLES = {
    "navigation": "nav", "contentinfo": "footer", "banner": "header", "complementary": "aside",
    "search": "nav", "menu": "nav", "menubar": "nav",
}  # fmt: skip
_NAMED_BLOCKS = frozenset(
    ("p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "td", "th", "dt", "dd", "blockquote", "pre",
     "figcaption", "caption", "button", "div")
)  # fmt: skip
_TOO_DEEP = "ERR_RESOURCE_LIMIT"


class Line(NamedTuple):
    """One rendered line: its span in the text, and what surrounds it in the page.

    ``tag`` is the innermost block element, ``zone`` the outermost telling region (nav, header,
    footer, aside, caption), ``url`` the address where all of the line is one link.
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
class _Page:
    """The text as it grows. Breaks and spaces wait until something follows them."""

    parts: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    length: int = 0
    breaks: int = 0
    gap: str = ""
    line_start: int | None = None
    line_tag: str = ""
    line_zone: str | None = None
    links: set[str | None] = field(default_factory=set)

    def _put(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)

    def close_line(self, breaks: int) -> None:
        if self.line_start is not None:
            url = next(iter(self.links)) if len(self.links) == 1 else None
            self.lines.append(
                Line(self.line_start, self.length, self.line_tag, self.line_zone, url)
            )
            self.line_start = None
            self.links = set()
        if self.length:
            self.breaks = max(self.breaks, breaks)
        self.gap = ""

    def write(self, text: str, tag: str, zone: str | None, link: str | None) -> None:
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
        """Preformatted text: its line ends stay."""
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


def parse_html(text: str) -> html.HtmlElement:
    """The tree of a page. Raises Refused where nothing can be parsed, or it is out of measure."""
    refuse_excess(text)
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True, remove_pis=True)
    try:
        tree = html.document_fromstring(_LIGHT_CONTROLS.sub("", text).encode(), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError) as error:
        raise Refused(
            "unreadable_html", f"No page could be read from this HTML ({error}).",
            printable(text, 500),
        ) from error  # fmt: skip
    if any(entry.type_name == _TOO_DEEP for entry in parser.error_log):
        raise Refused(
            "nested_too_deep",
            "The page nests its elements deeper than any news page does (2,048 levels), "
            "so part of it would be lost. Check that the file is a page.",
            printable(text, 500),
        )
    return tree


def render(tree: html.HtmlElement) -> Rendered:
    """The whole page as text: scripts, styles and hidden elements left out, nothing else.

    Paragraphs and headings are set off by blank lines, list items, rows and breaks by line ends,
    table cells by tabs. White space is collapsed as browsers do.
    """
    page = _Page()
    tags: list[str] = ["body"]
    zones: list[str | None] = [None]
    links: list[str | None] = [None]
    pre = 0
    depth = deepest = 0
    walk = etree.iterwalk(tree, events=("start", "end", "comment"))
    skipped: Any = None
    for event, element in walk:
        if event == "start":
            depth += 1
            deepest = max(deepest, depth)
            tag = element.tag
            if _is_unseen(element, tag):
                walk.skip_subtree()
                skipped = element
                continue
            _open(page, tag)
            pre += tag == "pre"
            tags.append(tag if tag in _NAMED_BLOCKS else tags[-1])
            zones.append(zones[-1] or _zone(element, tag))
            links.append(element.get("href") if tag == "a" else links[-1])
            following = element.text
        else:
            following = element.tail if element is not tree else None
            if event == "end":
                depth -= 1
                if element is skipped:
                    skipped = None
                else:
                    tag = element.tag
                    _close(page, tag)
                    pre -= tag == "pre"
                    tags.pop(), zones.pop(), links.pop()
        if following:
            write = page.write_lines if pre else page.write
            write(following, tags[-1], zones[-1], links[-1])
    page.close_line(0)
    return Rendered("".join(page.parts), tuple(page.lines), deepest)


def _is_unseen(element: html.HtmlElement, tag: str) -> bool:
    if tag in _UNSEEN:
        return True
    style = element.get("style")
    return element.get("hidden") is not None or bool(style and _HIDDEN_STYLE.search(style[:2000]))


def _open(page: _Page, tag: str) -> None:
    if tag in _BLANK_LINE:
        page.close_line(2)
    elif tag in _NEW_LINE:
        page.close_line(1)
    elif tag == "br":
        page.break_once()
    elif tag in ("td", "th") and page.line_start is not None:
        page.gap = "\t"


def _close(page: _Page, tag: str) -> None:
    if tag in _BLANK_LINE:
        page.close_line(2)
    elif tag in _NEW_LINE:
        page.close_line(1)


def _zone(element: html.HtmlElement, tag: str) -> str | None:
    """The region an element opens. A header inside an article is part of the story."""
    if tag == "header":
        return None if any(a.tag in ("article", "main") for a in element.iterancestors()) else tag
    return _ZONES.get(tag) or _ROLES.get(element.get("role") or "")
