"""Cleans up beside a warehouse file: removes what killed runs left, and renames files that are in
the place of a folder. Complete files and folders are left as they are."""

from __future__ import annotations

import contextlib
import shutil
from itertools import count
from pathlib import Path

from warehouse.layout import FOLDERS, Layout, WarehouseError


def remove_leftovers(layout: Layout) -> None:
    """Remove staging, files being made and unfinished parts. The caller holds the lock.

    Under the lock no other run is at work, so all of it is of runs that died. Finished language
    results are kept, because they make the next run quicker.
    """
    shutil.rmtree(layout.staging, ignore_errors=True)
    shutil.rmtree(layout.next, ignore_errors=True)
    for path in layout.folder.rglob("*.unfinished"):
        remove_entry(path)


def remove_entry(path: Path) -> None:
    """Remove a file, a link or a folder, where that is allowed."""
    with contextlib.suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()


def set_foreign_aside(layout: Layout) -> list[tuple[Path, Path]]:
    """Rename files that are in the place of a folder beside the warehouse; returns the new names.

    The caller holds the lock. Raises WarehouseError where one cannot be renamed.
    """
    moved = []
    for name in FOLDERS:
        path = layout.folder / name
        if path.is_dir() or not (path.exists() or path.is_symlink()):
            continue
        try:
            moved.append((path, path.rename(free_name(layout.folder, f"{name}.damaged"))))
        except OSError as error:
            raise WarehouseError(
                f"{path}: is not a folder, and cannot be renamed ({error.strerror}). Move it away, "
                "or make its folder writable, and run again."
            ) from error
    return moved


def free_name(folder: Path, name: str) -> Path:
    """A path of that name in a folder, numbered where the name is taken."""
    taken = {entry.name for entry in folder.iterdir()}
    stem, dot, suffix = name.rpartition(".")
    names = (name if not n else f"{stem}.{n}{dot}{suffix}" for n in count())
    return folder / next(one for one in names if one not in taken)
