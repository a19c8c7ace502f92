"""Output of reports: as tables in the terminal, or as one JSON object for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import polars as pl
import typer
from rich.table import Table

from flows.cli.console import out, say

MOST_ROWS_SHOWN = 200


class ReportForm(StrEnum):
    """Output format of a report."""

    table = "table"
    json = "json"


ReportOption = Annotated[
    ReportForm, typer.Option(help="table for people, json (one object) for programs.")
]


def print_json(report: Mapping[str, object]) -> None:
    """Write one JSON object to standard output; times as ISO 8601."""
    sys.stdout.write(json.dumps(report, ensure_ascii=False, default=_plain) + "\n")
    sys.stdout.flush()


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def print_table(frame: pl.DataFrame, title: str | None = None) -> None:
    """Print the first rows of a frame as a table, and a line if there are more."""
    table = Table(title=title, title_justify="left")
    for name, dtype in frame.schema.items():
        table.add_column(name, justify="right" if dtype.is_numeric() else "left")
    for row in frame.head(MOST_ROWS_SHOWN).iter_rows():
        table.add_row(*("" if value is None else str(value) for value in row))
    out.print(table, markup=False)
    if frame.height > MOST_ROWS_SHOWN:
        say(f"{MOST_ROWS_SHOWN} of {frame.height:,} rows shown; --format csv writes all.")
