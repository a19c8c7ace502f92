"""Deletes withheld articles, entities and files from the staged tables of a run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import polars as pl

from flows.withholding.checked_run import CheckedRun
from flows.withholding.quarantine_row import deliveries
from transforms.withholding import Published, Withheld, is_touched, keep_named, keep_rows
from warehouse.contract import Lifecycle
from warehouse.tables import CONTRACTS, ENTITY, ENTITY_ALIAS, ENTITY_MERGE, NAMING_ENTITY

_OF_PUBLISHED = "of_published"
"""Name of the part with entities that are kept because published rows name them."""


def take_out(run: CheckedRun, withheld: Withheld) -> None:
    """Delete all rows of withheld items from the staged tables, and entities no row names then.

    Where all entities are rebuilt, published entities that withheld articles name are staged as
    well: these articles keep their published rows, and all other published entities are removed.
    """
    published = _published(run, withheld)
    for contract in CONTRACTS:
        if contract.lifecycle.owner not in ("article", "entity"):
            continue
        for path in _parts(run, contract.name):
            if is_touched(contract, pl.scan_parquet(path), withheld):
                kept = keep_rows(contract, pl.read_parquet(path), withheld, published)
                kept.write_parquet(path)
    named = pl.concat([*_named_by_staged(run), published.entity_id])
    for contract in CONTRACTS:
        if contract.lifecycle is not Lifecycle.ENTITY:
            continue
        for path in _parts(run, contract.name):
            keep_named(contract, pl.read_parquet(path), named).write_parquet(path)
    if run.all_entities_replaced:
        _stage_entities_of_published(run, published.entity_id)


def _parts(run: CheckedRun, table: str) -> list[Path]:
    return [path for path in run.session.staging.parts(table) if path.stem != _OF_PUBLISHED]


def _named_by_staged(run: CheckedRun) -> list[pl.Series]:
    """The entities that staged rows of articles name, one series per column."""
    staged = run.session.staging.staged
    return [staged(contract, column)[column] for contract, column in NAMING_ENTITY]


def _published(run: CheckedRun, withheld: Withheld) -> Published:
    known = run.session.known
    article_id = known.targets()["article_id"]
    if not run.all_entities_replaced:
        return Published(article_id, known.table(ENTITY)["entity_id"])
    kept = pl.Series("article_id", list(withheld.article), pl.String())
    named = [known.rows(contract, kept)[column] for contract, column in NAMING_ENTITY]
    return Published(article_id, pl.concat(named).drop_nulls().unique())


def _stage_entities_of_published(run: CheckedRun, entity_id: pl.Series) -> None:
    """Stage the published entities of these ids that are not staged again."""
    staged = [
        pl.read_parquet(path, columns=["entity_id"])["entity_id"]
        for path in _parts(run, ENTITY.name)
    ]
    staged_again = pl.concat([pl.Series("entity_id", [], pl.String()), *staged])
    missing = entity_id.filter(~entity_id.is_in(staged_again.implode()))
    entity, alias = run.session.known.named_entities(pl.Series([], dtype=pl.String), missing)
    for contract, rows in ((ENTITY, entity), (ENTITY_ALIAS, alias)):
        run.session.staging.part(contract.name, _OF_PUBLISHED).unlink(missing_ok=True)
        run.session.staging.stage(contract, _OF_PUBLISHED, rows)


def with_articles_of_lost_merges(run: CheckedRun, withheld: Withheld) -> Withheld:
    """``withheld``, plus published articles whose rows a withheld merge would change: they keep the
    entity they name."""
    merge = run.session.staging.staged(ENTITY_MERGE, "entity_id", "into_entity_id")
    out = list(withheld.entity)
    lost = merge.filter(pl.col("entity_id").is_in(out) | pl.col("into_entity_id").is_in(out))
    into = lost["into_entity_id"].implode()
    changed = [
        run.renewed[contract.name].filter(pl.col(column).is_in(into))["article_id"]
        for contract, column in NAMING_ENTITY
        if contract.name in run.renewed
    ]
    carried = [article_id for ids in changed for article_id in ids]
    if not carried:
        return withheld
    check = next(iter(withheld.entity.values()))
    return replace(withheld, article=dict.fromkeys(carried, check) | dict(withheld.article))


def first_articles_naming(run: CheckedRun, entity: Iterable[str]) -> dict[str, str]:
    """The first staged article that names each of these entities."""
    staged = run.session.staging.staged
    naming = pl.concat(
        staged(contract, "article_id", column).select("article_id", entity_id=column)
        for contract, column in NAMING_ENTITY
    ).filter(pl.col("entity_id").is_in(list(entity)))
    return dict(naming.group_by("entity_id").agg(pl.col("article_id").min()).iter_rows())


def held_removals(run: CheckedRun, withheld: Withheld) -> dict[str, str]:
    """Missing files whose article is kept because a check failed; the next run tries again."""
    gone = set(run.delivery.plan.gone["source_uri"])
    if not gone:
        return {}
    return {
        uri: withheld.article[article_id]
        for article_id, uri, _ in deliveries(run, list(withheld.article)).iter_rows()
        if uri in gone
    }
