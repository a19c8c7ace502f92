"""Operations rows of runs that have published nothing yet, as Parquet beside the warehouse.

A run writes its row here when it starts, with status `running`. The next publication folds in what
is here and removes it afterwards, so every run leaves a record. The published file has the last
word: parts of a run it knows already are ignored. Holds no row of `main`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import polars as pl

from warehouse.connect import attach_published, open_private
from warehouse.contract import Contract
from warehouse.layout import Layout, WarehouseError, layout_of, make_durable
from warehouse.tables import BY_NAME, CONTRACTS, RUN

JOURNALED: tuple[Contract, ...] = tuple(
    contract for contract in CONTRACTS if contract.schema == "ops"
)


@dataclass(frozen=True)
class JournalPart:
    """The rows one run left for one table."""

    run_id: str
    table: str
    path: Path


def write(warehouse: Path, run_id: str, frames: Mapping[str, pl.DataFrame]) -> None:
    """Keep a run's operations rows; what the run wrote before of the same table is replaced.

    The table `run` is written last, so that its status never runs ahead of its other rows. Each
    table is replaced in one step. Raises WarehouseError for a table that is not of `ops`.
    """
    foreign = sorted(set(frames) - {contract.name for contract in JOURNALED})
    if foreign:
        raise WarehouseError(f"journal: {', '.join(foreign)} cannot be journaled, only ops tables")
    layout = layout_of(warehouse)
    try:
        layout.journal.mkdir(parents=True, exist_ok=True)
        for table in sorted(frames, key=lambda name: name == RUN.name):
            _write_part(layout, run_id, BY_NAME[table], frames[table])
        make_durable(layout.journal)
    except OSError as error:
        raise WarehouseError(
            f"{layout.journal}: cannot be written ({error.strerror}). The folder of the warehouse "
            "must be writable and have space left."
        ) from error


def list_parts(warehouse: Path) -> tuple[JournalPart, ...]:
    """Every part, in order of run; also those of runs that are published already."""
    folder = layout_of(warehouse).journal
    try:
        paths = sorted(folder.glob("*.parquet")) if folder.is_dir() else []
    except OSError as error:
        raise WarehouseError(f"{folder}: cannot be read ({error.strerror}).") from error
    return tuple(
        JournalPart(run_id=path.name.split(".")[0], table=path.name.split(".")[1], path=path)
        for path in paths
    )


def remove(parts: Iterable[JournalPart]) -> None:
    """Remove parts that are published. What cannot be removed now is ignored later."""
    for part in parts:
        with contextlib.suppress(OSError):
            part.path.unlink()


def read(warehouse: Path) -> dict[str, pl.DataFrame]:
    """Rows of runs that the published file does not know, by table; the latest of each key."""
    parts = unpublished(list_parts(warehouse), published_runs(warehouse))
    return {
        contract.name: contract.conform(
            pl.concat([pl.read_parquet(path) for path in paths]).unique(
                contract.key, keep="last", maintain_order=True
            )
        )
        for contract in JOURNALED
        if (paths := [part.path for part in parts if part.table == contract.name])
    }


def mark_crashed(warehouse: Path, run_id: str, ended_at: datetime) -> list[str]:
    """Say of every other run that is still `running` that it crashed; their ids.

    For a run that has just got the lock: whoever else says `running` is dead.
    """
    crashed = []
    for part in unpublished(list_parts(warehouse), published_runs(warehouse)):
        if part.table != RUN.name or part.run_id == run_id:
            continue
        run = pl.read_parquet(part.path)
        running = run.filter(pl.col("status") == "running")
        if running.height:
            message = "The run ended without a word: it was killed, or its machine stopped."
            write(warehouse, part.run_id, {
                RUN.name: run.with_columns(
                    status=pl.lit("crashed"), ended_at=pl.lit(ended_at), message=pl.lit(message)
                )
            })  # fmt: skip
            crashed.append(part.run_id)
    return crashed


def newest_run(warehouse: Path) -> str | None:
    """Id of the newest run that is published or in the journal; null where there is none."""
    found = published_runs(warehouse) | {part.run_id for part in list_parts(warehouse)}
    return max(found, default=None)


def unpublished(parts: Iterable[JournalPart], known_runs: set[str]) -> tuple[JournalPart, ...]:
    """The parts of runs that are not among the known ones."""
    return tuple(part for part in parts if part.run_id not in known_runs)


def published_runs(warehouse: Path) -> set[str]:
    """Ids of the runs the published file records; none where there is no file."""
    con = open_private()
    try:
        if not attach_published(con, warehouse):
            return set()
        return runs_in(con, f"published.{RUN.qualified_name}")
    finally:
        con.close()


def runs_in(con: duckdb.DuckDBPyConnection, relation: str) -> set[str]:
    """Ids of the runs in a relation shaped like `ops.run`."""
    return {row[0] for row in con.execute(f"SELECT run_id FROM {relation}").fetchall()}  # noqa: S608


def _write_part(layout: Layout, run_id: str, contract: Contract, frame: pl.DataFrame) -> None:
    path = layout.journal / f"{run_id}.{contract.name}.parquet"
    unfinished = path.with_suffix(".unfinished")
    contract.conform(frame).write_parquet(unfinished)
    make_durable(unfinished)
    unfinished.replace(path)
