"""Reads RSS, Atom and RDF feeds, one record per item.

The only module that imports feedparser.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import feedparser

from flows.extract.format import TextFormat
from flows.extract.formats.fields import Fields, as_text, is_address
from flows.extract.formats.markup import xml_root
from flows.extract.formats.structured_text import story_record
from flows.extract.formats.xml_excess import without_excess
from flows.extract.formats.xml_items import ITEMS, Envelope, envelope, light_item, xml_items
from flows.extract.html.character_reference import without_false_references
from flows.extract.html.markup_size import MOST_TAGS, most_tags
from flows.extract.record import Item, Limits, Refused, printable

_ROOTS = frozenset({"rss", "feed", "rdf", "channel"})
DECLARED_XML = re.compile(r"^\s{0,99}<\?xml[^>]{0,300}\?>")
_ENTITY_VALUE = re.compile(
    r"<!ENTITY\s{1,99}(%\s{1,99})?[\w.:-]{1,200}\s{1,99}"
    r"(SYSTEM|PUBLIC|\"[^\"]{0,2000}[&%][^\"]{0,2000}\"|'[^']{0,2000}[&%][^']{0,2000}')",
    re.IGNORECASE,
)
_CONTENTS = frozenset(("description", "encoded", "summary", "content", "body", "fullitem"))
_ITEM_FIELDS = frozenset(
    ("title", "link", "guid", "id", "origlink", "author", "creator", "category", "pubdate", "date",
     "published", "issued", "created", "updated", "modified")
)  # fmt: skip
_GROUP_TAGS = MOST_TAGS // 4
"""Items of a large feed are read in groups of about so many tags, so that memory stays bounded."""
_LIBRARY_FAULTS = (ValueError, TypeError, AttributeError, LookupError, RecursionError,
                   AssertionError, ArithmeticError)  # fmt: skip


def refuse_expansion(text: str, limits: Limits) -> None:
    """Raises Refused ``entity_expansion`` where XML declares entities made of others or outside."""
    end = text.find("]", 0, 200_000) if "<!ENTITY" in text[:200_000] else -1
    if end >= 0 or "<!ENTITY" in text[:200_000]:
        subset = text[: end if end >= 0 else 200_000]
        for found in _ENTITY_VALUE.finditer(subset):
            if not re.search(r"[\"']&#", found[2]):
                raise Refused(
                    "entity_expansion",
                    "The XML defines entities that are made of other entities or lie outside the "
                    "file, which news never needs and attacks do. It was not expanded.",
                    printable(text, limits.payload_chars),
                )


def read_feed(text: str, limits: Limits) -> Iterator[Item]:
    """Items of a decoded feed, in order. Their locator is their guid, else their number.

    A feed with too many tags, or one that is refused, is read in groups of items, so that one bad
    item does not lose the others; a single item with too many tags is rendered to text, and its
    record notes this.
    """
    refuse_expansion(text, limits)
    feed = without_excess(without_false_references(DECLARED_XML.sub("", text, count=1)))
    seen: dict[str, int] = {}
    for number, fields in enumerate(_items(feed, limits), 1):
        if isinstance(fields, Refused):
            yield fields.rejection(f"item {number}")
            continue
        yield story_record(
            _locator(fields.guid, number, seen), fields, payload_chars=limits.payload_chars
        )


def _items(feed: str, limits: Limits) -> Iterator[Fields | Refused]:
    """What each item declares; why not, where it cannot be read."""
    groups = _groups(feed)
    if most_tags(feed) <= MOST_TAGS:
        try:
            yield from _parsed(feed, limits)
            return
        except Refused as refused:
            items = list(xml_items(feed, ITEMS))
            if refused.rule == "empty_feed" or len(items) <= 1:
                raise
            groups = iter((items,))
    around = envelope(feed, ITEMS)
    for group in groups:
        yield from _of_group(around, group, limits)


def _groups(feed: str) -> Iterator[list[str]]:
    """The items of a feed in groups; an item with too many tags is a group of its own."""
    group: list[str] = []
    tags = 0
    for item in xml_items(feed, ITEMS):
        more = most_tags(item)
        if group and tags + more > min(_GROUP_TAGS, MOST_TAGS):
            yield group
            group, tags = [], 0
        group.append(item)
        tags += more
    if group:
        yield group


def _of_group(around: Envelope, items: list[str], limits: Limits) -> Iterator[Fields | Refused]:
    """What each item declares. A refused group is halved until each unreadable item is a group of
    its own."""
    markup, content = "".join(items), None
    if most_tags(markup) > MOST_TAGS:
        markup, content = light_item(markup, _ITEM_FIELDS, _CONTENTS)
    try:
        for fields in _parsed(f"{around.head}{markup}{around.tail}", limits):
            yield replace(fields, body=content or fields.body)
    except Refused as refused:
        if len(items) == 1:
            payload = printable(markup, limits.payload_chars)
            yield Refused(refused.rule, refused.message, payload)
            return
        half = len(items) // 2
        yield from _of_group(around, items[:half], limits)
        yield from _of_group(around, items[half:], limits)


def _parsed(feed: str, limits: Limits) -> Iterator[Fields]:
    """What feedparser finds. Raises Refused where that is nothing."""
    try:
        parsed = feedparser.parse(
            io.BytesIO(feed.encode()),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,
        )
    except _LIBRARY_FAULTS as error:
        raise Refused(
            "unreadable_feed", f"The feed's markup cannot be read ({type(error).__name__}). "
            "Fetch it again.", printable(feed, limits.payload_chars),
        ) from error  # fmt: skip
    entries = parsed.get("entries") or []
    if not entries:
        raise Refused(
            "empty_feed", f"The feed holds no items{_complaint(parsed)}. Nothing to load.",
            printable(feed, limits.payload_chars),
        )  # fmt: skip
    language = as_text(parsed["feed"].get("language"))
    # As for items: feedparser would answer `updated` with `published`.
    issued = as_text(dict.get(parsed["feed"], "updated")) or as_text(
        parsed["feed"].get("published")
    )
    for entry in entries:
        yield replace(entry_fields(entry, language), issued_raw=issued)


def _complaint(parsed: Mapping[str, Any]) -> str:
    problem = parsed.get("bozo_exception")
    return f", and its XML is damaged ({problem})" if problem else ""


def entry_fields(entry: dict[str, Any], language: str | None) -> Fields:
    """What one item declares. Dates are as delivered."""
    # feedparser answers `updated` with `published` where there is none; dict.get does not.
    body = _content(entry)
    summary = as_text(entry.get("summary"))
    tags = entry.get("tags")
    return Fields(
        title=as_text(entry.get("title")),
        body=body or summary,
        standfirst=summary if body else None,
        url=next(_addresses(entry), None),
        byline=as_text(entry.get("author")),
        section=as_text(tags[0].get("term")) if tags else None,
        published_raw=as_text(entry.get("published")) or as_text(entry.get("created")),
        modified_raw=as_text(dict.get(entry, "updated")),
        language=_language(entry) or language,
        guid=as_text(entry.get("id")),
    )


def _content(entry: Mapping[str, Any]) -> str | None:
    """The longest of the item's full texts."""
    values = [as_text(part.get("value")) or "" for part in entry.get("content") or []]
    return max(values, key=len, default="") or None


def _language(entry: Mapping[str, Any]) -> str | None:
    for part in [*(entry.get("content") or []), entry.get("summary_detail") or {}]:
        if language := as_text(part.get("language")):
            return language
    return None


def _addresses(entry: Mapping[str, Any]) -> Iterator[str]:
    for name in ("feedburner_origlink", "link", "id"):
        text = as_text(entry.get(name))
        if text and is_address(text):
            yield text


def _locator(guid: str | None, number: int, seen: dict[str, int]) -> str:
    """The guid, which does not change as a feed gets new items; repeated guids are numbered."""
    guid = " ".join((guid or "").split())[:300]
    if not guid:
        return f"item {number}"
    seen[guid] = seen.get(guid, 0) + 1
    return f"guid {guid}" if seen[guid] == 1 else f"guid {guid} #{seen[guid]}"


FORMATS = (
    TextFormat(
        name="feed",
        begins=lambda start, _: xml_root(start) in _ROOTS,
        endings=(".rss", ".atom"),
        fits=lambda start: start.startswith("<"),
        read=lambda text, limits, _: read_feed(text, limits),
    ),
)
