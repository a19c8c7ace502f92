"""`newshouse sql`: a query of the published warehouse, and the forms its rows are written in."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import duckdb
import polars as pl
import typer

from flows.cli.console import WRONG_USE, friendly_errors, say, settings_of
from flows.cli.run import WarehouseOption
from flows.cli.table import print_table
from warehouse.connect import open_reader
from warehouse.layout import WarehouseError


class Format(StrEnum):
    """How `newshouse sql` writes its rows."""

    table = "table"
    csv = "csv"
    json = "json"
    parquet = "parquet"


def sql(
    query: Annotated[str, typer.Argument(help="A SELECT; '-' reads it from standard input.")],
    warehouse: WarehouseOption = None,
    at: Annotated[str | None, typer.Option(help="Snapshot to query instead.")] = None,
    format: Annotated[  # noqa: A002 - the flag's name
        Format, typer.Option(help="table, csv, json (one object a line) or parquet.")
    ] = Format.table,
) -> None:
    """Query the warehouse, read-only: a query cannot write, or read any other file.

    Examples: newshouse sql "select title, published_at from article" --format csv;
    newshouse sql - < question.sql; newshouse sql "from search('night train')"
    """
    text = sys.stdin.read() if query == "-" else query
    if not text.strip():
        say('The query is empty. Try: newshouse sql "select title from article"')
        raise typer.Exit(WRONG_USE)
    ask(text, settings_of(warehouse=warehouse).warehouse, at, format)


def ask(text: str, warehouse: Path, at: str | None, format: Format) -> None:  # noqa: A002
    """Write the rows of a query; a query that fails ends the command as wrong use."""
    with friendly_errors():
        con = open_reader(warehouse, at=at, with_search="search" in text.lower())
        try:
            frame = _answer(con, text, format)
        except duckdb.Error as problem:
            say(str(problem))
            raise typer.Exit(WRONG_USE) from None
        finally:
            con.close()
    with quiet_pipe():
        write_rows(frame, format)
        sys.stdout.flush()


_AS_TEXT = ("INTERVAL", "BIT", "TIME WITH", "MAP", "UNION", "GEOMETRY", "VARIANT")
_NESTED = ("STRUCT",)


def _answer(con: duckdb.DuckDBPyConnection, text: str, form: Format) -> pl.DataFrame:
    """The rows of a query; values of types that the form cannot represent become text."""
    if "enable_logging" in text.lower():  # With a path it ends the process, as files are closed.
        raise WarehouseError("DuckDB's own log cannot be switched on by a query.")
    asked = sum(each.type == duckdb.StatementType.SELECT for each in con.extract_statements(text))
    if asked > 1:
        raise WarehouseError(f"These are {asked} queries; give one at a time.")
    relation = con.sql(text)
    if relation is None:
        return pl.DataFrame()
    columns = []
    for name, dtype in zip(relation.columns, map(str, relation.types), strict=True):
        quoted = '"' + name.replace('"', '""') + '"'
        flat = form in (Format.csv, Format.table)
        if dtype == "BLOB":
            columns.append(f"hex({quoted}) AS {quoted}")
        elif dtype.startswith(_AS_TEXT) or (flat and (dtype.endswith("]") or
                                                      dtype.startswith(_NESTED))):  # fmt: skip
            columns.append(f"CAST({quoted} AS VARCHAR) AS {quoted}")
        else:
            columns.append(quoted)
    if all(column.startswith('"') for column in columns):
        return relation.pl()
    return relation.project(", ".join(columns)).pl()


@contextmanager
def quiet_pipe() -> Iterator[None]:
    """A reader that closes the pipe early (`| head`) is no error."""
    try:
        yield
    except OSError as problem:
        if problem.errno != errno.EPIPE and "Broken pipe" not in str(problem):
            raise
        # Buffered output is dropped, so that Python reports no error at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def write_rows(frame: pl.DataFrame, form: Format) -> None:
    """Write rows to standard output in a form people or programs read."""
    if form is Format.csv:
        frame.write_csv(sys.stdout)
    elif form is Format.json:
        sys.stdout.write(frame.write_ndjson() or "")
    elif form is Format.parquet:
        frame.write_parquet(sys.stdout.buffer)
    else:
        print_table(frame)
