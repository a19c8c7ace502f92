"""Messages that a run writes to standard error at once, one line each."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from warehouse.parquet_file import DamagedFile


def print_notice(line: str) -> None:
    """Write one line to standard error, above any progress bars."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def journal_notices(moved: Iterable[DamagedFile]) -> list[str]:
    """A line for each damaged file that was moved out of the journal."""
    return [
        f"{path.parent.parent / path.name} was damaged ({reason}) and moved to {path}. It was part "
        "of the record of an earlier run and held no article; the run goes on."
        for path, reason in moved
    ]


def folder_notices(moved: Iterable[tuple[Path, Path]]) -> list[str]:
    """A line for each file that was in the place of a folder of newshouse."""
    return [
        f"{path} was not a folder: it was renamed to {target}, and a folder was made. Delete "
        "the renamed file if you do not need it; the run goes on."
        for path, target in moved
    ]


def store_notice(damaged: Sequence[DamagedFile]) -> str:
    """A line for all parts of the store of language results that were removed."""
    path, reason = damaged[0]
    return (
        f"{len(damaged):,} kept language results were damaged and removed ({path}: {reason}). "
        "Their paragraphs are read again; no row is affected."
    )


def damaged_notice(path: Path, reason: str) -> str:
    """Message of a read-only command about a damaged file in the journal."""
    return f"{path} is damaged ({reason}) and was skipped; the next `newshouse run` moves it away."
