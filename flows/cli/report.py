"""Commands that report on the published warehouse: `status`, `check`, `docs`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import duckdb
import polars as pl
import typer

from flows.cli.console import FAILED, err, friendly_errors, out, say, settings_of
from flows.cli.run import WarehouseOption
from flows.cli.table import ReportForm, ReportOption, print_json, print_table
from flows.session.notices import damaged_notice
from flows.session.summary import FailedCheck, failed_checks
from warehouse import journal
from warehouse.connect import open_reader
from warehouse.layout import layout_of
from warehouse.lock import current_holder
from warehouse.staging import open_published
from warehouse.tables import CHECK_RESULT, CONTRACTS, RUN


def status(
    warehouse: WarehouseOption = None,
    format: ReportOption = ReportForm.table,  # noqa: A002 - the flag's name
) -> None:
    """What is in the warehouse, the last runs, failed checks, and open quarantine.

    Examples: newshouse status; newshouse status --format json | jq .tables
    """
    path = settings_of(warehouse=warehouse).warehouse
    with friendly_errors():
        con = open_reader(path)
        waiting, damaged = journal.read(path), journal.list_damaged(path)
        set_aside = journal.list_set_aside(path)
        holder = current_holder(path)
    try:
        counts = _row_counts(con)
        runs = con.execute(f"select * from {RUN.qualified_name}").pl()  # noqa: S608
        if RUN.name in waiting:
            runs = pl.concat([RUN.conform(runs), waiting[RUN.name]])
        checked = con.execute(_CHECKED).pl()
        if CHECK_RESULT.name in waiting:
            checked = pl.concat([CHECK_RESULT.conform(checked), waiting[CHECK_RESULT.name]])
        failed = _failed(checked)
        withheld = con.execute(_WITHHELD).pl()
    finally:
        con.close()
    last_runs = _last_runs(runs)
    if format is ReportForm.json:
        print_json({
            "warehouse": path,
            "tables": dict(counts.iter_rows()),
            "runs": last_runs.to_dicts(),
            "failed_checks": failed.to_dicts(),
            "open_quarantine": withheld.to_dicts(),
            "damaged": [str(found.path) for found in damaged],
            "set_aside": [str(found) for found in set_aside],
            "held_by": None if holder is None else {"pid": holder.pid, "since": holder.since},
        })  # fmt: skip
        return
    print_table(counts, f"{path}")
    print_table(last_runs.drop("message"), "last runs")
    last = last_runs.head(1).drop_nulls("message").select("run_id", "message")
    for run_id, message in last.rows():
        say(f"The last run, {run_id}: {message}")
    if failed.height:
        print_table(failed, "checks that failed in the last checked run")
    print_table(withheld, "open quarantine")
    for found in damaged:
        say(damaged_notice(*found))
    if set_aside:
        say(
            f"{len(set_aside):,} damaged files of the journal were moved by earlier runs to "
            f"{set_aside[0].parent} (first: {set_aside[0].name}). Delete them if you do not need "
            "them."
        )
    if holder is not None:
        say(f"A run holds the warehouse: process {holder.pid} since {holder.since}.")


def _row_counts(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """`table, rows` of every table of the contracts that the file has."""
    there = {
        name
        for (name,) in con.execute(
            "select schema_name || '.' || table_name from duckdb_tables() "
            "where database_name = current_database()"
        ).fetchall()
    }
    return con.execute(" union all ".join(
        f"select '{c.qualified_name}' as \"table\", count(*) as rows from {c.qualified_name}"  # noqa: S608
        for c in CONTRACTS if c.qualified_name in there
    )).pl()  # fmt: skip


_CHECKED = """
    select * from ops.check_result where run_id = (select max(run_id) from ops.check_result)
"""
_WITHHELD = """
    select stage, rule, count(*) as open, min(source_uri) as example
    from ops.quarantine where status = 'open' group by all order by open desc
"""


def _failed(checked: pl.DataFrame) -> pl.DataFrame:
    """The failed checks of the newest checked run, published or not."""
    return (
        checked.filter(pl.col("run_id") == pl.col("run_id").max(), ~pl.col("success"))
        .sort("severity", "check_id")
        .select("check_id", "severity", "failed_count", "checked_count", "observed")
    )


def _last_runs(runs: pl.DataFrame) -> pl.DataFrame:
    return (
        runs.sort("started_at", descending=True)
        .head(5)
        .select(
            "run_id",
            "status",
            pl.col("files_seen").alias("seen"),
            *(
                pl.col(f"files_{outcome}").alias(outcome)
                for outcome in ("loaded", "revised", "unchanged", "quarantined", "removed")
            ),
            (pl.col("ended_at") - pl.col("started_at")).dt.total_seconds().alias("seconds"),
            "message",
        )
    )


def check(
    warehouse: WarehouseOption = None,
    format: ReportOption = ReportForm.table,  # noqa: A002 - the flag's name
) -> None:
    """Run every data check on the published warehouse. Exit code 1 where a critical one fails.

    Examples: newshouse check; newshouse check --format json | jq .failed_checks
    """
    path = settings_of(warehouse=warehouse).warehouse
    with friendly_errors():
        con = open_published(path)
    with err.status("checking"):
        from expectations.audit import run_checks
        from flows.session.clock import new_clock

        try:
            report = run_checks(con, run_id=new_clock().run_id)
        finally:
            con.close()
    failed = failed_checks(report.result, report.failure)
    passed = report.result.filter("success").height
    if format is ReportForm.json:
        print_json({
            "warehouse": path, "checks": report.result.height, "passed": passed,
            "critical": report.critical_failures.height,
            "failed_checks": [asdict(check) for check in failed],
        })  # fmt: skip
    else:
        _print_checks(failed)
        out.print(f"{passed:,} of {report.result.height:,} checks passed.", markup=False)
    if report.critical_failures.height:
        raise typer.Exit(FAILED)


def _print_checks(failed: Sequence[FailedCheck]) -> None:
    rows = [
        {"check": c.check_id, "severity": c.severity, "failed": c.failed_count,
         "of": c.checked_count, "examples": "; ".join(c.examples)}
        for c in failed
    ]  # fmt: skip
    if rows:
        print_table(pl.DataFrame(rows), "checks that failed")


def docs(
    warehouse: WarehouseOption = None,
    to: Annotated[
        Path | None, typer.Option(help="Folder to write to. Default: FILE.d/docs.")
    ] = None,
) -> None:
    """Write the data dictionary, a dbt sources file, the quality page and GX's Data Docs.

    Example: newshouse docs --to docs
    """
    from expectations.data_docs import build_data_docs
    from expectations.quality_page import write_quality_page
    from warehouse import dbt_source, dictionary

    path = settings_of(warehouse=warehouse).warehouse
    with friendly_errors():
        con = open_published(path)
        folder = to or layout_of(path).folder / "docs"
        folder.mkdir(parents=True, exist_ok=True)
        try:
            (folder / "DICTIONARY.md").write_text(dictionary.render(), "utf-8")
            (folder / "sources.yml").write_text(dbt_source.render(), "utf-8")
            write_quality_page(con, folder / "quality.html")
            index = build_data_docs(con, folder / "data_docs")
        finally:
            con.close()
    out.print(f"{folder / 'DICTIONARY.md'}\n{folder / 'quality.html'}\n{index}", markup=False)
    say(f"Written {datetime.now(UTC):%Y-%m-%d %H:%M} UTC. All pages work without the internet.")
