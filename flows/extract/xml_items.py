"""Cuts a feed or a message of news into its items without parsing it, and takes out what no parser
reads in time. Time grows with the length of the text alone."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from flows.extract.entities import unescaped
from flows.extract.html_tags import attribute_count
from flows.extract.markup_size import MOST_ATTRIBUTES

_TOKEN = re.compile(
    r"<(?:!--.*?(?:-->|\Z)|!\[CDATA\[.*?(?:\]\]>|\Z)|[!?][^>]*+(?:>|\Z)|"
    r"""(/?)([A-Za-z_][\w:.-]*+)((?:[^>"']++|"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z))*+)(?:>|\Z))""",
    re.DOTALL,
)
_FIRST_ELEMENT = re.compile(r"<[A-Za-z_]")
_SPACES = re.compile(r"\s{2,}")
_CDATA = re.compile(r"<!\[CDATA\[(.*?)(?:\]\]>|\Z)", re.DOTALL)
_NAMES_OF_PEOPLE = frozenset(
    ("author", "creator", "contributor", "publisher", "managingeditor", "webmaster", "owner",
     "name", "email")
)  # fmt: skip
_NAME_CHARS = 2_000
"""Names of people are shorter; feedparser takes the square of the time to look for addresses in
them."""
_FIELD_CHARS = 20_000
"""A title, date or address that is longer is none."""
_MOST_FIELDS = 200
"""Fields of one item that are read; items have 5 to 30."""


class XmlTag(NamedTuple):
    """One tag. ``name`` is without prefix and in lower case, ``full_name`` as written."""

    start: int
    end: int
    name: str
    full_name: str
    attributes: str
    is_end: bool
    is_empty: bool


class Envelope(NamedTuple):
    """What stands around the items of a document: put around some of them it makes one again."""

    head: str
    tail: str


class LightItem(NamedTuple):
    """An item without its long contents, and the longest of these as HTML."""

    markup: str
    content: str | None


def xml_tags(text: str) -> Iterator[XmlTag]:
    """Tags in order; comments, CDATA and declarations are passed over."""
    for found in _TOKEN.finditer(text):
        if full_name := found[2]:
            name = full_name.rpartition(":")[2].lower()
            attributes = found[3]
            yield XmlTag(
                *found.span(), name, full_name, attributes, found[1] == "/",
                attributes.endswith("/"),
            )  # fmt: skip


def without_excess(text: str) -> str:
    """The text without what takes the square of the time: tags of too many attributes lose them,
    what is too long to be the name of a person loses its tags, and space before the first element
    is collapsed."""
    first = _FIRST_ELEMENT.search(text)
    kept = first.start() if first else 0
    parts = [_SPACES.sub(" ", text[:kept])]
    closes: dict[str, int] = {}
    dropped: set[int] = set()
    for tag in xml_tags(text):
        if tag.start < kept:
            continue
        instead = None
        if tag.start in dropped:
            instead = ""
        elif not tag.is_end and _has_many_attributes(tag):
            instead = f"<{tag.full_name}{'/' if tag.is_empty else ''}>"
        elif tag.name in _NAMES_OF_PEOPLE and not tag.is_end and not tag.is_empty:
            if closes.get(tag.full_name, -1) < tag.end:
                closes[tag.full_name] = _close(text, tag, len(text))
            if closes[tag.full_name] - tag.end > _NAME_CHARS:
                instead = ""
                dropped.add(closes[tag.full_name])
        if instead is not None:
            parts += (text[kept : tag.start], instead)
            kept = tag.end
    return "".join((*parts, text[kept:]))


def _has_many_attributes(tag: XmlTag) -> bool:
    length = len(tag.attributes)
    return length > 2 * MOST_ATTRIBUTES and attribute_count(tag.attributes) > MOST_ATTRIBUTES


def _close(text: str, tag: XmlTag, limit: int) -> int:
    """Where an element's end tag begins, or the limit where there is none before it."""
    end = text.find(f"</{tag.full_name}", tag.end, limit)
    return min(limit, len(text)) if end < 0 else end


def envelope(text: str, names: Collection[str]) -> Envelope:
    """What stands around the items of these names. A head out of measure gives its tags alone."""
    open_tags: list[XmlTag] = []
    end = len(text)
    for tag in xml_tags(text):
        if tag.name in names:
            end = tag.start
            break
        if tag.is_end:
            if open_tags and open_tags[-1].name == tag.name:
                open_tags.pop()
        elif not tag.is_empty and len(open_tags) < _MOST_FIELDS:
            open_tags.append(tag)
    head = text[:end]
    if len(head) > _FIELD_CHARS:
        head = "".join(text[tag.start : tag.end] for tag in open_tags)
    return Envelope(head, "".join(f"</{tag.full_name}>" for tag in reversed(open_tags)))


def xml_items(text: str, names: Collection[str]) -> Iterator[str]:
    """The items of these names, each with its tags; one inside another of another name stays."""
    start, opened = -1, ""
    for tag in xml_tags(text):
        if tag.name not in names or (opened and tag.name != opened):
            continue
        if opened:
            yield text[start : tag.end if tag.is_end else tag.start]
        if tag.is_end:
            opened = ""
        elif tag.is_empty:
            yield text[tag.start : tag.end]
            opened = ""
        else:
            start, opened = tag.start, tag.name
    if opened:
        yield text[start:]


def light_item(item: str, fields: Collection[str], contents: Collection[str]) -> LightItem:
    """The item with its first short fields of these names alone, and its longest content."""
    parts: list[str] = []
    content = ""
    kept = 0
    root: XmlTag | None = None
    wanted = {*fields, *contents}
    for tag in xml_tags(item):
        if root is None:
            root = tag
            parts.append(item[tag.start : tag.end][:_FIELD_CHARS])
            continue
        if tag.start < kept or tag.is_end or tag.name not in wanted:
            continue
        limit = len(item) if tag.name in contents else tag.end + _FIELD_CHARS
        end = tag.end if tag.is_empty else _close(item, tag, limit)
        if tag.name in contents:
            content = max(content, item[tag.end : end], key=len)
            kept = end
        elif end < limit and len(parts) < _MOST_FIELDS:
            close = "" if tag.is_empty else f"</{tag.full_name}>"
            parts.append(item[tag.start : end] + close)
            kept = end
    if root is not None and not root.is_empty:
        parts.append(f"</{root.full_name}>")
    return LightItem("".join(parts), f"<div>{_as_html(content)}</div>" if content else None)


def _as_html(content: str) -> str:
    """The content of an element as the HTML it stands for."""
    if "<![CDATA[" in content:
        return _CDATA.sub(r"\1", content)
    return content if "<" in content else unescaped(content)
