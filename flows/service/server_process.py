"""Runs a Prefect server that ends with its parent process, even a killed one. Run as a module.

Its standard input is a pipe from its parent; the end of the pipe is the end of the server.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading
import time

from prefect.settings import PREFECT_UI_API_URL, PREFECT_UI_URL, temporary_settings

from flows.service.plan import EVERYWHERE, address_to_ask

_PATIENCE_SECONDS = 20.0


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(_PATIENCE_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)


def main(host: str, port: str) -> None:
    """Run the server in this process until its parent has ended."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    signal.signal(signal.SIGINT, signal.default_int_handler)
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    sys.argv = ["prefect", "server", "start", "--host", host, "--port", port]
    here = address_to_ask(host, port)
    # Address of the UI in the links of alarms, and address of the API for the UI in a browser.
    api = "/api" if host == EVERYWHERE else f"{here}/api"
    with temporary_settings({PREFECT_UI_URL: here, PREFECT_UI_API_URL: api}):
        runpy.run_module("prefect", run_name="__main__")


if __name__ == "__main__":
    main(*sys.argv[1:])
