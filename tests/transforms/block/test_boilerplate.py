"""What an outlet repeats, and what only looks repeated."""

from __future__ import annotations

import polars as pl
from polars.testing import assert_frame_equal

from tests.transforms.block.block_fixture import block_model, staged
from transforms.block.boilerplate import (
    LINE_COUNT_SCHEMA,
    build_boilerplate_line,
    count_line,
    sum_line_counts,
)
from transforms.block.build import build_block

PARAGRAPH = "The council of {} decided on Monday that the bridge will be built by the spring."
HABIT = "Riverton Herald keeps the valley informed since the great flood of 1911."


def story(town: str) -> str:
    lines = [f"{town} gets a bridge at last", HABIT, *[PARAGRAPH.format(town)] * 2]
    return "\n\n".join([*lines, f"People in {town} said that they were glad to hear of it."])


def test_a_line_of_three_articles_is_boilerplate_and_two_are_not() -> None:
    two = count_line(staged(story("Alder"), story("Birch")))
    third = count_line(staged(story("Cedar")))

    assert build_boilerplate_line(two, two.clear()).rows() == []
    assert build_boilerplate_line(third, two).rows() == [("unknown", HABIT)]


def test_boilerplate_is_no_story_in_the_first_article_either() -> None:
    record = staged(story("Alder"))
    known = pl.DataFrame({"source_id": ["unknown"], "line": [HABIT]})

    block = build_block(record, known, block_model())

    assert block.filter(pl.col("text") == HABIT).select("is_body", "rule").row(0) == (
        False,
        "boilerplate",
    )


def test_an_article_that_is_a_copy_keeps_its_story() -> None:
    record = staged(story("Alder"))
    lines = story("Alder").split("\n\n")
    known = pl.DataFrame({"source_id": ["unknown"] * len(lines), "line": lines})

    assert build_block(record, known, block_model())["is_body"].sum() >= 3


def counts(*rows: tuple[str, str, int]) -> pl.DataFrame:
    return pl.DataFrame(rows, LINE_COUNT_SCHEMA, orient="row")


def test_counts_add_up_by_outlet_and_line() -> None:
    added = sum_line_counts(
        [
            counts(("herald", "Read more", 2), ("gazette", "Read more", 1)),
            counts(),
            counts(("herald", "Read more", 3), ("herald", "", 1), ("herald", "Read more", 4)),
            counts(("gazette", "read more", 1)),
        ]
    )
    assert_frame_equal(
        added,
        counts(
            ("gazette", "Read more", 1),
            ("gazette", "read more", 1),
            ("herald", "", 1),
            ("herald", "Read more", 9),
        ),
    )


def test_no_counts_add_up_to_none() -> None:
    assert_frame_equal(sum_line_counts([]), counts())
    assert_frame_equal(sum_line_counts([counts(), counts()]), counts())


def test_published_articles_count_with_the_delivered_ones() -> None:
    delivered = counts(("herald", "Read more", 1), ("herald", "Once", 1), ("gazette", "Thrice", 3))
    published = counts(("herald", "Read more", 2), ("herald", "Only there", 9))
    assert build_boilerplate_line(delivered, published).rows() == [
        ("gazette", "Thrice"), ("herald", "Only there"), ("herald", "Read more"),
    ]  # fmt: skip
