"""Keeps, lists and prunes snapshots, which are earlier published files. Their rows never change."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from warehouse.copying import copy_file
from warehouse.layout import Layout, layout_of, make_durable
from warehouse.leftover import remove_entry


@dataclass(frozen=True)
class Snapshot:
    """An earlier published file, named by the run that published it."""

    name: str
    path: Path
    byte_count: int
    published_at: datetime


def list_snapshots(warehouse: Path) -> list[Snapshot]:
    """The snapshots of a warehouse, oldest first."""
    folder = layout_of(warehouse).snapshots
    found = []
    for path in sorted(filter(Path.is_file, folder.glob("*.duckdb"))):
        status = path.stat()
        changed = datetime.fromtimestamp(status.st_mtime, tz=UTC)
        found.append(Snapshot(path.stem, path, status.st_size, changed))
    return found


def keep_snapshot(layout: Layout, name: str) -> None:
    """Give the published file a second name, before another takes its place.

    A hard link where the file system has them, else a copy. Doing it again changes nothing.
    """
    layout.snapshots.mkdir(parents=True, exist_ok=True)
    path = layout.snapshots / f"{name}.duckdb"
    if path.exists() and path.samefile(layout.file):
        return
    unfinished = path.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    try:
        os.link(layout.file, unfinished)
    except OSError:  # No hard links here (some network and removable drives).
        copy_file(layout.file, unfinished)
        make_durable(unfinished)
    unfinished.replace(path)
    make_durable(layout.snapshots)


def prune_snapshots(layout: Layout, keep: int) -> None:
    """Remove all but the newest ``keep`` snapshots, and what a killed run left unfinished."""
    if not layout.snapshots.is_dir():
        return
    for path in layout.snapshots.glob("*.unfinished"):
        remove_entry(path)
    names = sorted(layout.snapshots.glob("*.duckdb"))
    for path in names[: max(0, len(names) - keep)]:
        remove_entry(path)
