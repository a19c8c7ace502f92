"""Operations rows of runs that have published nothing yet, as Parquet beside the warehouse.

A run writes its row here when it starts, with status `running`. The next publication folds in what
is here and removes it afterwards, so every run leaves a record. The published file takes
precedence: parts of a run that it already records are ignored. Readers skip a damaged file; the
next run moves it into a folder of its own and never deletes it. Only schema `ops` has rows here.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import polars as pl

from warehouse.connect import attach_published, open_private
from warehouse.contract import Contract
from warehouse.layout import Layout, WarehouseError, layout_of, make_durable
from warehouse.leftover import free_name
from warehouse.parquet_file import DamagedFile, FileDamaged, read_part
from warehouse.tables import BY_NAME, CONTRACTS, RUN

JOURNALED: tuple[Contract, ...] = tuple(
    contract for contract in CONTRACTS if contract.schema == "ops"
)


RUN_ID_TIME = "%Y%m%dT%H%M%SZ"
"""How the id of a run begins."""


_RUN_ID = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-.+")


@dataclass(frozen=True)
class JournalPart:
    """The rows one run left for one table."""

    run_id: str
    table: str
    path: Path


def write(warehouse: Path, run_id: str, frames: Mapping[str, pl.DataFrame]) -> None:
    """Write a run's operations rows; they replace what the run wrote before of the same table.

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
    """Every part, in order of run; also those of runs that are published already.

    Looks only at the names of the files. The run that holds the lock has already set damaged files
    aside.
    """
    parts = (part_of(path) for path in _files(layout_of(warehouse)))
    return tuple(part for part in parts if part is not None)


def part_of(path: Path) -> JournalPart | None:
    """The part a file is by its name, ``RUN_ID.TABLE.parquet``; null for any other name."""
    run_id, _, table = path.name.removesuffix(".parquet").partition(".")
    if table not in {contract.name for contract in JOURNALED} or not _is_run_id(run_id):
        return None
    return JournalPart(run_id, table, path)


def _is_run_id(text: str) -> bool:
    """Ids begin with the time the run started: that of the newest one is read from its id."""
    found = _RUN_ID.fullmatch(text)
    if found is None:
        return False
    year, month, day, hour, minute, second = map(int, found.groups())
    try:
        datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return False
    return True


def _files(layout: Layout) -> list[Path]:
    folder = layout.journal
    try:
        return sorted(folder.glob("*.parquet")) if folder.is_dir() else []
    except OSError as error:
        raise WarehouseError(f"{folder}: cannot be read ({error.strerror}).") from error


def list_damaged(warehouse: Path) -> tuple[DamagedFile, ...]:
    """What is in the journal and is no valid part of it; reads every file."""
    return _examine(warehouse, published_runs(warehouse))[1]


def _examine(
    warehouse: Path, published: set[str]
) -> tuple[list[tuple[JournalPart, pl.DataFrame]], tuple[DamagedFile, ...]]:
    """Valid parts with their rows, and everything else. Rows of a run without a row in `run` are
    damaged too."""
    found = [_sound(path) for path in _files(layout_of(warehouse))]
    parts = [one for one in found if not isinstance(one, DamagedFile)]
    runs = {part.run_id for part, _ in parts if part.table == RUN.name} | published
    unowned = [
        DamagedFile(part.path, f"the row of its run in {RUN.name} is missing")
        for part, _ in parts
        if part.run_id not in runs
    ]
    damaged = [one for one in found if isinstance(one, DamagedFile)]
    return [one for one in parts if one[0].run_id in runs], tuple(sorted(damaged + unowned))


def _sound(path: Path) -> tuple[JournalPart, pl.DataFrame] | DamagedFile:
    """The part and its rows, or what is wrong with it."""
    part = part_of(path)
    if part is None:
        return DamagedFile(path, "not named RUN_ID.TABLE.parquet")
    try:
        rows = read_part(path, BY_NAME[part.table])
    except FileDamaged as problem:
        return DamagedFile(path, str(problem))
    if "run_id" in rows.columns and set(rows["run_id"]) - {part.run_id}:
        return DamagedFile(path, "rows of another run than its name says")
    return part, rows


def set_damaged_aside(warehouse: Path) -> tuple[DamagedFile, ...]:
    """Move damaged files into the folder `damaged` of the journal; returns their new paths and why.

    The caller holds the lock. Nothing is deleted. Raises WarehouseError if one cannot be moved.
    """
    layout = layout_of(warehouse)
    moved = []
    for path, reason in list_damaged(warehouse):
        try:
            layout.damaged_journal.mkdir(parents=True, exist_ok=True)
            target = path.rename(free_name(layout.damaged_journal, path.name))
            moved.append(DamagedFile(target, reason))
        except OSError as error:
            raise WarehouseError(
                f"{path}: damaged ({reason}), and cannot be moved away ({error.strerror}). Move it "
                "out of the journal, or make the folder writable, and run again."
            ) from error
    return tuple(moved)


def list_set_aside(warehouse: Path) -> tuple[Path, ...]:
    """The damaged files that earlier runs moved away."""
    folder = layout_of(warehouse).damaged_journal
    try:
        return tuple(sorted(folder.iterdir())) if folder.is_dir() else ()
    except OSError:
        return (folder,)


def remove(parts: Iterable[JournalPart]) -> None:
    """Remove parts that are published. What cannot be removed now is ignored later."""
    for part in parts:
        with contextlib.suppress(OSError):
            part.path.unlink()


def read(warehouse: Path) -> dict[str, pl.DataFrame]:
    """Rows of runs that the published file does not know, by table; the latest of each key.

    Skips damaged files; `list_damaged` lists them.
    """
    known = published_runs(warehouse)
    sound, _ = _examine(warehouse, known)
    return {
        contract.name: contract.conform(
            pl.concat(frames).unique(contract.key, keep="last", maintain_order=True)
        )
        for contract in JOURNALED
        if (frames := [rows for part, rows in sound
                       if part.table == contract.name and part.run_id not in known])
    }  # fmt: skip


def mark_crashed(warehouse: Path, run_id: str, ended_at: datetime) -> list[str]:
    """Record every other run that is still `running` as crashed; returns their ids.

    For a run that has just got the lock: any other run with status `running` is dead. Skips damaged
    files; `list_damaged` lists them.
    """
    crashed = []
    for part in unpublished(list_parts(warehouse), published_runs(warehouse)):
        if part.table != RUN.name or part.run_id == run_id:
            continue
        found = _sound(part.path)
        if isinstance(found, DamagedFile):
            continue
        _, run = found
        running = run.filter(pl.col("status") == "running")
        if running.height:
            message = "The run's process has ended: it was killed, or its machine stopped."
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
