"""Which entity each cluster of mentions means, across articles and runs. Finds no names itself.

Names are settled in the order of `article_id`: places and peoples by the gazetteer, other names by
exact name, then by like name among those that share a sound. What is ambiguous joins nothing: a
bare family name that fits two known persons has no entity. No offline source gives Wikidata
numbers, so `wikidata_id` is null.
"""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from transforms.entity_alias import build_entity_alias
from transforms.entity_override import Corrections, read_override
from transforms.entity_register import EntityRegister, known_register
from transforms.entity_settle import EntityReference, Settler, agree_on_type, place_contexts
from transforms.name import block_key
from transforms.name_form import Vocabulary, person_form
from warehouse.tables import ENTITY, MENTION

ENTITY_COMPONENT_VERSION = "2"
_AMBIGUOUS = -1


__all__ = ["ENTITY_COMPONENT_VERSION", "EntityReference", "Resolution", "resolve_entity"]


class Resolution(NamedTuple):
    """Frames a run adds: `entity_merge` is without `run_id`, the others fit their contracts."""

    mention: pl.DataFrame
    entity: pl.DataFrame
    entity_alias: pl.DataFrame
    entity_merge: pl.DataFrame


def needed_block_key(
    staged_mention: pl.DataFrame, override: pl.DataFrame, vocabulary: Vocabulary
) -> pl.DataFrame:
    """The `block_key` values whose published aliases `resolve_entity` may need.

    Load the entities that have an alias with one of these keys, and all aliases of theirs: cost
    then grows with the names of the run and not with the warehouse.
    """
    names = set(staged_mention.select("entity_type", "cluster_name").unique().rows())
    names |= set(override.select("entity_type", "name").rows())
    names |= {(kind, to) for kind, to in override.select("entity_type", "target").rows() if to}
    # A name's type may change by agreement, so it is looked for under every way of making a key.
    kinds = ("person", "organization", "place")
    keys = {block_key(name, kind, vocabulary) for _, name in names for kind in kinds}
    keys |= {
        block_key(word, "person", vocabulary)
        for kind, name in names
        if kind == "person"
        for word in person_form(name).words
    }
    return pl.DataFrame({"block_key": sorted(keys)}, schema={"block_key": pl.String()})


def resolve_entity(
    staged_mention: pl.DataFrame,
    known_entity: pl.DataFrame,
    known_alias: pl.DataFrame,
    override: pl.DataFrame,
    article_context: pl.DataFrame,
    reference: EntityReference,
) -> Resolution:
    """The entity of each mention, with the entities, names and corrections that are new.

    `override` has the columns of seeds/reference/entity_overrides.csv; `article_context` has
    article_id, language, country_iso2. Known entities keep their ids. Rows do not depend on the
    order of the input. Raises OverrideError where a correction does not fit.
    """
    gazetteer = reference.gazetteer
    printed = staged_mention.select("article_id", "mention_no", pl.col("text").alias("printed"))
    staged_mention = staged_mention.with_columns(pl.col("text").str.replace_all(r"\s+", " "))
    overrides = read_override(override, reference.vocabulary)
    register = known_register(known_entity, known_alias, reference.vocabulary)
    # What earlier runs joined is joined again, and was recorded then.
    register.join_acronyms()
    corrections = Corrections(register, overrides)
    corrections.apply()
    cluster = _cluster(staged_mention)
    cluster = agree_on_type(cluster, register, gazetteer, overrides)
    contexts = place_contexts(cluster, article_context, gazetteer)
    settler = Settler(register, reference, overrides)
    settler.settle_full(cluster, _short_names(staged_mention), contexts)
    corrections.join_acronyms()
    settled = settler.settle(cluster, contexts)
    corrections.apply()
    named = _named(staged_mention, cluster, settled, register)
    mention = MENTION.conform(
        named.join(printed, on=["article_id", "mention_no"])
        .with_columns(pl.col("printed").alias("text"))
        .select(MENTION.column_names)
    )
    return Resolution(
        mention,
        _new_rows(register, known_entity, mention, corrections),
        build_entity_alias(named, register, corrections, known_alias),
        corrections.entity_merge(),
    )


def _cluster(staged_mention: pl.DataFrame) -> pl.DataFrame:
    """One row a cluster, in the order of articles and of first mention."""
    return (
        staged_mention.filter(pl.col("cluster_no") != _AMBIGUOUS)
        .sort("article_id", "mention_no")
        .group_by("article_id", "cluster_no", maintain_order=True)
        .agg(
            pl.col("entity_type").first(),
            pl.col("cluster_name").first(),
            pl.len().alias("mention_count"),
        )
    )


def _short_names(staged_mention: pl.DataFrame) -> dict[str, list[str]]:
    """What articles call a thing in one word, by the full name they print as well."""
    one_word = ~pl.col("text").str.contains(" ", literal=True)
    full = pl.col("cluster_name").str.contains(" ", literal=True)
    rows = (
        staged_mention.filter(one_word & full & (pl.col("cluster_no") != _AMBIGUOUS))
        .group_by("cluster_name")
        .agg(pl.col("text").unique().sort())
    )
    return dict(rows.rows())


def _named(
    staged_mention: pl.DataFrame,
    cluster: pl.DataFrame,
    settled: list[str | None],
    register: EntityRegister,
) -> pl.DataFrame:
    """Mentions with their entity, and the type the entity has."""
    ids = [None if found is None else register.current(found) for found in settled]
    types = [None if found is None else register.rows[found].entity_type for found in ids]
    chosen = cluster.select("article_id", "cluster_no").with_columns(
        pl.Series("entity_id", ids, dtype=pl.String()),
        pl.Series("settled_type", types, dtype=pl.String()),
    )
    return staged_mention.join(
        chosen, on=["article_id", "cluster_no"], how="left", maintain_order="left"
    ).with_columns(entity_type=pl.coalesce("settled_type", "entity_type"))


def _new_rows(
    register: EntityRegister,
    known_entity: pl.DataFrame,
    mention: pl.DataFrame,
    corrections: Corrections,
) -> pl.DataFrame:
    """Rows of entities that are mentioned or corrected and not known as they now are."""
    wanted = set(mention["entity_id"].drop_nulls().unique()) | corrections.touched
    rows = [register.rows[entity_id] for entity_id in sorted(wanted)]
    frame = ENTITY.conform(pl.DataFrame(rows, schema=ENTITY.polars_schema, orient="row"))
    return frame.join(known_entity, on=ENTITY.column_names, how="anti", nulls_equal=True)
