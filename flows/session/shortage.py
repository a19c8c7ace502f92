"""Turns the various errors of a full disk or of too little memory into one that says what to do."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import polars as pl

from warehouse.error import ExpectedError

_LIBRARY_ERRORS = (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException, duckdb.Error)
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
_FULL_BYTES = 8 << 20
"""With less room than this (8 MiB), any error of a library is taken to be about the disk."""


class NoRoom(ExpectedError):
    """The disk of the warehouse is full."""


class NoMemory(ExpectedError):
    """The process cannot get the memory it needs."""


@contextmanager
def clear_shortage(warehouse: Path) -> Iterator[None]:
    """Raises NoRoom or NoMemory for what libraries raise in the block when disk or memory end."""
    try:
        yield
    except ExpectedError:
        raise
    except (MemoryError, duckdb.OutOfMemoryException) as problem:
        raise NoMemory(
            f"There is not enough memory ({_first_line(problem)}). Nothing was published; language "
            "results are kept. Run again with --workers 1, or with fewer other programs running."
        ) from problem
    except _LIBRARY_ERRORS as problem:
        if not _is_for_room(problem, warehouse.parent):
            raise
        raise NoRoom(
            f"The disk of {warehouse.parent} is full ({_first_line(problem)}). Nothing was "
            "published; the warehouse is unchanged. Free some space, then run again."
        ) from problem


def _is_for_room(problem: BaseException, folder: Path) -> bool:
    if isinstance(problem, OSError) and problem.errno in _NO_ROOM:
        return True
    if os.strerror(errno.ENOSPC) in str(problem):
        return True
    try:
        return shutil.disk_usage(folder).free < _FULL_BYTES
    except OSError:
        return False


def _first_line(problem: BaseException) -> str:
    return str(problem).strip().partition("\n")[0] or type(problem).__name__
