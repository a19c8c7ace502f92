"""Records that say what another record of the same article said: their rows of RECORD. Judges no
text; versions are assigned elsewhere."""

from __future__ import annotations

import polars as pl

from flows.session.run_state import RunState
from warehouse.tables import RECORD

REPEATS = ("duplicate", "restored")
"""Outcomes of records that are in the warehouse, but made no version."""


def stage_repeats(run: RunState) -> int:
    """One row of RECORD for each record that repeats another and is not listed yet; the number."""
    wanted = run.version.filter(pl.col("outcome").is_in(REPEATS) & ~pl.col("is_listed")).select(
        "article_id", "file_uri", "locator", "version_no", "first_file_uri"
    )
    if wanted.is_empty():
        return 0
    declared = [name for name in RECORD.column_names if name not in wanted.columns]
    declared.remove("made_version")
    keys = ["article_id", "file_uri", "locator"]
    for path in run.extracted.parts:
        delivered = pl.read_parquet(path, columns=[*keys, *declared])
        rows = delivered.join(wanted, on=keys).with_columns(pl.lit(False).alias("made_version"))
        run.work.stage(RECORD, f"{path.stem}-repeats", rows)
    return wanted.height
