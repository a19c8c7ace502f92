"""Derives the kind of each rendered line (title, caption, link, paragraph…) from the markup."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urljoin

from flows.extract.html.metadata import PageMetadata
from flows.extract.html.page_body import squeezed
from flows.extract.html.page_text import Line, Rendered
from flows.extract.record import Hint

_OUTSIDE = ("nav", "header", "footer")
_HEADINGS = ("h2", "h3", "h4", "h5", "h6")
_NOT_A_STORY = re.compile(
    r"/(?:author|profile|people|tag|topic|category|staff|contributor)s?/", re.I
)
_LEFT_TO_SHAPE = re.compile(
    r"(?:correction|clarification|editor|note|update|posted|published|by|sign up|subscribe|"
    r"read more|follow|listen|watch|related|get )\b",
    re.IGNORECASE,
)
"""Openings of lines that stand among paragraphs and are often something else."""
_SENTENCE_END = (".", "!", "?", "”", '"', "…", ":", "’")


def line_text(rendered: Rendered, line: Line) -> str:
    """The text of a line."""
    return rendered.text[line.start_char : line.end_char]


def body_hints(rendered: Rendered) -> Iterator[Hint]:
    """Hints of the lines of a body inside another format."""
    kinds = {"li": "list_item", "figcaption": "caption", **dict.fromkeys(_HEADINGS, "subheading")}
    links = frozenset(n for n, line in enumerate(rendered.lines) if _is_related(rendered, line))
    for number, line in enumerate(rendered.lines):
        url = None
        if number in links:
            kind, rule, url = "related_link", "html_link_line", line.url
        elif line.tag != "li" and _heads_links(rendered, number, links, frozenset()):
            kind, rule = "related_heading", "html_heading_of_links"
        elif line.tag in kinds:
            kind, rule = kinds[line.tag], f"html_{line.tag}"
        else:
            continue
        yield Hint(line.start_char, line.end_char, kind, rule, url)


def title_line(rendered: Rendered, metadata: PageMetadata) -> int | None:
    """Number of the line that is the title: the h1 the metadata names, else the only one."""
    declared = [squeezed(t) for t in (metadata.title, metadata.page_title) if t]
    headings = [n for n, line in enumerate(rendered.lines) if line.tag == "h1"]
    inner = [n for n in headings if rendered.lines[n].zone not in _OUTSIDE] or headings
    for number in inner:
        text = squeezed(line_text(rendered, rendered.lines[number]))
        if any(text == title or (len(text) > 8 and text in title) for title in declared):
            return number
    if len(inner) == 1:
        return inner[0]
    return next(
        (
            number
            for number, line in enumerate(rendered.lines)
            if line.tag in ("h2", "p", "div")
            and squeezed(line_text(rendered, line)) in declared[:1]
        ),
        None,
    )


def page_hints(
    rendered: Rendered, body: frozenset[int], title_no: int | None, metadata: PageMetadata
) -> Iterator[Hint]:
    """One hint a line where something is known of it."""
    links = frozenset(
        number
        for number, line in enumerate(rendered.lines)
        if number != title_no and _is_related(rendered, line)
    )
    standfirst = squeezed(metadata.standfirst or "")
    last = max(body, default=len(rendered.lines))
    first = -1 if title_no is None else title_no
    for number, line in enumerate(rendered.lines):
        if number == title_no:
            found = ("title", "html_title")
        elif number in links:
            url = urljoin(metadata.url or "", line.url or "") if metadata.url else line.url
            yield Hint(line.start_char, line.end_char, "related_link", "html_link_line", url)
            continue
        elif _heads_links(rendered, number, links, body):
            found = ("related_heading", "html_heading_of_links")
        else:
            is_body = number in body and number > first
            known = _line_kind(rendered, line, is_body, number > last, standfirst)
            if known is None:
                continue
            found = known
        yield Hint(line.start_char, line.end_char, *found)


def _line_kind(
    rendered: Rendered, line: Line, is_body: bool, is_after: bool, standfirst: str
) -> tuple[str, str] | None:
    """Kind and rule of a line that is neither title nor link; None leaves it to its shape."""
    if line.zone == "caption" or line.tag == "figcaption":
        return "caption", "html_figcaption"
    if line.zone in ("nav", "footer") or (line.zone in ("header", "aside") and not is_body):
        return "navigation", f"html_{line.zone}"
    text = line_text(rendered, line)
    if standfirst and len(text) > 20 and squeezed(text) == standfirst and line.tag != "li":
        return "standfirst", "html_description"
    if not is_body:
        return ("other", "html_outside_body") if is_after and len(text.split()) > 12 else None
    if line.tag in _HEADINGS:
        return "subheading", "html_heading"
    if line.tag == "li":
        return "list_item", "html_list_item"
    is_sentence = text.endswith(_SENTENCE_END) or len(text.split()) > 12
    if not is_sentence or _LEFT_TO_SHAPE.match(text):
        return None
    return "paragraph", "html_body"


def _is_related(rendered: Rendered, line: Line) -> bool:
    """True for a line that is one link with the words of a headline."""
    if not line.url or line.zone in (*_OUTSIDE, "caption") or line.tag == "button":
        return False
    if line.url.startswith(("#", "mailto:", "javascript:", "tel:")) or _NOT_A_STORY.search(
        line.url
    ):
        return False
    return len(line_text(rendered, line).split()) >= 4


def _heads_links(
    rendered: Rendered, number: int, links: frozenset[int], body: frozenset[int]
) -> bool:
    """True for a heading, or a short line outside the story, right above lines of links."""
    line = rendered.lines[number]
    if number + 1 not in links or line.zone in (*_OUTSIDE, "caption"):
        return False
    if line.tag in _HEADINGS:
        return True
    return number not in body and len(line_text(rendered, line).split()) <= 6
