"""What `newshouse run` prints of a run: a table for people, or one JSON object, also of a run that
published nothing."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

import typer
from rich.table import Table

from flows.cli.console import FAILED, out, say
from flows.session.summary import STATUS_WORDS, Summary, failed_checks, paragraphs


class RunStopped(typer.Exit):
    """Ends the command after a run that published nothing and whose reason has been printed.

    ``problem`` is a ChecksFailed, an AccountingError or a StageTimedOut; it gives the exit code.
    """

    def __init__(self, problem: Exception) -> None:
        super().__init__(FAILED)
        self.problem = problem


def summary_report(summary: Summary) -> Mapping[str, object]:
    """The whole summary."""
    return {field.name: getattr(summary, field.name) for field in fields(summary)}


def stopped_report(problem: Exception) -> Mapping[str, object]:
    """Status and message; for a run that checks stopped also its whole summary."""
    from flows.session.summary import ChecksFailed

    message = str(problem)
    if not isinstance(problem, ChecksFailed):
        return {"status": "failed", "message": message, "failed_checks": ()}
    if problem.summary is None:
        failed = failed_checks(problem.report.result, problem.report.failure)
        return {"status": "failed_checks", "message": message, "failed_checks": failed}
    return {**summary_report(problem.summary), "message": message}


def show(summary: Summary, *, has_source: bool = True) -> None:
    """The run's summary, ending with something to try next."""
    table = Table(title=f"newshouse: {STATUS_WORDS[summary.status]}", title_justify="left")
    table.add_column("files")
    table.add_column("", justify="right")
    table.add_column("rows written")
    table.add_column("", justify="right")
    table.add_column("stage")
    table.add_column("seconds", justify="right")
    files = [("seen", summary.files_seen), ("gone", summary.files_gone), *summary.files.items()]
    columns = (
        [(name, f"{count:,}") for name, count in files],
        [(name, f"{count:,}") for name, count in summary.rows.items() if count],
        [(name, f"{seconds:.2f}") for name, seconds in summary.seconds.items()],
    )
    for number in range(max(map(len, columns))):
        cells = [column[number] if number < len(column) else ("", "") for column in columns]
        table.add_row(*(text for pair in cells for text in pair))
    out.print(table)
    if summary.paragraphs_read or summary.paragraphs_reused:
        out.print(paragraphs(summary), markup=False)
    for check in summary.failed_checks:
        say(
            f"check {check.check_id} ({check.severity}): {check.failed_count:,} of "
            f"{check.checked_count:,} rows; {'; '.join(check.examples)}"
        )
    for uri, rule, message in summary.quarantine[:5]:
        say(f"quarantined {uri} ({rule}): {message}")
    if len(summary.quarantine) > 5:
        say(f"… and {len(summary.quarantine) - 5:,} more: newshouse quarantine list")
    if has_source and not summary.files_seen and not summary.files_gone:
        say(f"No file was found in {summary.source}. Is that the right place?")
    where = "" if summary.warehouse == "news.duckdb" else f" --warehouse {summary.warehouse}"
    out.print("\nTry next:", markup=False)
    out.print(f'  {this_program()} sql "{EXAMPLE_QUERY}"{where}', markup=False, soft_wrap=True)


def this_program() -> str:
    """How to call this program: by name if it is on the PATH, else by path."""
    called = Path(sys.argv[0])
    if called.name != "newshouse" or shutil.which("newshouse"):
        return "newshouse"
    near = os.path.relpath(called)
    return str(called) if near.startswith("..") else near


EXAMPLE_QUERY = (
    "select e.name, e.entity_type, count(*) as mentions, count(distinct article_id) as articles "
    "from mention m join entity e using (entity_id) group by all order by mentions desc limit 10"
)
"""Who and what is named most."""
