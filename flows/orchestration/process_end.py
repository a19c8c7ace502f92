"""The end of this process: what its libraries still have to tell others may take some seconds."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading
import time

_LAST_WORDS_SECONDS = 20.0
"""What Prefect has left to tell its server may take so long once the command is done. It would wait
without end for a server that went away."""

_nobody_listens = threading.Event()


def no_last_words() -> None:
    """Prefect's server is away: there is nobody to tell anything."""
    _nobody_listens.set()


def end_in_time(code: int) -> None:
    """End this process with that exit code before long, whatever its libraries still wait for."""
    # Of log lines that can no longer be sent, nobody need hear any more.
    logging.raiseExceptions = False

    def end() -> None:
        time.sleep(1.0 if _nobody_listens.is_set() else _LAST_WORDS_SECONDS)
        for stream in (sys.stdout, sys.stderr):
            # Who read it may have gone (`newshouse run | head`), or it may be closed.
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        os._exit(code)

    threading.Thread(target=end, name="end in time", daemon=True).start()
