"""prefect.yaml with a real work pool and worker; alarms that ring; runs that nobody ends.

One server lives through the module; the tests are its life in order.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import pytest
from prefect.blocks.notifications import CustomWebhookNotificationBlock
from prefect.client.orchestration import PrefectClient, get_client
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.service.alarms import FLOWS
from flows.service.automation import ALARMS
from flows.service.sweep import (
    HEARTBEAT_SECONDS,
    drop_missed_runs,
    drop_old_runs,
    end_dead_runs,
)
from tests.conftest import ROOT, SEEDS
from tests.flows.service.served import (
    BIN,
    PrefectServer,
    Run,
    Started,
    wait_for,
    write_slow_source,
)
from warehouse.lock import current_holder

pytestmark = [pytest.mark.server, pytest.mark.slow]

INGEST = "ingest/ingest"


class Ear:
    """A web server that remembers what was posted to it."""

    def __init__(self) -> None:
        received = self.received = list[str]()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                received.append(self.rfile.read(int(self.headers["content-length"])).decode())
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/desk"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


class Site:
    """A server, and the words an operator types to have a worker work for it."""

    def __init__(self, home: Path) -> None:
        self.home, self.ear = home, Ear()
        self.source, self.warehouse = home / "scraped", home / "kept" / "news.duckdb"
        self.source.mkdir()
        shutil.copy(SEEDS / "harbourwire_grain_outlook.txt", self.source)
        self.server = PrefectServer(home)
        self.api = self.server.api

    def type(self, *words: str) -> str:
        done = subprocess.run(
            [str(BIN / words[0]), *words[1:]], cwd=ROOT, env=self.server.environment(),
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=240,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def worker(self) -> Started:
        words = ["worker", "start", "--pool", "newshouse", "--type", "process"]
        log = self.home / "worker.log"
        return Started([str(BIN / "prefect"), *words], log, **self.server.variables)

    def with_client(self, work: Callable[[PrefectClient], Awaitable[Any]]) -> Any:
        async def do() -> Any:
            async with get_client() as client:
                return await work(client)

        with temporary_settings({PREFECT_API_URL: self.api.url}):
            return asyncio.run(do())

    def settings(self, source: Path | None = None) -> dict[str, object]:
        """Parameters of a run that reads this site's folder, or another."""
        read = str(source or self.source)
        return {"settings": {"source": read, "warehouse": str(self.warehouse)}}

    def ids(self) -> list[UUID]:
        return [UUID(self.api.deployment(f"{flow}/{flow}")["id"]) for flow in FLOWS]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site(tmp_path_factory.mktemp("site"))
    yield site
    site.ear.server.shutdown()
    site.server.kill()


@pytest.fixture(scope="module")
def worker(site: Site) -> Iterator[Started]:
    """As docs/operate.md says: a work pool, the deployments of prefect.yaml, alarms, a worker."""
    site.type("prefect", "work-pool", "create", "--type", "process", "newshouse")
    site.type("prefect", "--no-prompt", "deploy", "--all")
    with temporary_settings({PREFECT_API_URL: site.api.url}):
        CustomWebhookNotificationBlock(
            name="desk",
            url=site.ear.url,
            method="POST",
            json_data={"text": "{{subject}}: {{body}}"},
            headers=None,
            cookies=None,
        ).save("desk")
    site.type("newshouse", "alarms", "--notify", "custom-webhook/desk")
    worker = site.worker()
    yield worker
    if worker.process.poll() is None:
        worker.kill_all()


def environment_of(pid: int) -> dict[str, str]:
    variables = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
    return dict(pair.split("=", 1) for pair in variables if "=" in pair)


def test_a_worker_carries_out_a_run(site: Site, worker: Started) -> None:
    run_id = site.api.start(INGEST, site.settings())
    process = wait_for(worker.flow_processes, 120, "a process of the worker")[0]
    environment = environment_of(process)
    assert environment["PREFECT_FLOWS_HEARTBEAT_FREQUENCY"] == str(HEARTBEAT_SECONDS)
    assert environment["GX_ANALYTICS_ENABLED"] == "false"
    done = site.api.wait_until_done(run_id)
    assert done["state_name"].startswith("Completed"), done["state"]
    with duckdb.connect(str(site.warehouse), read_only=True) as con:
        assert con.execute("select count(*) from article").fetchone() == (1,)


def test_alarms_are_set_once_and_stay_paused(site: Site, worker: Started) -> None:
    late = site.api.automations()["newshouse ingest: late"]
    site.with_client(lambda client: client.pause_automation(late["id"]))
    site.type("newshouse", "alarms", "--notify", "custom-webhook/desk")
    automations = site.api.automations()
    kinds = {"no heartbeat", "files arrived", *ALARMS}
    assert set(automations) == {f"newshouse ingest: {kind}" for kind in kinds}
    assert not automations["newshouse ingest: late"]["enabled"]
    assert automations["newshouse ingest: late"]["id"] == late["id"]


def test_killed_with_its_worker_a_run_is_marked_by_the_sweep_and_notified(
    site: Site, worker: Started
) -> None:
    slow = site.settings(write_slow_source(site.home / "slow"))
    run_id = site.api.start(INGEST, slow)

    def held() -> bool:
        holder = current_holder(site.warehouse)
        return holder is not None and holder.flow_run == run_id

    wait_for(held, 120, "the run at work")
    below = worker.flow_processes()
    os.kill(worker.process.pid, signal.SIGKILL)
    for pid in below:
        os.kill(pid, signal.SIGKILL)
    worker.process.wait(30)
    assert site.api.run(run_id)["state_name"] == "Running"

    sweep = site.with_client
    assert sweep(lambda c: end_dead_runs(c, site.ids(), nobody_else=False, holder=None)) == []
    assert sweep(lambda c: end_dead_runs(c, site.ids(), nobody_else=True, holder=run_id)) == []
    dead = sweep(lambda c: end_dead_runs(c, site.ids(), nobody_else=True, holder=None))

    assert [str(run.id) for run in dead] == [run_id]
    assert site.api.run(run_id)["state_name"] == "Crashed"
    alarms = wait_for(
        lambda: [t for t in site.ear.received if "ingest crashed" in t], 60, "the alarm"
    )
    assert "Crashed: The run's process has ended" in alarms[0]


def test_whoever_fetches_files_may_start_a_run(site: Site, worker: Started) -> None:
    def made() -> list[Run]:
        found = site.api.ask("/flow_runs/filter", {"sort": "EXPECTED_START_TIME_DESC"})
        return [run for run in found if (run["created_by"] or {}).get("type") == "AUTOMATION"]

    assert made() == []
    words = ["prefect", "event", "emit", "newshouse.files.arrived"]
    site.type(*words, "--resource-id", "newshouse.source.ingest")
    assert wait_for(made, 60, "a run")[0]["deployment_id"] == str(site.ids()[0])


def test_of_missed_runs_one_is_left(site: Site, worker: Started) -> None:
    check = site.ids()[FLOWS.index("check")]

    def due() -> list[Run]:
        wanted = {
            "deployments": {"id": {"any_": [str(check)]}},
            "flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}},
            "sort": "EXPECTED_START_TIME_ASC",
        }
        found: list[Run] = site.api.ask("/flow_runs/filter", wanted)
        return found

    scheduled = wait_for(lambda: runs if len(runs := due()) > 2 else None, 60, "runs by the clock")
    third = datetime.fromisoformat(scheduled[2]["expected_start_time"]) + timedelta(seconds=1)
    sweep = site.with_client
    assert sweep(lambda client: drop_missed_runs(client, check, third, keep_one=True)) == 2
    assert due()[0]["id"] == scheduled[2]["id"]
    assert sweep(lambda client: drop_missed_runs(client, check, third, keep_one=False)) == 1


def test_old_runs_are_removed(site: Site, worker: Started) -> None:
    soon = datetime.now(UTC) + timedelta(minutes=1)
    long_ago = soon - timedelta(days=30)
    assert site.with_client(lambda client: drop_old_runs(client, site.ids(), long_ago)) == 0
    assert site.with_client(lambda client: drop_old_runs(client, site.ids(), soon)) >= 2
    assert [run["state_type"] for run in site.api.runs(INGEST)] == []
