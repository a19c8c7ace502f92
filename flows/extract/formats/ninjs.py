"""Reads IPTC ninjs news items (versions 1 to 3) from parsed JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flows.extract.formats.fields import Fields, as_text, is_address
from flows.extract.formats.structured_text import story_record
from flows.extract.record import Item, Limits

_MARKS = frozenset(
    ("versioncreated", "versionCreated", "headlines", "bodies", "contentcreated", "contentCreated",
     "pubstatus", "pubStatus", "body_html", "body_text", "body_xhtml", "standard", "slugline",
     "renditions", "associations", "copyrightholder", "urgency")
)  # fmt: skip
_BODIES = ("body_html", "body_xhtml", "body_text", "body_richtext", "body_nitf")
_CAPTIONED = ("picture", "video", "graphic", "audio", "animation")


def is_ninjs(item: Mapping[str, Any]) -> bool:
    """True for an object with the identity and at least two of the fields that only ninjs has."""
    marks = len(_MARKS & item.keys())
    return (
        ("uri" in item or "$standard" in item or "standard" in item)
        and marks >= 1
        and ("type" in item or "representationtype" in item or marks >= 2)
    )


def read_ninjs(item: Mapping[str, Any], locator: str, limits: Limits) -> Item:
    """The record of one item; of pictures and films the text is their caption."""
    name = as_text(item.get("uri"))
    kind = "caption" if as_text(item.get("type")) in _CAPTIONED else None
    description = _described(item, "description")
    body = next((text for field in _BODIES if (text := as_text(item.get(field)))), None)
    body = body or _first_of(item, "bodies")
    fields = Fields(
        title=as_text(item.get("headline")) or _first_of(item, "headlines")
        or as_text(item.get("title")) or as_text(item.get("name")),
        body=body or description,
        standfirst=description if body else None,
        url=next(_addresses(item, name), None),
        byline=as_text(item.get("byline")) or _people(item),
        section=as_text(item.get("subject"), ) if isinstance(item.get("subject"), str)
        else _subject(item),
        published_raw=_dated(item, "firstcreated", "contentcreated", "versioncreated"),
        modified_raw=_dated(item, "versioncreated"),
        language=as_text(item.get("language")),
        guid=name,
    )  # fmt: skip
    return story_record(locator, fields, body_kind=kind, payload_chars=limits.payload_chars)


def _first_of(item: Mapping[str, Any], name: str) -> str | None:
    """The main text of a list of alternatives (ninjs 2 and 3), plain headline or rich body."""
    values = item.get(name)
    parts = [v for v in values if isinstance(v, Mapping)] if isinstance(values, list) else []
    main = [v for v in parts if v.get("role") in ("main", "headline", "body", None)] or parts
    return next((text for part in main if (text := as_text(part.get("value")))), None)


def _described(item: Mapping[str, Any], name: str) -> str | None:
    for field in (f"{name}_text", f"{name}_html", f"{name}_xhtml", name):
        if text := as_text(item.get(field)):
            return text
    return _first_of(item, f"{name}s")


def _addresses(item: Mapping[str, Any], name: str | None) -> Iterator[str]:
    links = item.get("links") or item.get("altids")
    canonical = as_text(item.get("canonical")) or as_text(item.get("canonicalurl"))
    for text in (canonical, as_text(item.get("url")), name):
        if text and is_address(text):
            yield text
    for link in links if isinstance(links, list) else []:
        href = as_text(link.get("href")) if isinstance(link, Mapping) else None
        if href and is_address(href):
            yield href


def _people(item: Mapping[str, Any]) -> str | None:
    people = item.get("by") or item.get("authors") or item.get("creditline")
    return as_text(people)


def _subject(item: Mapping[str, Any]) -> str | None:
    subjects = item.get("subject") or item.get("subjects")
    first = subjects[0] if isinstance(subjects, list) and subjects else None
    return as_text(first)


def _dated(item: Mapping[str, Any], *names: str) -> str | None:
    lower = {str(key).lower(): value for key, value in item.items()}
    return next((text for name in names if (text := as_text(lower.get(name)))), None)
