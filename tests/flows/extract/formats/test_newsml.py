"""NewsML-G2, NITF and ninjs items become records like any other."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from flows.extract.formats.xml_items import envelope
from flows.extract.record import ExtractedRecord, Hint

Reader = Callable[..., Any]

NITF = """<nitf xml:lang="en"><head><title>Short</title><docdata><doc-id id-string="n1"/>
<date.issue norm="20240503T090000Z"/></docdata></head><body><body.head><hedline><hl1>Bridge to
close</hl1></hedline><byline>By Ida Holm</byline></body.head><body.content><block><p>One.</p>
<p>Two.</p><media><media-caption>The bridge.</media-caption></media></block></body.content></body>
</nitf>"""

ITEM = """<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="{guid}" xml:lang="en">
<itemMeta><versionCreated>2024-05-03T10:00:00Z</versionCreated>
<firstCreated>2024-05-03T09:00:00Z</firstCreated></itemMeta><contentMeta><by>Ida Holm</by>
<headline>Bridge to close</headline><language tag="en-GB"/>
<subject><name>Transport</name></subject></contentMeta><contentSet><inlineXML
contenttype="application/xhtml+xml"><html xmlns="http://www.w3.org/1999/xhtml"><body><p>One.</p>
<h2>Sub</h2><p>Two.</p></body></html></inlineXML></contentSet></newsItem>"""


def test_nitf_is_read(read: Reader) -> None:
    found = read(NITF.encode(), "a.xml")
    assert found.format == "newsml"
    assert found.items == [
        ExtractedRecord(
            locator="",
            text="Bridge to close\n\nOne.\n\nTwo.\n\nThe bridge.",
            title="Bridge to close",
            byline="By Ida Holm",
            published_raw="20240503T090000Z",
            language="en",
            hints=(
                Hint(0, 15, "title", "declared_title"),
                Hint(29, 40, "caption", "html_figcaption"),
            ),
        )
    ]


def test_newsml_g2_is_read(read: Reader) -> None:
    record = read(ITEM.format(guid="urn:a").encode()).records[0]
    assert record == ExtractedRecord(
        locator="",
        text="Bridge to close\n\nOne.\n\nSub\n\nTwo.",
        title="Bridge to close",
        byline="Ida Holm",
        section="Transport",
        published_raw="2024-05-03T09:00:00Z",
        modified_raw="2024-05-03T10:00:00Z",
        language="en-GB",
        hints=(
            Hint(0, 15, "title", "declared_title"),
            Hint(23, 26, "subheading", "html_h2"),
        ),
    )


def test_items_of_a_message_are_known_by_their_guid(read: Reader) -> None:
    items = ITEM.format(guid="urn:a") + ITEM.format(guid="urn:b") + ITEM.format(guid="urn:a")
    found = read(f"<newsMessage><itemSet>{items}</itemSet></newsMessage>".encode())
    assert [r.locator for r in found.records] == ["guid urn:a", "guid urn:b", "item 3"]


def test_damaged_and_hostile_xml_is_refused(read: Reader) -> None:
    assert read(b"<nitf><body>").rejected == [(None, "invalid_xml")]
    assert read(b"<newsMessage><itemSet/></newsMessage>").rejected == [(None, "no_news_item")]
    outside = b'<!DOCTYPE nitf [<!ENTITY x SYSTEM "/etc/passwd">]><nitf><body>&x;</body></nitf>'
    assert read(outside).rejected == [(None, "entity_expansion")]


def test_ninjs_1_is_read(read: Reader) -> None:
    item = {
        "uri": "https://quay.example/1",
        "type": "text",
        "versioncreated": "2024-05-03T10:00:00Z",
        "firstcreated": "2024-05-03T09:00:00Z",
        "headline": "Bridge to close",
        "byline": "Ida Holm",
        "language": "en",
        "subject": [{"name": "Transport"}],
        "description_text": "Cracks were found.",
        "body_html": "<p>One.</p><p>Two.</p>",
    }
    record = read(json.dumps(item).encode(), "a.json").records[0]
    assert (record.text, record.url) == (
        "Bridge to close\n\nCracks were found.\n\nOne.\n\nTwo.",
        "https://quay.example/1",
    )
    assert (record.byline, record.section) == ("Ida Holm", "Transport")
    assert (record.published_raw, record.modified_raw) == (
        "2024-05-03T09:00:00Z",
        "2024-05-03T10:00:00Z",
    )


def test_ninjs_2_takes_the_main_headline_and_body(read: Reader) -> None:
    item = {
        "uri": "tag:quay.example,1",
        "type": "text",
        "versionCreated": "2024-05-03T10:00:00Z",
        "headlines": [{"role": "main", "value": "Bridge to close"}, {"role": "x", "value": "no"}],
        "bodies": [{"role": "main", "contentType": "text/html", "value": "<p>One.</p>"}],
    }
    record = read(json.dumps(item).encode(), "a.json").records[0]
    assert (record.title, record.text) == ("Bridge to close", "Bridge to close\n\nOne.")
    assert record.published_raw == "2024-05-03T10:00:00Z"


def test_of_a_picture_the_text_is_its_caption(read: Reader) -> None:
    item = {
        "uri": "tag:quay.example,2",
        "type": "picture",
        "versioncreated": "2024-05-03T10:00:00Z",
        "headline": "Bridge",
        "description_text": "The bridge at dawn.",
    }
    found = read(json.dumps(item).encode(), "a.json")
    assert found.hinted == [("title", "Bridge"), ("caption", "The bridge at dawn.")]


def test_a_long_head_is_parsed_with_each_item_by_its_tags_alone() -> None:
    head = f'<m xmlns="n" b="{"c" * 3_000}"><h>{"d" * 3_000}</h><s>'
    assert envelope(f"{head}<newsItem/></s></m>", ("newsitem",), 2_000) == (
        '<m xmlns="n"><s>', "</s></m>",
    )  # fmt: skip


def test_what_follows_a_part_without_text_stays(read: Reader) -> None:
    body = "<p>One<style>b</style> two<script/> three<style/></p><media-metadata/>Four."
    nitf = f"<nitf><body><body.content>{body}</body.content></body></nitf>"
    assert read(nitf.encode()).records[0].text == "One two three\n\nFour."
