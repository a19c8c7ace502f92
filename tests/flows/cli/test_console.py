"""Errors people can act on: one line, and an exit code that says of what kind."""

from __future__ import annotations

import errno
from contextlib import nullcontext
from pathlib import Path
from typing import NamedTuple

import polars as pl
import pytest
import typer
from typer.testing import CliRunner

import flows.rebuild
from expectations.check import CheckError
from flows.cli import maintenance
from flows.cli.app import app
from flows.cli.console import broken_stages, friendly_errors
from flows.explore.server import PortTaken
from flows.orchestration.embedded_server import ServerMissing, ServerNotStarted
from flows.orchestration.stage_task import StageTimedOut
from flows.service.plan import ServiceRefused
from flows.service.serving import ServiceBroken
from flows.session.accounts import AccountingError
from flows.session.quarantine import NoSuchRow
from flows.session.reference import ReferenceInvalid
from flows.session.shortage import NoMemory, NoRoom
from flows.session.summary import ChecksFailed, RunFailed
from flows.sources.location import PlaceError, PlaceUnreachable
from flows.stages.discover import EmptyListing
from flows.workers.exchange import ClusterError
from flows.workers.pool import WorkerDied
from transforms.block.phrase import PhraseError
from transforms.block.story_model import StoryModelError
from transforms.block.tree_model import TreeModelError
from transforms.entity.override import OverrideError
from transforms.name.word import NameWordError
from transforms.nlp.pipeline import PipelineMissing
from warehouse.edition import PublishError
from warehouse.error import ExpectedError
from warehouse.layout import WarehouseDamaged, WarehouseError
from warehouse.lock import WarehouseLocked


class Usage(NamedTuple):
    free: int


EXIT_CODES: dict[type[ExpectedError], int] = {
    WarehouseError: 2, WarehouseDamaged: 2, NoSuchRow: 2, PublishError: 1, WarehouseLocked: 3,
    PlaceError: 2, PlaceUnreachable: 1, EmptyListing: 2, ReferenceInvalid: 2, PipelineMissing: 2,
    ClusterError: 2, WorkerDied: 1, CheckError: 1, ServerMissing: 1, ServerNotStarted: 1,
    RunFailed: 1, ChecksFailed: 1, AccountingError: 1, StageTimedOut: 1, NoRoom: 1, NoMemory: 1,
    ServiceRefused: 2, ServiceBroken: 1, PortTaken: 2,
    NameWordError: 2, OverrideError: 2, PhraseError: 2, StoryModelError: 2, TreeModelError: 2,
}  # fmt: skip
"""What a command that such an error ends returns: 1 failed, 2 wrong use, 3 held by another run."""


def test_every_expected_error_is_listed_here() -> None:
    found: set[type[ExpectedError]] = set()
    waiting = ExpectedError.__subclasses__()
    while waiting:
        kind = waiting.pop()
        found.add(kind)
        waiting += kind.__subclasses__()
    assert {kind for kind in found if not kind.__module__.startswith("tests.")} == set(EXIT_CODES)


@pytest.mark.parametrize(("kind", "code"), EXIT_CODES.items())
def test_an_expected_error_is_one_line_and_its_exit_code(
    kind: type[ExpectedError], code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    problem = kind.__new__(kind)
    Exception.__init__(problem, "This happened. Do that.")
    with pytest.raises(typer.Exit) as end, friendly_errors(), broken_stages():
        raise problem
    assert (end.value.exit_code, capsys.readouterr().err) == (code, "This happened. Do that.\n")


@pytest.mark.parametrize(
    "problem",
    [
        pl.exceptions.ComputeError("parquet: transport error\nat part 3"),
        OSError(errno.EIO, "Input/output error"),
        MemoryError(),
    ],
)
def test_a_broken_stage_is_one_line(problem: Exception, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as end, broken_stages():
        raise problem
    printed = capsys.readouterr().err
    assert end.value.exit_code == 1
    assert len(printed.strip().splitlines()) == 1
    assert printed.startswith("The run failed (")


def test_a_wrong_place_stays_wrong_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as end, friendly_errors(), broken_stages():
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
    monkeypatch.setattr(maintenance, "Preload", lambda *_, **__: nullcontext())

    ended = CliRunner().invoke(app, ["rebuild", "--warehouse", str(tmp_path / "news.duckdb")])

    assert (ended.exit_code, len(ended.output.strip().splitlines())) == (code, 1), ended.output


@pytest.mark.parametrize("span", ["9 years", "999999d"])
def test_a_purge_of_no_time_span_is_wrong_use(span: str, tmp_path: Path) -> None:
    words = ["purge", "--older-than", span, "--warehouse", str(tmp_path / "news.duckdb")]
    ended = CliRunner().invoke(app, words)
    assert (ended.exit_code, len(ended.output.strip().splitlines())) == (2, 1), ended.output
