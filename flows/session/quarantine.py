"""Selects quarantine rows and the sources from which their files are to be read again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

from flows.settings import Settings
from warehouse.connect import open_reader
from warehouse.layout import WarehouseError
from warehouse.tables import QUARANTINE

REPLAY, REBUILD = "newshouse quarantine replay", "newshouse rebuild"
"""The command to run once the fault behind a row is corrected: to read its file again, or to derive
its article again from the kept text. The message of a row ends with one of them."""


def awaits_rebuild() -> pl.Expr:
    """Whether a row of QUARANTINE is resolved by rebuilding its article, not by its file."""
    return pl.col("message").str.ends_with(REBUILD)


class SourceToReplay(NamedTuple):
    """Source, collection and files to read again, as the runs that withheld them read them."""

    source: str
    collection: str
    files: tuple[str, ...]


class NoSuchRow(WarehouseError):
    """An id that no quarantine row begins with."""


def quarantine_rows(
    settings: Settings, ids: Sequence[str], status: str | None = "open"
) -> pl.DataFrame:
    """Rows of QUARANTINE, in order of file; those whose id begins with one of ``ids``, if any.

    Raises NoSuchRow where an id fits no row, WarehouseError where there is no warehouse.
    """
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
        raise NoSuchRow(
            f"No open row begins with {', '.join(missing)}. See: newshouse quarantine list"
        )
    return found


def to_rebuild(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows that need a rebuild, not another reading of their files."""
    return rows.filter(awaits_rebuild())


def sources_of(settings: Settings, rows: pl.DataFrame) -> list[SourceToReplay]:
    """The sources of these rows' files, without rows that need a rebuild."""
    rows = rows.filter(~awaits_rebuild())
    con = open_reader(settings.warehouse)
    try:
        runs = con.execute("select run_id, source_uri as source, collection from ops.run").pl()
    finally:
        con.close()
    located = rows.join(runs, on="run_id")
    return [
        SourceToReplay(str(source), str(collection), tuple(sorted(set(group["source_uri"]))))
        for (source, collection), group in located.group_by(
            "source", "collection", maintain_order=True
        )
    ]
