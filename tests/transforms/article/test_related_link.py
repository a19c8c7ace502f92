"""Related headlines and the articles they point at."""

from __future__ import annotations

import json

import polars as pl
from polars.testing import assert_frame_equal

from tests.transforms.block.block_fixture import NO_BOILERPLATE, block_model, staged
from transforms.article.related_link import build_related_link, point_again, with_targets
from transforms.block.build import build_block
from warehouse.tables import RELATED_LINK

STORY = "The council decided on Monday that the new bridge will be built by the spring of 2030."
TEXT = f"Council builds a bridge\n\n{STORY}\n\n{STORY}\n\nMost Read\n\nOtters ‘return’\nFerry sold"


def test_links_have_order_address_and_target() -> None:
    start = TEXT.index("Ferry sold")
    hints = json.dumps(
        [[start, start + 10, "related_link", "list", "https://a.example/ferry?utm_source=x"]]
    )
    record = staged(TEXT, hints=hints)
    block = build_block(record, NO_BOILERPLATE, block_model())
    target = pl.DataFrame(
        {
            "article_id": ["a" * 16, "b" * 16],
            "url": ["https://a.example/ferry", None],
            "title": ["Another title", "otters 'return'"],
        }
    )

    link = build_related_link(block, record, target)

    assert link.select("link_no", "title", "url", "target_article_id").rows() == [
        (0, "Otters ‘return’", None, "b" * 16),
        (1, "Ferry sold", "https://a.example/ferry", "a" * 16),
    ]


def links(*rows: tuple[str, int, str, str | None, str | None]) -> pl.DataFrame:
    """Article, number, title, address and target of each link."""
    full = [(article_id, number, 0, *rest) for article_id, number, *rest in rows]
    return pl.DataFrame(full, RELATED_LINK.polars_schema, orient="row")


TARGET = pl.DataFrame(
    [
        ("t1", "https://a.example/1", "Ferry sold"),
        ("t2", "https://a.example/2", "Otters return"),
        ("t3", "https://a.example/2", "Bridge opens"),  # an address that two articles have
        ("t4", None, "Bridge opens"),  # and a title
        ("t5", "https://a.example/5", None),
    ],
    {"article_id": pl.String(), "url": pl.String(), "title": pl.String()},
    orient="row",
)


def test_a_waiting_link_finds_the_one_article_of_its_address_or_title() -> None:
    waiting = links(
        ("a", 0, "Something else", "https://a.example/1", None),
        ("a", 1, "otters  RETURN", None, None),
        ("a", 2, "Ferry sold", "https://a.example/5", None),  # the address counts first
        ("a", 3, "Otters return", "https://a.example/2", None),  # of two: then the title
        ("b", 0, "Bridge opens", None, None),  # of two
        ("b", 1, "Not there", "https://a.example/9", None),
        ("t1", 0, "Ferry sold", None, None),  # its own article
    )
    pointed = point_again(waiting, TARGET)
    assert_frame_equal(
        pointed.select(RELATED_LINK.column_names),
        links(
            ("a", 0, "Something else", "https://a.example/1", "t1"),
            ("a", 1, "otters  RETURN", None, "t2"),
            ("a", 2, "Ferry sold", "https://a.example/5", "t5"),
            ("a", 3, "Otters return", "https://a.example/2", "t2"),
        ),
        check_row_order=False,
    )
    for nothing in (point_again(waiting, TARGET.clear()), point_again(waiting.clear(), TARGET)):
        assert_frame_equal(nothing.select(RELATED_LINK.column_names), links())


def test_links_get_the_targets_that_were_found_and_keep_those_they_had() -> None:
    rows = links(
        ("b", 0, "Ferry sold", None, None),
        ("a", 1, "Otters return", None, None),
        ("a", 0, "Bridge opens", None, "t4"),
    )
    pointed = links(("a", 1, "Otters return", None, "t2"), ("a", 0, "Bridge opens", None, "t3"),
                    ("c", 0, "Of no article here", None, "t1"))  # fmt: skip
    expected = links(
        ("a", 0, "Bridge opens", None, "t4"),
        ("a", 1, "Otters return", None, "t2"),
        ("b", 0, "Ferry sold", None, None),
    )
    assert_frame_equal(with_targets(rows, pointed), expected)
    assert_frame_equal(with_targets(rows, links()), RELATED_LINK.conform(rows))
    assert_frame_equal(with_targets(links(), pointed), links())
