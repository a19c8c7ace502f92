"""Stages the quarantine table of a run: its rejected and withheld records, and resolved ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from flows.session.delivery import Rejected
from flows.session.quarantine import awaits_rebuild
from flows.withholding.checked_run import CheckedRun
from transforms.article.identity import short_hash
from warehouse.tables import ARTICLE_COMPONENT, QUARANTINE

UNLISTED = "unlistable_folder"
"""Rule of folders whose files could not be listed."""


def stage_quarantine(run: CheckedRun, withheld: Sequence[tuple[object, ...]] = ()) -> int:
    """Stage what this run rejected or withheld, once each, and the earlier rows it resolved.

    ``withheld`` holds rows of QUARANTINE. Returns the number of rows open now.
    """
    rejected = [*run.delivery.extracted.rejected, *_unlisted(run)]
    rows = [*(_rejected_row(run, item) for item in rejected), *withheld]
    new = pl.DataFrame(rows, QUARANTINE.polars_schema, orient="row").unique(
        "quarantine_id", keep="first", maintain_order=True
    )
    resolved = _resolved(run, new)
    run.session.staging.stage(QUARANTINE, "all", pl.concat([new, resolved]))
    return new.height


def _rejected_row(run: CheckedRun, item: Rejected) -> tuple[object, ...]:
    return (
        quarantine_id(item), run.session.clock.run_id, item.file_uri, item.locator, None, None,
        "extract", item.rule, item.message, item.payload, "open", None,
    )  # fmt: skip


def _unlisted(run: CheckedRun) -> Iterator[Rejected]:
    """Folders that could not be listed, except those already in quarantine for that reason."""
    if not run.delivery.unlisted:
        return
    known = set(
        run.session.known.open_quarantine().filter(pl.col("rule") == UNLISTED)["source_uri"]
    )
    for folder_uri, reason in run.delivery.unlisted:
        if folder_uri not in known:
            yield Rejected(
                folder_uri, None, UNLISTED,
                f"The folder cannot be listed ({reason}), so its files were not read, and no file "
                "of this source is marked as removed. Make it readable; the next run reads it.",
                None,
            )  # fmt: skip


def _resolved(run: CheckedRun, new: pl.DataFrame) -> pl.DataFrame:
    """Open rows of files that this run read without the fault or found missing; of rows that need a
    rebuild, those whose articles were rebuilt."""
    opened = [
        f.candidate.source_uri for f in run.delivery.extracted.files if f.outcome != "unchanged"
    ]
    gone = pl.col("source_uri").is_in(list(run.delivery.plan.gone["source_uri"]))
    made_anew = run.session.staging.staged(ARTICLE_COMPONENT, "article_id")["article_id"].unique()
    is_mended = (
        pl.when(awaits_rebuild())
        .then(pl.col("article_id").is_in(made_anew.implode()))
        .otherwise(pl.col("source_uri").is_in(opened))
    )
    before = run.session.known.open_quarantine().join(new, on="quarantine_id", how="anti")
    is_listed = (
        (pl.col("rule") == UNLISTED)
        & pl.col("source_uri").str.starts_with(f"{run.session.address.rstrip('/')}/")
        & ~pl.col("source_uri").is_in([folder_uri for folder_uri, _ in run.delivery.unlisted])
    )
    return before.filter(gone | is_listed | is_mended.fill_null(False)).with_columns(
        pl.when(gone).then(pl.lit("discarded")).otherwise(pl.lit("replayed")).alias("status"),
        pl.lit(run.session.clock.run_id).alias("resolved_run_id"),
    )


def quarantine_id(rejected: Rejected) -> str:
    """Id of a rejection: the same fault of the same record is one row, however often it occurs."""
    return short_hash((rejected.file_uri, rejected.locator or "", "extract", rejected.rule))
