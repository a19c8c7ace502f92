"""A Prefect server on loopback for one command, used when no server is configured.

It ends with the command. The temporary server that Prefect itself would start receives the signals
meant for the run, so that the end of the run cannot be reported, and survives a killed run.
"""

from __future__ import annotations

import atexit
import contextlib
import http.client
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
import tomllib
import urllib.error
import urllib.request
from contextvars import copy_context
from functools import cache
from typing import TYPE_CHECKING, Any

from flows.session.quick_import import quick_imports
from flows.settings import prefect_api_url, prefect_profiles
from warehouse.error import ExpectedError

if TYPE_CHECKING:
    import uvicorn

_HOST = "127.0.0.1"
_START_SECONDS = 90.0
"""Starting takes 2 to 10 seconds, on a busy machine 40. After this time a run works without it."""

_STOP_SECONDS = 5.0


class ServerMissing(ExpectedError):
    """The configured server is not there."""


class ServerNotStarted(ServerMissing):
    """The server of this command did not come up; the command goes on without reporting to it."""


class EmbeddedServer:
    """A server process that starts when this object is created.

    It ends when its standard input is closed, hence when this process ends for any reason.
    """

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "flows.orchestration.embedded_server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            process_group=0,
        )
        self._is_up = False
        # Closed last: Prefect sends its remaining log lines and events while this process exits.
        atexit.register(self.close)
        self._url: str | None = None

    def url(self) -> str:
        """Address of its API, once it answers. Raises ServerNotStarted where it does not."""
        if self._url is None:
            give_up_at = time.monotonic() + _START_SECONDS
            try:
                url = f"http://{_HOST}:{self._port(give_up_at)}/api"
                left = max(1.0, give_up_at - time.monotonic())
                # The child listens on loopback already: the request waits until it is answered.
                with urllib.request.urlopen(f"{url}/health", timeout=left):  # noqa: S310 # nosec B310
                    self._url = url
                    self._is_up = True
            except (urllib.error.URLError, OSError, http.client.HTTPException) as problem:
                raise ServerNotStarted(
                    f"Prefect's server did not start ({problem}). It keeps its database in "
                    "PREFECT_HOME (~/.prefect unless set), which it must be able to read and "
                    "write. Run `prefect server start` to see why, or set PREFECT_API_URL to one "
                    "that runs."
                ) from problem
        return self._url

    def _port(self, give_up_at: float) -> str:
        """The port the server prints. Raises OSError if it ends or prints none in time."""
        assert self._process.stdout is not None
        while not select.select([self._process.stdout], [], [], 0.1)[0]:
            if time.monotonic() > give_up_at:
                raise TimeoutError("timed out")
        port = self._process.stdout.readline().decode().strip()
        if not port:
            raise ConnectionError("it ended")
        return port

    def has_ended(self) -> bool:
        """Whether its process has ended."""
        return self._process.poll() is not None

    def close(self) -> None:
        """End it; kill it if it has nothing to save or does not end by itself."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        if not self._is_up:
            self._process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_STOP_SECONDS)
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()


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


def main() -> None:
    """Serve until standard input ends. Only the port is written to standard output."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    with socket.create_server((_HOST, 0)) as listening:
        sys.stdout.write(f"{listening.getsockname()[1]}\n")
        sys.stdout.flush()
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

        _serve(listening)
    # Everything is saved; Prefect's threads would delay an ordinary exit by five seconds.
    os._exit(0)


def _serve(listening: socket.socket) -> None:
    with quick_imports():
        import uvicorn
        from prefect.server.api.server import create_app
        from prefect.settings import (
            PREFECT_API_BLOCKS_REGISTER_ON_START,
            PREFECT_MEMOIZE_BLOCK_AUTO_REGISTRATION,
            temporary_settings,
        )

    # One run needs no blocks, and a permanent server registers them itself.
    without_blocks: dict[Any, Any] = {
        PREFECT_API_BLOCKS_REGISTER_ON_START: False,
        PREFECT_MEMOIZE_BLOCK_AUTO_REGISTRATION: False,
    }
    with temporary_settings(without_blocks):
        app = create_app(ephemeral=True, final=True)
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="on"))
        threading.Thread(target=_end_with_the_command, args=(server,), daemon=True).start()
        # Not in the main thread, where it would put its own signal handlers in place.
        run = copy_context().run
        serving = threading.Thread(target=run, args=(server.run, [listening]))
        serving.start()
        serving.join()


def _end_with_the_command(server: uvicorn.Server) -> None:
    """Stop the server once standard input ends; it has a short time to save what it received."""
    sys.stdin.read()
    server.should_exit = True
    time.sleep(_STOP_SECONDS)
    os._exit(1)


if __name__ == "__main__":
    main()
