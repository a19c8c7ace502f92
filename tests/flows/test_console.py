"""Errors people can act on: one line, and an exit code that says of what kind."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path
from typing import NamedTuple

import polars as pl
import pytest
import typer

from flows.cli.console import broken_stages, friendly_errors
from flows.place import PlaceError


class Usage(NamedTuple):
    free: int


@pytest.mark.parametrize("free", [100_000, 10**9])
@pytest.mark.parametrize(
    "problem",
    [
        pl.exceptions.ComputeError("parquet: transport error\nat part 3"),
        OSError(errno.ENOSPC, "No space left on device"),
        MemoryError(),
    ],
)
def test_a_broken_stage_is_one_line_that_names_a_full_disk(
    problem: Exception,
    free: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: Usage(free))
    with pytest.raises(typer.Exit) as end, broken_stages(tmp_path / "news.duckdb"):
        raise problem
    said = capsys.readouterr().err
    assert end.value.exit_code == 1
    assert len(said.strip().splitlines()) == 1
    assert said.startswith("The run failed (")
    assert ("is full (97 kB free): make room." in said) == (free < 10**9)


def test_a_wrong_place_stays_wrong_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as end, friendly_errors(), broken_stages(tmp_path):
        raise PlaceError("/nowhere does not exist.")
    assert (end.value.exit_code, capsys.readouterr().err) == (2, "/nowhere does not exist.\n")
