"""Reads markup too large for a tree tag by tag, in linear time: its text and its metadata.

Of the parts of the page, only headings that may be the title are recognised.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from lxml import etree, html

from flows.extract.html.character_reference import unescaped
from flows.extract.html.markup_size import MOST_ATTRIBUTES
from flows.extract.html.page_text import UNSEEN, PageText, Rendered
from flows.extract.html.render import CONTROLS
from flows.extract.html.tags import RAW_TEXT, Tag, attribute_count, end_tag, html_tags

_SHOWN_RAW = frozenset(("xmp", "plaintext"))
_HEADINGS = frozenset(("h1",))
_DECLARING = frozenset(("html", "meta", "link", "title", "time", "script"))
_MOST_DECLARATIONS = 500
"""Tags of the head that are read; pages have 30 to 150."""
_DECLARATION_CHARS = 4_000
_JSON_LD_CHARS = 1_000_000


class FlatPage(NamedTuple):
    """The rendered text, with no lines but those of headings, and a page of the declarations."""

    rendered: Rendered
    declarations: html.HtmlElement


def read_flat(text: str) -> FlatPage:
    """Text and declarations of any markup.

    What styles and attributes hide is shown; elements whose end tag is missing hide nothing.
    """
    markup = CONTROLS.sub("", text)
    page = PageText(listed=_HEADINGS)
    head = _Head(markup)
    block = "body"
    pre = position = hidden_until = 0
    unclosed: set[str] = set()
    for tag in html_tags(markup):
        if tag.name in _DECLARING and not tag.is_end:
            head.add(tag)
        if tag.start < hidden_until:
            position = tag.content_end
            continue
        _write(page, markup[max(position, hidden_until) : tag.start], block, pre)
        position = tag.content_end
        if tag.name in _SHOWN_RAW and not tag.is_end:
            page.open("pre")
            page.write_lines(markup[tag.end : position], block, None, None)
        elif tag.is_end:
            page.close(tag.name)
            pre = max(0, pre - (tag.name == "pre"))
            block = "body" if tag.name == block else block
        elif tag.name:
            page.open(tag.name)
            pre += tag.name == "pre"
            block = tag.name if tag.name in _HEADINGS else block
            if tag.name in UNSEEN - RAW_TEXT - unclosed:
                close = end_tag(markup, tag.name, position)
                if close is None:
                    unclosed.add(tag.name)
                else:
                    hidden_until = close
    _write(page, markup[max(position, hidden_until) :], block, pre)
    return FlatPage(page.rendered(0), head.tree())


def _write(page: PageText, piece: str, block: str, pre: int) -> None:
    if piece:
        write = page.write_lines if pre else page.write
        write(unescaped(piece), block, None, None)


class _Head:
    """The tags that declare what a page is, collected into a small page of their own."""

    def __init__(self, markup: str) -> None:
        self._markup = markup
        self._parts: list[str] = []
        self._json_chars = 0

    def add(self, tag: Tag) -> None:
        """Add a tag that declares metadata, unless it is too large."""
        is_small = tag.end - tag.start <= _DECLARATION_CHARS
        if len(self._parts) >= _MOST_DECLARATIONS or not is_small:
            return
        if attribute_count(tag.attributes) <= MOST_ATTRIBUTES:
            self._parts.extend(self._declaration(tag))

    def _declaration(self, tag: Tag) -> Iterator[str]:
        start = self._markup[tag.start : tag.end]
        content = tag.content_end - tag.end
        if tag.name == "script":
            if "ld+json" in tag.attributes and self._json_chars + content <= _JSON_LD_CHARS:
                self._json_chars += content
                yield f"{start}{self._markup[tag.end : tag.content_end]}</script>"
        elif tag.name == "title":
            if content <= _DECLARATION_CHARS:
                yield f"{start}{self._markup[tag.end : tag.content_end]}</title>"
        elif tag.name == "html":
            if not self._parts:
                yield start
        else:
            yield start

    def tree(self) -> html.HtmlElement:
        """The declarations, parsed."""
        parser = html.HTMLParser(encoding="utf-8", remove_pis=True, remove_comments=True)
        try:
            return html.document_fromstring(f"{''.join(self._parts)}<body>".encode(), parser=parser)
        except (etree.LxmlError, ValueError, AssertionError):
            return html.document_fromstring("<html>", parser=parser)
