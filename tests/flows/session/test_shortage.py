"""Errors about a full disk or too little memory say what to do, whichever library raises them."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import duckdb
import polars as pl
import pytest

from flows.session.shortage import NoMemory, NoRoom, clear_shortage
from warehouse.layout import WarehouseError

FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize(
    ("problem", "kind"),
    [
        (FULL, NoRoom),
        (pl.exceptions.ComputeError(f"parquet: {FULL.strerror} (os error 28)"), NoRoom),
        (MemoryError(), NoMemory),
        (duckdb.OutOfMemoryException("Failed to allocate\n\nPossible solutions: …"), NoMemory),
    ],
)
def test_a_shortage_says_what_to_do_in_one_line(
    problem: Exception, kind: type[Exception], tmp_path: Path
) -> None:
    with (
        pytest.raises(kind, match=r"Nothing was published.*un again") as raised,
        clear_shortage(tmp_path / "news.duckdb"),
    ):
        raise problem
    assert len(str(raised.value).splitlines()) == 1


@pytest.mark.parametrize(
    "problem",
    [
        pl.exceptions.ComputeError("parquet: Invalid thrift"),
        OSError(errno.EACCES, "Permission denied"),
        WarehouseError("no space for it"),
        ValueError("No space left on device"),
    ],
)
def test_other_errors_pass(problem: Exception, tmp_path: Path) -> None:
    with pytest.raises(type(problem)) as raised, clear_shortage(tmp_path / "news.duckdb"):
        raise problem
    assert raised.value is problem
