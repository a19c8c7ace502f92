"""A Prefect server, a worker or `newshouse serve` as operators start them, and the API to look.

Proves nothing itself. Everything it starts has a session of its own and is ended by its id.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from flows.main import QUIET_AND_PRIVATE
from rigs.benchmarks.news import write_articles

ROOT = Path(__file__).resolve().parents[3]
BIN = Path(sys.executable).parent

T = TypeVar("T")
Run = dict[str, Any]

DONE = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")


SLOW_ARTICLES = 2_500
"""Some half a minute's work on two quick cores: a run under way stays so while a test looks."""


def write_slow_source(folder: Path) -> Path:
    """Fill a folder with articles that no run is done with soon."""
    write_articles(folder, SLOW_ARTICLES)
    return folder


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(look: Callable[[], T | None], seconds: float, what: str) -> T:
    """What ``look`` finds, as soon as it finds something."""
    give_up_at = time.monotonic() + seconds
    while time.monotonic() < give_up_at:
        found = look()
        if found:
            return found
        time.sleep(0.3)
    raise AssertionError(f"never saw {what}")


class Started:
    """A process in a session of its own, with its output."""

    def __init__(self, words: Sequence[str], log: Path, **variables: str) -> None:
        self.log = log
        environment = {**os.environ, **QUIET_AND_PRIVATE, **variables}
        for name in [name for name, value in environment.items() if value == ""]:
            del environment[name]
        with log.open("ab") as log_file:
            self.process = subprocess.Popen(
                words, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL,
                stdout=log_file, stderr=log_file, start_new_session=True,
            )  # fmt: skip

    def output(self) -> str:
        return self.log.read_text("utf-8")

    def wait_until_printed(self, text: str, seconds: float = 180) -> None:
        def look() -> bool:
            assert self.process.poll() is None, self.output()
            return text in self.output()

        wait_for(look, seconds, f"{text!r} in {self.output()}")

    def flow_processes(self) -> list[int]:
        """Processes that carry out a flow run for this one."""
        return [pid for pid, line in family(self.process.pid).items() if "prefect.engine" in line]

    def stop(self, number: int = signal.SIGTERM, seconds: float = 100) -> int:
        """The exit code, once it has ended."""
        self.process.send_signal(number)
        return self.process.wait(seconds)

    def kill_all(self) -> None:
        """SIGKILL for it and everything it started."""
        for pid in (self.process.pid, *family(self.process.pid)):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.wait(30)


def family(pid: int) -> dict[int, str]:
    """Every process below another, with its command line."""
    parents: dict[int, int] = {}
    lines: dict[int, str] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            lines[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ")
        except OSError:
            continue
        if fields[0] != "Z":
            parents[int(folder.name)] = int(fields[1])
    found: dict[int, str] = {}
    waiting = [pid]
    while waiting:
        above = waiting.pop()
        for child in [one for one, parent in parents.items() if parent == above]:
            found[child] = lines[child]
            waiting.append(child)
    return found


class PrefectServer:
    """A Prefect server on loopback with a home of its own, which answers once this is made."""

    def __init__(self, home: Path) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.api = Api(port)
        self.variables = {"PREFECT_HOME": str(home / "prefect"), "PREFECT_API_URL": self.api.url}
        words = [str(BIN / "prefect"), "server", "start", "--host", "127.0.0.1", "--port"]
        self.started = Started([*words, str(port)], home / "server.log", **self.variables)
        try:
            wait_for(self._is_up, 180, "the server")
        except BaseException:
            self.kill()
            raise

    def _is_up(self) -> bool:
        assert self.started.process.poll() is None, self.started.output()
        return self.api.answers()

    def environment(self) -> dict[str, str]:
        """What a process that reports to it is started with."""
        clean = {name: v for name, v in os.environ.items() if not name.startswith("PREFECT_")}
        return clean | QUIET_AND_PRIVATE | self.variables

    def kill(self) -> None:
        self.started.kill_all()


class Api:
    """The Prefect API of a server on loopback, as a web page would ask it."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/api"

    def ask(self, path: str, body: object | None = None) -> Any:
        """What the server says; one that is too busy is asked again, as Prefect's clients do."""
        for _ in range(10):
            try:
                return self._ask(path, body)
            except urllib.error.HTTPError as problem:
                if problem.code != 503:
                    raise
                time.sleep(2)
            except TimeoutError:
                continue
        raise AssertionError(f"{path}: busy all the time")

    def _ask(self, path: str, body: object | None) -> Any:
        sent = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self.url + path, data=sent, headers={"content-type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def answers(self) -> bool:
        try:
            return bool(self.ask("/health"))
        except OSError:
            return False

    def deployment(self, full_name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.ask(f"/deployments/name/{full_name}")
        return found

    def runs(self, full_name: str) -> list[Run]:
        """Runs of a deployment that were begun, or cancelled before; newest first."""
        wanted = {
            "deployments": {"id": {"any_": [self.deployment(full_name)["id"]]}},
            "flow_runs": {"state": {"type": {"not_any_": ["SCHEDULED"]}}},
            "sort": "EXPECTED_START_TIME_DESC",
        }
        found: list[Run] = self.ask("/flow_runs/filter", wanted)
        return found

    def start(self, full_name: str, parameters: object | None = None) -> str:
        """Start a run of a deployment now; its id."""
        body = {} if parameters is None else {"parameters": parameters}
        made = self.ask(f"/deployments/{self.deployment(full_name)['id']}/create_flow_run", body)
        return str(made["id"])

    def run(self, run_id: str) -> Run:
        found: Run = self.ask(f"/flow_runs/{run_id}")
        return found

    def wait_until_done(self, run_id: str, seconds: float = 180) -> Run:
        return wait_for(
            lambda: run if (run := self.run(run_id))["state_type"] in DONE else None,
            seconds, f"the end of {run_id}",
        )  # fmt: skip

    def cancel(self, run_id: str) -> None:
        state = {"state": {"type": "CANCELLING", "name": "Cancelling"}}
        self.ask(f"/flow_runs/{run_id}/set_state", state)

    def automations(self) -> dict[str, dict[str, Any]]:
        found = self.ask("/automations/filter", {})
        assert len({one["name"] for one in found}) == len(found), "two of one name"
        return {one["name"]: one for one in found}
