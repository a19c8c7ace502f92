"""Reads an HTML page into a record: its text, and the kind of each line."""

from __future__ import annotations

import re
from typing import NamedTuple

from flows.extract.formats.fields import Fields
from flows.extract.formats.structured_text import story_record
from flows.extract.html.flat_page import read_flat
from flows.extract.html.markup_size import TooMuchMarkup
from flows.extract.html.metadata import PageMetadata, read_metadata
from flows.extract.html.page_body import beyond_search, body_lines
from flows.extract.html.page_hints import line_text, page_hints, title_line
from flows.extract.html.page_text import Rendered
from flows.extract.html.render import parse_html, render
from flows.extract.record import ExtractedRecord, Item, Limits, Refused, printable

DECLARED_CHARSET = re.compile(
    rb"""<meta[^>]{0,200}?charset\s{0,9}=\s{0,9}["']?\s{0,9}([\w.:-]{2,40})"""
    rb"""|<\?xml[^>]{0,200}?encoding\s{0,9}=\s{0,9}["']([\w.:-]{2,40})""",
    re.IGNORECASE,
)


class _Page(NamedTuple):
    """A page as far as it could be read. ``body`` numbers the lines of the story."""

    rendered: Rendered
    metadata: PageMetadata
    body: frozenset[int]
    text_only_reason: str | None


def declared_charset(head: bytes) -> str | None:
    """The charset a page's head declares."""
    found = DECLARED_CHARSET.search(head[:8192])
    return (found[1] or found[2]).decode("ascii", "ignore") if found else None


def read_page(text: str, limits: Limits, *, locator: str = "", url: str | None = None) -> Item:
    """The record of one page. ``url`` is the address it was fetched from, if known.

    A page beyond the bounds of markup is rendered to text, and its record notes this.
    """
    rendered, metadata, body, text_only_reason = _read(text, limits, url)
    if not rendered.text:
        return _without_text(text, metadata, limits, locator)
    title_no = title_line(rendered, metadata)
    title_text = line_text(rendered, rendered.lines[title_no]) if title_no is not None else None
    return ExtractedRecord(
        locator=locator,
        text=rendered.text,
        url=metadata.url,
        title=title_text or metadata.title or metadata.page_title,
        standfirst=metadata.standfirst,
        byline=metadata.byline,
        section=metadata.section,
        published_raw=metadata.published_raw,
        modified_raw=metadata.modified_raw,
        language=metadata.language,
        hints=tuple(page_hints(rendered, body, title_no, metadata)),
        text_only_reason=text_only_reason,
    )


def _read(text: str, limits: Limits, url: str | None) -> _Page:
    """Read by a tree if the page can be parsed, else tag by tag."""
    try:
        tree = parse_html(text)
    except TooMuchMarkup as excess:
        flat = read_flat(text)
        metadata = read_metadata(flat.declarations, url)
        return _Page(flat.rendered, metadata, frozenset(), str(excess))
    rendered = render(tree)
    reason = _beyond_size(text, limits) or beyond_search(rendered)
    body = frozenset[int]() if reason else body_lines(tree, rendered)
    return _Page(rendered, read_metadata(tree, url), body, reason)


def _beyond_size(text: str, limits: Limits) -> str | None:
    if len(text) <= limits.markup_bytes:
        return None
    return f"{len(text):,} characters of markup; at most {limits.markup_bytes:,}"


def _without_text(text: str, metadata: PageMetadata, limits: Limits, locator: str) -> Item:
    """The article declared in the metadata of a page filled by scripts; refused without one."""
    title = metadata.title or metadata.page_title
    if not metadata.body and not (metadata.is_article and title):
        return Refused(
            "empty_text", "The page shows no text: nothing but scripts or pictures. "
            "Fetch it with a browser, or remove it.", printable(text, limits.payload_chars),
        ).rejection(locator or None)  # fmt: skip
    fields = Fields(
        title=title, body=metadata.body, standfirst=metadata.standfirst, url=metadata.url,
        byline=metadata.byline, section=metadata.section, published_raw=metadata.published_raw,
        modified_raw=metadata.modified_raw, language=metadata.language,
    )  # fmt: skip
    return story_record(
        locator, fields, payload_chars=limits.payload_chars,
        text_only_reason="no text in the page itself, which scripts fill; this is what it declares",
    )  # fmt: skip
