"""Renders a parsed page to its visible text, with the origin of each line in the markup.

The kinds of lines are determined in `page_hints`.
"""

from __future__ import annotations

import re
from typing import Any

from lxml import etree, html

from flows.extract.html.markup_size import MOST_LEVELS, TooMuchMarkup, refuse_excess
from flows.extract.html.page_text import UNSEEN, PageText, Rendered

_HIDDEN_STYLE = re.compile(r"display\s{0,9}:\s{0,9}none|visibility\s{0,9}:\s{0,9}hidden", re.I)
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]+")
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
_STORIES = ("article", "main")
_TOO_DEEP = "ERR_RESOURCE_LIMIT"


def parse_html(text: str) -> html.HtmlElement:
    """The tree of a page. Raises TooMuchMarkup where none can be made in time and memory."""
    markup = CONTROLS.sub("", text)
    refuse_excess(markup)
    # Comments are left out: walking over a hundred thousand of them takes quadratic time.
    parser = html.HTMLParser(
        encoding="utf-8", huge_tree=True, remove_pis=True, remove_comments=True
    )
    try:
        tree = html.document_fromstring(markup.encode(), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError) as error:
        raise TooMuchMarkup(f"markup the parser cannot read ({error})") from error
    if any(entry.type_name == _TOO_DEEP for entry in parser.error_log):
        raise TooMuchMarkup(f"more than {MOST_LEVELS:,} elements inside one another")
    return tree


def render(tree: html.HtmlElement) -> Rendered:
    """The whole page as text: scripts, styles and hidden elements left out, nothing else.

    Paragraphs and headings are set off by blank lines, list items, rows and breaks by line ends,
    table cells by tabs. White space is collapsed as browsers do.
    """
    page = PageText()
    tags: list[str] = ["body"]
    zones: list[str | None] = [None]
    links: list[str | None] = [None]
    pre = stories = depth = deepest = 0
    walk = etree.iterwalk(tree, events=("start", "end"))
    skipped: Any = None
    for event, element in walk:
        tag = element.tag
        if event == "start":
            depth += 1
            deepest = max(deepest, depth)
            if _is_unseen(element, tag):
                walk.skip_subtree()
                skipped = element
                continue
            page.open(tag)
            pre += tag == "pre"
            tags.append(tag if tag in _NAMED_BLOCKS else tags[-1])
            zones.append(zones[-1] or _zone(element, tag, in_story=stories > 0))
            links.append(element.get("href") if tag == "a" else links[-1])
            stories += tag in _STORIES
            following = element.text
        else:
            following = element.tail if element is not tree else None
            depth -= 1
            if element is skipped:
                skipped = None
            else:
                page.close(tag)
                pre -= tag == "pre"
                stories -= tag in _STORIES
                tags.pop(), zones.pop(), links.pop()
        if following:
            write = page.write_lines if pre else page.write
            write(following, tags[-1], zones[-1], links[-1])
    return page.rendered(deepest)


def _is_unseen(element: html.HtmlElement, tag: str) -> bool:
    if tag in UNSEEN:
        return True
    style = element.get("style")
    return element.get("hidden") is not None or bool(style and _HIDDEN_STYLE.search(style[:2000]))


def _zone(element: html.HtmlElement, tag: str, *, in_story: bool) -> str | None:
    """The region an element opens. A header inside an article is part of the story."""
    if tag == "header":
        return None if in_story else tag
    return _ZONES.get(tag) or _ROLES.get(element.get("role") or "")
