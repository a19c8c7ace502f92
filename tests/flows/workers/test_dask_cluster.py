"""The language pass on a real Dask cluster, on loopback: the same rows, whoever is killed."""

from __future__ import annotations

import io
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId

from flows.ingest import ingest, preload_of_caller
from flows.session.preload import Preload
from flows.session.progress import ProgressListener, progress
from flows.settings import Settings
from flows.workers.dask_cluster import dask_workers, read_on_worker
from flows.workers.exchange import SEEN, ClusterError, put
from rigs.benchmarks.news import write_articles
from tests.bucket import keys_heard
from tests.conftest import ROOT, SEEDS, Load
from tests.flows.service.served import free_port
from tests.prefect_server import prefect_server
from warehouse.tables import CONTRACTS
from warehouse.tables.paragraph import PARAGRAPH

pytest.importorskip("prefect_dask", reason="the dask extra is not installed")

pytestmark = pytest.mark.slow

_OF_THE_RUN = {"run_id", "valid_from", "valid_to", "started_at", "ended_at", "config"}


@dataclass
class Cluster:
    """A scheduler and its workers, processes of this test."""

    address: str
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def add_worker(self) -> None:
        self.workers.append(
            dask("worker", self.address, "--host", "127.0.0.1", "--nthreads", "1", "--no-nanny",
                 "--no-dashboard", "--death-timeout", "240")
        )  # fmt: skip

    def end(self) -> None:
        for process in [*self.workers, self.scheduler]:
            process.kill()
            process.wait()


def dask(*words: str) -> subprocess.Popen[bytes]:
    """As people start it; the code is found because it is installed."""
    return subprocess.Popen(
        [sys.executable, "-m", "dask", *words], cwd=ROOT, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, env=os.environ | {"OMP_NUM_THREADS": "1"},
    )  # fmt: skip


@pytest.fixture(scope="module")
def cluster(bucket: Any) -> Iterator[Cluster]:
    """Two workers that see the bucket, as this process does."""
    port = free_port()
    scheduler = dask("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
    made = Cluster(f"tcp://127.0.0.1:{port}", scheduler)
    try:
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline:
            with socket.socket() as knock:
                if knock.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.2)
        made.add_worker()
        made.add_worker()
        yield made
    finally:
        made.end()


@pytest.fixture(scope="module")
def server() -> Iterator[None]:
    with prefect_server():
        yield


class Killing(ProgressListener):
    """Kills a worker once the first batch of the language pass is done."""

    def __init__(self, victim: subprocess.Popen[bytes]) -> None:
        self._victim = victim
        self._stage = ""

    def begin(self, stage: str, total: int | None, unit: str) -> None:
        self._stage = stage

    def advance(self, amount: int) -> None:
        if self._stage == "language" and amount:
            self._victim.send_signal(signal.SIGKILL)


def test_a_cluster_makes_the_rows_of_one_process_though_a_worker_is_killed(
    server: None, cluster: Cluster, preload: Preload, load: Load, tmp_path: Path
) -> None:
    source = tmp_path / "in"
    write_articles(source, 120)
    alone, warehouse = tmp_path / "alone.duckdb", tmp_path / "news.duckdb"
    load(source, alone, workers=1, collection="c")
    given = {"runner": "dask", "runner_address": cluster.address, "workers": 1, "collection": "c"}
    settings = Settings(source=str(source), warehouse=warehouse, **given)  # type: ignore[arg-type]
    preload_of_caller.set(preload)
    listening = progress.set(Killing(cluster.workers[0]))
    try:
        state = ingest(settings, return_state=True)
    finally:
        progress.reset(listening)
    assert state.is_completed(), state.message
    assert cluster.workers[0].wait(30) == -signal.SIGKILL
    assert_same_rows(warehouse, alone)
    batches = task_names(str(state.state_details.flow_run_id))
    assert len(batches) > 2
    assert all(re.fullmatch(r"read the language, batch \d+ of \d+", name) for name in batches)
    assert not list((tmp_path / "news.duckdb.d").rglob("shared/*"))
    cluster.add_worker()


def test_machines_hand_each_other_files_through_a_bucket(
    cluster: Cluster, bucket: Any, preload: Preload, load: Load, tmp_path: Path,
    server: None, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """The folder of the run is not shared; nothing stays in the bucket."""
    alone, warehouse = tmp_path / "alone.duckdb", tmp_path / "news.duckdb"
    load(SEEDS, alone, workers=1, collection="c")
    written = keys_heard(monkeypatch, "put_object")
    given = {"runner": "dask", "runner_address": cluster.address, "workers": 1, "collection": "c"}
    load(SEEDS, warehouse, **given, runner_shared="s3://news/shared")
    assert_same_rows(warehouse, alone)
    suffixes = {key.rpartition("-")[2] for key in written}
    assert suffixes >= {"paragraph.parquet", "sentence.parquet", "span.parquet"}
    assert bucket.list_objects_v2(Bucket="news", Prefix="shared/")["KeyCount"] == 0


@pytest.mark.parametrize("awaited", [True, False])
def test_a_batch_that_ends_after_its_run_leaves_nothing(bucket: Any, awaited: bool) -> None:
    folder = f"late-{awaited}"
    text = "Die Stadt schloss die Br\u00fccke. Niemand kam."
    paragraph = pl.DataFrame([("0" * 64, "de", text)], schema=PARAGRAPH.polars_schema, orient="row")
    buffer = io.BytesIO()
    paragraph.write_parquet(buffer)
    put(f"s3://news/{folder}/1-paragraph.parquet", buffer.getvalue())

    if awaited:
        put(f"s3://news/{folder}/{SEEN}", b"newshouse")
        assert read_on_worker((), f"s3://news/{folder}/1") == 1
    else:
        with pytest.raises(ClusterError, match=f"s3://news/{folder} was emptied while"):
            read_on_worker((), f"s3://news/{folder}/1")

    there = bucket.list_objects_v2(Bucket="news", Prefix=f"{folder}/")["Contents"]
    results = {"1-sentence.parquet", "1-span.parquet", SEEN} if awaited else set()
    assert {Path(each["Key"]).name for each in there} == {"1-paragraph.parquet"} | results


def assert_same_rows(warehouse: Path, other: Path) -> None:
    for contract in CONTRACTS:
        table = contract.qualified_name
        if table not in {"ops.run", "ops.check_result"}:
            assert rows(warehouse, table) == rows(other, table), table


def rows(warehouse: Path, table: str) -> list[tuple[object, ...]]:
    """Every row but for the columns that name the run, its clock and its settings."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        columns = [str(row[0]) for row in con.execute(f"describe {table}").fetchall()]
        kept = ", ".join(name for name in columns if name not in _OF_THE_RUN)
        return con.execute(f"select {kept} from {table} order by all").fetchall()


def task_names(flow_run_id: str) -> list[str]:
    """Names of the run's tasks that read language batches; the server records them with delay."""
    deadline = time.monotonic() + 60
    names: list[str] = []
    with get_client(sync_client=True) as client:
        while len(names) < 3 and time.monotonic() < deadline:
            runs = client.read_task_runs(
                flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[flow_run_id])),  # type: ignore[list-item]
                limit=200,
            )
            names = [r.name.rpartition("-")[0] for r in runs if r.name.startswith("read the lang")]
            names = [name for name in names if "batch" in name]
            time.sleep(1)
    return names


def test_what_makes_a_cluster_unfit_is_one_line(
    server: None,
    cluster: Cluster,
    preload: Preload,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    components = {language: p.component for language, p in preload.pipelines().items()}
    names = {language: component.name for language, component in components.items()}
    with (
        pytest.raises(ClusterError, match=r"cannot read memory://.*--shared s3://"),
        dask_workers(cluster.address, "memory://here-alone", names, components),
    ):
        pass
    other = {"en": components["en"]._replace(version="0.1")}
    with (
        pytest.raises(ClusterError, match=r"another version of the pipeline for en"),
        dask_workers(cluster.address, str(tmp_path / "shared"), names, other),
    ):
        pass
    nobody = f"tcp://127.0.0.1:{free_port()}"
    with (
        pytest.raises(ClusterError, match=r"No Dask scheduler answers .*`dask scheduler`"),
        dask_workers(nobody, str(tmp_path / "shared"), names, components),
    ):
        pass
    monkeypatch.setitem(sys.modules, "prefect_dask", None)
    with (
        pytest.raises(ClusterError, match=r"pip install 'newshouse\[dask\]'"),
        dask_workers(cluster.address, str(tmp_path / "shared"), names, components),
    ):
        pass


def test_a_cluster_needs_an_address() -> None:
    with pytest.raises(ValueError, match=r"--address tcp://host:8786"):
        Settings(runner="dask")
