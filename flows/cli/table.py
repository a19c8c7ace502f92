"""A frame as a table in the terminal."""

from __future__ import annotations

import polars as pl
from rich.table import Table

from flows.cli.console import out, say

MOST_ROWS_SHOWN = 200


def print_table(frame: pl.DataFrame, title: str | None = None) -> None:
    """The first rows of a frame as a table; says so where there are more."""
    table = Table(title=title, title_justify="left")
    for name, dtype in frame.schema.items():
        table.add_column(name, justify="right" if dtype.is_numeric() else "left")
    for row in frame.head(MOST_ROWS_SHOWN).iter_rows():
        table.add_row(*("" if value is None else str(value) for value in row))
    out.print(table, markup=False)
    if frame.height > MOST_ROWS_SHOWN:
        say(f"{MOST_ROWS_SHOWN} of {frame.height:,} rows shown; --format csv writes all.")
