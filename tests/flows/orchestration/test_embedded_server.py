"""The server of one run: it answers, listens on loopback alone, and ends with its run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.orchestration.embedded_server import (
    EmbeddedServer,
    ServerMissing,
    ServerNotStarted,
    refuse_damaged_profiles,
)
from flows.orchestration.reporting import reporting_to

pytestmark = [pytest.mark.server, pytest.mark.slow]

_RUN = """
import sys, time
from flows.orchestration.embedded_server import EmbeddedServer
server = EmbeddedServer()
print(server.url(), server._process.pid, flush=True)
time.sleep(120)
"""


def is_gone(pid: int) -> bool:
    """Whether a process ended, within half a minute."""
    for _ in range(300):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_it_ends_with_its_run_however_that_ends(tmp_path: Path, number: signal.Signals) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    run = subprocess.Popen(
        [sys.executable, "-c", _RUN], stdout=subprocess.PIPE, text=True,
        env=clean | {"PREFECT_HOME": str(tmp_path)},
    )  # fmt: skip
    try:
        assert run.stdout is not None
        url, pid = run.stdout.readline().split()
        assert url.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(f"{url}/health", timeout=10) as answer:
            assert answer.status == 200
    finally:
        run.send_signal(number)
        run.wait(20)
    assert is_gone(int(pid))


def test_one_that_is_not_needed_ends_at_once() -> None:
    server = EmbeddedServer()
    began = time.monotonic()
    server.close()
    server.close()
    assert time.monotonic() - began < 2


def test_it_ends_in_order_and_is_not_waited_for_in_vain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
    server = EmbeddedServer()
    assert server.url()
    server.close()
    assert server._process.returncode == 0  # neither killed nor out of patience


@pytest.mark.parametrize("content", [b"active = [[[", b"\xff\xfe", None])
def test_damaged_profiles_of_prefect_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    path = tmp_path / "profiles.toml"
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
    monkeypatch.delenv("PREFECT_PROFILES_PATH", raising=False)
    refuse_damaged_profiles()
    path.mkdir() if content is None else path.write_bytes(content)
    with pytest.raises(ServerMissing, match=r"profiles\.toml: Prefect cannot read its profiles"):
        refuse_damaged_profiles()


def test_a_database_of_prefect_that_cannot_be_read_is_no_hang(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "prefect.db").write_bytes(bytes(range(256)) * 20)
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
    server = EmbeddedServer()
    try:
        with pytest.raises(ServerNotStarted, match="Prefect's server did not start"):
            server.url()
    finally:
        server.close()


def test_a_configured_server_that_does_not_answer_is_one_line() -> None:
    with (
        temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api"}),
        pytest.raises(ServerMissing, match="No Prefect server answers at PREFECT_API_URL="),
        reporting_to(None),
    ):
        pytest.fail("nobody is there")
