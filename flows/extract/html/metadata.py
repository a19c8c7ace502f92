"""Reads the metadata of a page from meta tags, JSON-LD, link and time elements.

Dates are returned as delivered.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lxml import html

from flows.extract.formats.fields import Fields, as_text, is_address, read_fields

_ARTICLE_TYPES = ("article", "newsarticle", "reportagenewsarticle", "blogposting",
                  "liveblogposting", "analysisnewsarticle", "opinionnewsarticle", "report",
                  "reviewnewsarticle", "backgroundnewsarticle",
                  "advertisercontentarticle")  # fmt: skip
_META: Mapping[str, tuple[str, ...]] = {
    "title": ("og:title", "twitter:title", "dc.title", "parsely-title", "headline"),
    "standfirst": ("og:description", "description", "twitter:description", "dc.description"),
    "byline": ("author", "article:author", "dc.creator", "parsely-author", "byl",
               "sailthru.author"),
    "section": ("article:section", "parsely-section", "section"),
    "published_raw": ("article:published_time", "article:published", "og:published_time",
                      "datepublished", "parsely-pub-date", "sailthru.date", "pubdate",
                      "publishdate", "publication_date", "dc.date.issued", "dc.date",
                      "dcterms.created", "date", "article.published",
                      "cxenseparse:recs:publishtime", "published_at"),
    "modified_raw": ("article:modified_time", "article:modified", "og:updated_time",
                     "datemodified", "last-modified", "lastmod", "dcterms.modified"),
    "language": ("og:locale", "content-language", "dc.language", "inlanguage"),
}  # fmt: skip
_JSON_LD_CHARS = 1_000_000


@dataclass(frozen=True)
class PageMetadata:
    """What the page declares, each from its best source; None where nothing does.

    ``body`` is the story's text in JSON-LD; ``is_article`` is true where the page says that it is
    one article rather than a front page or a list.
    """

    url: str | None
    title: str | None
    page_title: str | None
    standfirst: str | None
    byline: str | None
    section: str | None
    published_raw: str | None
    modified_raw: str | None
    language: str | None
    body: str | None
    is_article: bool


def read_metadata(tree: html.HtmlElement, url: str | None = None) -> PageMetadata:
    """JSON-LD of an article first, then meta tags, then elements. ``url`` is the page's address."""
    meta = _meta_tags(tree)
    article = next(_linked_articles(tree), None)
    linked = _node_fields(article or {})

    def best(field: str) -> str | None:
        declared: str | None = getattr(linked, field)
        if declared:
            return declared.strip()
        return next((meta[name] for name in _META[field] if name in meta), None)

    byline = best("byline")
    return PageMetadata(
        url=_canonical(tree, meta) or linked.url or url,
        title=best("title"),
        page_title=_first_text(tree.iterfind(".//head//title")),
        standfirst=best("standfirst"),
        byline=None if byline and is_address(byline) else byline,
        section=best("section"),
        published_raw=best("published_raw") or _time_element(tree),
        modified_raw=best("modified_raw"),
        language=(tree.get("lang") or tree.get("xml:lang") or best("language") or "").strip()
        or None,
        body=as_text((article or {}).get("articleBody")),
        is_article=article is not None or meta.get("og:type", "").lower() == "article",
    )


def _node_fields(node: Mapping[str, Any]) -> Fields:
    return read_fields({key: value for key, value in node.items() if key != "publisher"})


def _meta_tags(tree: html.HtmlElement) -> dict[str, str]:
    """Names of meta tags, lower case, and the first content of each."""
    found: dict[str, str] = {}
    for element in tree.iter("meta"):
        content = (element.get("content") or "").strip()
        names = (element.get(key) for key in ("property", "name", "itemprop", "http-equiv"))
        for name in names:
            if name and content:
                found.setdefault(name.strip().lower(), content)
    return found


def _canonical(tree: html.HtmlElement, meta: Mapping[str, str]) -> str | None:
    for element in tree.iter("link"):
        href = (element.get("href") or "").strip()
        if "canonical" in (element.get("rel") or "").lower().split() and is_address(href):
            return href
    address = meta.get("og:url", "")
    return address if is_address(address) else None


def _linked_articles(tree: html.HtmlElement) -> Iterator[Mapping[str, Any]]:
    """Articles described in JSON-LD."""
    for script in tree.iter("script"):
        content = script.text or ""
        if "ld+json" not in (script.get("type") or "") or len(content) > _JSON_LD_CHARS:
            continue
        try:
            document = json.loads(content, strict=False)
        except (ValueError, RecursionError):
            continue
        for node in _nodes(document):
            if _is_article(node):
                yield node


def _nodes(document: Any) -> Iterator[Mapping[str, Any]]:
    """The objects of a JSON-LD document, those of its graph included."""
    for node in document if isinstance(document, list) else [document]:
        if isinstance(node, Mapping):
            yield node
            graph = node.get("@graph")
            if isinstance(graph, list):
                yield from (inner for inner in graph if isinstance(inner, Mapping))


def _is_article(node: Mapping[str, Any]) -> bool:
    types = node.get("@type")
    names = types if isinstance(types, list) else [types]
    return any(isinstance(name, str) and name.lower() in _ARTICLE_TYPES for name in names)


def _time_element(tree: html.HtmlElement) -> str | None:
    """The time a page marks as that of publication."""
    for element in tree.iter("time"):
        if element.get("pubdate") is not None or element.get("itemprop") == "datePublished":
            return as_text(element.get("datetime") or element.text)
    return None


def _first_text(elements: Iterator[Any]) -> str | None:
    return next(
        (" ".join(text.split()) for e in elements if (text := e.text_content()).strip()), None
    )
