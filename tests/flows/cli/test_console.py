"""Errors people can act on: one line, and an exit code that says of what kind."""

from __future__ import annotations

import errno
import shutil
from contextlib import nullcontext
from pathlib import Path
from typing import NamedTuple

import polars as pl
import pytest
import typer
from typer.testing import CliRunner

import flows.rebuild
from flows.cli import care
from flows.cli.app import app
from flows.cli.console import broken_stages, friendly_errors
from flows.session.accounts import AccountingError
from flows.sources.location import PlaceError


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


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        (AccountingError("Files do not add up."), 1),
        (pl.exceptions.ComputeError("parquet: cut short"), 1),
        (KeyboardInterrupt(), 130),
    ],
)
def test_a_rebuild_that_fails_is_one_line(
    problem: BaseException, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise problem

    monkeypatch.setattr(flows.rebuild, "rebuild_warehouse", fail)
    monkeypatch.setattr(care, "Preload", lambda *_, **__: nullcontext())

    ended = CliRunner().invoke(app, ["rebuild", "--warehouse", str(tmp_path / "news.duckdb")])

    assert (ended.exit_code, len(ended.output.strip().splitlines())) == (code, 1), ended.output


@pytest.mark.parametrize("span", ["9 years", "999999d"])
def test_a_purge_of_no_time_span_is_wrong_use(span: str, tmp_path: Path) -> None:
    words = ["purge", "--older-than", span, "--warehouse", str(tmp_path / "news.duckdb")]
    ended = CliRunner().invoke(app, words)
    assert (ended.exit_code, len(ended.output.strip().splitlines())) == (2, 1), ended.output
