"""Files made to cost time or memory out of measure take no more steps than others, and what can be
read of them is read."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from flows.extract.formats import feed, newsml
from flows.extract.html import markup_size
from flows.extract.html.flat_page import read_flat
from flows.extract.html.tags import html_tags
from tests.flows.extract.steps import steps

Reader = Callable[..., Any]


FIRST = "<html><head><title>T</title></head><body><p>First words.</p>"
BEYOND: dict[str, Callable[[int], str]] = {
    "attributes": lambda n: "<p " + " ".join(f"a{i}" for i in range(n)) + ">x",
    "attributes with tags": lambda n: "<p " + " ".join(f'a{i}="<b>"' for i in range(n)) + ">x",
    "divs": lambda n: "<div>" * n + "x",
    "tables": lambda n: "<table><tr><td>" * n + "x",
    "fonts": lambda n: "<font><a href=x><p>x</a>" * n,
    "fonts and other ends": lambda n: "<font>" * n + "</b>" * n,
    "templates": lambda n: "<template>" * n,
    "svg that never ends": lambda n: "<div>" * n + "<svg><select>" * n,
}
"""Markup no tree is made of."""
ODD: dict[str, Callable[[int], str]] = {
    "angle brackets": lambda n: "<" * n,
    "tags that never end": lambda n: "<a " * n,
    "tags in tags": lambda n: "<a" * n,
    "end tags that never end": lambda n: "</a" * n,
    "comments that never end": lambda n: "<!--" * n,
    "short comments": lambda n: "<!-->-" * n,
    "declarations": lambda n: "<!" * n,
    "instructions": lambda n: "<?" * n,
    "cdata": lambda n: "<![CDATA[" * n,
    "control characters": lambda n: "&#1;" * n,
    "long numbers": lambda n: "&#" + "9" * n + ";",
    "ampersands": lambda n: "&" * n,
    "escaped brackets": lambda n: "&lt;" * n,
    "nul": lambda n: "&#0;" * n,
    "paragraph ends": lambda n: "</p>" * n,
    "script that never ends": lambda n: "<script>" + "<a b='c'>" * n,
    "script ends that never end": lambda n: "<script>" + "</scrip" * n,
    "quote that never ends": lambda n: "<a href='" + "<p>x</p>" * n,
    "quotes": lambda n: "<a href='" * n,
    "equals signs": lambda n: "<a " + "=" * n,
    "titles": lambda n: "<title>" * n,
    "headers": lambda n: "<div>" * 1000 + "<header></header>" * n,
    "bodies": lambda n: "".join(f"<body a{i}=b>" for i in range(n)),
    "a long name": lambda n: "<" + "a" * n + ">",
    "spaces": lambda n: "<p>" + " " * n,
}
"""Markup a parser could take long for."""


@pytest.mark.parametrize("shape", BEYOND)
def test_a_page_beyond_the_bounds_is_rendered_to_text(read: Reader, shape: str) -> None:
    record = read((FIRST + BEYOND[shape](10_000)).encode()).records[0]
    assert record.text.startswith("First words.")
    assert (record.title, record.text_only_reason is None) == ("T", False)


@pytest.mark.parametrize("shape", ODD)
def test_a_page_of_odd_markup_is_rendered_to_text(read: Reader, shape: str) -> None:
    record = read((FIRST + ODD[shape](10_000)).encode()).records[0]
    assert record.text.startswith("First words.")


@pytest.mark.parametrize("shape", [*BEYOND, *ODD])
def test_twice_the_markup_takes_about_twice_the_steps(
    read: Reader, shape: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(markup_size, "_SMALL_CHARS", 0)
    markup = {**BEYOND, **ODD}[shape]
    once = (FIRST + markup(2_500)).encode()
    twice = (FIRST + markup(5_000)).encode()
    assert steps(lambda: read(twice)) <= 2.2 * steps(lambda: read(once))
    assert steps(lambda: read_flat(twice.decode())) <= 2.2 * steps(lambda: read_flat(once.decode()))


@pytest.mark.parametrize("shape", [*BEYOND, *ODD])
def test_no_character_is_in_two_tags(shape: str) -> None:
    markup = FIRST + {**BEYOND, **ODD}[shape](2_000)
    position = 0
    for tag in html_tags(markup):
        assert position <= tag.start < tag.end <= tag.content_end <= len(markup)
        position = tag.content_end


def test_more_tags_than_a_tree_may_have_are_rendered_to_text(
    read: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(markup_size, "MOST_TAGS", 9_000)
    record = read((FIRST + "<p>a</p>" * 10_000).encode()).records[0]
    assert record.text == "First words." + "\n\na" * 10_000
    assert record.text_only_reason == "more than 9,000 tags"


def test_memory_of_a_page_beyond_the_bounds_grows_with_its_text_alone() -> None:
    page = read_flat(FIRST + "<h1>a</h1>" * 10_000).rendered
    assert len(page.lines) == 100
    assert len(page.text) == len("First words.") + 3 * 10_000


RSS = "<rss><channel><title>The Quay</title>{}</channel></rss>"


def test_an_item_of_too_much_markup_does_not_lose_the_others(
    read: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "MOST_TAGS", 9_000)
    small = "<item><title>T{0}</title><description>Text {0}.</description></item>"
    large = f"<item><title>Large</title><description>{'&lt;p&gt;a' * 10_000}</description></item>"
    found = read(RSS.format(small.format(1) + large + small.format(2)).encode())
    assert [r.title for r in found.records] == ["T1", "Large", "T2"]
    assert found.records[1].text == "Large" + "\n\na" * 10_000
    assert found.rejected == []


def test_a_feed_of_many_items_is_read_in_groups(
    read: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "MOST_TAGS", 400)
    monkeypatch.setattr(feed, "_GROUP_TAGS", 100)
    many = "".join(f"<item><title>T{n}</title><guid>g{n % 300}</guid></item>" for n in range(400))
    found = read(RSS.format(many).encode())
    assert [r.title for r in found.records] == [f"T{n}" for n in range(400)]
    assert found.records[300].locator == "guid g0 #2"


@pytest.mark.parametrize(
    "item",
    [
        "<item " + " ".join(f'a{n}="b"' for n in range(20_000)) + "><title>A</title></item>",
        f"<item><title>A</title><author>{'a' * 100_000}</author></item>",
        f"<item><title>A</title><author>{'&#97;' * 50_000}</author></item>",
    ],
    ids=["attributes", "author", "author in references"],
)
def test_what_a_feed_reader_takes_long_for_is_left_out(read: Reader, item: str) -> None:
    other = "<item><title>B</title><author>Ida Holm</author></item>"
    found = read(RSS.format(item + other).encode())
    assert [(r.title, r.byline) for r in found.records] == [("A", None), ("B", "Ida Holm")]


NITF = "<nitf><body><hl1>{}</hl1><body.content>{}</body.content></body></nitf>"


def test_a_news_item_of_too_much_markup_is_rendered_to_text(
    read: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(newsml, "MOST_TAGS", 9_000)
    parts = NITF.format("T1", "<p>One.</p>"), NITF.format("Large", "<p>a</p>" * 10_000)
    deep = NITF.format("Deep", "<block>" * 1000 + "<p>Low.</p>" + "</block>" * 1000)
    found = read(f"<newsml>{''.join(parts)}{deep}<nitf><hl1>Odd</hl2></nitf></newsml>".encode())
    assert [(r.locator, r.title) for r in found.records] == [
        ("item 1", "T1"), ("item 2", "Large"), ("item 3", "Deep"),
    ]  # fmt: skip
    assert found.records[1].text == "Large" + "\n\na" * 10_000
    assert found.records[2].text == "Deep\n\nLow."
    assert found.rejected == [("item 4", "invalid_xml")]


def test_long_values_of_attributes_are_no_excess(read: Reader) -> None:
    page = b"<html><body><p data-state='" + b'{"a": 1, "b": [2, 3]} ' * 50_000 + b"'>Hello</p>"
    assert read(page).records[0].text == "Hello"


@pytest.mark.parametrize(
    "page",
    [
        b"<rss><channel><item><title>" + b"<b>" * 20_000,
        b"<nitf><body><body.content>" + b"<block>" * 100_000,
        b'{"title": "a", "text": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"a": ' * 100_000 + b"1" + b"}" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b"From: a\nMessage-ID: 1\nSubject: s\n" + b"Content-Type: message/rfc822\n\n" * 20_000,
    ],
    ids=["feed", "nitf", "json list", "json object", "brackets", "mails"],
)
def test_nesting_without_end_is_refused(read: Reader, page: bytes) -> None:
    found = read(page, "a.json")
    assert found.records == []
    assert len(found.rejected) == 1


def test_numbers_beyond_measure_are_dates_nobody_knows_or_no_json(read: Reader) -> None:
    lines = b"".join(
        b'{"title": "T%d", "date": %s}\n' % (n, number)
        for n, number in enumerate((b"1e400", b"-1e400", b"NaN", b"9" * 4000, b"9" * 5000))
    )
    found = read(lines, "a.jsonl")
    assert [record.title for record in found.records] == ["T0", "T1", "T2", "T3"]
    assert found.rejected == [("line 5", "invalid_json")]
    assert "thousands of digits" in found.items[-1].message


def test_a_header_without_end_is_refused(read: Reader) -> None:
    mail = b"From: a\nMessage-ID: 1\nSubject: " + b"=?utf-8?q?a?= " * 200_000 + b"\n\nhi\n"
    assert read(mail).rejected == [(None, "unreadable_mail")]


def test_a_quote_that_never_ends_is_reported_with_its_line(read: Reader) -> None:
    found = read(b'title,text\nA,B\nC,"D\n' + b"E,F\n" * 1000, "a.csv")
    assert [record.title for record in found.records] == ["A"]
    assert found.rejected == [("row 2", "damaged_row")]
    assert "opens in line 3" in found.items[-1].message


def test_a_separator_line_of_a_spreadsheet_is_passed_over(read: Reader) -> None:
    found = read(b"sep=;\r\ntitle;text\r\nA;B\r\n", "a.csv")
    assert [record.text for record in found.records] == ["A\n\nB"]


def test_members_beyond_the_limit_stop_an_archive_of_tiny_files(read: Reader) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(3000):
            archive.writestr(f"{number}", "text")
    found = read(file.getvalue(), record_count=1000)
    assert len(found.records) == 1000
    assert found.rejected == [(None, "too_many_records")]
