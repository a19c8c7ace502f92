"""The page sections on data checks and the quarantine."""

from __future__ import annotations

import duckdb
import polars as pl

from flows.explore import health
from flows.explore.figure import SEVERITY_COLOURS, Columns, distinct_labels
from flows.explore.markup import Cell, heading, note, table
from flows.explore.section import MOST_BARS, MOST_ROWS, Part, bars

_RUNS_SHOWN = 30


def quality(con: duckdb.DuckDBPyConnection) -> list[Part]:
    """Results of the checks, run by run, and outcomes of the files."""
    trend = health.trend(con, most=_RUNS_SHOWN)
    parts: list[Part] = []
    if trend.is_empty():
        parts.append(note("No run has been checked yet."))
    else:
        parts += [*_failed_by_run(trend), *_last_checks(con, trend.row(0, named=True))]
    runs = health.runs(con, most=_RUNS_SHOWN)
    head = ("started (UTC)", "status", "seen", "loaded", "revised", "unchanged", "duplicate",
            "quarantined", "removed", "balanced", "seconds")  # fmt: skip
    rows = ([Cell(value, kind="t" if n == 0 else "") for n, value in enumerate(row)]
            for row in runs.iter_rows())  # fmt: skip
    return [*parts, heading("Outcomes of the files of the last runs"), table(head, rows)]


def quarantine(con: duckdb.DuckDBPyConnection) -> list[Part]:
    """What was withheld and is still open, each with its reason."""
    rows = health.withheld(con, most=MOST_ROWS)
    if rows.is_empty():
        return [note("Nothing is in quarantine.")]
    by_rule = health.withheld_by_rule(con, most=MOST_BARS)
    by_rule = by_rule.with_columns(label=pl.format("{} · {}", "stage", "rule"))
    open_count = rows["open_count"][0]
    return [
        bars("Open quarantine by reason", "stage · rule", "files and records", by_rule, "label",
              "open_count"),
        note(
            f"{rows.height:,} of {open_count:,} open rows, the newest first. Commands for them: "
            "newshouse quarantine list, show, replay, discard"
        ),
        table(
            ("rule", "file", "place in it", "reason", "begins", "since (UTC)"),
            (
                (
                    Cell(row["rule"], kind="t"), Cell(row["source_uri"], kind="w"),
                    Cell(row["locator"]),
                    Cell(row["message"], kind="w"), Cell(row["payload"], kind="w"),
                    Cell(row["started_at"]),
                )
                for row in rows.iter_rows(named=True)
            ),
        ),
    ]  # fmt: skip


def _failed_by_run(trend: pl.DataFrame) -> list[Part]:
    kinds = list(SEVERITY_COLOURS)
    oldest_first = trend.reverse()
    started = oldest_first["started_at"].dt.strftime("%d %b %H:%M").to_list()
    frame = (
        oldest_first.with_columns(label=pl.Series(distinct_labels(started), dtype=pl.String))
        .unpivot(kinds, index="label", variable_name="series")
        .filter((pl.col("value") > 0) | (pl.col("series") == kinds[0]))
    )
    chart = Columns(
        "Checks that failed, run by run", "run started (UTC)", "failed checks", frame,
        SEVERITY_COLOURS,
    )  # fmt: skip
    head = ("run started (UTC)", "checks", *(f"failed: {kind}" for kind in kinds), "rows failed")
    rows = ([Cell(value, kind="t") for value in row] for row in trend.drop("run_id").iter_rows())
    part: Part = chart if frame["value"].sum() else note("No check failed in these runs.")
    return [part, heading("Checked runs, the newest first"), table(head, rows)]


def _last_checks(con: duckdb.DuckDBPyConnection, last: dict[str, object]) -> list[Part]:
    run_id, checks = str(last["run_id"]), last["check_count"]
    failed = health.failed(con, run_id, most=MOST_ROWS)
    parts: list[Part] = [
        heading("The last checked run"),
        note(f"Run {run_id}: {checks:,} checks, {failed.height:,} failed."),
    ]
    if failed.height:
        rows = (
            (
                Cell(row["severity"], kind=f"t {row['severity']}"), Cell(row["check_id"]),
                Cell(row["failed_count"]), Cell(row["checked_count"]), Cell(row["observed"]),
                Cell(row["notes"], kind="w"),
            )
            for row in failed.iter_rows(named=True)
        )  # fmt: skip
        head = ("severity", "check", "rows failed", "rows checked", "observed", "why this limit")
        parts.append(table(head, rows))
    by_table = health.by_table(con, run_id).with_columns(
        failed_share=pl.format("{} %", (pl.col("failed_share") * 100).round(2))
    )
    columns = ("table", "checks", "failed checks", "rows failed", "share of rows failed")
    lines = ([Cell(value) for value in row] for row in by_table.iter_rows())
    return [*parts, heading("The same, table by table"), table(columns, lines)]
