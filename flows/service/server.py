"""Provides the Prefect server: the configured one, or a new one on loopback."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from prefect.settings import PREFECT_API_URL

from flows.service.plan import ServiceRefused, address_to_ask
from flows.settings import without_credentials

_START_SECONDS = 180.0
_STOP_SECONDS = 20.0


@dataclass(frozen=True)
class Server:
    """Address of the API; ``process`` is set if the server was started here."""

    url: str
    process: subprocess.Popen[bytes] | None = None

    @property
    def is_ours(self) -> bool:
        """Whether it was started here, so that no run of another process can be active on it."""
        return self.process is not None

    def is_alive(self) -> bool:
        """False once a server started here has ended."""
        return self.process is None or self.process.poll() is None


@contextmanager
def server(host: str, port: int) -> Iterator[Server]:
    """The server at PREFECT_API_URL, or one that lives as long as this block.

    Raises ServiceRefused if the configured one does not answer, the port is taken, or the new
    server does not come up.
    """
    configured = PREFECT_API_URL.value()
    if configured:
        url = str(configured).rstrip("/")
        if not _answers(url):
            raise ServiceRefused(
                f"No Prefect server answers at PREFECT_API_URL={without_credentials(url)}. Start "
                "it, or unset PREFECT_API_URL (also in `prefect config view`) to have one started."
            )
        yield Server(url)
        return
    _refuse_taken_port(host, port)
    url = f"{address_to_ask(host, port)}/api"
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and words
        [sys.executable, "-P", "-m", "flows.service.server_process", host, str(port)],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    try:
        _wait_for(url, process)
        yield Server(url, process)
    finally:
        _stop(process)


def _refuse_taken_port(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            url = f"{address_to_ask(host, port)}/api"
            use_it = (
                f"Set PREFECT_API_URL={url} to use it, or choose" if _answers(url) else "Choose"
            )
            raise ServiceRefused(
                f"Port {port} on {host} cannot be used ({problem.strerror}). {use_it} another port "
                "with --port."
            ) from None


def _answers(url: str) -> bool:
    try:
        # An address of this machine, or the one the operator configured.
        with urllib.request.urlopen(f"{url}/health", timeout=5) as answer:  # noqa: S310 # nosec B310
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError, ValueError):
        return False


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    give_up_at = time.monotonic() + _START_SECONDS
    while not _answers(url):
        if process.poll() is not None:
            raise ServiceRefused(
                f"The Prefect server ended at once (exit code {process.returncode}). Run `prefect "
                "server start` to see why."
            )
        if time.monotonic() > give_up_at:
            raise ServiceRefused(f"The Prefect server did not answer on {url} in time.")
        time.sleep(0.3)


def _stop(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None
    process.stdin.close()  # ends the server; a signal as well would interrupt its shutdown
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_STOP_SECONDS)
    if process.poll() is None:
        process.kill()
        process.wait()
