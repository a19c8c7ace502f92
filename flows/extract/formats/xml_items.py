"""Splits a feed or NewsML document into its items without parsing it, in linear time."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterator
from typing import NamedTuple

from flows.extract.html.character_reference import unescaped

ITEMS = frozenset(("item", "entry"))
"""Names of the items of a feed."""

_TOKEN = re.compile(
    r"<(?:!--.*?(?:-->|\Z)|!\[CDATA\[.*?(?:\]\]>|\Z)|[!?][^>]*+(?:>|\Z)|"
    r"""(/?)([A-Za-z_][\w:.-]*+)((?:[^>"']++|"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z))*+)(?:>|\Z))""",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"""\s*+[^\s=>"']++\s*+=\s*+(?:"[^"]*+"|'[^']*+')""")
_CDATA = re.compile(r"<!\[CDATA\[(.*?)(?:\]\]>|\Z)", re.DOTALL)
_FIELD_CHARS = 20_000
"""Longest title, date or address in characters; longer ones are ignored."""
_TAG_NAME_CHARS = 200
"""Names of elements are shorter."""
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
    """The text before and after the items of a document; around some of them it is valid again."""

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


class EndTags:
    """Where the end tags of elements of these names begin, found in one pass."""

    def __init__(self, text: str, names: Collection[str]) -> None:
        self._starts: dict[str, array[int]] = {}
        for tag in xml_tags(text):
            if tag.is_end and tag.name in names:
                self._starts.setdefault(tag.full_name, array("q")).append(tag.start)

    def after(self, tag: XmlTag) -> int | None:
        """Where the next end tag of that name begins; None without one."""
        starts = self._starts.get(tag.full_name)
        number = bisect_left(starts, tag.end) if starts else 0
        return starts[number] if starts and number < len(starts) else None


def _shortened(tag: XmlTag, chars: int) -> str:
    """The start tag with as many of its first attributes as fit in so many characters."""
    end = room = chars - len(tag.full_name) - len("</>")
    if len(tag.attributes) > room:
        end = 0
        for found in _ATTRIBUTE.finditer(tag.attributes):
            if found.end() > room:
                break
            end = found.end()
    attributes = tag.attributes[: max(end, 0)].removesuffix("/")
    return f"<{tag.full_name}{attributes}{'/' if tag.is_empty else ''}>"


def envelope(text: str, names: Collection[str], chars: int = _FIELD_CHARS) -> Envelope:
    """The text before and after the items of these names. Of a head longer than ``chars`` only the
    tags are kept, with those of their first attributes that fit."""
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
    if len(head) > chars:
        open_tags = [tag for tag in open_tags if len(tag.full_name) <= _TAG_NAME_CHARS]
        room = chars // max(len(open_tags), 1)
        head = "".join(_shortened(tag, room) for tag in open_tags)
    return Envelope(head, "".join(f"</{tag.full_name}>" for tag in reversed(open_tags)))


def xml_items(text: str, names: Collection[str]) -> Iterator[str]:
    """The items of these names, each with its tags; one of another name inside it is part of it."""
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
    """The item reduced to its first short fields of these names, and its longest content."""
    parts: list[str] = []
    content = ""
    kept = 0
    root: XmlTag | None = None
    wanted = {*fields, *contents}
    ends = EndTags(item, wanted)
    for tag in xml_tags(item):
        if root is None:
            root = tag
            parts.append(_shortened(tag, _FIELD_CHARS))
            continue
        if tag.start < kept or tag.is_end or tag.name not in wanted:
            continue
        end = tag.end if tag.is_empty else ends.after(tag)
        if tag.name in contents:
            kept = len(item) if end is None else end
            content = max(content, item[tag.end : kept], key=len)
        elif end is not None and end - tag.end < _FIELD_CHARS and len(parts) < _MOST_FIELDS:
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
