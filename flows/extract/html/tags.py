"""Iterates over the tags of HTML in one pass, without building a tree.

As in a parser, tags inside scripts, styles, titles, comments and quoted values do not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

RAW_TEXT = frozenset(
    ("script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes", "plaintext")
)
"""Elements whose content is text up to their own end tag, whatever it looks like (HTML Standard,
13.2.6.2 and 13.2.6.4)."""
_SPACE = r"[ \t\n\r\f]"
_ATTRIBUTE = (
    r"[^ \t\n\r\f/>][^ \t\n\r\f/>=]*+"
    rf"""(?:{_SPACE}*+={_SPACE}*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|"""
    r"""[^ \t\n\r\f>"'][^ \t\n\r\f>]*+)?+)?+"""
)
_NAMED = re.compile(_ATTRIBUTE)
# Every alternative takes all that it looks at, up to the end of the text where it is never closed,
# so that no character is looked at more than a few times.
_TOKEN = re.compile(
    r"<(?:!--(?:-?>|.*?(?:--!?>|\Z))|(?:[!?]|/(?![A-Za-z]|\Z))[^>]*+(?:>|\Z)|"
    rf"(/?)([A-Za-z][^ \t\n\r\f/>]*+)((?:[ \t\n\r\f/]++|{_ATTRIBUTE})*+)(?:(>)|\Z))",
    re.DOTALL,
)
_AFTER_NAME = frozenset(" \t\n\r\f/>")


class Tag(NamedTuple):
    """One tag. A comment, a declaration and a tag that the text ends in have no name.

    ``content_end`` is where the text inside a raw text element ends; ``end`` for all others.
    """

    start: int
    end: int
    content_end: int
    name: str
    is_end: bool
    attributes: str


def html_tags(markup: str) -> Iterator[Tag]:
    """Tags, comments and declarations in order, in time linear in the length of the markup."""
    position = 0
    while found := _TOKEN.search(markup, position):
        start, position = found.span()
        name = found[2].lower() if found[4] else ""
        content_end = position
        if name in RAW_TEXT and not found[1]:
            close = None if name == "plaintext" else end_tag(markup, name, position)
            content_end = len(markup) if close is None else close
        yield Tag(start, position, content_end, name, found[1] == "/", found[3] or "")
        position = content_end


def end_tag(markup: str, name: str, start: int) -> int | None:
    """Where the next end tag of that name begins; None without one."""
    position = markup.find("</", start)
    while position >= 0:
        end = position + 2 + len(name)
        if markup[position + 2 : end].lower() == name and markup[end : end + 1] in _AFTER_NAME:
            return position
        position = markup.find("</", position + 2)
    return None


def attribute_count(attributes: str) -> int:
    """How many attributes a tag has, by the text between its name and its end."""
    return sum(1 for _ in _NAMED.finditer(attributes))
