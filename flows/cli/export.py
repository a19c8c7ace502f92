"""`newshouse export`: the warehouse as files for other tools."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import polars as pl
import typer

from flows.cli.console import err, friendly_errors, out, settings_of
from flows.cli.run import WarehouseOption
from flows.cli.table import print_table


class FileForm(StrEnum):
    """What files `newshouse export` writes."""

    parquet = "parquet"
    csv = "csv"
    jsonl = "jsonl"


def export(
    to: Annotated[str, typer.Option(help="Folder or bucket to write to: out, s3://bucket/news.")],
    format: Annotated[  # noqa: A002 - the flag's name
        FileForm, typer.Option(help="parquet, csv or jsonl (one object a line).")
    ] = FileForm.parquet,
    tables: Annotated[
        list[str] | None,
        typer.Option(
            help="Tables and views, as article,ops.run,mart.entity_daily; may be repeated. "
            "Default: all but those of ops and mart."
        ),
    ] = None,
    warehouse: WarehouseOption = None,
    at: Annotated[str | None, typer.Option(help="Snapshot to export instead.")] = None,
) -> None:
    """Write tables as files; rows of articles go to one folder per month: article/month=2024-05/.

    Exporting again replaces the files of earlier exports and removes outdated ones. Other files
    are never changed.

    Examples: newshouse export --to out; newshouse export --format csv --to s3://bucket/news
    --tables article,mention
    """
    from flows.sources import export_target as exporting

    names = [name.strip() for given in tables or () for name in given.split(",") if name.strip()]
    with friendly_errors(), err.status("exporting"):
        counts = exporting.export(
            settings_of(warehouse=warehouse).warehouse, to, format.value, names, at
        )
    rows = list(counts.items())
    print_table(pl.DataFrame(rows, {"table": pl.String(), "files": pl.Int64()}, orient="row"))
    out.print(f"Written to {to}", markup=False)
