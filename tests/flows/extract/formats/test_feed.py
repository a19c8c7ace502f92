"""Feeds give one record an item; hostile XML is refused by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from flows.extract.formats import feed
from flows.extract.formats.xml_items import light_item
from flows.extract.record import ExtractedRecord, Hint

Reader = Callable[..., Any]

RSS = """<?xml version="1.0" encoding="{charset}"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>The Quay</title>
<language>en-gb</language><item><title>Bridge &amp;amp; tunnel</title><guid>quay-1</guid>
<link>https://quay.example/1</link><description>Cracks were found.</description>
<content:encoded><![CDATA[<p>Größe one.</p><p>Two.</p>]]></content:encoded>
<dc:creator>Ida Holm</dc:creator><category>City</category>
<pubDate>Fri, 03 May 2024 09:00:00 +0200</pubDate></item>
<item><title>Second</title><guid>quay-1</guid><description>Only this.</description></item>
<item><title>Third</title></item></channel></rss>"""

ITEM = ExtractedRecord(
    locator="guid quay-1",
    text="Bridge & tunnel\n\nCracks were found.\n\nGröße one.\n\nTwo.",
    url="https://quay.example/1",
    title="Bridge & tunnel",
    standfirst="Cracks were found.",
    byline="Ida Holm",
    section="City",
    published_raw="Fri, 03 May 2024 09:00:00 +0200",
    modified_raw=None,
    language="en-gb",
    hints=(
        Hint(0, 15, "title", "declared_title"),
        Hint(17, 35, "standfirst", "declared_standfirst"),
    ),
)


def test_items_are_records_known_by_their_guid(read: Reader) -> None:
    found = read(RSS.format(charset="utf-8").encode(), "feed.xml")
    assert (found.format, found.encoding) == ("feed", "utf-8")
    assert found.records[0] == ITEM
    assert [(r.locator, r.text) for r in found.records[1:]] == [
        ("guid quay-1 #2", "Second\n\nOnly this."),
        ("item 3", "Third"),
    ]


def test_a_declared_charset_is_obeyed(read: Reader) -> None:
    found = read(RSS.format(charset="iso-8859-1").encode("iso-8859-1"), "feed.xml")
    assert found.encoding == "cp1252"
    assert found.records[0] == ITEM


def test_atom_is_read(read: Reader) -> None:
    atom = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="nl"><entry><title>T</title>
    <id>tag:x,1</id><link href="https://x.example/1"/><updated>2024-05-03T09:00:00Z</updated>
    <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Body.</p></div></content>
    </entry></feed>"""
    record = read(atom.encode()).records[0]
    assert (record.locator, record.text, record.url) == (
        "guid tag:x,1", "T\n\nBody.", "https://x.example/1",
    )  # fmt: skip
    assert (record.modified_raw, record.language) == ("2024-05-03T09:00:00Z", "nl")


def test_a_feed_without_items_says_so(read: Reader) -> None:
    assert read(b"<rss><channel><title>x</title></channel></rss>").rejected == [
        (None, "empty_feed")
    ]


def test_entity_expansion_is_refused(read: Reader) -> None:
    laughs = b"""<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>
    <rss><channel><item><title>&b;</title></item></channel></rss>"""
    outside = b"""<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>
    <rss><channel><item><title>&x;</title></item></channel></rss>"""
    assert read(laughs).rejected == [(None, "entity_expansion")]
    assert read(outside).rejected == [(None, "entity_expansion")]


def test_plain_entities_are_allowed(read: Reader) -> None:
    feed = b"""<!DOCTYPE rss [<!ENTITY nbsp "&#160;">]>
    <rss><channel><item><title>a&nbsp;b</title></item></channel></rss>"""
    assert read(feed).records[0].title == "a b"


def test_other_xml_is_no_news(read: Reader) -> None:
    assert read(b'<?xml version="1.0"?><urlset><url>x</url></urlset>').rejected == [
        (None, "unknown_format")
    ]


def test_a_guid_that_looks_like_a_numbered_one_keeps_its_own_locator(read: Reader) -> None:
    items = "".join(
        f"<item><title>T</title><guid>{guid}</guid></item>" for guid in ("x", "x", "x #2")
    )
    found = read(f"<rss><channel>{items}</channel></rss>".encode())
    assert [r.locator for r in found.records] == ["guid x", "guid x #2", "guid x #2 #2"]


def test_references_to_no_character_stay_as_written(read: Reader) -> None:
    feed = b"<rss><channel><item><title>Tide &#xd800; &#0; &#233;</title></item></channel></rss>"
    assert read(feed).records[0].text == "Tide &#xd800; &#0; \u00e9"
    item = b'{"title": "Tide", "text": "&#xD800; &amp; &#1114112; &#xE9;"}'
    assert read(item).records[0].text == "Tide\n\n&#xD800; & &#1114112; \u00e9"


BREAKS_THE_LIBRARY = (
    '<item><title>Odd</title><p:pos xmlns:p="http://www.opengis.net/gml">1 2</p:pos></item>'
)
"""A place that is in no <where>: feedparser raises KeyError."""


def _others(first: int, last: int) -> str:
    return "".join(f"<item><title>T{n}</title></item>" for n in range(first, last))


@pytest.mark.parametrize("most", [400_000, 20, 6], ids=["whole", "in groups", "item by item"])
def test_an_item_that_breaks_the_library_does_not_lose_the_others(
    read: Reader, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(feed, "MOST_TAGS", most)
    items = f"{_others(1, 8)}{BREAKS_THE_LIBRARY}{_others(9, 12)}"
    found = read(f"<rss><channel>{items}</channel></rss>".encode())
    numbers = [1, 2, 3, 4, 5, 6, 7, 9, 10, 11]
    assert [(r.locator, r.title) for r in found.records] == [
        (f"item {number}", f"T{number}") for number in numbers
    ]
    assert found.rejected == [("item 8", "unreadable_feed")]
    assert found.items[7].payload == BREAKS_THE_LIBRARY


def test_an_item_alone_that_breaks_the_library_is_the_file(read: Reader) -> None:
    found = read(f"<rss><channel>{BREAKS_THE_LIBRARY}</channel></rss>".encode())
    assert found.rejected == [(None, "unreadable_feed")]


def test_a_long_tag_of_a_large_item_is_cut_between_its_attributes(
    read: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "MOST_TAGS", 20)
    large = f'<item a="b" c="{"d" * 30_000}"><title>Large</title><body>{"<p>a</p>" * 20}</body>'
    found = read(f"<rss><channel>{large}</item>{_others(1, 3)}</channel></rss>".encode())
    assert [r.title for r in found.records] == ["Large", "T1", "T2"]
    light = light_item(f"{large}</item>", ("title",), ("body",))
    assert light.markup == '<item a="b"><title>Large</title></item>'
