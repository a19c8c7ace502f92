"""A server that dies, hangs or answers nothing but errors while a run reports to it, at every call:
the run does all its work, once, ends soon, and one line says what is missing in Prefect."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from prefect.settings import (
    PREFECT_API_URL,
    PREFECT_CLIENT_RETRY_JITTER_FACTOR,
    temporary_settings,
)

from flows import ingest, tasks
from flows.orchestration import server_calls
from flows.orchestration.outcome import run_reported
from flows.orchestration.reporting import reporting_to
from flows.session.preload import Preload
from flows.session.summary import Summary
from flows.settings import Settings
from flows.sources.location import PlaceError
from rigs.crash.deliveries import article
from tests.conftest import OWNER_FILE
from tests.flows.orchestration.faulty_server import FaultyServer
from tests.flows.service.served import PrefectServer, family, wait_for
from tests.prefect_server import prefect_server

pytestmark = [pytest.mark.server, pytest.mark.slow]

DONE_ONCE = (tasks.discover, tasks.extract, tasks.entities, tasks.checks, tasks.publish)


@pytest.fixture(scope="module")
def faulty() -> Iterator[FaultyServer]:
    with (
        prefect_server(),
        FaultyServer(str(PREFECT_API_URL.value())) as server,
        temporary_settings({
            PREFECT_API_URL: server.url, PREFECT_CLIENT_RETRY_JITTER_FACTOR: 0,
        }),
    ):  # fmt: skip
        yield server


@pytest.fixture
def work_done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the steps that were carried out, as often as they were."""
    done: list[str] = []

    def noting(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def carry_out(*given: Any, **named: Any) -> Any:
            done.append(name)
            return work(*given, **named)

        return carry_out

    for task in DONE_ONCE:
        monkeypatch.setattr(task, "work", noting(task.stage.name, task.work))
    monkeypatch.setattr(server_calls, "PATIENCE_SECONDS", 5.0)
    return done


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.txt").write_text(article(number), "utf-8")
    return folder


def report(settings: Settings, preload: Preload, lines: list[str]) -> Summary:
    """A run as `newshouse run` has it, in this process."""

    def as_flow() -> None:
        with reporting_to(None), ingest.without_default_heartbeat():
            ingest.preload_of_caller.set(preload)
            ingest.ingest(settings)

    def directly() -> Summary:
        return ingest.ingest_source(settings, preload=preload)

    return run_reported(as_flow, directly, lines.append)


def calls_of_a_run(faulty: FaultyServer, settings: Settings, preload: Preload) -> int:
    faulty.mend()
    lines: list[str] = []
    assert report(settings, preload, lines).status == "published", lines
    assert lines == []
    return faulty.counted


def articles_in(warehouse: Path) -> int:
    with duckdb.connect(str(warehouse), read_only=True) as con:
        row = con.execute("select count(*) from article").fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize("fault", ["errors", "gone", "hangs"])
def test_whatever_call_is_the_first_that_fails(
    faulty: FaultyServer,
    work_done: list[str],
    source: Path,
    tmp_path: Path,
    preload: Preload,
    fault: str,
) -> None:
    undisturbed = Settings(source=str(source), warehouse=tmp_path / "undisturbed.duckdb")
    calls = calls_of_a_run(faulty, undisturbed, preload)
    assert calls >= 8  # flow, run, name, states, artifacts
    reported: list[str] = []
    # A server that is gone or hangs is waited for, so not at every call.
    for call in range(calls) if fault == "errors" else sorted({0, 1, 3, calls // 2, calls - 1}):
        warehouse = tmp_path / fault / str(call) / "news.duckdb"
        work_done.clear()
        lines: list[str] = []
        faulty.fail(fault, call)

        summary = report(Settings(source=str(source), warehouse=warehouse), preload, lines)

        assert summary.status == "published"
        assert work_done == [task.stage.name for task in DONE_ONCE], call
        assert articles_in(warehouse) == 3
        assert len(lines) <= 1, call
        assert all("the run itself and the warehouse are not affected" in line for line in lines)
        reported += lines
    # Slower runs show their progress more often, so which call is the last is not known.
    assert reported, "a call that fails is reported"


def test_what_the_run_itself_ends_with_stays_what_it_ends_with(
    faulty: FaultyServer, tmp_path: Path, preload: Preload, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_calls, "PATIENCE_SECONDS", 5.0)
    settings = Settings(source=str(tmp_path / "absent"), warehouse=tmp_path / "news.duckdb")
    for call in (0, 6):
        faulty.fail("gone", call)
        with pytest.raises(PlaceError, match="absent cannot be read"):
            report(settings, preload, [])


def test_a_server_that_is_back_hears_how_the_run_ended(
    faulty: FaultyServer, work_done: list[str], source: Path, tmp_path: Path, preload: Preload,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    settings = Settings(source=str(source), warehouse=tmp_path / "news.duckdb")
    check = tasks.checks.work
    faulty.mend()

    def away_for_a_while(*given: Any, **named: Any) -> Any:
        faulty.fail("gone", 0)
        time.sleep(4)
        faulty.mend()
        return check(*given, **named)

    monkeypatch.setattr(tasks.checks, "work", away_for_a_while)
    lines: list[str] = []
    assert report(settings, preload, lines).status == "published"
    assert lines == []


@pytest.mark.parametrize("failing", range(1, 40, 3))
def test_a_step_is_done_once_where_prefect_fails_around_it(
    faulty: FaultyServer, work_done: list[str], source: Path, tmp_path: Path, preload: Preload,
    monkeypatch: pytest.MonkeyPatch, failing: int,
) -> None:  # fmt: skip
    from prefect import task_engine

    original = vars(task_engine)["emit_task_run_state_change_event"]
    count = 0

    def emit(*given: Any, **named: Any) -> Any:
        nonlocal count
        count += 1
        if count >= failing:
            raise RuntimeError("Cannot put items in a stopped service instance.")
        return original(*given, **named)

    monkeypatch.setattr(task_engine, "emit_task_run_state_change_event", emit)
    faulty.mend()
    settings = Settings(source=str(source), warehouse=tmp_path / "news.duckdb")
    assert report(settings, preload, []).status == "published"
    assert work_done == [task.stage.name for task in DONE_ONCE]
    assert count >= failing


def start_run(warehouse: Path, environment: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "flows.main", "run", str(OWNER_FILE), "--warehouse", str(warehouse)],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def ended(run: subprocess.Popen[str], warehouse: Path) -> str:
    """Output of a run that must succeed within some minutes."""
    output, _ = run.communicate(timeout=180)
    assert run.returncode == 0, output
    assert "newshouse: published" in output
    assert "Traceback" not in output
    assert "Error logging" not in output
    assert "Service 'EventsWorker' failed" not in output
    assert articles_in(warehouse) == 1
    return output


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_a_run_outlives_its_server(tmp_path: Path, number: signal.Signals) -> None:
    warehouse = tmp_path / "news.duckdb"
    server = PrefectServer(tmp_path)
    try:
        run = start_run(warehouse, server.environment())
        blocks = tmp_path / "news.duckdb.d" / "staging"
        wait_for(lambda: any(blocks.glob("*/block")), 180, "the run at work")
        for pid in (server.started.process.pid, *family(server.started.process.pid)):
            os.kill(pid, number)
        output = ended(run, warehouse)
    finally:
        server.kill()

    assert "Prefect's server went away during the run" in output
    assert output.count("Prefect's record of this run is incomplete") == 1


@pytest.mark.parametrize("moment", ["starting", "ready", "block", "published"])
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_a_run_outlives_the_server_it_started(
    tmp_path: Path, number: signal.Signals, moment: str
) -> None:
    if (moment, number) == ("starting", signal.SIGSTOP):
        pytest.skip("one that hangs before it is ready is waited for: a minute and a half")
    warehouse = tmp_path / "news.duckdb"
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    run = start_run(warehouse, clean | {"PREFECT_HOME": str(tmp_path / "prefect")})
    pid = wait_for(lambda: _embedded(run.pid), 60, "its server")
    reached: dict[str, Callable[[], bool]] = {
        "starting": lambda: True,
        "ready": lambda: (tmp_path / "news.duckdb.lock").exists(),
        "block": lambda: any((tmp_path / "news.duckdb.d" / "staging").glob("*/block")),
        "published": warehouse.exists,
    }
    try:
        wait_for(reached[moment], 180, moment)
        os.kill(pid, number)
        output = ended(run, warehouse)
    finally:
        run.kill()

    assert output.count("Prefect's record of this run is") == 1


def _embedded(command: int) -> int | None:
    """The process of the server that a command started."""
    return next(
        (p for p, line in family(command).items() if "flows.orchestration.prefect_server" in line),
        None,
    )
