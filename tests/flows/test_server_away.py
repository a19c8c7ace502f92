"""A configured server that dies while a run reports to it: the run ends all the same, and soon."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import duckdb
import pytest

from flows.main import QUIET_AND_PRIVATE
from tests.conftest import OWNER_FILE

pytestmark = pytest.mark.server


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def wait_until(seconds: float, what: str, is_so: object) -> None:
    assert callable(is_so)
    give_up_at = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < give_up_at, f"waited {seconds:.0f} s in vain: {what}"
        time.sleep(0.1)


def test_a_run_outlives_its_server(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}/api"
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    environment = clean | QUIET_AND_PRIVATE | {
        "PREFECT_HOME": str(tmp_path / "home"), "PREFECT_API_URL": url,
    }  # fmt: skip
    warehouse = tmp_path / "news.duckdb"
    words = ["prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    server = subprocess.Popen(
        [sys.executable, "-m", *words], env=environment, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_until(120, "the server answers", lambda: answers(url))
        run = subprocess.Popen(
            [sys.executable, "-m", "flows.main", "run", str(OWNER_FILE),
             "--warehouse", str(warehouse)],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        blocks = tmp_path / "news.duckdb.d" / "staging"
        wait_until(120, "the run is at work", lambda: any(blocks.glob("*/block")))
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
    said, _ = run.communicate(timeout=180)

    assert run.returncode == 0, said
    assert "newshouse: published" in said
    assert "Service 'EventsWorker' failed" not in said
    with duckdb.connect(str(warehouse), read_only=True) as con:
        assert con.execute("select count(*) from article").fetchall() == [(1,)]
