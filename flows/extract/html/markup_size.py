"""Refuses markup that would take too much time or memory to parse, before it is parsed."""

from __future__ import annotations

from flows.extract.html.tags import attribute_count, html_tags

MOST_TAGS = 400_000
"""Tags of one page or feed; pages have 500 to 20,000, a feed of 1,000 stories in HTML 100,000. Each
takes some 500 bytes of memory and 10 µs."""
MOST_ATTRIBUTES = 500
"""Attributes of one tag; pages have up to 40. The parser compares each with every other."""
MOST_LEVELS = 2_048
"""Elements inside one another; pages nest 20 to 60 deep. The parser stops there."""
_SMALL_CHARS = 20_000
"""Markup that costs little however it is made: 5,000 attributes are compared in 30 ms."""


class TooMuchMarkup(Exception):
    """This markup is too large to be parsed; the message names the bound it exceeds."""


def refuse_excess(markup: str) -> None:
    """Raises TooMuchMarkup where the markup has too many tags, or one tag too many attributes."""
    if len(markup) <= _SMALL_CHARS:
        return
    tags = 0
    for tag in html_tags(markup):
        if tag.is_end or not tag.name:
            continue
        tags += 1
        if tags > MOST_TAGS:
            raise TooMuchMarkup(f"more than {MOST_TAGS:,} tags")
        if len(tag.attributes) > 2 * MOST_ATTRIBUTES:
            count = attribute_count(tag.attributes)
            if count > MOST_ATTRIBUTES:
                raise TooMuchMarkup(f"a tag of {count:,} attributes; at most {MOST_ATTRIBUTES:,}")


def most_tags(text: str) -> int:
    """At most how many tags an XML document has, those of HTML written inside it included."""
    return text.count("<") + text.count("&lt;")
