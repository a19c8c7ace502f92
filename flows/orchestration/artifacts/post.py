"""Sends the artifacts of a finished run to Prefect.

A failure to send them does not change the outcome of the run: it is one line in the log.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import duckdb
import polars as pl
from prefect.artifacts import create_markdown_artifact, create_table_artifact

from expectations.quality_page import write_quality_page
from flows.orchestration.artifacts.live_progress import API_ERRORS, LOST_SERVER
from flows.orchestration.artifacts.summary_page import code, markdown
from flows.orchestration.artifacts.trend import past_runs
from flows.session.summary import FailedCheck, Summary
from warehouse.layout import layout_of
from warehouse.staging import open_published

Log = logging.Logger | logging.LoggerAdapter[logging.Logger]


def show_run(summary: Summary, log: Log) -> None:
    """Send the summary with pictures, row counts, checks, and the paths of the quality pages."""
    warehouse = Path(summary.warehouse)
    makers: list[tuple[str, Callable[[], object]]] = [
        ("run summary", lambda: _show_summary(summary, warehouse)),
        ("rows per table", lambda: _show_rows(summary)),
        ("checks", lambda: _show_checks(summary)),
    ]
    if summary.status != "nothing_new":
        makers.append(("quality page", lambda: _show_pages(warehouse)))
    for what, make in makers:
        try:
            make()
        except (*API_ERRORS, duckdb.Error, pl.exceptions.PolarsError) as problem:
            first_line = str(problem).partition("\n")[0] or type(problem).__name__
            log.warning("The artifact %s was not made: %s", what, first_line)
            if isinstance(problem, LOST_SERVER):
                return  # Prefect's client tries for a minute; once is enough.


def _show_summary(summary: Summary, warehouse: Path) -> None:
    create_markdown_artifact(
        markdown(summary, past_runs(warehouse)),
        key="run-summary",
        description="What the run did, from files to tables.",
    )


def _show_rows(summary: Summary) -> None:
    create_table_artifact(
        [{"table": name, "rows": rows} for name, rows in summary.rows.items() if rows]
        or [{"table": "none", "rows": 0}],
        key="rows-per-table",
        description="Rows written by the run.",
    )


def _show_checks(summary: Summary) -> None:
    create_table_artifact(
        check_rows(summary.failed_checks, summary.checks_run),
        key="checks",
        description="Data checks that failed, with examples.",
    )


def check_rows(failed: tuple[FailedCheck, ...], run: int) -> list[dict[str, object]]:
    """Rows of the table artifact of failed checks; a single row if all checks passed."""
    return [
        {
            "check": check.check_id,
            "severity": check.severity,
            "failed": check.failed_count,
            "checked": check.checked_count,
            "examples": "; ".join(check.examples),
        }
        for check in failed
    ] or [{"check": f"all {run} checks passed", "severity": "", "failed": 0}]


def _show_pages(warehouse: Path) -> None:
    """The quality page, written beside the warehouse, and Data Docs if they were made.

    Browsers follow no link from a web page to a local file, so the paths are given to be copied.
    """
    folder = layout_of(warehouse).folder / "docs"
    folder.mkdir(parents=True, exist_ok=True)
    quality, data_docs = folder / "quality.html", folder / "data_docs" / "index.html"
    con = open_published(warehouse)
    try:
        write_quality_page(con, quality)
    finally:
        con.close()
    made = data_docs.exists()
    how = "" if made else " (not made yet: `newshouse docs` makes them)"
    create_markdown_artifact(
        "\n".join([
            "Pages on the machine that ran this; copy a path into the browser's address bar.",
            "",
            f"- [Quality page]({quality.as_uri()}): checks, their trend and failing rows. It needs "
            f"no internet.  \n  {code(str(quality))}",
            f"- [Data Docs]({data_docs.as_uri()}) of Great Expectations{how}.  \n  "
            f"{code(str(data_docs))}",
        ]),
        key="quality-page",
        description="Where to find the pages about data quality.",
    )  # fmt: skip
