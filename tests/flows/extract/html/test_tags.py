"""The tags counted are those a parser sees, and any markup at all ends in records and reasons."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from flows.extract.formats import feed, newsml
from flows.extract.formats.xml_excess import without_excess
from flows.extract.formats.xml_items import light_item, xml_items
from flows.extract.html import markup_size
from flows.extract.html.flat_page import read_flat
from flows.extract.html.tags import Tag, attribute_count, html_tags
from tests.flows.extract.test_fuzz import read_and_check

_PIECES = (
    "<", ">", "/", "a", "p", "b ", '="', "='", '"', "'", "=", "<!--", "-->", "--!>", "<!-->", "<!x",
    "<script>", "</script>", "</script ", "<style>", "</style>", "<title>", "</title>",
    "<textarea>", "</textarea", "<iframe>", "</iframe>", "<noembed>", "</noembed>", "<noframes>",
    "<xmp>", "</xmp>", "<noscript>", "</noscript>", "<svg>", "</svg>", "<![CDATA[", "]]>", "<?x",
    "</p>", "<p>", "<div a=b>", " ", "\n", "<plaintext>", "</>", "</3", "<3", "&lt;", "&#0;",
    "&amp;", "<h1>", "</h1>", "<b>", "</b>", "<table>", "<td>", "\0", "<meta name=a content=b>",
    '<script type="application/ld+json">[[', "<select>", "<body>", "<html a=b>", "&#99999999999;",
)  # fmt: skip
_XML_PIECES = (
    "<item>", "</item>", "<entry>", "</entry>", "<title>", "</title>", "<description>",
    "</description>", "<author>", "</author>", "<nitf>", "</nitf>", "<newsItem>", "</newsItem>",
    "<body.content>", "</body.content>", "<hl1>", "</hl1>", "<item a='b' ", "/>", "<a:b>", "</a:b>",
    "<!ENTITY a 'b'>", "&a;", "T",
)  # fmt: skip
markup = st.lists(st.sampled_from(_PIECES), max_size=30).map("".join)
xml = st.lists(st.sampled_from((*_PIECES, *_XML_PIECES * 3)), max_size=40).map("".join)
_IMPLIED = ("html", "head", "body", "p")
whatever_it_takes = settings(suppress_health_check=list(HealthCheck))


class _Parsed:
    """Collects what lxml's parser sees."""

    def __init__(self) -> None:
        self.tags: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag not in _IMPLIED:
            self.tags.append(tag)

    def end(self, tag: str) -> None:
        """Nothing is kept of it."""

    def data(self, text: str) -> None:
        """Nothing is kept of it."""

    def close(self) -> list[str]:
        return self.tags


@whatever_it_takes
@given(text=markup)
def test_the_tags_are_those_a_parser_sees(text: str) -> None:
    target: Any = _Parsed()
    page = f"<p>{text}".replace("\0", "")
    seen = etree.fromstring(page.encode(), etree.HTMLParser(target=target, encoding="utf-8"))
    found = [t.name for t in html_tags(page) if t.name and not t.is_end]
    assert [name for name in found if name not in _IMPLIED] == seen


def test_a_tag_is_distinguished_from_what_looks_like_one() -> None:
    text = '<A HREF="x>y" b=\'<c>\' d=e"f><!-- <g> --><script><h></script><i'
    found = [(t.name, t.is_end, attribute_count(t.attributes)) for t in html_tags(text)]
    assert found == [
        ("a", False, 3), ("", False, 0), ("script", False, 0), ("script", True, 0), ("", False, 0),
    ]  # fmt: skip
    assert next(html_tags("<br/>x")) == Tag(0, 5, 5, "br", False, "/")


@whatever_it_takes
@given(text=markup, most=st.sampled_from((0, 400_000)))
def test_any_markup_ends_in_records_and_reasons(text: str, most: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(markup_size, "MOST_TAGS", most)
        patch.setattr(markup_size, "_SMALL_CHARS", 0)
        read_and_check("a.html", f"<html><p>First.</p>{text}".encode())
        assert "First." in read_flat(f"<p>First.</p>{text}").rendered.text


@whatever_it_takes
@given(text=xml, most=st.sampled_from((0, 5, 400_000)), root=st.sampled_from(("rss", "newsml")))
def test_any_feed_ends_in_records_and_reasons(text: str, most: int, root: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(feed, "MOST_TAGS", most)
        patch.setattr(newsml, "MOST_TAGS", most)
        read_and_check("a.xml", f"<{root}><channel>{text}</channel></{root}>".encode())


@whatever_it_takes
@given(text=xml)
def test_items_are_cut_from_the_text_as_it_stands(text: str) -> None:
    items = list(xml_items(text, ("item", "entry")))
    assert all(item in text for item in items)
    assert sum(len(item) for item in items) <= len(text)
    for item in items:
        light = light_item(item, ("title", "author"), ("description",))
        assert len(light.markup) <= len(item) + 20 * item.count("<")
    assert without_excess(without_excess(text)) == without_excess(text)
