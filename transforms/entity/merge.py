"""Carries merges, corrections of type and blocked names on to mentions that are published."""

from __future__ import annotations

import polars as pl

from warehouse.tables import MENTION

CARRIED = ("merge", "retype", "block")
"""Kinds of ENTITY_MERGE that change published mentions."""


def carried_merges(entity_merge: pl.DataFrame) -> pl.DataFrame:
    """The rows of ENTITY_MERGE that change published mentions."""
    return entity_merge.filter(pl.col("kind").is_in(CARRIED))


def carry_merges(
    mention: pl.DataFrame, entity_merge: pl.DataFrame, entity: pl.DataFrame
) -> pl.DataFrame:
    """MENTION rows as they are after the merges: of the entity that theirs became, of its type,
    and of none where it was blocked.

    ``entity`` has `entity_id, entity_type` of the entities as they are now. Merges may follow each
    other, so each of as many passes follows one.
    """
    merged = entity_merge.filter(pl.col("kind") == "merge")
    into = dict(merged.select("entity_id", "into_entity_id").iter_rows())
    blocked = entity_merge.filter(pl.col("kind") == "block")["entity_id"].implode()
    for _ in into:
        mention = mention.with_columns(pl.col("entity_id").replace(into))
    types = entity.select("entity_id", pl.col("entity_type").alias("agreed"))
    return MENTION.conform(
        mention.with_columns(
            pl.when(~pl.col("entity_id").is_in(blocked)).then("entity_id").alias("entity_id")
        )
        .join(types, on="entity_id", how="left")
        .with_columns(pl.coalesce("agreed", "entity_type").alias("entity_type"))
        .drop("agreed")
    )
