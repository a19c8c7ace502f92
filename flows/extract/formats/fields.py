"""Maps the fields of a delivered object to article fields by their usual names."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

# Best name first. Names are compared in lower case without _, - and spaces.
FIELD_NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "title": ("title", "headline", "name", "heading", "articletitle", "newstitle"),
        "body": (
            "bodyhtml", "contenthtml", "articlebody", "maintext", "fulltext", "body", "text",
            "content", "contenttext", "bodytext", "articletext", "rawtext", "story", "article",
            "contentencoded", "plaintext", "html",
        ),
        "standfirst": (
            "standfirst", "summary", "description", "abstract", "subtitle", "lead", "deck", "dek",
            "excerpt", "subheadline", "teaser", "trailtext", "descriptiontext",
        ),
        "url": (
            "canonicalurl", "url", "link", "permalink", "weburl", "articleurl", "sourceurl",
            "href", "externalurl", "guid", "uri", "mainentityofpage",
        ),
        "byline": ("byline", "author", "authors", "creator", "writer", "journalist", "by"),
        "section": (
            "section", "category", "articlesection", "sectionname", "categories", "topic", "desk",
        ),
        "published_raw": (
            "datepublished", "publishedat", "datepublish", "published", "pubdate", "publishdate",
            "publicationdate", "firstpublished", "versioncreated", "publishedtime", "date",
            "createdat", "datecreated", "created", "webpublicationdate", "timestamp", "datetime",
            "time",
        ),
        "modified_raw": (
            "datemodified", "modified", "updated", "updatedat", "modifiedat", "datemodify",
            "lastmodified", "lastupdated", "modifieddate", "updatedate",
        ),
        "language": ("language", "lang", "inlanguage", "languagecode", "locale"),
        "guid": ("guid", "id", "uuid", "articleid", "newsid", "docid"),
    }
)  # fmt: skip
_ADDRESS_FIELDS = ("url",)
_INNER_NAMES = ("name", "value", "text", "label", "title", "id", "url", "href", "#text", "@id",
                "rendered", "html", "$t")  # fmt: skip


def plain_name(name: str) -> str:
    """The name as it is compared: lower case, letters and digits only."""
    return "".join(char for char in name.lower() if char.isalnum())


KNOWN_NAMES = frozenset(name for names in FIELD_NAMES.values() for name in names) | frozenset(
    ("published_at", "date_publish", "pub_date", "publish_date", "published_date", "canonical_url",
     "article_url", "source_url", "date_published", "date_modified", "full_text", "main_text",
     "body_text", "content_text", "article_body", "section_name", "updated_at", "modified_at",
     "created_at")
)  # fmt: skip


@dataclass(frozen=True)
class Fields:
    """The fields of one delivered object, as text."""

    title: str | None = None
    body: str | None = None
    standfirst: str | None = None
    url: str | None = None
    byline: str | None = None
    section: str | None = None
    published_raw: str | None = None
    modified_raw: str | None = None
    language: str | None = None
    guid: str | None = None
    issued_raw: str | None = None


def read_mapping(file: Path) -> Mapping[str, str]:
    """A mapping file: a JSON object from our field to its dotted path in a record.

    Raises ValueError with what to correct, also if the file cannot be opened.
    """
    try:
        mapping = json.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ValueError(f"{file} cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise ValueError(f"{file} is not JSON in UTF-8 ({error})") from error
    if not isinstance(mapping, dict) or not all(
        isinstance(path, str) and path for path in mapping.values()
    ):
        raise ValueError(
            f'{file} must be one object of names and dotted paths, as in {{"body": "payload.text"}}'
        )
    unknown = sorted(set(mapping) - set(FIELD_NAMES))
    if unknown:
        raise ValueError(
            f"{file} maps {', '.join(unknown)}, which is no field. Fields are: "
            f"{', '.join(FIELD_NAMES)}"
        )
    return mapping


def read_fields(item: Mapping[str, Any], mapping: Mapping[str, str] | None = None) -> Fields:
    """What an object declares.

    Looks among its own names, then one level below. ``mapping`` (our field → their dotted path)
    goes first. A standfirst is dropped where it is all the text there is: it is the body then.
    """
    own = {plain_name(str(key)): value for key, value in reversed(list(item.items()))}
    below: dict[str, Any] = {}
    for value in item.values():
        if isinstance(value, Mapping):
            for key, inner in value.items():
                below.setdefault(plain_name(str(key)), inner)
    found: dict[str, str | None] = {}
    for field, names in FIELD_NAMES.items():
        text = _at_path(item, mapping[field]) if mapping and field in mapping else None
        found[field] = text or next(_values(field, names, own, below), None)
    if not found["body"] and found["standfirst"]:
        found["body"], found["standfirst"] = found["standfirst"], None
    return Fields(**found)


def _values(
    field: str, names: tuple[str, ...], own: Mapping[str, Any], below: Mapping[str, Any]
) -> Iterator[str]:
    """Usable values in order of preference."""
    # Below, a bare "name", "text" or "id" belongs to something else (an author, a tag).
    for place, allowed in (
        (own, names),
        (below, tuple(n for n in names if n not in ("name", "text", "id", "url", "uri", "href"))),
    ):
        for name in allowed:
            text = as_text(place.get(name), "\n\n" if field == "body" else ", ")
            if text and not (field in _ADDRESS_FIELDS and not is_address(text)):
                yield text


def is_address(text: str) -> bool:
    """True for a web address."""
    return text.lower().startswith(("http://", "https://"))


def as_text(value: Any, between: str = ", ") -> str | None:
    """A value as text: lists joined, objects by their name; None for nothing."""
    if isinstance(value, str):
        return value if value.strip() else None
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        own = {plain_name(str(key)): inner for key, inner in reversed(list(value.items()))}
        return next(
            (
                text
                for name in _INNER_NAMES
                if isinstance(own.get(plain_name(name)), str | int)
                and (text := as_text(own[plain_name(name)]))
            ),
            None,
        )
    if isinstance(value, list | tuple):
        most = 50 if between == ", " else 5000
        parts = [
            text for part in value[:most] if not isinstance(part, list) and (text := as_text(part))
        ]
        return between.join(parts) or None
    return None


def _at_path(item: Mapping[str, Any], path: str) -> str | None:
    """The value at a dotted path, such as ``content.rendered``."""
    value: Any = item
    for step in path.split("."):
        if not isinstance(value, Mapping) or step not in value:
            return None
        value = value[step]
    return as_text(value)
