"""Reads NewsML-G2, NITF and NewsML 1, one record per news item. Entities are never expanded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from lxml import etree

from flows.extract.format import TextFormat
from flows.extract.formats.feed import DECLARED_XML, refuse_expansion
from flows.extract.formats.fields import Fields, is_address
from flows.extract.formats.markup import xml_root
from flows.extract.formats.structured_text import story_record
from flows.extract.formats.xml_excess import without_excess
from flows.extract.formats.xml_items import envelope, light_item, xml_items
from flows.extract.html.markup_size import MOST_TAGS, most_tags
from flows.extract.record import Item, Limits, Refused, printable

_ROOTS = frozenset({"newsitem", "newsmessage", "packageitem", "nitf", "newsml"})
_AS_HTML = {
    "hl2": "h2", "hl3": "h3", "block": "div", "media": "figure", "media-caption": "figcaption",
    "hedline": "div", "hl1": "h1", "note": "div", "bq": "blockquote", "pre": "pre",
}  # fmt: skip
_NO_TEXT = ("media-reference", "media-metadata", "media-producer", "style", "script")
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_ITEMS = ("newsItem", "NewsItem", "nitf")
_BOUNDS = ("ERR_RESOURCE_LIMIT", "ERR_NAME_TOO_LONG", "ERR_INTERNAL_ERROR")
_HEAD_CHARS = 2_000
"""What stands before the items is parsed with each of them, where they are read one by one; of more
the tags are enough."""
_CONTENTS = frozenset(("body.content", "inlinexml", "inlinedata", "datacontent"))
_LIGHT_FIELDS = frozenset(
    ("headline", "title", "hl1", "hl2", "description", "abstract", "by", "byline", "creator",
     "subject", "tobject.subject", "firstcreated", "contentcreated", "versioncreated",
     "thisrevisioncreated", "newsitemid", "language", "link", "canonical", "altid", "doc-id",
     "date.issue", "pubdata")
)  # fmt: skip


def read_newsml(text: str, limits: Limits) -> Iterator[Item]:
    """Records of one document. The locator is the item's guid, or empty for a single item.

    A document that is damaged or too large is read item by item, so that one bad item does not
    lose the others; an item that is too large is rendered to text, and its record notes this.
    """
    refuse_expansion(text, limits)
    document = without_excess(DECLARED_XML.sub("", text, count=1))
    try:
        found: list[Fields | Refused] = list(_parsed(document, limits))
    except Refused as refused:
        found = list(_one_by_one(document, limits))
        if len(found) <= 1 and not any(isinstance(item, Fields) for item in found):
            raise refused
    seen: set[str] = set()
    for number, fields in enumerate(found, 1):
        locator = "" if len(found) == 1 else f"item {number}"
        if isinstance(fields, Refused):
            yield fields.rejection(locator)
            continue
        if locator and fields.guid is not None and fields.guid not in seen:
            locator = f"guid {fields.guid}"
        seen.add(fields.guid or "")
        yield story_record(locator, fields, payload_chars=limits.payload_chars)


def _parsed(document: str, limits: Limits) -> Iterator[Fields]:
    """What each item declares. Raises Refused, for excess ``too_much_markup``."""
    payload = printable(document, limits.payload_chars)
    tags = most_tags(document)
    if tags > MOST_TAGS:
        raise Refused("too_much_markup", f"{tags:,} tags; at most {MOST_TAGS:,} are read.", payload)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(document.encode(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        excess = any(entry.type_name in _BOUNDS for entry in parser.error_log)
        raise Refused(
            "too_much_markup" if excess else "invalid_xml",
            f"This XML is damaged: {error}. Fetch it again.", payload,
        ) from error  # fmt: skip
    _strip_namespaces(root)
    items = [e for e in root.iter(*_ITEMS) if not _is_inside(e)]
    if not items:
        raise Refused(
            "no_news_item", f"The document ({root.tag}) holds no news item. Nothing to load.",
            payload,
        )  # fmt: skip
    for item in items:
        yield _nitf(item) if item.tag == "nitf" else _item(item)


def _one_by_one(document: str, limits: Limits) -> Iterator[Fields | Refused]:
    """What each item declares, parsed one by one; the reason for items that cannot be parsed."""
    names = frozenset(name.lower() for name in _ITEMS)
    head, tail = envelope(document, names, _HEAD_CHARS)
    for item in xml_items(document, names):
        try:
            yield from _parsed(f"{head}{item}{tail}", limits)
        except Refused as refused:
            if refused.rule != "too_much_markup":
                yield refused
                continue
            light = light_item(item, _LIGHT_FIELDS, _CONTENTS)
            try:
                for fields in _parsed(f"{head}{light.markup}{tail}", limits):
                    yield replace(fields, body=light.content or fields.body)
            except Refused as problem:
                yield problem


def _strip_namespaces(root: Any) -> None:
    """Bare names, so that versions of one format read alike."""
    for element in root.iter(etree.Element):
        element.tag = etree.QName(element).localname


def _is_inside(element: Any) -> bool:
    """True for an item that is the content of another one."""
    return any(ancestor.tag in _ITEMS for ancestor in element.iterancestors())


def _item(item: Any) -> Fields:
    """A NewsML-G2 or NewsML 1 item; NITF inside it fills what the item leaves open."""
    nitf = next(item.iter("nitf"), None)
    inner = _nitf(nitf) if nitf is not None else Fields()
    page = next(item.iter("html"), None)
    body = inner.body or (_markup(page.find("body")) if page is not None else None)
    guid = item.get("guid") or _text(item, "NewsItemId")
    return Fields(
        title=_text(item, "headline", "HeadLine", "title") or inner.title,
        body=body or _text(item, "inlineData") or _data_content(item),
        standfirst=_text(item, "description") or inner.standfirst,
        url=_address(item) or inner.url,
        byline=_text(item, "by", "ByLine") or _creators(item) or inner.byline,
        section=_subject(item) or inner.section,
        published_raw=_text(item, "firstCreated", "contentCreated", "FirstCreated")
        or inner.published_raw or _text(item, "versionCreated"),
        modified_raw=_text(item, "versionCreated", "ThisRevisionCreated"),
        language=next((e.get("tag") for e in item.iter("language") if e.get("tag")), None)
        or item.get(_XML_LANG) or inner.language,
        guid=guid,
    )  # fmt: skip


def _nitf(nitf: Any) -> Fields:
    content = nitf.find(".//body.content")
    date = nitf.find(".//date.issue")
    pubdata = nitf.find(".//pubdata")
    address = pubdata.get("ex-ref") if pubdata is not None else None
    document = nitf.find(".//doc-id")
    return Fields(
        title=_text(nitf, "hl1", "title"),
        body=_markup(content) if content is not None else None,
        standfirst=_text(nitf, "abstract") or _text(nitf, "hl2"),
        url=address if address and is_address(address) else None,
        byline=_text(nitf, "byline"),
        section=next((e.get("tobject.subject.type") for e in nitf.iter("tobject.subject")), None),
        published_raw=(date.get("norm") if date is not None else None)
        or (pubdata.get("date.publication") if pubdata is not None else None),
        language=nitf.get("lang") or nitf.get(_XML_LANG),
        guid=document.get("id-string") if document is not None else None,
    )


def _text(item: Any, *names: str) -> str | None:
    """The text of the first element of the best name that has any, spaces collapsed."""
    for name in names:
        for element in item.iter(name):
            if text := " ".join("".join(element.itertext()).split()):
                return text
    return None


def _markup(element: Any) -> str | None:
    """NITF or XHTML as HTML, which renders like any page."""
    if element is None:
        return None
    etree.strip_elements(element, *_NO_TEXT, with_tail=False)
    for part in element.iter(etree.Element):
        part.tag = _AS_HTML.get(part.tag, part.tag)
    element.tail = None
    element.tag = "div"
    return f"<div>{etree.tostring(element, encoding='unicode', method='html')}</div>"


def _data_content(item: Any) -> str | None:
    return next((found for e in item.iter("DataContent") if (found := _markup(e))), None)


def _address(item: Any) -> str | None:
    for element in item.iter("link", "remoteContent", "altId", "canonical"):
        for text in (element.get("href"), element.text):
            if text and is_address(text.strip()) and element.tag in ("link", "altId", "canonical"):
                return str(text.strip())
    return None


def _creators(item: Any) -> str | None:
    names = [name for e in item.iter("creator") if (name := _text(e, "name"))]
    return ", ".join(dict.fromkeys(names)) or None


def _subject(item: Any) -> str | None:
    for element in item.iter("subject"):
        if name := _text(element, "name"):
            return name
    return None


FORMATS = (
    TextFormat(
        name="newsml",
        begins=lambda start, _: xml_root(start) in _ROOTS,
        read=lambda text, limits, _: read_newsml(text, limits),
    ),
)
