"""Stages published articles with unchanged text of which a row changes, with all their rows."""

from __future__ import annotations

import polars as pl

from flows.session.delivery import Delivery
from flows.session.session import Session
from flows.stages.components import Components
from flows.stages.entities import Resolved
from flows.stages.links import Linked
from flows.stages.removed import articles_back, articles_gone
from transforms.article.version import close_version, removed_at
from warehouse.tables import (
    ARTICLE,
    ARTICLE_VERSION,
    COMPONENT,
    CONTRACTS,
    RELATED_LINK,
    SOURCE,
)


def stage_kept_articles(
    session: Session, delivery: Delivery, resolved: Resolved, linked: Linked
) -> None:
    """Stage published articles of which a row changes, with all their rows, for the checks.

    These are articles that are removed or found again, that name merged or corrected entities, or
    have a link whose article is now known. Versions that this run replaced are closed.
    """
    staging, known, version = session.staging, session.known, delivery.version
    revised = version.filter(pl.col("outcome") == "revised")["article_id"].unique()
    current = known.current_versions(revised)
    closed = close_version(current, revised, collected_at=session.clock.started_at)
    staging.stage(ARTICLE_VERSION, "closed", closed)
    done = staging.staged(ARTICLE, "article_id")["article_id"]
    gone, back = articles_gone(session, delivery), articles_back(session, delivery)
    renewed = {RELATED_LINK.name: linked.related_link, **resolved.renewed}
    changed = pl.concat([gone, back, *(rows["article_id"] for rows in renewed.values())]).unique()
    changed = changed.filter(~changed.is_in(done.implode()))
    for contract in CONTRACTS:
        if contract.lifecycle.is_staged_whole:
            rows = known.rows(contract, changed)
            if contract.name in renewed:
                new = renewed[contract.name].filter(pl.col("article_id").is_in(changed.implode()))
                rows = pl.concat([rows.join(new, on="article_id", how="anti"), new])
            if contract is ARTICLE:
                rows = rows.with_columns(removed_at(gone, back, session.clock.started_at))
            staging.stage(contract, "kept", rows)


def stage_reference(session: Session, components: Components | None) -> None:
    """Stage outlets and components that are new or changed."""
    changed = session.reference.sources.source.join(
        session.known.table(SOURCE), on=SOURCE.column_names, how="anti", nulls_equal=True
    )
    session.staging.stage(SOURCE, "all", changed)
    if components is not None:
        known = session.known.table(COMPONENT)
        new = components.component.join(known, on="component_id", how="anti")
        session.staging.stage(COMPONENT, "all", new)
