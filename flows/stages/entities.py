"""Resolves each name of the run to an entity, and applies merges to all rows that name entities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from flows.session.session import Session
from flows.stages.blocks import Typed
from flows.stages.components import Components, describe_components
from flows.stages.part import CONTEXT_COLUMNS, article_context
from flows.version import CODE_VERSION
from transforms.entity.merge import carried_merges, carry_merges
from transforms.entity.resolve import Names, Resolution, join_names, needed_block_key, read_names
from warehouse.tables import (
    ARTICLE,
    COMPONENT,
    ENTITY,
    ENTITY_ALIAS,
    ENTITY_MERGE,
    MENTION,
    NAMING_ENTITY,
)

_NAMING = tuple(dict.fromkeys(contract for contract, _ in NAMING_ENTITY))


@dataclass(frozen=True)
class KnownEntities:
    """Entities and aliases that count as published: of ENTITY and ENTITY_ALIAS."""

    entity: pl.DataFrame = field(default_factory=ENTITY.empty)
    alias: pl.DataFrame = field(default_factory=ENTITY_ALIAS.empty)


@dataclass(frozen=True)
class Resolved:
    """How many entities are new or changed; ``renewed`` holds the rows of published articles that
    change, by name of table and whole articles at a time."""

    entity_count: int = 0
    renewed: Mapping[str, pl.DataFrame] = field(default_factory=dict)

    def describe(self) -> str:
        """What was resolved, in one line with counts."""
        return f"{self.entity_count:,} entities new or changed"


def resolve_entities(
    session: Session, typed: Typed, known_entities: KnownEntities | None = None
) -> Resolved:
    """Which names of the whole run mean which entity.

    Merges, of people's corrections or of acronyms now declared, reach the rows of published
    articles too, in every table that names entities.
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
    staging.stage(ENTITY, "all", entity)
    carried = carried_merges(merge)
    _carry_on_staged(session, pl.concat([carried, resolution.merged()], how="diagonal"))
    return Resolved(entity.height, _renewed(session, carried))


def _known_entities(session: Session, names: Names) -> KnownEntities:
    """Published entities and aliases that the names of this run may mean."""
    if not session.known.exists:
        return KnownEntities()
    overrides = session.reference.overrides
    key = needed_block_key(names, overrides, session.reference.entity.vocabulary)
    named = pl.concat([overrides["name"], overrides["target"].drop_nulls()])
    return KnownEntities(*session.known.named_entities(key["block_key"], named))


def _carry_on_staged(session: Session, merge: pl.DataFrame) -> None:
    """Apply merges to what builders of tables staged, who do not know of them."""
    made = [c for c in _NAMING if c is not MENTION and session.staging.parts(c.name)]
    if made and merge.height:
        now = _entities_now(session)
        for contract in made:
            for path in session.staging.parts(contract.name):
                carry_merges(contract, pl.read_parquet(path), merge, now).write_parquet(path)


def _renewed(session: Session, merge: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Rows of published articles that name entities which were merged, retyped or blocked, as they
    are now; those of articles that the run makes anew are not among them."""
    if merge.is_empty():
        return {}
    articles = session.known.articles_naming(merge["entity_id"])
    staged = session.staging.staged(ARTICLE, "article_id")["article_id"]
    kept, now = articles.filter(~articles.is_in(staged.implode())), _entities_now(session)
    return {
        contract.name: carry_merges(contract, session.known.rows(contract, kept), merge, now)
        for contract in _NAMING
    }


def _entities_now(session: Session) -> pl.DataFrame:
    """The entities, as this run leaves them."""
    both = pl.concat([session.staging.staged(ENTITY), session.known.table(ENTITY)])
    return both.unique("entity_id", keep="first", maintain_order=True)


def corrections_changed(session: Session) -> Components | None:
    """The components of this run, where people corrected entities since the warehouse was last
    published; else null."""
    if session.reference.overrides.is_empty() or not session.known.exists:
        return None
    components = describe_components(session.pipelines(), [], session.reference, CODE_VERSION)
    known = session.known.table(COMPONENT)["component_id"]
    return None if components.by_stage["entity"] in known else components
