"""`newshouse quarantine`: list and show rows of the quarantine, read files again, discard rows."""

from __future__ import annotations

from typing import Annotated

import polars as pl
import typer

from flows.cli.console import friendly_errors, out, settings_of
from flows.cli.query import Format, write_rows
from flows.cli.run import MappingOption, WarehouseOption, run_flow
from flows.cli.run_report import show
from flows.cli.table import print_table
from flows.session.quarantine import quarantine_rows, sources_of, to_rebuild
from flows.settings import Settings

commands = typer.Typer(no_args_is_help=True, help="What was withheld: list, show, replay, discard.")

IdsArgument = Annotated[
    list[str] | None, typer.Argument(help="Ids, or beginnings of ids. Default: all open rows.")
]


def _rows(settings: Settings, ids: list[str] | None, status: str | None = "open") -> pl.DataFrame:
    with friendly_errors():
        return quarantine_rows(settings, ids or [], status)


@commands.command("list")
def list_rows(
    warehouse: WarehouseOption = None,
    every: Annotated[bool, typer.Option("--all", help="Resolved and discarded rows too.")] = False,
    format: Annotated[  # noqa: A002 - the flag's name
        Format, typer.Option(help="table, csv, json (one object a line) or parquet.")
    ] = Format.table,
) -> None:
    """List what is in quarantine; all formats but table give every column.

    Examples: newshouse quarantine list; newshouse quarantine list --all --format json
    """
    rows = _rows(settings_of(warehouse=warehouse), None, None if every else "open")
    if format is not Format.table:
        write_rows(rows, format)
        return
    shown = ["quarantine_id", "status", "rule", "source_uri", "locator", "message"]
    if every:
        shown.append("resolved_run_id")
    print_table(rows.select(shown), f"{rows.height:,} rows")


@commands.command("show")
def show_rows(
    ids: Annotated[list[str], typer.Argument(help="Ids, or beginnings of ids.")],
    warehouse: WarehouseOption = None,
) -> None:
    """Show quarantine rows with every column and the beginning of what was delivered.

    Example: newshouse quarantine show 3fa9
    """
    for row in _rows(settings_of(warehouse=warehouse), ids, None).iter_rows(named=True):
        for name, value in row.items():
            out.print(f"{name:16} {'' if value is None else value}", markup=False)
        out.print()


@commands.command("replay")
def replay(
    ids: IdsArgument = None, warehouse: WarehouseOption = None, mapping: MappingOption = None
) -> None:
    """Read the files of open rows again; rows that no longer fail are marked as replayed.

    Examples: newshouse quarantine replay; newshouse quarantine replay 3fa9 --mapping ours.json
    """
    settings = settings_of(warehouse=warehouse, mapping=mapping)
    rows = _rows(settings, ids)
    if rows.is_empty():
        out.print("No quarantine row is open.", markup=False)
        return
    if waiting := to_rebuild(rows).height:
        many = "1 row needs" if waiting == 1 else f"{waiting:,} rows need"
        out.print(f"{many} another command: newshouse rebuild", markup=False)
    for source, collection, files in sources_of(settings, rows):
        again = settings.model_copy(update={"source": source, "collection": collection})
        show(run_flow(again, list(files)))


@commands.command("discard")
def discard(
    ids: Annotated[list[str], typer.Argument(help="Ids, or beginnings of ids.")],
    warehouse: WarehouseOption = None,
) -> None:
    """Mark rows as discarded; they are kept in the table.

    Example: newshouse quarantine discard 3fa9 77b0
    """
    from flows.session.manual_changes import discard_quarantine

    settings = settings_of(warehouse=warehouse)
    rows = _rows(settings, ids)
    with friendly_errors():
        discard_quarantine(settings, rows)
    out.print(f"{rows.height:,} rows discarded.", markup=False)
