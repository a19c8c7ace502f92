"""The Typer application of `newshouse`, which collects the commands of the other modules."""

from __future__ import annotations

import typer

from flows.cli import maintenance, quarantine, query, report
from flows.cli.explore import explore
from flows.cli.export import export
from flows.cli.questions import questions
from flows.cli.run import run
from flows.cli.search import search
from flows.cli.serve import alarms, serve

app = typer.Typer(
    name="newshouse",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="News article files in, a trustworthy, normalised, queryable DuckDB warehouse out.",
)
app.command()(run)
app.command()(serve)
app.command()(alarms)
app.command()(query.sql)
app.command()(explore)
app.command()(search)
app.command()(questions)
app.command()(export)
app.command()(report.status)
app.command()(report.check)
app.command()(report.docs)
app.command()(maintenance.rebuild)
app.command()(maintenance.purge)
app.add_typer(maintenance.snapshots, name="snapshots")
app.add_typer(quarantine.commands, name="quarantine")
