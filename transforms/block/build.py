"""Builds the rows of `block`: the pieces of an article's text with their kinds. Together the pieces
hold every non-blank character, unchanged."""

from __future__ import annotations

import numpy as np
import polars as pl

from transforms.block.kind import decide_kind
from transforms.block.line_feature import build_line_feature
from transforms.block.page_feature import build_page_feature
from transforms.block.piece import build_piece
from transforms.block.story_model import STATES, read_states
from transforms.block.weights import BlockModel
from warehouse.tables.block import BLOCK, BODY_KINDS

HINT_LEAN = 8.0
"""A hint of the format outweighs the look of a line, which score between -5 and 5 mostly."""

UNHINTED_LEAN = -2.0
"""Where the format has marked the story's paragraphs, a line it has not marked is rarely story."""

COPY_SHARE = 0.5
"""An article of whose words more than half lie on repeated lines is a copy, not boilerplate."""

_PLACE_COLUMNS = ("prose", "chunk_single", "headline_support", "headline_stated")


def build_block(
    staged_record: pl.DataFrame, boilerplate_line: pl.DataFrame, model: BlockModel
) -> pl.DataFrame:
    """Rows of BLOCK for each record: its text in pieces, each with its kind and the rule."""
    piece = build_piece(staged_record)
    if piece.is_empty():
        return BLOCK.empty()
    feature = _with_boilerplate(build_line_feature(piece, model.phrases), boilerplate_line)
    pages = build_page_feature(feature)
    lean = feature.select(_lean().alias("lean"))["lean"].to_numpy()
    words = feature["words"].to_numpy().astype(np.float64)
    state = read_states(model.story, model.trees, pages, lean, words)
    column = {name: pages.feature[:, pages.names.index(name)] for name in _PLACE_COLUMNS}
    kind = decide_kind(
        feature.with_columns(
            pl.Series("state", state).replace_strict(dict(enumerate(STATES))),
            *(pl.Series(name, values) for name, values in column.items()),
        )
    )
    return BLOCK.conform(
        kind.select(
            "article_id",
            "block_no",
            "kind",
            pl.col("kind").is_in(BODY_KINDS).alias("is_body"),
            "start_char",
            "end_char",
            "text",
            "rule",
        )
    )


def _with_boilerplate(feature: pl.DataFrame, boilerplate_line: pl.DataFrame) -> pl.DataFrame:
    """Adds ``is_boilerplate``: the outlet repeats the line, and the article is no copy."""
    repeated = pl.col("is_boilerplate").fill_null(False)
    on_repeated = (pl.col("words") * repeated).sum().over("article_id")
    share = on_repeated / pl.col("words").sum().over("article_id").clip(1)
    return feature.join(
        boilerplate_line.select("source_id", "line", pl.lit(True).alias("is_boilerplate")),
        on=["source_id", "line"],
        how="left",
        maintain_order="left",
    ).with_columns((repeated & (share <= COPY_SHARE)).alias("is_boilerplate"))


def _lean() -> pl.Expr:
    """Evidence on a line from outside its text: for the story (above 0) or against it (below 0)."""
    hinted_story = pl.col("hint_kind").is_in(BODY_KINDS)
    story_is_hinted = (pl.col("hint_kind") == "paragraph").sum().over("article_id") >= 2
    return (
        pl.when(hinted_story)
        .then(HINT_LEAN)
        .when(pl.col("hint_kind").is_not_null() | pl.col("is_boilerplate"))
        .then(-2 * HINT_LEAN)
        .when(story_is_hinted)
        .then(UNHINTED_LEAN)
        .otherwise(0.0)
    )
