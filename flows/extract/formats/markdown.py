"""Reads Markdown: the file is the text; headings, lists and front matter become hints."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.extract.format import TextFormat
from flows.extract.formats.fields import read_fields
from flows.extract.formats.markup import is_xml
from flows.extract.record import ExtractedRecord, Hint, Item

_HEADING = re.compile(r"(#{1,6})[ \t]+")
_LIST_ITEM = re.compile(r"[ \t]{0,12}(?:[-*+]|\d{1,3}[.)])[ \t]+\S")
_FRONT_FIELD = re.compile(r"([A-Za-z][\w -]{0,40}):[ \t]*(.*)$")
_TITLE = re.compile(r"#{1,2} {1,3}\S.{0,300}(?:\n\s*\n|$)")
_FRONT_MATTER = re.compile(r"---\n[A-Za-z][\w -]{0,40}:.{0,2000}\n(?:.{0,2000}\n){0,100}?---\n")
_FENCE = ("```", "~~~")


def read_markdown(text: str) -> Item:
    """The one record of a Markdown file. Front matter gives declared fields; it is kept in the text
    but is not part of the story."""
    front_end, declared = _front_matter(text)
    fields = read_fields({name: value for name, value in declared.items() if value})
    hints = tuple(_hints(text, front_end))
    title = next((text[h.start_char : h.end_char] for h in hints if h.kind == "title"), None)
    return ExtractedRecord(
        locator="",
        text=text,
        url=fields.url,
        title=title or fields.title,
        standfirst=fields.standfirst,
        byline=fields.byline,
        section=fields.section,
        published_raw=fields.published_raw,
        modified_raw=fields.modified_raw,
        language=fields.language,
        hints=hints,
    )


def _front_matter(text: str) -> tuple[int, dict[str, str]]:
    """Where the front matter ends (0 without one) and its simple fields."""
    if not text.startswith("---\n"):
        return 0, {}
    end = text.find("\n---\n", 3, 20_000)
    if end < 0:
        return 0, {}
    fields = {}
    for line in text[4:end].split("\n"):
        if found := _FRONT_FIELD.match(line):
            fields[found[1]] = found[2].strip().strip("[]\"'")
    return end + 5, fields


def _hints(text: str, front_end: int) -> Iterator[Hint]:
    position = 0
    has_title = is_code = False
    for line in text.split("\n"):
        start, position = position, position + len(line) + 1
        if not line.strip():
            continue
        if start < front_end:
            yield Hint(start, start + len(line), "other", "markdown_front_matter")
            continue
        is_code ^= line.lstrip().startswith(_FENCE)
        if is_code:
            continue
        if found := _HEADING.match(line):
            kind = "title" if len(found[1]) == 1 and not has_title else "subheading"
            has_title = has_title or kind == "title"
            end = len(line.rstrip(" \t#"))
            if end > found.end():
                yield Hint(start + found.end(), start + end, kind, "markdown_heading")
        elif _LIST_ITEM.match(line):
            yield Hint(start, start + len(line), "list_item", "markdown_list_item")


FORMATS = (
    TextFormat(
        name="markdown",
        begins=lambda start, _: bool(_FRONT_MATTER.match(start) or _TITLE.match(start)),
        endings=(".md", ".markdown"),
        fits=lambda start: not is_xml(start),
        read=lambda text, _limits, _paths: [read_markdown(text)],
    ),
)
