"""Carries merges, corrections of type and blocked names on to rows that name entities."""

from __future__ import annotations

import polars as pl

from warehouse.contract import Contract
from warehouse.tables import ENTITY

CARRIED = ("merge", "retype", "block")
"""Kinds of ENTITY_MERGE that change rows that name the entity."""


def carried_merges(entity_merge: pl.DataFrame) -> pl.DataFrame:
    """The rows of ENTITY_MERGE that change rows that name the entity."""
    return entity_merge.filter(pl.col("kind").is_in(CARRIED))


def carry_merges(
    contract: Contract, rows: pl.DataFrame, entity_merge: pl.DataFrame, entity: pl.DataFrame
) -> pl.DataFrame:
    """Rows of a table as they are after the merges, in each column that refers to `entity`.

    They name the entity that theirs became, and none where it was blocked and the column may be
    null. An `entity_type` beside `entity_id` is that of the entity. ``entity_merge`` leads to
    entities that are merged into no other; ``entity`` has `entity_id, entity_type` as they are now.
    """
    merged = entity_merge.filter(pl.col("kind") == "merge")
    into = dict(merged.select("entity_id", "into_entity_id").iter_rows())
    blocked = entity_merge.filter(pl.col("kind") == "block")["entity_id"].implode()
    rows = rows.with_columns(pl.col(contract.references(ENTITY.name)).replace(into))
    rows = rows.with_columns(
        pl.when(~pl.col(name).is_in(blocked)).then(name).alias(name)
        for name in contract.optional_references(ENTITY.name)
    )
    if {"entity_id", "entity_type"} <= set(contract.column_names):
        types = entity.select("entity_id", pl.col("entity_type").alias("agreed"))
        rows = rows.join(types, on="entity_id", how="left").with_columns(
            pl.coalesce("agreed", "entity_type").alias("entity_type")
        )
    return contract.conform(rows.select(contract.column_names))
