"""Identifies the article that a record delivers, by hash and canonical address. The only module
that imports courlan."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from urllib.parse import urlsplit, urlunsplit

from courlan import normalize_url

_ID_LENGTH = 16


def short_hash(parts: Sequence[str]) -> str:
    """16 hex characters of the SHA-256 of the parts; a line feed keeps them apart."""
    return hashlib.sha256("\n".join(parts).encode("utf-8")).hexdigest()[:_ID_LENGTH]


def content_hash(text: str) -> str:
    """64 hex characters: SHA-256 of the text in UTF-8."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def canonical_url(raw: str | None) -> str | None:
    """The address without fragment, default port and tracking parameters, host in lower case.

    Null for what is not an absolute http or https address: such a string names no article.
    The list of tracking parameters is courlan's.
    """
    if raw is None:
        return None
    try:
        parts = urlsplit(raw.strip())
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not host or " " in parts.netloc:
        return None
    try:
        cleaned = urlsplit(str(normalize_url(parts)))
    except ValueError:
        return None
    return urlunsplit((cleaned.scheme, cleaned.netloc, cleaned.path or "/", cleaned.query, ""))


def article_id(url: str | None, collection: str, relative_path: str, locator: str) -> str:
    """Identity of a record: its canonical URL, else collection, path inside it and locator.

    Addresses that differ only in scheme, a leading ``www.`` or a trailing slash are the same:
    outlets serve one article under all of them.
    """
    if url is None:
        return short_hash((collection, relative_path, locator))
    parts = urlsplit(url)
    host = parts.netloc.removeprefix("www.")
    return short_hash((urlunsplit(("https", host, parts.path.rstrip("/"), parts.query, "")),))
