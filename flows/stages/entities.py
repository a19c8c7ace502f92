"""Resolves each name of the run to an entity, and applies merges to published mentions."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from flows.session.session import Session
from flows.stages.blocks import Typed
from flows.stages.components import Components, describe_components
from flows.stages.part import CONTEXT_COLUMNS, article_context
from flows.version import CODE_VERSION
from transforms.entity.merge import carried_merges, carry_merges
from transforms.entity.resolve import Names, Resolution, join_names, needed_block_key, read_names
from warehouse.tables import ARTICLE, COMPONENT, ENTITY, ENTITY_ALIAS, ENTITY_MERGE, MENTION


@dataclass(frozen=True)
class KnownEntities:
    """Entities and aliases that count as published: of ENTITY and ENTITY_ALIAS."""

    entity: pl.DataFrame = field(default_factory=ENTITY.empty)
    alias: pl.DataFrame = field(default_factory=ENTITY_ALIAS.empty)


@dataclass(frozen=True)
class Resolved:
    """How many entities are new or changed; ``mention`` holds the changed rows of published
    articles, whole articles at a time."""

    entity_count: int = 0
    mention: pl.DataFrame = field(default_factory=MENTION.empty)

    def describe(self) -> str:
        """What was resolved, in one line with counts."""
        return f"{self.entity_count:,} entities new or changed"


def resolve_entities(
    session: Session, typed: Typed, known_entities: KnownEntities | None = None
) -> Resolved:
    """Which names of the whole run mean which entity.

    Merges, of people's corrections or of acronyms now declared, reach published mentions too.
    ``known_entities`` stand for the published ones where they are given, as in a rebuild.
    """
    staging, reference = session.staging, session.reference
    paths = staging.parts("_staged_mention")
    names = join_names([read_names(pl.read_parquet(path)) for path in paths])
    contexts = [article_context(staging, part, reference) for part in typed.parts]
    empty = pl.DataFrame(schema=dict.fromkeys(CONTEXT_COLUMNS, pl.String()))
    known = known_entities or _known_entities(session, names)
    resolution = Resolution(
        names, known.entity, known.alias, reference.overrides, pl.concat([empty, *contexts]),
        reference.entity,
    )  # fmt: skip
    for path in paths:
        staging.stage(MENTION, path.stem, resolution.mention(pl.read_parquet(path)))
    staging.stage(ENTITY_ALIAS, "all", resolution.entity_alias())
    entity, merge = resolution.entity(), resolution.entity_merge()
    with_run = merge.with_columns(pl.lit(session.clock.run_id).alias("run_id"))
    staging.stage(ENTITY_MERGE, "all", with_run)
    changed = _changed_mentions(session, entity, merge)
    return Resolved(staging.stage(ENTITY, "all", entity), changed)


def _known_entities(session: Session, names: Names) -> KnownEntities:
    """Published entities and aliases that the names of this run may mean."""
    if not session.known.exists:
        return KnownEntities()
    overrides = session.reference.overrides
    key = needed_block_key(names, overrides, session.reference.entity.vocabulary)
    named = pl.concat([overrides["name"], overrides["target"].drop_nulls()])
    return KnownEntities(*session.known.named_entities(key["block_key"], named))


def _changed_mentions(
    session: Session, entity: pl.DataFrame, entity_merge: pl.DataFrame
) -> pl.DataFrame:
    """Published mentions of entities that were merged, retyped or blocked, with what they are now;
    those of articles that the run makes again are not among them."""
    merge = carried_merges(entity_merge)
    if merge.is_empty():
        return MENTION.empty()
    articles = session.known.articles_naming(merge["entity_id"])
    staged = session.staging.staged(ARTICLE, "article_id")["article_id"]
    rows = session.known.rows(MENTION, articles.filter(~articles.is_in(staged.implode())))
    now = pl.concat([entity, session.known.table(ENTITY)]).unique(
        "entity_id", keep="first", maintain_order=True
    )
    return carry_merges(rows, merge, now)


def corrections_changed(session: Session) -> Components | None:
    """The components of this run, where people corrected entities since the warehouse was last
    published; else null."""
    if session.reference.overrides.is_empty() or not session.known.exists:
        return None
    components = describe_components(session.pipelines(), [], session.reference, CODE_VERSION)
    known = session.known.table(COMPONENT)["component_id"]
    return None if components.by_stage["entity"] in known else components
