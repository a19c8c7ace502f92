"""The run as a Prefect flow: states, names, artifacts, and exit codes of the command."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import polars as pl
import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas import State
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId

from expectations.check import BLAMED, CheckReport
from flows.ingest import ingest, preload_of_caller
from flows.orchestration.artifacts import post as show
from flows.session.check_process import check_staged
from flows.session.preload import Preload
from flows.session.summary import ChecksFailed
from flows.settings import Settings
from tests.conftest import ROOT, SEEDS
from tests.prefect_server import prefect_server
from warehouse.lock import Holder, warehouse_lock

WATER = SEEDS / "harbourwire_lake_basin_water.txt"
NEWSHOUSE = Path(sys.executable).with_name("newshouse")


@pytest.fixture(scope="module")
def server() -> Iterator[None]:
    """A real Prefect server of this test module, on loopback, with a database of its own."""
    with prefect_server():
        yield


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    source = tmp_path / "in"
    source.mkdir()
    shutil.copy(WATER, source)
    return source


@dataclass(frozen=True)
class Published:
    """A folder and its warehouse, and how the run that made that ended."""

    folder: Path
    settings: Settings
    state: State[Any]


@pytest.fixture(scope="module")
def published(
    server: None, preload: Preload, tmp_path_factory: pytest.TempPathFactory
) -> Published:
    home = tmp_path_factory.mktemp("published")
    folder = home / "новости `|` #1"
    folder.mkdir()
    shutil.copy(WATER, folder)
    settings = Settings(source=str(folder), warehouse=home / "news.duckdb")
    preload_of_caller.set(preload)
    return Published(folder, settings, ingest(settings, return_state=True))


def test_run_name_tasks_and_artifacts(published: Published) -> None:
    assert (published.state.name, published.state.message) == ("Completed", "published: 1 loaded")
    run_id = published.state.state_details.flow_run_id
    assert run_id is not None
    with get_client(sync_client=True) as client:
        run = client.read_flow_run(run_id)
        found = client.read_artifacts(
            artifact_filter=ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[run_id]))
        )
    assert run.name.startswith(f"{published.folder} 20")
    assert sorted(artifact.key or "" for artifact in found) == [
        "checks",
        "progress",
        "quality-page",
        "rows-per-table",
        "run-summary",
    ]
    summary = next(a for a in found if a.key == "run-summary")
    assert "```mermaid" in str(summary.data)


def test_a_run_that_finds_nothing_new_says_so(published: Published, preload: Preload) -> None:
    preload_of_caller.set(preload)
    state = ingest(published.settings, return_state=True)
    assert (state.name, state.message) == ("Nothing new", "nothing new")


def test_artifacts_that_fail_leave_the_run_as_it_is(
    published: Published, preload: Preload, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> object:
        raise httpx.ConnectError("gone")

    for name in ("create_markdown_artifact", "create_table_artifact"):
        monkeypatch.setattr(show, name, refuse)
    preload_of_caller.set(preload)
    (published.folder / "empty.txt").write_bytes(b"")
    state = ingest(published.settings, return_state=True)
    assert (state.name, state.message) == (
        "Completed with quarantine", "published; 1 in quarantine",
    )  # fmt: skip


def test_failed_checks_are_named_in_the_state_and_shown(
    server: None, preload: Preload, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*words: Any) -> CheckReport:
        report = check_staged(*words)
        broken = pl.col("check_id") == "article.article_id.not_null"
        assert report.result.filter(broken).height == 1
        result = report.result.with_columns(
            success=pl.col("success") & ~broken,
            severity=pl.when(broken).then(pl.lit("critical")).otherwise("severity"),
        )
        blamed = {"blame": "nothing", "blamed": None, "check_id": "article.article_id.not_null"}
        row = pl.DataFrame([blamed], BLAMED)
        return CheckReport(result, report.failure, row)

    monkeypatch.setattr(preload, "check", failing)
    preload_of_caller.set(preload)
    warehouse = tmp_path / "news.duckdb"
    state = ingest(Settings(source=str(folder), warehouse=warehouse), return_state=True)
    assert (state.is_failed(), state.name) == (True, "Checks failed")
    assert (
        "1 check failed for which no article is to blame; nothing was published "
        "(article.article_id" in str(state.message)
    )
    with pytest.raises(ChecksFailed):
        state.result()
    with get_client(sync_client=True) as client:
        run_id = state.state_details.flow_run_id
        assert run_id is not None
        found = client.read_artifacts(
            artifact_filter=ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[run_id]))
        )
    page = next(str(a.data) for a in found if a.key == "run-summary")
    assert page.startswith("## Stopped by checks, nothing published")
    assert "- `article.article_id.not_null` (critical)" in page


def test_a_held_warehouse_is_a_failed_run(server: None, folder: Path, tmp_path: Path) -> None:
    warehouse = tmp_path / "news.duckdb"
    holder = Holder(os.getpid(), "here", "2024-01-01T00:00:00")
    with warehouse_lock(warehouse, holder):
        state = ingest(Settings(source=str(folder), warehouse=warehouse), return_state=True)
    assert (state.is_failed(), state.name) == (True, "Warehouse held")
    assert "is being written by process" in str(state.message)


def command(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(NEWSHOUSE), *words], capture_output=True, text=True, cwd=ROOT, timeout=240,
        env=os.environ | environment, check=False,
    )  # fmt: skip


def test_the_command_from_nothing_to_a_query(tmp_path: Path, folder: Path) -> None:
    """With no server configured, as on a fresh machine: Prefect's own home is empty too."""
    warehouse = tmp_path / "news.duckdb"
    home = str(tmp_path / "prefect")
    here = ["--warehouse", str(warehouse)]
    ran = command("run", str(folder), *here, PREFECT_HOME=home)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "newshouse: published" in ran.stdout
    assert "Try next:" in ran.stdout
    asked = command("sql", "select title from article", "--format", "csv", *here)
    assert asked.stdout.splitlines()[0] == "title"
    assert len(asked.stdout.splitlines()) == 2


def test_wrong_use_is_one_line(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    missing = command("run", str(nowhere), "--warehouse", str(tmp_path / "w.duckdb"))
    assert missing.returncode == 2
    assert missing.stderr.splitlines() == [
        f"{nowhere} does not exist. Name a file, a folder, a glob or a bucket, as in: "
        "newshouse run ~/scraped"
    ]
    no_warehouse = command("sql", "select 1", "--warehouse", str(tmp_path / "w.duckdb"))
    assert no_warehouse.returncode == 2
    assert len(no_warehouse.stderr.splitlines()) == 1


def test_a_held_warehouse_is_exit_code_3(tmp_path: Path, folder: Path) -> None:
    warehouse = tmp_path / "news.duckdb"
    with warehouse_lock(warehouse, Holder(os.getpid(), "here", "2024-01-01T00:00:00")):
        ran = command("run", str(folder), "--warehouse", str(warehouse))
    assert ran.returncode == 3
    assert f"process {os.getpid()} on here" in ran.stderr


@pytest.mark.slow
def test_a_missing_pipeline_says_what_to_install(tmp_path: Path, folder: Path) -> None:
    ran = command(
        "run", str(folder), "--warehouse", str(tmp_path / "w.duckdb"), "--pipeline", "en_nowhere"
    )
    assert ran.returncode == 2
    assert "pip install" in ran.stderr
    assert len(ran.stderr.splitlines()) == 1
