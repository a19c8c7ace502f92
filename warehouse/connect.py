"""Opening warehouse files: the published one for reading only, a private copy for writing."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import duckdb

from warehouse.ddl import quote
from warehouse.fts_extension import load_extension
from warehouse.layout import WarehouseDamaged, WarehouseError, layout_of
from warehouse.migration import lacks
from warehouse.schema_version import SCHEMA_VERSION, read_schema_version
from warehouse.tables.publication import PUBLICATION


def open_private() -> duckdb.DuckDBPyConnection:
    """An empty database in memory, in UTC, that spills to the system's temporary folder.

    Extensions are neither installed nor loaded on their own.
    """
    spill = Path(tempfile.gettempdir()) / f"newshouse-{os.getpid()}.tmp"
    con = duckdb.connect(
        ":memory:",
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "temp_directory": str(spill),
        },
    )
    con.execute("SET TimeZone = 'UTC'")
    return con


_LEAST_MEMORY, _MEMORY_BY_SIZE = 1024**3, 4
"""Bytes of memory that any file is written with, and the share of a large one's size. Measured:
with 1 GiB, 100,000 articles (a file of 280 MB) are written as fast as with all there is."""


def open_writer(file: Path, *, more_bytes: int = 0) -> duckdb.DuckDBPyConnection:
    """Open a private copy for writing. Never the published file: only publishing calls this.

    Commits go into the file at once, not by way of a log: until it is renamed no reader uses it.
    Memory is bounded by the size of the file and of what will be added (``more_bytes``); sorting
    that takes more goes by way of files beside it.
    """
    size = (file.stat().st_size if file.exists() else 0) + more_bytes
    con = duckdb.connect(
        str(file),
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "wal_autocheckpoint": "0KB",
        },
    )
    con.execute("SET TimeZone = 'UTC'")
    there = con.execute("SELECT parse_formatted_bytes(current_setting('memory_limit'))").fetchone()
    wanted = max(_LEAST_MEMORY, _MEMORY_BY_SIZE * size)
    if there is not None and wanted < there[0]:
        con.execute(f"SET memory_limit = '{wanted} bytes'")
    return con


def attach_published(
    con: duckdb.DuckDBPyConnection, warehouse: Path, *, must_exist: bool = False
) -> bool:
    """Attach the file read-only as ``published``; False where there is none.

    Attached rather than opened: DuckDB hands a process that still has the file open its old
    version again, while an attachment to a new database sees what was published last.
    """
    file = layout_of(warehouse).file
    if not file.exists():
        if must_exist:
            raise WarehouseError(
                f"{file}: there is no warehouse. Make one with: newshouse run --warehouse {file}"
            )
        return False
    try:
        con.execute(f"ATTACH {quote(str(file))} AS published (READ_ONLY)")
    except duckdb.Error as error:
        message = f"{file}: cannot be read as a warehouse ({_first(error)})"
        if layout_of(warehouse).snapshots.is_dir():
            message += ". Earlier files are kept: newshouse snapshots list, and restore"
        else:
            message += ". Put a copy of it back, or move it away: the next run makes a new one"
        raise WarehouseDamaged(message) from error
    refuse_unknown_version(file, read_schema_version(con, "published"))
    return True


def refuse_unknown_version(file: Path, version: int | None) -> None:
    """Raise WarehouseError for a file that is no warehouse or is of a later program."""
    if version is None:
        raise WarehouseError(
            f"{file}: is a DuckDB file but not a warehouse of newshouse. "
            "Name the right one with --warehouse FILE."
        )
    if version > SCHEMA_VERSION:
        raise WarehouseError(
            f"{file}: its schema version {version} is newer than this program knows "
            f"({SCHEMA_VERSION}). Update newshouse."
        )


def refuse_older_version(con: duckdb.DuckDBPyConnection, warehouse: Path) -> None:
    """Raise WarehouseError where the attached file was made by an earlier program."""
    version = read_schema_version(con, "published")
    if version is not None and version < SCHEMA_VERSION:
        raise WarehouseError(
            f"{warehouse}: its schema version {version} is older than this program's "
            f"({SCHEMA_VERSION}). The next `newshouse run` brings it up to date."
        )
    missing = lacks(con, "published")
    if missing:
        raise WarehouseError(
            f"{warehouse}: was made before {', '.join(missing[:3])} "
            f"{'was' if len(missing) == 1 else 'were'} added. The next `newshouse run` brings it "
            "up to date."
        )


def is_older(warehouse: Path) -> bool:
    """Whether the published file is of an earlier version, or lacks tables or columns of this one;
    False where there is none."""
    con = open_private()
    try:
        if not attach_published(con, warehouse):
            return False
        version = read_schema_version(con, "published")
        return version is not None and (version < SCHEMA_VERSION or bool(lacks(con, "published")))
    finally:
        con.close()


def published_run(warehouse: Path) -> str | None:
    """The run that published the file; null where there is none."""
    con = open_private()
    try:
        if not attach_published(con, warehouse):
            return None
        row = con.execute(f"SELECT run_id FROM published.{PUBLICATION.qualified_name}").fetchone()  # noqa: S608
        return None if row is None else str(row[0])
    finally:
        con.close()


def open_reader(
    warehouse: Path, *, at: str | None = None, with_search: bool = False
) -> duckdb.DuckDBPyConnection:
    """A closed-off connection on which ``select * from article`` works.

    ``at`` names a snapshot; ``with_search`` loads what the macro `search` needs, where it is. No
    statement can write, reach files or the network, load extensions or open these settings again.
    The connection keeps the version it opened.
    """
    file = warehouse if at is None else find_snapshot(warehouse, at)
    con = open_private()
    try:
        attach_published(con, file, must_exist=True)
        con.execute("USE published")
        if with_search:
            load_extension(con)
        con.execute("SET enable_external_access = false")
        con.execute("SET lock_configuration = true")
    except (WarehouseError, duckdb.Error):
        con.close()
        raise
    return con


def find_snapshot(warehouse: Path, at: str) -> Path:
    """The snapshot of that name, or the only one whose name begins so."""
    folder = layout_of(warehouse).snapshots
    names = sorted(path.stem for path in folder.glob("*.duckdb")) if folder.is_dir() else []
    fitting = [name for name in names if name == at] or [n for n in names if n.startswith(at)]
    if len(fitting) != 1:
        raise WarehouseError(
            f"{len(fitting)} of {len(names)} snapshots are named {at}. "
            f"There are: {', '.join(names[-3:]) or 'none'}. See: newshouse snapshots list"
        )
    return folder / f"{fitting[0]}.duckdb"


def _first(error: Exception) -> str:
    return str(error).splitlines()[0]
