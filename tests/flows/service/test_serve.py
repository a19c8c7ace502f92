"""`newshouse serve` against a real server: watch, schedule, cancelling, killed runs, clean ends.

One service of a watched folder lives through the whole module; the tests are its life in order.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from flows.service.deployment import ARRIVED
from tests.conftest import SEEDS
from tests.flows.service.served import (
    BIN,
    Api,
    Run,
    Started,
    family,
    free_port,
    wait_for,
    write_slow_source,
)
from warehouse import journal
from warehouse.layout import layout_of
from warehouse.lock import current_holder

pytestmark = [pytest.mark.server, pytest.mark.slow]

STORIES = ("crest_thumbnail.txt", "harbourwire_grain_outlook.txt", "northstar_grain_cars.txt")
INGEST = "ingest/ingest"


class House:
    """A folder of scraped files, its warehouse, and the service that keeps them together."""

    def __init__(self, home: Path) -> None:
        self.home, self.port = home, free_port()
        self.api = Api(self.port)
        self.source, self.warehouse = home / "scraped", home / "kept" / "news.duckdb"
        self.source.mkdir()
        shutil.copy(SEEDS / STORIES[1], self.source)
        self.slow = write_slow_source(home / "slow")
        self.started: list[Started] = []

    def serve(self, *flags: str, source: Path | None = None, **variables: str) -> Started:
        words = [str(BIN / "newshouse"), "serve", str(source or self.source), *flags]
        log = self.home / f"serve{len(self.started)}.log"
        one = Started(
            words, log, PREFECT_HOME=str(self.home / "prefect"),
            **{"PREFECT_API_URL": "", **variables},
        )  # fmt: skip
        self.started.append(one)
        return one

    def serve_watched(self) -> Started:
        return self.serve("--watch", "--warehouse", str(self.warehouse), "--port", str(self.port))

    def articles(self) -> int:
        with duckdb.connect(str(self.warehouse), read_only=True) as con:
            found = con.execute("select count(*) from article").fetchone()
        assert found is not None
        return int(found[0])

    def start_slow(self) -> str:
        """A run of the deployment over much more, at work on the warehouse and on record."""
        settings = {"source": str(self.slow), "warehouse": str(self.warehouse)}
        run_id = self.api.start(INGEST, {"settings": settings})

        def held() -> bool:
            recorded = journal.read(self.warehouse).get("run")
            if recorded is None:
                return False
            return run_id in recorded.filter(status="running")["flow_run_id"].to_list()

        wait_for(held, 120, f"{run_id} hold the warehouse")
        holder = current_holder(self.warehouse)
        assert holder is not None
        assert holder.flow_run == run_id
        return run_id


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    house = House(tmp_path_factory.mktemp("house"))
    yield house
    for one in house.started:
        if one.process.poll() is None:
            one.kill_all()


@pytest.fixture(scope="module")
def service(house: House) -> Started:
    """The service that watches the folder, with a server of its own."""
    service = house.serve_watched()
    service.wait_until_printed("Serving replay-quarantine/replay-quarantine")
    return service


def only_run(house: House) -> Run:
    return wait_for(lambda: house.api.runs(INGEST), 60, "a run")[0]


def test_the_first_run_starts_at_once(house: House, service: Started) -> None:
    done = house.api.wait_until_done(only_run(house)["id"])
    assert done["state_name"].startswith("Completed"), done["state"]
    assert house.articles() == 1
    wait_for(lambda: "published" in service.output(), 30, "the run's end in the terminal")


def test_automations_stand_once(house: House, service: Started) -> None:
    automations = house.api.automations()
    assert set(automations) == {"newshouse ingest: no heartbeat", "newshouse ingest: files arrived"}
    heartbeat = automations["newshouse ingest: no heartbeat"]
    assert heartbeat["trigger"]["posture"] == "Proactive"
    assert heartbeat["actions"][0]["state"] == "CRASHED"
    arrived = automations["newshouse ingest: files arrived"]
    assert arrived["trigger"]["expect"] == [ARRIVED]
    assert arrived["actions"][0]["deployment_id"] == house.api.deployment(INGEST)["id"]


def test_a_dropped_file_starts_a_run(house: House, service: Started) -> None:
    before = {run["id"] for run in house.api.runs(INGEST)}
    shutil.copy(SEEDS / STORIES[2], house.source)
    new = wait_for(
        lambda: [run for run in house.api.runs(INGEST) if run["id"] not in before], 90, "a run"
    )
    assert new[0]["created_by"]["type"] == "AUTOMATION"
    assert house.api.wait_until_done(new[0]["id"])["state_name"].startswith("Completed")
    assert house.articles() == 2


def test_a_run_cancelled_in_the_ui_stops_and_harms_nothing(house: House, service: Started) -> None:
    before = house.warehouse.read_bytes()
    run_id = house.start_slow()
    refused = house.api.wait_until_done(house.api.start(INGEST))  # never two at once
    house.api.cancel(run_id)
    done = house.api.wait_until_done(run_id)
    assert (refused["state_name"], done["state_name"]) == ("Cancelled", "Cancelled")
    assert refused["state"]["message"] == "Deployment concurrency limit reached."
    wait_for(lambda: not service.flow_processes(), 60, "the end of its process")
    assert current_holder(house.warehouse) is None
    assert house.warehouse.read_bytes() == before


def test_a_killed_run_has_crashed_and_the_next_carries_on(house: House, service: Started) -> None:
    run_id = house.start_slow()
    for pid in service.flow_processes():
        os.kill(pid, signal.SIGKILL)
    crashed = house.api.wait_until_done(run_id, 60)
    assert crashed["state_name"] == "Crashed", crashed["state"]
    done = house.api.wait_until_done(house.api.start(INGEST))
    assert done["state_type"] == "COMPLETED", done["state"]
    recorded = journal.read(house.warehouse)["run"].sort("run_id")
    assert recorded["status"].to_list()[-2:] == ["crashed", "nothing_new"]


def test_a_schedule_fires_on_a_shared_server(house: House, service: Started) -> None:
    """Another source on the same server; stopped while its run is under way."""
    other, source = house.home / "other" / "news.duckdb", house.home / "others"
    source.mkdir()
    shutil.copy(SEEDS / STORIES[1], source)
    clocked = house.serve(
        "--every", "5s", "--name", "clocked", "--warehouse", str(other),
        source=source, PREFECT_API_URL=house.api.url,
    )  # fmt: skip
    clocked.wait_until_printed("Serving replay-quarantine/clocked")

    def begun(*, by_the_clock: bool) -> list[Run]:
        """Runs begun at once, with the service, or by the clock; a busy machine may swap them."""
        runs = house.api.runs("ingest/clocked")
        return [run for run in runs if run["auto_scheduled"] == by_the_clock]

    wait_for(lambda: begun(by_the_clock=True), 120, "a run by the clock")
    first = wait_for(lambda: begun(by_the_clock=False), 120, "the first run")[-1]
    house.api.wait_until_done(first["id"])
    shutil.copytree(house.slow, house.home / "more").rename(source / "more")

    def at_work() -> list[Run]:
        """Those that came due meanwhile were cancelled, or found nothing new: typed no blocks."""
        holder = current_holder(other)
        if holder is None or not any(layout_of(other).staging.glob("*/block")):
            return []
        return [run for run in begun(by_the_clock=True) if run["id"] == holder.flow_run]

    slow = wait_for(at_work, 180, "one at work")
    assert clocked.stop() == 0
    assert family(clocked.process.pid) == {}
    assert house.api.run(slow[0]["id"])["state_name"] == "Cancelled"
    assert current_holder(other) is None
    assert "Stopping." in clocked.output()


def test_what_a_killed_service_left_is_cleared_away(house: House, service: Started) -> None:
    """Killed with its run; its server ends by itself. The next start says what became of it."""
    run_id = house.start_slow()
    below = service.flow_processes()
    service.process.kill()
    for pid in below:
        os.kill(pid, signal.SIGKILL)
    service.process.wait(30)
    wait_for(lambda: not house.api.answers(), 60, "the end of the server")

    again = wait_for(lambda: _restarted(house), 60, "the port free again")

    again.wait_until_printed("marked as crashed")
    assert house.api.run(run_id)["state_name"] == "Crashed"
    assert len([a for a in house.api.automations() if a.startswith("newshouse ingest:")]) == 2
    killed_at = house.api.run(run_id)["created"]
    runs = wait_for(
        lambda: [run for run in house.api.runs(INGEST) if run["created"] > killed_at],
        60, "the next run",
    )  # fmt: skip
    assert house.api.wait_until_done(runs[0]["id"])["state_type"] == "COMPLETED"
    assert again.stop(signal.SIGINT) == 0
    assert not house.api.answers()


def _restarted(house: House) -> Started | None:
    again = house.serve_watched()
    try:
        again.wait_until_printed("Serving ingest/ingest")
    except AssertionError:
        assert "cannot be used" in again.output(), again.output()
        return None
    return again
