"""Made-up feeds and messages of news of odd shapes, each of any size. Holds no real text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import count

Shape = Callable[[int], str]
"""A text of about so many characters."""


def _filled(chars: int, parts: Iterator[str]) -> str:
    """Parts one behind the other until the text has so many characters."""
    taken: list[str] = []
    length = 0
    for part in parts:
        if length + len(part) > chars:
            break
        taken.append(part)
        length += len(part)
    return "".join(taken)


def _feed(body: str) -> str:
    return f'<?xml version="1.0"?><rss><channel><title>The Quay</title>{body}</channel></rss>'


def _item(body: str) -> str:
    text = "The harbour opened on Monday, and the mayor of Bergen spoke to the crews."
    return f"<item><title>Harbour reopens</title><description>{text}</description>{body}</item>"


def _message(body: str) -> str:
    return f'<?xml version="1.0"?><newsMessage><itemSet>{body}</itemSet></newsMessage>'


def _nitf(body: str) -> str:
    text = "<p>The harbour opened on Monday, and the mayor of Bergen spoke to the crews.</p>"
    return (
        "<nitf><body><hedline><hl1>Harbour reopens</hl1></hedline>"
        f"<body.content>{text}{body}</body.content></body></nitf>"
    )


def _many(part: str) -> Shape:
    """A part for each number, one behind the other; # stands for the number."""
    return lambda chars: _filled(chars, (part.replace("#", str(n)) for n in count()))


def _nested(name: str) -> Shape:
    def text(chars: int) -> str:
        depth = chars // (2 * len(name) + 5)
        return f"<{name}>" * depth + "Low." + f"</{name}>" * depth

    return text


def _one_entry(body: str) -> str:
    return _feed(_item(body))


def _one_story(body: str) -> str:
    return _message(_nitf(body))


def _inside(around: Callable[[str], str], part: Shape) -> Shape:
    return lambda chars: around(part(chars))


_ENTRY = "<item><title>Harbour #</title><guid>g#</guid><link>https://example.org/#</link></item>"
_NEWS = '<newsItem guid="g#"><contentMeta><headline>Harbour #</headline></contentMeta></newsItem>'
_LINK = '&lt;li&gt;&lt;a href="https://example.org/2024/05/#-harbour-reopens"&gt;The harbour of '
_LINK += "Bergen opens again after # days of strike&lt;/a&gt;&lt;/li&gt;"

INSIDE_AN_ITEM: Mapping[str, Shape] = {
    "names never closed": _many("<a#:name>"),
    "elements never closed": _many("<a#>"),
    "tags in one entry": _many("<b>a</b>"),
    "tags in one text": lambda chars: f"<summary>{_many('&lt;b&gt;a')(chars)}</summary>",
    "deep elements": _nested("b"),
    "links": lambda chars: f"<summary>{_many(_LINK)(chars)}</summary>",
    "categories": _many("<category>c#</category>"),
    "keywords": lambda chars: f"<tags>{_many('c#,')(chars)}</tags>",
    "bound prefixes": _many('<a#:b xmlns:a#="u#"/>'),
    "instructions": lambda chars: f'<content type="xhtml">{_many(" <?a?>")(chars)}</content>',
    "style elements": lambda chars: f"<p>a</p>{_many('<style/>a')(chars)}",
}
"""What one item of a feed, and one of a message, may hold."""

SHAPES: Mapping[str, Shape] = {
    "feed, entries.xml": lambda chars: _feed(_many(_ENTRY)(chars)),
    "feed, entries in entries.xml": lambda chars: _feed(_nested("item")(chars)),
    "feed, categories between entries.xml": lambda chars: _feed(
        _many("<item><title>T</title></item><category>c#</category>")(chars)
    ),
    "feed, entities before it.xml": lambda chars: (
        '<?xml version="1.0"?>' + "\n<!ENTITY" * (chars // 9) + _one_entry("")
    ),
    "newsml, items.xml": lambda chars: _message(_many(_NEWS)(chars)),
    "newsml, items and one damaged.xml": lambda chars: _message(
        f"{_many(_NEWS)(chars)}<newsItem></a></newsItem>"
    ),
    "newsml, long head and one damaged.xml": lambda chars: (
        f'<newsMessage a="{"b" * (chars // 2)}">{_many(_NEWS)(chars // 2)}'
        "<newsItem></a></newsItem></newsMessage>"
    ),
    **{f"feed, {name}.xml": _inside(_one_entry, part) for name, part in INSIDE_AN_ITEM.items()},
    **{f"newsml, {name}.xml": _inside(_one_story, part) for name, part in INSIDE_AN_ITEM.items()},
}
"""Shapes by name; what follows the point is the kind of file."""
