"""Feeds and messages of news take time in proportion to their length, whatever they hold; what is
left out for that is out of all measure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from flows.extract.formats.xml_excess import without_excess
from rigs.benchmarks.hostile_xml import SHAPES
from tests.flows.extract.steps import steps

Reader = Callable[..., Any]

SMALL, LARGE = 10_000, 40_000
MOST_GROWTH = 5.2
"""Four, in proportion, and a tolerance of 30 %. The benchmark of shapes has the seconds."""


@pytest.mark.parametrize("shape", SHAPES)
def test_four_times_the_xml_takes_about_four_times_the_steps(read: Reader, shape: str) -> None:
    small, large = (SHAPES[shape](chars).encode() for chars in (SMALL, LARGE))
    assert steps(lambda: read(large, "a.xml")) <= MOST_GROWTH * steps(lambda: read(small, "a.xml"))


def item(body: str) -> str:
    return f"<item><title>T</title>{body}</item>"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (item("<author>Ida</author>"), item("<author>Ida</author>")),
        (item("<author>Ida</authority>" + "a" * 2_000), item("Ida</authority>" + "a" * 2_000)),
        (item("<x:author>Ida" + "a" * 2_000), item("Ida" + "a" * 2_000)),
        (
            item("<author>Ida</author >" + "a" * 2_000 + "<author>Bo</author>"),
            item("<author>Ida</author >" + "a" * 2_000 + "<author>Bo</author>"),
        ),
        (item("a<!-- b -->c<?d?>"), item("ac")),
        (item("a<!-- b"), item("a<!-- b")),
        (item("<![CDATA[<!-- b -->]]>"), item("<![CDATA[<!-- b -->]]>")),
        (item("a" + "&#32; &nbsp;" * 20 + "b"), item("a b")),
        (item("a&nbsp;&nbsp;b"), item("a&nbsp;&nbsp;b")),
        ("<!--" + "-" * 20_000 + "-->" + item(""), item("")),
    ],
    ids=[
        "a name", "the end tag of a longer name", "no end tag", "a space in an end tag",
        "comment and instruction", "comment without end", "comment as text",
        "many references to spaces", "few references to spaces", "a long prologue",
    ],
)  # fmt: skip
def test_only_what_is_out_of_measure_is_left_out(text: str, left: str) -> None:
    assert without_excess(text) == left


def test_categories_are_kept_up_to_the_most_in_each_item(read: Reader) -> None:
    def categories(number: int) -> str:
        return "".join(f"<category>c{n}</category>" for n in range(number))

    feed = f"<rss><channel>{item(categories(600))}{item(categories(400))}</channel></rss>"
    left = without_excess(feed)
    assert left.count("<category>") == left.count("</category>") == 900
    assert [record.section for record in read(feed.encode()).records] == ["c0", "c0"]
    between = "<item/><category>c</category>" * 3_000
    assert without_excess(f"<rss>{between}</rss>").count("<category>") == 2_000


def test_a_list_of_too_many_keywords_is_no_section(read: Reader) -> None:
    lists = [",".join(f"k{n}" for n in range(number)) for number in (600, 2)]
    feed = "".join(item(f"<tags>{keywords}</tags>") for keywords in lists)
    found = read(f"<rss><channel>{feed}</channel></rss>".encode())
    assert [record.section for record in found.records] == [None, "k0"]


def test_prefixes_beyond_the_most_are_not_bound() -> None:
    tags = [f'<a{n}:b xmlns:a{n}="u"/>' for n in range(102)]
    again = '<a7:b xmlns:a7="u"/>'
    left = without_excess(f"<rss>{''.join(tags)}{again}</rss>")
    assert left == f"<rss>{''.join(tags[:100])}<a100:b/><a101:b/>{again}</rss>"
