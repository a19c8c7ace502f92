"""The table of what was typed how on the worst pages, on a page made up here."""

from __future__ import annotations

import polars as pl

from rigs.quality.blocks import PageScore, confusion
from rigs.quality.gold_blocks import GoldPage

STORY = "The ferry sailed again on Monday after a month of repairs."
LOST = "Passengers cheered when the horn sounded over the bay."
AD = "Sign up for our newsletter and never miss a story again."


def test_words_stand_under_the_kind_they_were_given() -> None:
    block = pl.DataFrame(
        [("paragraph", True, STORY), ("paragraph", True, AD), ("promo", False, LOST)],
        schema=["kind", "is_body", "text"],
        orient="row",
    )
    page = GoldPage("p", "https://news.example/p", "", "", f"{STORY}\n\n{LOST}")
    assert confusion([PageScore(page, 0.5, 0.5, block)]).rows() == [
        ("paragraph", True, 11, 11, 11),
        ("promo", False, 9, 0, 9),
    ]
