"""Provides the Prefect server: the configured one, or a new one on loopback."""

from __future__ import annotations

import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from prefect.settings import PREFECT_API_URL

from flows.orchestration.prefect_server import PrefectServer
from flows.service.plan import EVERYWHERE, ServiceRefused, address_to_ask
from flows.settings import without_credentials

_START_SECONDS = 180.0
_STOP_SECONDS = 20.0


@dataclass(frozen=True)
class Server:
    """Address of the API; ``process`` is set if the server was started here."""

    url: str
    process: PrefectServer | None = None

    @property
    def is_ours(self) -> bool:
        """Whether it was started here, so that no run of another process can be active on it."""
        return self.process is not None

    def is_alive(self) -> bool:
        """False once a server started here has ended."""
        return self.process is None or not self.process.has_ended()


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
    listening = _listening(host, port)
    pages = address_to_ask(host, port)
    # For the links of alarms, and for the pages in a browser.
    api = "/api" if host == EVERYWHERE else f"{pages}/api"
    with closing(PrefectServer(listening, _STOP_SECONDS, pages, api)) as process:
        try:
            process.wait_until_it_answers(f"{pages}/api", _START_SECONDS)
        except OSError as problem:
            raise ServiceRefused(
                f"The Prefect server did not start ({problem}). Run `prefect server start` to see "
                "why."
            ) from problem
        yield Server(f"{pages}/api", process)


def _listening(host: str, port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen()
    except OSError as problem:
        listening.close()
        url = f"{address_to_ask(host, port)}/api"
        use_it = f"Set PREFECT_API_URL={url} to use it, or choose" if _answers(url) else "Choose"
        raise ServiceRefused(
            f"Port {port} on {host} cannot be used ({problem.strerror}). {use_it} another port "
            "with --port."
        ) from None
    return listening


def _answers(url: str) -> bool:
    try:
        # An address of this machine, or the one the operator configured.
        with urllib.request.urlopen(f"{url}/health", timeout=5) as answer:  # noqa: S310 # nosec B310
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError, ValueError):
        return False
