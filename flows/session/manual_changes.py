"""Changes to a warehouse that users request: discard, purge, restore. Each holds the lock."""

from __future__ import annotations

import json
import shutil
from datetime import datetime

import polars as pl

from flows.session.lock import hold_lock, take_lock
from flows.session.staging import Staging
from flows.settings import Settings
from flows.version import CODE_VERSION
from warehouse.connect import open_reader
from warehouse.edition import restore_snapshot
from warehouse.layout import layout_of
from warehouse.publish import publish
from warehouse.purge import Purged, purge
from warehouse.tables import QUARANTINE, RUN

__all__ = ["chosen_articles", "discard_quarantine", "purge_articles", "restore"]


def discard_quarantine(settings: Settings, rows: pl.DataFrame) -> None:
    """Mark rows of QUARANTINE as discarded, in a publication of their own.

    Raises WarehouseLocked while a run holds the warehouse.
    """
    with hold_lock(settings) as clock:
        staging = Staging(layout_of(settings.warehouse), clock.run_id)
        staging.stage(RUN, "all", _run_row(settings, clock.run_id, clock.started_at, "discard"))
        discarded = rows.with_columns(
            pl.lit("discarded").alias("status"), pl.lit(clock.run_id).alias("resolved_run_id")
        )
        staging.stage(QUARANTINE, "all", discarded)
        publish(staging.folder, settings.warehouse, keep_snapshots=settings.keep_snapshots)
        shutil.rmtree(staging.folder, ignore_errors=True)


def chosen_articles(
    settings: Settings,
    *,
    article_id: list[str],
    source_id: str | None,
    published_before: datetime | None,
) -> list[str]:
    """Ids of the articles that are named, of an outlet, or published before a time.

    An undated article counts from when it was first collected. A withheld one can be named, too.
    """
    con = open_reader(settings.warehouse)
    try:
        found = con.execute(
            "WITH collected AS (SELECT article_id, min(valid_from) AS collected_at "
            "  FROM article_version GROUP BY 1) "
            "SELECT article_id FROM article JOIN collected USING (article_id) "
            "WHERE list_contains($named, article_id) OR source_id = $source_id "
            "  OR coalesce(published_at, collected_at) < $before "
            "UNION SELECT article_id FROM ops.quarantine WHERE list_contains($named, article_id) "
            "ORDER BY 1",
            {"named": article_id, "source_id": source_id, "before": published_before},
        ).fetchall()
    finally:
        con.close()
    return [str(row[0]) for row in found]


def purge_articles(settings: Settings, article_id: list[str]) -> Purged:
    """Delete articles permanently, everywhere; only a tombstone of hashes is kept.

    All language results are deleted: they are stored by paragraph, without their articles.
    """
    layout = layout_of(settings.warehouse)
    with hold_lock(settings) as clock:
        # Derived data first: if the purge is killed half-way, a new one finds the articles again.
        for name in ("nlp", "docs", "staging"):
            shutil.rmtree(layout.folder / name, ignore_errors=True)
        row = _run_row(settings, clock.run_id, clock.started_at, f"purge {len(article_id)}")
        return purge(settings.warehouse, article_id, run=row, purged_at=clock.started_at)


def restore(settings: Settings, name: str) -> None:
    """Publish a snapshot again; what was published until now becomes a snapshot itself."""
    with take_lock(settings):
        restore_snapshot(settings.warehouse, name, keep_snapshots=settings.keep_snapshots)


def _run_row(settings: Settings, run_id: str, at: datetime, message: str) -> pl.DataFrame:
    """The record of a change that read no source."""
    counts = {column.name: 0 for column in RUN.columns if column.dtype == pl.Int64()}
    values: dict[str, object] = counts | {
        "run_id": run_id,
        "flow_run_id": None,
        "started_at": at,
        "ended_at": at,
        "status": "published",
        "source_uri": "",
        "collection": "",
        "code_version": CODE_VERSION,
        "config": json.dumps(settings.public(), sort_keys=True),
        "row_counts": "{}",
        "stage_seconds": "{}",
        "message": message,
    }
    return RUN.conform(pl.DataFrame([values], RUN.polars_schema))
