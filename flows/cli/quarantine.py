"""`newshouse quarantine`: look at what was withheld, read it again, or let it go."""

from __future__ import annotations

from typing import Annotated

import polars as pl
import typer

from flows.cli.console import WRONG_USE, friendly_errors, out, say, settings_of
from flows.cli.query import Format, write_rows
from flows.cli.run import MappingOption, WarehouseOption, run_flow, show
from flows.cli.table import print_table
from flows.settings import Settings
from warehouse.connect import open_reader
from warehouse.tables import QUARANTINE

commands = typer.Typer(no_args_is_help=True, help="Work the quarantine.")

IdsArgument = Annotated[
    list[str] | None, typer.Argument(help="Ids, or beginnings of ids. Default: all open rows.")
]


def _rows(settings: Settings, ids: list[str] | None, status: str | None = "open") -> pl.DataFrame:
    with friendly_errors():
        con = open_reader(settings.warehouse)
    try:
        rows = con.execute(f"select * from {QUARANTINE.qualified_name}").pl()  # noqa: S608
    finally:
        con.close()
    rows = QUARANTINE.conform(rows).sort("source_uri", "locator", "rule", nulls_last=False)
    if status is not None:
        rows = rows.filter(pl.col("status") == status)
    if not ids:
        return rows
    wanted = pl.any_horizontal(pl.col("quarantine_id").str.starts_with(i) for i in ids)
    found = rows.filter(wanted)
    missing = [i for i in ids if not any(k.startswith(i) for k in found["quarantine_id"])]
    if missing:
        say(f"No open row begins with {', '.join(missing)}. See: newshouse quarantine list")
        raise typer.Exit(WRONG_USE)
    return found


@commands.command("list")
def list_rows(
    warehouse: WarehouseOption = None,
    every: Annotated[bool, typer.Option("--all", help="Resolved and discarded rows too.")] = False,
    format: Annotated[  # noqa: A002 - the flag's name
        Format, typer.Option(help="table, csv, json (one object a line) or parquet.")
    ] = Format.table,
) -> None:
    """List what is in quarantine; other forms than the table give whole rows."""
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
    """Show rows of the quarantine whole, with what was delivered."""
    for row in _rows(settings_of(warehouse=warehouse), ids, None).iter_rows(named=True):
        for name, value in row.items():
            out.print(f"{name:16} {'' if value is None else value}", markup=False)
        out.print()


@commands.command("replay")
def replay(
    ids: IdsArgument = None, warehouse: WarehouseOption = None, mapping: MappingOption = None
) -> None:
    """Read the files of open rows again; rows whose fault is gone are resolved by that run."""
    settings = settings_of(warehouse=warehouse, mapping=mapping)
    rows = _rows(settings, ids)
    if rows.is_empty():
        out.print("Nothing is open.", markup=False)
        return
    for source, collection, files in _sources(settings, rows):
        again = settings.model_copy(update={"source": source, "collection": collection})
        show(run_flow(again, files))


def _sources(settings: Settings, rows: pl.DataFrame) -> list[tuple[str, str, list[str]]]:
    """Source, collection and files to read again: as the runs that withheld them read them."""
    con = open_reader(settings.warehouse)
    try:
        runs = con.execute("select run_id, source_uri as source, collection from ops.run").pl()
    finally:
        con.close()
    located = rows.join(runs, on="run_id")
    return [
        (str(source), str(collection), sorted(set(group["source_uri"])))
        for (source, collection), group in located.group_by(
            "source", "collection", maintain_order=True
        )
    ]


@commands.command("discard")
def discard(
    ids: Annotated[list[str], typer.Argument(help="Ids, or beginnings of ids.")],
    warehouse: WarehouseOption = None,
) -> None:
    """Let rows go: they stay in the table, marked as discarded."""
    from flows.maintain import discard_quarantine

    settings = settings_of(warehouse=warehouse)
    rows = _rows(settings, ids)
    with friendly_errors():
        discard_quarantine(settings, rows)
    out.print(f"{rows.height:,} rows discarded.", markup=False)
