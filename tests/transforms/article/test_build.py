"""One article row out of one record."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl

from tests.transforms.block.block_fixture import NO_BOILERPLATE, OWNER_TEXT, block_model, staged
from transforms.article.build import build_article
from transforms.block.build import build_block


def test_the_owners_article() -> None:
    record = staged(OWNER_TEXT)
    block = build_block(record, NO_BOILERPLATE, block_model())

    row = build_article(
        record, block, run_id="r", collected_at=datetime(2024, 6, 1, tzinfo=UTC)
    ).row(0, named=True)

    assert row["title"] == (
        "Xi and Putin reject US ‘interference’ and pledge industrial co-operation"
    )
    assert row["published_status"] == "undateable"
    assert row["published_at"] is None
    assert row["language"] == "en"
    assert row["body_text"].count("\n\n") == 13
    assert row["word_count"] == len(row["body_text"].split())


def test_a_text_too_short_to_detect_its_language() -> None:
    record = staged("Paris (AFP)")
    block = build_block(record, NO_BOILERPLATE, block_model())

    article = build_article(
        record, block, run_id="r", collected_at=datetime(2024, 6, 1, tzinfo=UTC)
    )

    assert article.select(pl.col("language")).item() == "und"


def test_words_are_parted_by_all_white_space_that_python_knows() -> None:
    text = (
        "The tide rose over the quay\x1c and\x1fthe\u2003boats\u3000sank\x85there on Monday. \x1d"
    )
    record = staged(text)
    block = build_block(record, NO_BOILERPLATE, block_model())
    row = build_article(
        record, block, run_id="r", collected_at=datetime(2024, 6, 1, tzinfo=UTC)
    ).row(0, named=True)
    assert row["word_count"] == len(row["body_text"].split()) > 0
