"""What an outlet repeats, and what only looks repeated."""

from __future__ import annotations

import polars as pl

from tests.transforms.block.block_fixture import block_model, staged
from transforms.block.boilerplate import build_boilerplate_line, count_line
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
