"""The last runs with their outcomes, read from the record of runs, as a picture and a table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import polars as pl

from flows.orchestration.artifacts.picture import Bar, draw_trend, markdown_image
from warehouse import journal
from warehouse.connect import open_reader
from warehouse.tables import RUN

RUNS_SHOWN = 30
_STOPPED = ("failed", "failed_checks", "crashed")


class PastRun(NamedTuple):
    """One run: when, how it ended, its files, and how long it took."""

    started_at: datetime
    status: str
    loaded: int
    withheld: int
    seconds: float


def past_runs(warehouse: Path) -> list[PastRun]:
    """The last runs that read a source, oldest first: published ones, and unpublished ones whose
    record lies beside the warehouse file."""
    frames = [RUN.empty()]
    if warehouse.exists():
        con = open_reader(warehouse)
        try:
            frames.append(RUN.conform(con.execute(f"from {RUN.qualified_name}").pl()))
        finally:
            con.close()
    kept = journal.read(warehouse).get(RUN.name)
    if kept is not None:
        frames.append(kept)
    run = (
        pl.concat(frames)
        .filter((pl.col("source_uri") != "") & (pl.col("status") != "running"))
        .unique("run_id", keep="last")
        .sort("run_id")
        .tail(RUNS_SHOWN)
    )
    return [
        PastRun(at, status, loaded + revised, withheld, sum(json.loads(seconds).values()))
        for at, status, loaded, revised, withheld, seconds in run.select(
            "started_at", "status", "files_loaded", "files_revised", "files_quarantined",
            "stage_seconds",
        ).iter_rows()
    ]  # fmt: skip


def trend_markdown(past: Sequence[PastRun]) -> list[str]:
    """A chart of the runs, oldest first, and a table of the newest ones."""
    bars = [
        Bar(f"{run.started_at:%d %b %H:%M}", run.loaded, run.withheld, run.status in _STOPPED)
        for run in past
    ]
    words = "files loaded (green) and withheld (amber) by each of the last runs; red: failed"
    return [
        markdown_image(draw_trend(bars), words),
        "",
        f"{words[0].upper()}{words[1:]}.",
        "",
        "| run (UTC) | ended | loaded | withheld | seconds |",
        "|---|---|---:|---:|---:|",
        *(
            f"| {run.started_at:%Y-%m-%d %H:%M} | {run.status.replace('_', ' ')} | "
            f"{run.loaded:,} | {run.withheld:,} | {run.seconds:.1f} |"
            for run in reversed(past[-5:])
        ),
    ]
