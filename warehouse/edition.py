"""Making the next edition of a warehouse file and putting it in the old one's place.

The published file is never opened for writing. A copy is changed in one transaction, checked,
written through to the disk and renamed over it. Killed before the rename, nothing has happened;
killed after it, everything has; the next run that holds the lock removes the files left over. The
caller passes the function that makes the change.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from warehouse import ddl, mart, search_index
from warehouse.connect import find_snapshot, open_writer, published_run
from warehouse.copying import copy_file
from warehouse.error import FAILED
from warehouse.fts_extension import load_extension
from warehouse.layout import (
    Layout,
    WarehouseDamaged,
    WarehouseError,
    layout_of,
    make_durable,
)
from warehouse.migration import migrate_open
from warehouse.schema_version import SCHEMA_VERSION
from warehouse.snapshot import keep_snapshot, prune_snapshots
from warehouse.tables import CONTRACTS
from warehouse.tables.publication import PUBLICATION

Announce = Callable[[str], None]
Change = Callable[[duckdb.DuckDBPyConnection], None]


class PublishError(WarehouseError):
    """The new file could not be made; the published one is unchanged."""

    exit_code = FAILED


def silent(_step: str) -> None:
    """Ignore the name of a step."""


def publish_edition(
    warehouse: Path,
    run_id: str,
    change: Change,
    *,
    keep_snapshots: int | None,
    compact: bool = False,
    more_bytes: int = 0,
    announce: Announce = silent,
) -> None:
    """Replace the published file by a copy with the change made. The caller holds the lock.

    ``keep_snapshots`` is how many earlier files are kept; null leaves the snapshots as they are and
    does not add the file replaced. ``compact`` writes the rows into a fresh file, in storage order,
    so that nothing of deleted rows is left in it. ``more_bytes`` is about how much the change adds.
    ``announce`` is called with the name of each step as it begins. Raises PublishError, the
    published file untouched, when a row does not fit or the disk does not take the file.
    """
    layout = layout_of(warehouse)
    with room_for_next(layout):
        target = layout.next / f"{run_id}.duckdb"
        announce("copy")
        if layout.file.exists():
            copy_file(layout.file, target)
        previous = make_edition(target, run_id, change, announce, more_bytes=more_bytes)
        if compact:
            announce("compact")
            target = write_compact(target, target.with_suffix(".compact"))
        put_in_place(layout, target, previous, keep_snapshots, announce)


def restore_snapshot(warehouse: Path, name: str, *, keep_snapshots: int) -> str:
    """Put a copy of a snapshot in the place of the published file; the snapshot's whole name.

    The file replaced becomes a snapshot; one that cannot be read is set aside. The caller holds the
    lock. Raises WarehouseError when no snapshot, or more than one, is named so.
    """
    layout = layout_of(warehouse)
    snapshot = find_snapshot(warehouse, name)
    try:
        previous = published_run(warehouse)
    except WarehouseDamaged:
        previous = None
        layout.damaged.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # No hard links here: it is only replaced.
            os.link(layout.file, layout.damaged)
    with room_for_next(layout):
        target = layout.next / snapshot.name
        copy_file(snapshot, target)
        put_in_place(layout, target, previous, keep_snapshots, silent)
    return snapshot.stem


@contextmanager
def room_for_next(layout: Layout) -> Iterator[None]:
    """An empty folder for the file being made, removed afterwards.

    An error of the disk or of DuckDB inside the block becomes a PublishError.

    Files left there by a killed publication are removed first: under the lock nobody uses them.
    """
    try:
        if layout.next.exists():
            shutil.rmtree(layout.next)
        layout.next.mkdir(parents=True)
        yield
    except OSError as error:
        raise PublishError(
            f"{layout.file}: not published ({error.strerror}: {error.filename}). What was "
            "published before is unchanged. Make room or give write access, then run again."
        ) from error
    except duckdb.Error as error:
        raise PublishError(
            f"{layout.file}: not published ({str(error).splitlines()[0]}). What was published "
            "before is unchanged."
        ) from error
    finally:
        shutil.rmtree(layout.next, ignore_errors=True)


def put_in_place(
    layout: Layout,
    target: Path,
    previous: str | None,
    keep_snapshots: int | None,
    announce: Announce,
) -> None:
    """Write the new file through to the disk and rename it over the published one."""
    announce("sync")
    make_durable(target)
    make_durable(layout.next)
    if previous is not None and keep_snapshots:
        announce("snapshot")
        keep_snapshot(layout, previous)
    announce("rename")
    target.replace(layout.file)
    announce("sync folder")
    make_durable(layout.file.parent)
    if keep_snapshots is not None:
        prune_snapshots(layout, keep_snapshots)


def make_edition(
    target: Path, run_id: str, change: Change, announce: Announce = silent, *, more_bytes: int = 0
) -> str | None:
    """Migrate a private copy and change it; the run that published the original, null if none."""
    con = open_writer(target, more_bytes=more_bytes)
    try:
        can_index = _prepare_search(con)
        previous = migrate_open(con)
        con.execute("BEGIN TRANSACTION")
        ddl.create_all(con)
        change(con)
        announce("marts")
        _finish(con, run_id, announce)
        announce("search index")
        search_index.refresh(con, can_index=can_index)
        announce("checkpoint")
        con.execute("CHECKPOINT")
    finally:
        con.close()
    _refuse_log(target)
    return previous


def write_compact(source: Path, target: Path) -> Path:
    """Write every row of a private copy into a new file, in storage order; returns that file.

    The search index is made again, as it may hold words of deleted rows.
    """
    target.unlink(missing_ok=True)
    con = open_writer(target, more_bytes=source.stat().st_size)
    try:
        can_index = _prepare_search(con)
        con.execute(f"ATTACH {ddl.quote(str(source))} AS crowded (READ_ONLY)")
        con.execute("BEGIN TRANSACTION")
        ddl.create_all(con)
        for contract in CONTRACTS:
            con.execute(ddl.insert_statement(contract, f"crowded.{contract.qualified_name}"))
        row = con.execute(f"SELECT run_id FROM crowded.{PUBLICATION.qualified_name}").fetchone()  # noqa: S608
        if row is None:
            raise PublishError(f"{source}: does not say which run published it.")
        _finish(con, str(row[0]), silent)
        con.execute("DETACH crowded")
        search_index.refresh(con, can_index=can_index)
        con.execute("CHECKPOINT")
    finally:
        con.close()
    _refuse_log(target)
    return target


def _finish(con: duckdb.DuckDBPyConnection, run_id: str, announce: Announce) -> None:
    """Make the views and macros, sign the file and close the transaction."""
    mart.create_all(con)
    con.execute(f"DELETE FROM {PUBLICATION.qualified_name}")  # noqa: S608
    con.execute(
        f"INSERT INTO {PUBLICATION.qualified_name} VALUES (?, ?)",  # noqa: S608
        [SCHEMA_VERSION, run_id],
    )
    announce("commit")
    con.execute("COMMIT")


def _prepare_search(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether an index can be made; without the extension `search` reads the blocks directly."""
    can_index = load_extension(con)
    if not can_index:
        search_index.stand_in(con)
    return can_index


def _refuse_log(target: Path) -> None:
    if target.with_name(f"{target.name}.wal").exists():
        raise PublishError(f"{target}: DuckDB kept part of the rows in its log. Run again.")
