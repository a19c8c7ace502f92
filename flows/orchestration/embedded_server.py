"""A Prefect server on loopback for one command, used when no server is configured.

It ends with the command. The temporary server that Prefect itself would start receives the signals
meant for the run, so that the end of the run cannot be reported, and survives a killed run.
"""

from __future__ import annotations

import atexit
import socket
import tomllib
from functools import cache

from flows.orchestration.prefect_server import PrefectServer
from flows.settings import prefect_api_url, prefect_profiles
from warehouse.error import ExpectedError

_HOST = "127.0.0.1"
_START_SECONDS = 90.0
"""Starting takes 2 to 10 seconds, on a busy machine 40. After this time a run works without it."""

_STOP_SECONDS = 5.0


class ServerMissing(ExpectedError):
    """The configured server is not there."""


class ServerNotStarted(ServerMissing):
    """The server of this command did not come up; the command goes on without reporting to it."""


class EmbeddedServer(PrefectServer):
    """A server on a free port that starts when this object is created."""

    def __init__(self) -> None:
        listening = socket.create_server((_HOST, 0))
        self._url = f"http://{_HOST}:{listening.getsockname()[1]}/api"
        super().__init__(listening, _STOP_SECONDS)
        # Closed last: Prefect sends its remaining log lines and events while this process exits.
        atexit.register(self.close)

    def url(self) -> str:
        """Address of its API, once it answers. Raises ServerNotStarted where it does not."""
        if not self.has_answered:
            try:
                self.wait_until_it_answers(self._url, _START_SECONDS)
            except OSError as problem:
                raise ServerNotStarted(
                    f"Prefect's server did not start ({problem}). It keeps its database in "
                    "PREFECT_HOME (~/.prefect unless set), which it must be able to read and "
                    "write. Run `prefect server start` to see why, or set PREFECT_API_URL to one "
                    "that runs."
                ) from problem
        return self._url


@cache
def _own_server() -> EmbeddedServer:
    return EmbeddedServer()


def refuse_damaged_profiles() -> None:
    """Raise ServerMissing for damaged Prefect profiles, with which importing Prefect fails."""
    path = prefect_profiles()
    try:
        tomllib.loads(path.read_text("utf-8") if path.exists() else "")
    except (OSError, ValueError) as problem:
        raise ServerMissing(
            f"{path}: Prefect cannot read its profiles there ({problem}). Correct that file, or "
            "move it away."
        ) from None


def start_ahead() -> None:
    """Start the server before Prefect is imported, unless the environment configures one.

    Importing Prefect, to find out whether a profile configures a server, takes a second, in which
    the server already starts.
    """
    if not prefect_api_url():
        _own_server()


def server_of_this_command() -> EmbeddedServer | None:
    """The server, started by the first call; None if one is configured."""
    from prefect.settings import PREFECT_API_URL

    if not PREFECT_API_URL.value():
        return _own_server()
    if _own_server.cache_info().currsize:  # a profile of Prefect's names one
        _own_server().close()
    return None
