"""Reads paragraphs with a language pipeline; paragraphs on which it fails are marked as unread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from transforms.failing import FAULTS, find_failing
from transforms.nlp.annotation import Annotations
from transforms.nlp.pipeline import Pipeline
from transforms.nlp.read import annotate
from warehouse.tables import ANNOTATIONS
from warehouse.tables.paragraph import PARAGRAPH_SENTENCE, PARAGRAPH_SPAN, UNREAD


def annotate_skipping_failures(
    pipelines: Mapping[str, Pipeline], paragraph: pl.DataFrame
) -> Annotations:
    """As `annotate`, but a paragraph on which it fails gets one row of PARAGRAPH_SENTENCE with
    UNREAD tokens and one of PARAGRAPH_SPAN with the error as its label, and no other rows."""
    try:
        return annotate(pipelines, paragraph)
    except FAULTS as problem:
        ids = paragraph["paragraph_id"].to_list()
        failing = find_failing(ids, lambda some: annotate(pipelines, _of(paragraph, some)), problem)
        if not failing:
            raise
    read = annotate(pipelines, paragraph.filter(~pl.col("paragraph_id").is_in(list(failing))))
    unread = _of(paragraph, list(failing)).select(
        "paragraph_id",
        pl.lit(0).alias("sentence_no"),
        pl.lit(0).alias("start_char"),
        pl.col("text").str.len_chars().alias("end_char"),
        pl.lit(UNREAD).alias("token_count"),
    )
    errors = unread.select(
        "paragraph_id", "start_char", "end_char",
        pl.col("paragraph_id").replace_strict(failing, return_dtype=pl.String()).alias("label"),
        pl.lit(None, dtype=pl.Float64()).alias("confidence"),
    )  # fmt: skip
    marked = {
        PARAGRAPH_SENTENCE.name: PARAGRAPH_SENTENCE.conform(unread),
        PARAGRAPH_SPAN.name: PARAGRAPH_SPAN.conform(errors),
    }
    return {
        contract.name: contract.conform(pl.concat([read[contract.name], marked[contract.name]]))
        if contract.name in marked
        else read[contract.name]
        for contract in ANNOTATIONS
    }


def _of(paragraph: pl.DataFrame, ids: Sequence[str]) -> pl.DataFrame:
    return paragraph.filter(pl.col("paragraph_id").is_in(ids))
