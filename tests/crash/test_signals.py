"""`newshouse run` stopped by a signal, or losing a process, as people do it: from outside."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from rigs.crash.deliveries import deliver
from rigs.crash.rounds import leftovers
from warehouse import journal
from warehouse.connect import open_reader
from warehouse.layout import layout_of
from warehouse.lock import Holder, warehouse_lock

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]


class Started:
    """A `newshouse run` in a session of its own, and every process in it."""

    def __init__(self, home: Path, *flags: str, source: Path | None = None) -> None:
        self.warehouse = home / "here" / "news.duckdb"
        if source is None:
            source = home / "delivered"
            deliver(source, 0)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "flows.main", "run", str(source),
             "--warehouse", str(self.warehouse), *flags],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            start_new_session=True,
        )  # fmt: skip

    def others(self) -> dict[int, str]:
        """Processes of the session but the run itself, with their command lines."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                line = (folder / "cmdline").read_text().replace("\0", " ")
            except OSError:
                continue
            if int(fields[3]) == self.process.pid and fields[0] != "Z":
                found[int(folder.name)] = line
        found.pop(self.process.pid, None)
        return found

    def wait_until(self, ready: str, seconds: float = 90) -> None:
        """Wait for the run to be on record (`record`) or have language workers (`workers`)."""
        give_up_at = time.monotonic() + seconds
        while time.monotonic() < give_up_at and self.process.poll() is None:
            if ready == "record" and journal.list_parts(self.warehouse):
                return
            if ready == "workers" and self.workers():
                return
            time.sleep(0.02)
        raise AssertionError(f"never saw {ready}: {self.process.communicate()}")

    def workers(self) -> list[int]:
        return [pid for pid, line in self.others().items() if "spawn_main" in line]

    def end(self, seconds: float = 120) -> tuple[int, str]:
        """Exit code and output, once it has ended."""
        _, output = self.process.communicate(timeout=seconds)
        return self.process.returncode, output

    def survivors(self, seconds: float = 10) -> dict[int, str]:
        """Processes that are still there some seconds later."""
        give_up_at = time.monotonic() + seconds
        while self.others() and time.monotonic() < give_up_at:
            time.sleep(0.1)
        return self.others()


@pytest.fixture
def started() -> Iterator[list[Started]]:
    """Runs to clean up after, whatever the test finds."""
    runs: list[Started] = []
    yield runs
    for run in runs:
        for pid in (*run.others(), run.process.pid):
            if pid != run.process.pid or run.process.poll() is None:
                os.kill(pid, signal.SIGKILL)


def statuses(warehouse: Path) -> list[tuple[str, str | None]]:
    recorded = journal.read(warehouse).get("run", pl.DataFrame({"status": [], "message": []}))
    return [(row["status"], row["message"]) for row in recorded.iter_rows(named=True)]


@pytest.mark.parametrize(
    ("number", "whom"),
    [
        (signal.SIGINT, "session"),  # as a terminal does
        (signal.SIGTERM, "run"),
        (signal.SIGTERM, "session"),  # as a service manager does
    ],
)
def test_stopped_by_a_signal(
    number: int, whom: str, tmp_path: Path, started: list[Started]
) -> None:
    run = Started(tmp_path)
    started.append(run)
    run.wait_until("record")
    for pid in (run.process.pid, *(run.others() if whom == "session" else ())):
        os.kill(pid, number)

    code, output = run.end()

    assert code == 130, output
    assert (
        output.strip() == "Interrupted. Finished work is kept; the next run continues from there."
    )
    assert run.survivors() == {}
    assert not run.warehouse.exists()
    assert [status for status, _ in statuses(run.warehouse)] == ["failed"]
    again = Started(tmp_path)
    started.append(again)
    code, output = again.end()
    assert code == 0, output
    assert leftovers(again.warehouse) == []
    with open_reader(again.warehouse) as con:
        assert con.execute("select status from ops.run order by started_at").fetchall() == [
            ("failed",), ("published",)
        ]  # fmt: skip


@pytest.mark.parametrize("what", ["interrupt", "kill the run", "kill a worker"])
def test_language_workers_end_with_the_run(
    what: str, tmp_path: Path, started: list[Started]
) -> None:
    run = Started(tmp_path, "--workers", "2")
    started.append(run)
    run.wait_until("workers")
    if what == "interrupt":
        os.killpg(run.process.pid, signal.SIGINT)
    elif what == "kill the run":
        run.process.kill()
    else:
        os.kill(run.workers()[0], signal.SIGKILL)

    code, output = run.end()

    assert not run.warehouse.exists()
    if what == "interrupt":
        assert code == 130
        assert (
            output.strip()
            == "Interrupted. Finished work is kept; the next run continues from there."
        )
    elif what == "kill the run":
        assert code == -signal.SIGKILL
    else:
        assert code == 1
        assert output.startswith(
            "A process of the language pass ended unexpectedly (2 were running)"
        )
        assert len(output.strip().splitlines()) == 1
    assert run.survivors(30) == {}


def test_wait_limits_how_long_a_run_waits_for_the_warehouse(
    tmp_path: Path, started: list[Started]
) -> None:
    holder = Holder(os.getpid(), "here", "2026-03-01T06:00:00+00:00")
    with warehouse_lock(tmp_path / "here" / "news.duckdb", holder):
        at_once, patient = Started(tmp_path), Started(tmp_path, "--wait", "1")
        longer = Started(tmp_path, "--wait", "120")
        started += [at_once, patient, longer]
        for run in (at_once, patient):
            code, output = run.end()
            assert code == 3
            assert f"by process {os.getpid()} on here since 2026-03-01" in output
        assert longer.process.poll() is None

    code, output = longer.end(120)

    assert code == 0, output
    assert json.loads(layout_of(longer.warehouse).lock.read_text() or "null") is None
