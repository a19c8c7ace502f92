"""Removes from a feed or NewsML document the constructs that its parser handles in quadratic time.

The time of this module is linear in the length of the text.
"""

from __future__ import annotations

import re

from flows.extract.formats.xml_items import ITEMS, EndTags, XmlTag, xml_tags
from flows.extract.html.character_reference import unescaped
from flows.extract.html.markup_size import MOST_ATTRIBUTES
from flows.extract.html.tags import attribute_count

_FIRST_ELEMENT = re.compile(r"<[A-Za-z_]")
_SPACES = re.compile(r"\s{2,}")
_PREFIX = re.compile(r"xmlns:([\w.-]+)")
_BLANK = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:(-->)|\Z)|<\?[^>]*+(?:(>)|\Z)|"
    r"((?:&#?\w{1,12};\s*+)++)",
    re.DOTALL,
)
_NAMES_OF_PEOPLE = frozenset(
    ("author", "creator", "contributor", "publisher", "managingeditor", "webmaster", "owner",
     "name", "email")
)  # fmt: skip
_CATEGORIES = frozenset(("category", "subject", "keywords", "tags"))
_NOT_OF_THE_ITEM = frozenset(("source", "image", "textinput"))
"""Elements whose categories feedparser collects for the whole feed, however many there are."""
_PROLOGUE_CHARS = 20_000
"""Characters before the first element; the HTML entity declarations take 17,000."""
_NAME_CHARS = 2_000
"""Names of people are shorter; feedparser takes the square of the time to look for addresses in
them."""
_LIST_CHARS = 20_000
"""Lists of keywords are shorter."""
_MOST_CATEGORIES = 500
"""Categories of one item that are kept; items have up to 50. feedparser compares each with every
other."""
_MOST_OTHER_CATEGORIES = 2_000
"""Categories outside items that are kept, in the whole feed; feeds have up to 20."""
_MOST_PREFIXES = 100
"""Prefixes that one document may bind; documents have up to 30. feedparser goes through all of them
for each element."""
_BLANK_CHARS = 100
"""References in a row that only stand for space; feedparser moves all others for each."""


def without_excess(text: str) -> str:
    """The text without constructs that take quadratic time.

    Tags of too many attributes or beyond the most prefixes lose their attributes. What is too long
    to be the name of a person loses its tags, and so do categories beyond the most. Comments,
    instructions and rows of references to spaces are left out, spaces before the first element are
    collapsed, and what stands there is left out where it is too long.
    """
    first = _FIRST_ELEMENT.search(text)
    start = first.start() if first else 0
    prologue = _SPACES.sub(" ", text[:start])
    if len(prologue) > _PROLOGUE_CHARS:
        prologue = ""
    return prologue + _Excess(_BLANK.sub(_unless_blank, text[start:])).left_out()


def _unless_blank(found: re.Match[str]) -> str:
    """Empty for a comment or instruction that ends; one that does not end is left unchanged."""
    if found[1] or found[2]:
        return ""
    references = found[3]
    if references and len(references) > _BLANK_CHARS and unescaped(references).isspace():
        return " "
    return found[0]


class _Excess:
    """Goes through the tags of a text once and removes those beyond the limits."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._ends = EndTags(text, _NAMES_OF_PEOPLE | _CATEGORIES)
        self._dropped: set[int] = set()
        self._prefixes: set[str] = set()
        self._in_item = self._is_elsewhere = False
        self._of_item = self._of_feed = 0

    def left_out(self) -> str:
        """The text without them."""
        parts: list[str] = []
        kept = 0
        for tag in xml_tags(self._text):
            instead = self._instead(tag)
            if instead is not None:
                parts += (self._text[kept : tag.start], instead)
                kept = tag.end
        return "".join((*parts, self._text[kept:]))

    def _instead(self, tag: XmlTag) -> str | None:
        """The text that replaces the tag; None to leave it unchanged."""
        self._enter(tag)
        if tag.start in self._dropped:
            self._dropped.remove(tag.start)
            return ""
        if tag.is_end:
            return None
        if tag.name in _CATEGORIES and self._is_beyond(tag):
            return self._drop(tag)
        if tag.name in _NAMES_OF_PEOPLE and self._length(tag) > _NAME_CHARS:
            return self._drop(tag)
        if tag.attributes and self._has_many_attributes(tag):
            return f"<{tag.full_name}{'/' if tag.is_empty else ''}>"
        return None

    def _enter(self, tag: XmlTag) -> None:
        """Note in which element of the feed what follows is."""
        if tag.name in ITEMS:
            self._in_item, self._of_item = not (tag.is_end or tag.is_empty), 0
        elif tag.name in _NOT_OF_THE_ITEM and not tag.is_empty:
            self._is_elsewhere = not tag.is_end

    def _length(self, tag: XmlTag) -> int:
        """How long the content of an element is, up to the end of the text if it has no end tag."""
        if tag.is_empty:
            return 0
        end = self._ends.after(tag)
        return (len(self._text) if end is None else end) - tag.end

    def _drop(self, tag: XmlTag) -> str:
        end = None if tag.is_empty else self._ends.after(tag)
        if end is not None:
            self._dropped.add(end)
        return ""

    def _is_beyond(self, tag: XmlTag) -> bool:
        """Whether an element holds more categories than are kept; those that are kept, count."""
        length = self._length(tag)
        if length > _LIST_CHARS:
            return True
        more = 1 + self._text.count(",", tag.end, tag.end + length)
        if self._in_item and not self._is_elsewhere:
            self._of_item += more
            return self._of_item > _MOST_CATEGORIES
        self._of_feed += more
        return self._of_feed > _MOST_OTHER_CATEGORIES

    def _has_many_attributes(self, tag: XmlTag) -> bool:
        length = len(tag.attributes)
        if length > 2 * MOST_ATTRIBUTES and attribute_count(tag.attributes) > MOST_ATTRIBUTES:
            return True
        if "xmlns:" not in tag.attributes:
            return False
        bound = self._prefixes.union(_PREFIX.findall(tag.attributes))
        if len(bound) > _MOST_PREFIXES:
            return True
        self._prefixes = bound
        return False
