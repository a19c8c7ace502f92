"""Kinds of blocks on whole small pages; each row of an expected list says what a reader sees."""

from __future__ import annotations

from collections import Counter

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from tests.transforms.block.block_fixture import (
    NO_BOILERPLATE,
    ROOT,
    block_model,
    kinds,
    staged,
)
from transforms.block.build import build_block
from transforms.block.story_model import likely_story, read_story_model, readings
from transforms.block.weights import WEIGHT_COLUMNS

OWNER_FILE = ROOT / "seeds" / "articles" / "000_d8caa1c57a115d98.txt"


def test_the_owners_file() -> None:
    found = kinds(OWNER_FILE.read_text(encoding="utf-8"))

    assert found[0] == (
        "title",
        "Xi and Putin reject US ‘interference’ and pledge industrial co-operation",
    )
    assert found[1] == ("promo", "Stay informed with free updates")
    assert found[16] == ("related_heading", "Articles You May Like")
    assert found[-1] == ("related_link", "Sidelined cash may want to stay sidelined")
    assert Counter(kind for kind, _ in found) == {
        "title": 1,
        "promo": 1,
        "paragraph": 14,
        "related_heading": 1,
        "related_link": 5,
    }


LINES = st.one_of(
    st.text(max_size=60),
    st.sampled_from(["", " ", "\t", "\u00a0", "\u2028", "\u200b", "* ", "By Ann Ode", "Related"]),
    st.text(alphabet="abc DEF.,", min_size=30, max_size=75),
)


@given(st.lists(LINES, max_size=12).map("\n".join))
def test_blocks_tile_any_text(text: str) -> None:
    block = build_block(staged(text), NO_BOILERPLATE, block_model())

    covered = 0
    for start, end, piece in block.select("start_char", "end_char", "text").iter_rows():
        assert piece == text[start:end]
        assert piece == piece.strip()
        assert text[covered:start].strip() == ""
        assert start >= covered
        covered = end
    assert text[covered:].strip() == ""


def test_lines_are_taken_as_long_as_the_expected_f_grows() -> None:
    # Two pages: a sure story with one unsure line of few words; and no line worth taking.
    share = np.array([0.02, 0.9, 0.3, 0.95, 0.05, 0.01, 0.02])
    words = np.array([4.0, 40.0, 90.0, 40.0, 10.0, 30.0, 5.0])

    story = likely_story(share, words, np.array([0, 5]), np.array([5, 2]))

    assert story.tolist() == [False, True, False, True, False, False, False]


def test_the_shares_of_states_and_the_counts_of_steps_close() -> None:
    # Opening, then story, then the end: of three lines two steps, and one state a line.
    emitted = np.array([[0.0, 3, -9, -9, -9, -9], [0, 0, 3, 0, 0, 0], [0, 0, 2, 0, 0, 0]])
    model = read_story_model(pl.DataFrame(schema=dict.fromkeys(WEIGHT_COLUMNS, pl.String)))

    read = readings(emitted, np.array(model.steps), np.array([0]), np.array([3]))

    assert np.allclose(read.state_share.sum(axis=1), 1)
    assert np.isclose(read.step_count.sum(), 2)
    assert read.state_share.argmax(axis=1).tolist() == [1, 2, 2]
