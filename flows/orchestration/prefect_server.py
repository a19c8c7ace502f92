"""Prefect's server in a process of its own, on a socket that this process opened."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from contextvars import copy_context
from typing import TYPE_CHECKING, Any

from flows.session.child_process import ChildProcess
from flows.session.quick_import import quick_imports

if TYPE_CHECKING:
    import uvicorn


class PrefectServer(ChildProcess):
    """A server that starts when this object is created, and ends with this process.

    It takes over ``listening`` and serves for one command: no pages, no schedules. With ``pages``,
    two addresses that a browser uses for the pages and for the API, it does what
    `prefect server start` does. It gets ``seconds_to_end`` once it has answered.
    """

    def __init__(self, listening: socket.socket, seconds_to_end: float, *pages: str) -> None:
        self._seconds_to_end = seconds_to_end
        self.has_answered = False
        with listening:
            super().__init__(
                __name__, str(listening.fileno()), str(seconds_to_end), *pages,
                descriptors=[listening.fileno()],
            )  # fmt: skip

    def wait_until_it_answers(self, url: str, seconds: float) -> None:
        """Raises OSError if it ends or does not answer at ``url`` in that time."""
        try:
            # The socket already listens: the request waits until it is answered.
            with urllib.request.urlopen(f"{url}/health", timeout=seconds):  # noqa: S310 # nosec B310
                self.has_answered = True
                self.stop_seconds = self._seconds_to_end
        except (OSError, http.client.HTTPException) as problem:
            try:
                code = self._process.wait(1.0)
            except subprocess.TimeoutExpired:
                raise OSError(str(problem)) from problem
            raise OSError(f"it ended, exit code {code}") from problem


def main(descriptor: str, seconds_to_end: str, *pages: str) -> None:
    """Serve on the socket of that descriptor until standard input ends."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    with socket.socket(fileno=int(descriptor)) as listening:
        has_served = _serve(listening, float(seconds_to_end), *pages)
    # Everything is saved; Prefect's threads would delay an ordinary exit by five seconds.
    os._exit(0 if has_served else 1)


def _serve(listening: socket.socket, seconds_to_end: float, *pages: str) -> bool:
    with quick_imports():
        import uvicorn
        from prefect import settings
        from prefect.server.api.server import create_app

    values: dict[Any, Any]
    if pages:
        values = {settings.PREFECT_UI_URL: pages[0], settings.PREFECT_UI_API_URL: pages[1]}
    else:
        # One run needs no blocks, and a permanent server registers them itself.
        values = {
            settings.PREFECT_API_BLOCKS_REGISTER_ON_START: False,
            settings.PREFECT_MEMOIZE_BLOCK_AUTO_REGISTRATION: False,
        }
    with settings.temporary_settings(values):
        api = settings.get_current_settings().server.api
        config = uvicorn.Config(
            create_app(ephemeral=not pages, final=True),
            log_level="error",
            lifespan="on",
            timeout_keep_alive=api.keepalive_timeout,
            ws_ping_interval=api.websocket_ping_interval,
            ws_ping_timeout=api.websocket_ping_timeout,
        )
        server = uvicorn.Server(config)
        end = (server, seconds_to_end)
        threading.Thread(target=_end_with_the_parent, args=end, daemon=True).start()
        # Not in the main thread, where it would put its own signal handlers in place.
        serving = threading.Thread(target=copy_context().run, args=(server.run, [listening]))
        serving.start()
        serving.join()
    return server.started


def _end_with_the_parent(server: uvicorn.Server, seconds: float) -> None:
    """Stop the server once standard input ends; it has a short time to save what it received."""
    sys.stdin.read()
    server.should_exit = True
    time.sleep(seconds)
    os._exit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
