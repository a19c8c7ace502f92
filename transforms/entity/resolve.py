"""Resolves each cluster of mentions to an entity, across articles and runs.

Names are settled in the order of `article_id`: places and peoples by the gazetteer, other names by
exact name, then by like name among those that share a sound. What is ambiguous joins nothing: a
bare family name that fits two known persons has no entity. No offline source gives Wikidata
numbers, so `wikidata_id` is null.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

from transforms.entity.alias import PRINTED, build_entity_alias
from transforms.entity.override import Corrections, read_override
from transforms.entity.register import known_register
from transforms.entity.settle import EntityReference, Settler, agree_on_type, place_contexts
from transforms.name.compare import block_key
from transforms.name.form import Vocabulary, person_form
from transforms.plain_text import shown_names
from warehouse.tables import ENTITY, MENTION
from warehouse.tables.mention import STAGED_MENTION

ENTITY_COMPONENT_VERSION = "3"
_AMBIGUOUS = -1


__all__ = [
    "ENTITY_COMPONENT_VERSION",
    "EntityReference",
    "Names",
    "Resolution",
    "join_names",
    "needed_block_key",
    "read_names",
]


class Names(NamedTuple):
    """What settling reads of the mentions of some articles.

    `cluster` has a row for each thing an article names: article_id, cluster_no, entity_type,
    cluster_name, mention_count. `short_name` has what articles call a thing in one word (text), by
    the full name they print as well (cluster_name). `name` has every name, also those that are
    ambiguous in their article: entity_type, cluster_name.
    """

    cluster: pl.DataFrame
    short_name: pl.DataFrame
    name: pl.DataFrame


def join_names(parts: Sequence[Names]) -> Names:
    """The names of all parts together."""
    none = read_names(STAGED_MENTION.empty())
    return Names(*(pl.concat(frames) for frames in zip(none, *parts, strict=True)))


def read_names(staged_mention: pl.DataFrame) -> Names:
    """The names of one part. The mentions of an article lie in one part."""
    staged_mention = _shown(staged_mention)
    clear = staged_mention.filter(pl.col("cluster_no") != _AMBIGUOUS)
    one_word = ~pl.col("text").str.contains(" ", literal=True)
    full = pl.col("cluster_name").str.contains(" ", literal=True)
    return Names(
        clear.sort("article_id", "mention_no")
        .group_by("article_id", "cluster_no", maintain_order=True)
        .agg(
            pl.col("entity_type").first(),
            pl.col("cluster_name").first(),
            pl.len().alias("mention_count"),
        ),
        clear.filter(one_word & full).select("cluster_name", "text").unique(),
        staged_mention.select("entity_type", "cluster_name").drop_nulls().unique(),
    )


def _shown(staged_mention: pl.DataFrame) -> pl.DataFrame:
    """The mentions with their names as readers are shown them, in place of what is printed."""
    return staged_mention.with_columns(
        pl.col("text", "cluster_name").map_batches(shown_names, return_dtype=pl.String())
    )


def needed_block_key(names: Names, override: pl.DataFrame, vocabulary: Vocabulary) -> pl.DataFrame:
    """The `block_key` values whose published aliases a `Resolution` of the names may need.

    Load the entities that have an alias with one of these keys, and all aliases of theirs: cost
    then grows with the names of the run and not with the warehouse.
    """
    printed = set(names.name.rows())
    printed |= set(override.select("entity_type", "name").rows())
    printed |= {(kind, to) for kind, to in override.select("entity_type", "target").rows() if to}
    # A name's type may change by agreement, so it is looked for under every way of making a key.
    kinds = ("person", "organization", "place")
    keys = {block_key(name, kind, vocabulary) for _, name in printed for kind in kinds}
    keys |= {
        block_key(word, "person", vocabulary)
        for kind, name in printed
        if kind == "person"
        for word in person_form(name).words
    }
    return pl.DataFrame({"block_key": sorted(keys)}, schema={"block_key": pl.String()})


class Resolution:
    """The entities of a run's names: all resolved when this is made, then looked up part by part.

    Cost in memory grows with names, not with mentions: `mention` takes one part after the other.
    Rows do not depend on the order of the input.
    """

    def __init__(
        self,
        names: Names,
        known_entity: pl.DataFrame,
        known_alias: pl.DataFrame,
        override: pl.DataFrame,
        article_context: pl.DataFrame,
        reference: EntityReference,
    ) -> None:
        """Settle every name of the run. Known entities keep their ids.

        `override` has the columns of seeds/reference/entity_overrides.csv; `article_context` has
        article_id, language, country_iso2. Raises OverrideError where a correction does not fit.
        """
        self._known_entity, self._known_alias = known_entity, known_alias
        overrides = read_override(override, reference.vocabulary)
        self._register = known_register(known_entity, known_alias, reference.vocabulary)
        # What earlier runs joined is joined again, and was recorded then.
        self._register.join_acronyms()
        self._corrections = Corrections(self._register, overrides)
        self._corrections.apply()
        cluster = names.cluster.sort("article_id", maintain_order=True)
        cluster = agree_on_type(cluster, self._register, reference.gazetteer, overrides)
        contexts = place_contexts(cluster, article_context, reference.gazetteer)
        settler = Settler(self._register, reference, overrides)
        settler.settle_full(cluster, _short_names(names.short_name), contexts)
        self._corrections.join_acronyms()
        settled = settler.settle(cluster, contexts)
        self._corrections.apply()
        self._chosen = self._current(cluster, settled)
        self._printed = [pl.DataFrame(schema=PRINTED)]

    def _current(self, cluster: pl.DataFrame, settled: list[str | None]) -> pl.DataFrame:
        """The entity of each cluster after all merges, and the type it has."""
        ids = [None if found is None else self._register.current(found) for found in settled]
        rows = self._register.rows
        types = [None if found is None else rows[found].entity_type for found in ids]
        return cluster.select("article_id", "cluster_no").with_columns(
            pl.Series("entity_id", ids, dtype=pl.String()),
            pl.Series("settled_type", types, dtype=pl.String()),
        )

    def mention(self, staged_mention: pl.DataFrame) -> pl.DataFrame:
        """Rows of MENTION for the staged ones of a part, whose names were settled."""
        named = staged_mention.join(
            self._chosen, on=["article_id", "cluster_no"], how="left", maintain_order="left"
        ).with_columns(entity_type=pl.coalesce("settled_type", "entity_type"))
        self._printed.append(_shown(named.drop_nulls("entity_id")).select(*PRINTED).unique())
        return MENTION.conform(named.select(MENTION.column_names))

    def entity(self) -> pl.DataFrame:
        """Entities that mentions name or corrections touched, and that are new or changed."""
        named = pl.concat([frame.select("entity_id") for frame in self._printed])
        wanted = set(named["entity_id"].unique()) | self._corrections.touched
        rows = [self._register.rows[entity_id] for entity_id in sorted(wanted)]
        frame = ENTITY.conform(pl.DataFrame(rows, schema=ENTITY.polars_schema, orient="row"))
        return frame.join(self._known_entity, on=ENTITY.column_names, how="anti", nulls_equal=True)

    def entity_alias(self) -> pl.DataFrame:
        """New names of entities that mentions name or corrections touched."""
        return build_entity_alias(
            self._printed, self._register, self._corrections, self._known_alias
        )

    def entity_merge(self) -> pl.DataFrame:
        """Entities that were joined, parted or changed; without `run_id`."""
        return self._corrections.entity_merge()

    def merged(self) -> pl.DataFrame:
        """`entity_id, into_entity_id, kind` of every known entity that was merged into another, in
        this run or before."""
        rows = list(self._register.merged().items())
        schema = {"entity_id": pl.String(), "into_entity_id": pl.String()}
        merged = pl.DataFrame(rows, schema, orient="row")
        return merged.with_columns(pl.lit("merge").alias("kind"))


def _short_names(short_name: pl.DataFrame) -> dict[str, list[str]]:
    """What articles call a thing in one word, by the full name they print as well."""
    rows = short_name.group_by("cluster_name").agg(pl.col("text").unique().sort())
    return dict(rows.rows())
