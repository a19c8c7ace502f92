"""Messages that a run writes to standard error at once, one line each."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from warehouse.parquet_file import DamagedFile


def tell_people(line: str) -> None:
    """Write one line to standard error, above any progress bars."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def journal_notices(moved: Iterable[DamagedFile]) -> list[str]:
    """A line for each file of the journal that was set aside."""
    return [
        f"{path.parent.parent / path.name} was damaged ({reason}): set aside as {path}. It held "
        "part of the record of an earlier run, no article; the run goes on."
        for path, reason in moved
    ]


def folder_notices(moved: Iterable[tuple[Path, Path]]) -> list[str]:
    """A line for each thing that stood where a folder of newshouse belongs."""
    return [
        f"{path} was no folder: renamed to {target}, and made anew. Delete that when you have seen "
        "it; the run goes on."
        for path, target in moved
    ]


def store_notice(damaged: Sequence[DamagedFile]) -> str:
    """A line for all parts of the store of language results that were removed."""
    path, reason = damaged[0]
    return (
        f"{len(damaged):,} kept language results were damaged and removed ({path}: {reason}). "
        "Their paragraphs are read again; no row is affected."
    )


def still_there(path: Path, reason: str) -> str:
    """Message of a read-only command about a damaged file in the journal."""
    return (
        f"{path} is damaged ({reason}) and was passed over; the next `newshouse run` sets it aside."
    )
