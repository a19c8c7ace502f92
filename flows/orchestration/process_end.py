"""Ends this process within a bounded time, even if a library still sends data to a server."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading
import time

_FINAL_REPORTS_SECONDS = 20.0
"""Time Prefect gets, once the command is done, to send its remaining data to its server. Without
this limit it would wait forever for a server that does not answer."""

_server_is_away = threading.Event()


def skip_final_reports() -> None:
    """Do not wait until Prefect's remaining data is sent, as its server does not answer."""
    _server_is_away.set()


def end_in_time(code: int) -> None:
    """End this process with that exit code in bounded time, even if libraries still wait."""
    # Log lines that can no longer be sent cause no further messages.
    logging.raiseExceptions = False

    def end() -> None:
        time.sleep(1.0 if _server_is_away.is_set() else _FINAL_REPORTS_SECONDS)
        for stream in (sys.stdout, sys.stderr):
            # The reader may have ended (`newshouse run | head`), or the stream be closed.
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        os._exit(code)

    threading.Thread(target=end, name="end in time", daemon=True).start()
