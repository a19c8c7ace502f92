"""Paths of everything that lies beside a warehouse file, and the errors that concern the file."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from warehouse.error import WRONG_USE, ExpectedError

FOLDERS = ("staging", "journal", "snapshots", "next", "nlp", "docs")
"""Folders inside the folder beside a warehouse."""


class WarehouseError(ExpectedError):
    """An error of the warehouse; the message says in one line what went wrong and what to do."""

    exit_code = WRONG_USE


class WarehouseDamaged(WarehouseError):
    """The published file cannot be read at all."""


@dataclass(frozen=True)
class Layout:
    """The files of a warehouse: ``FILE``, ``FILE.lock`` and ``FILE.d/``, nothing else.

    Made by ``layout_of``, so that ``file`` is always the real file and never a link to it.
    """

    file: Path

    @property
    def lock(self) -> Path:
        """The file whose lock keeps two runs apart; it is never deleted."""
        return self.file.with_name(f"{self.file.name}.lock")

    @property
    def folder(self) -> Path:
        """The folder beside the file."""
        return self.file.with_name(f"{self.file.name}.d")

    @property
    def staging(self) -> Path:
        """One sub-folder a run, with its Parquet."""
        return self.folder / "staging"

    @property
    def journal(self) -> Path:
        """Operations rows not published yet."""
        return self.folder / "journal"

    @property
    def damaged_journal(self) -> Path:
        """Damaged files of the journal, moved here by a run."""
        return self.journal / "damaged"

    @property
    def snapshots(self) -> Path:
        """Earlier published files, named by the run that published them."""
        return self.folder / "snapshots"

    @property
    def next(self) -> Path:
        """The file being made. Files left here while no run holds the lock may be deleted."""
        return self.folder / "next"

    @property
    def damaged(self) -> Path:
        """A published file that could not be read, moved here when a snapshot replaced it."""
        return self.folder / "damaged.duckdb"

    def run_staging(self, run_id: str) -> Path:
        """The staging folder of one run."""
        return self.staging / run_id


def layout_of(warehouse: Path) -> Layout:
    """The layout beside the real file, so that a link and its target share one lock."""
    return Layout(warehouse.expanduser().resolve())


def make_durable(path: Path) -> None:
    """Write a file's bytes, or a folder's entries, through to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
