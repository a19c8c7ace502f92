"""Reads the metadata of an article (title, byline, section, date and more) from its record and its
blocks. What neither of them states is null."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from transforms.article.publication_date import PublicationDate, publication_date

_GENERIC_SECTIONS = frozenset(
    ("news", "article", "articles", "story", "stories", "content", "index", "amp", "post", "posts",
     "blog", "blogs", "en", "us", "uk", "web", "id", "p", "a", "archive", "archives", "wp", "video",
     "read", "home")
)  # fmt: skip
"""First parts of addresses that name a way of filing, not a section."""

_SECTION_PART = re.compile(r"^[a-z]{3,}(?:-[a-z]+){0,2}$")

_BY = re.compile(
    r"^(?:(?:story|words|text|written|posted|published|reporting)\s+)?(?:by|von|par|por|di|door)\s+",
    re.IGNORECASE,
)


class Block(NamedTuple):
    """The part of a block that metadata is read from."""

    kind: str
    is_body: bool
    text: str
    rule: str


class Declared(NamedTuple):
    """The metadata that the record declares, as delivered."""

    url: str | None
    title: str | None
    standfirst: str | None
    byline: str | None
    section: str | None
    published_raw: str | None
    modified_raw: str | None


class Metadata(NamedTuple):
    """The metadata of an article, each value with its source."""

    title: str | None
    title_source: str | None
    standfirst: str | None
    byline: str | None
    byline_source: str | None
    dateline: str | None
    section: str | None
    section_source: str | None
    published: PublicationDate


def collapse(text: str) -> str:
    """Runs of white space as one space."""
    return " ".join(text.split())


def read_metadata(declared: Declared, block: Sequence[Block], collected_at: datetime) -> Metadata:
    """Metadata of one article out of its record and its blocks."""
    title = _first(block, "title")
    byline = _first(block, "byline")
    standfirst = _first(block, "standfirst")
    section, section_source = _section(declared)
    stated_title, stated_byline = collapse(declared.title or ""), collapse(declared.byline or "")
    return Metadata(
        title=collapse(title.text) if title else stated_title or None,
        title_source=title.rule if title else "metadata" if stated_title else None,
        standfirst=collapse(standfirst.text if standfirst else declared.standfirst or "") or None,
        byline=stated_byline or (_names(byline.text) if byline else None),
        byline_source="metadata" if stated_byline else byline.rule if byline else None,
        dateline=_dateline(block),
        section=section,
        section_source=section_source,
        published=publication_date(
            declared.published_raw,
            declared.url,
            _date_lines(block),
            declared.modified_raw,
            collected_at,
        ),
    )


def _first(block: Sequence[Block], kind: str) -> Block | None:
    return next((piece for piece in block if piece.kind == kind), None)


def _names(line: str) -> str:
    """A byline without the word that introduces the names."""
    return _BY.sub("", collapse(line))


_DATELINE_IN_TEXT = re.compile(
    r"^(\(?[A-ZÀ-Þ][A-ZÀ-Þ.'’\- ]{2,}(?:, [A-Z][\w.]+)*(?:, \d{1,2} \w+(?: \d{4})?|"
    r", [A-Z][a-z]+\.? \d{1,2}(?:, \d{4})?)?(?: \([A-Z][^()]{1,30}\))?)\s?(?:[—–]|-{1,2})\s"
)


def _dateline(block: Sequence[Block]) -> str | None:
    """The dateline block, else the one that opens the first paragraph."""
    piece = _first(block, "dateline")
    if piece:
        return collapse(piece.text)
    opening = next((one for one in block if one.is_body and one.kind == "paragraph"), None)
    found = _DATELINE_IN_TEXT.match(collapse(opening.text)) if opening else None
    return found.group(1).strip() if found else None


def _date_lines(block: Sequence[Block]) -> tuple[str, ...]:
    """Lines that can date the article: before the story, its opening's dateline, then behind it."""
    lines = [collapse(one.text) for one in block if one.rule == "date_line" or one.kind == "byline"]
    dateline = _dateline(block)
    return (*lines, dateline) if dateline else tuple(lines)


def _section(declared: Declared) -> tuple[str | None, str | None]:
    if declared.section and declared.section.strip():
        return collapse(declared.section), "metadata"
    parts = [part for part in urlsplit(declared.url or "").path.lower().split("/") if part]
    for part in parts[:-1]:
        if part.isdigit() or part in _GENERIC_SECTIONS:
            continue
        return (part.replace("-", " "), "url") if _SECTION_PART.match(part) else (None, None)
    return None, None
