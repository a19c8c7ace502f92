"""A process that carries out batches for a run. Holds what it loaded; decides nothing."""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

_resources: Any = None


def start_worker(names: Mapping[str, str], reference: Path) -> None:
    """Make this process ready for the batches of a run that is its parent."""
    global _resources
    _leave_interrupts_to_the_run()
    threading.Thread(target=_end_with_the_run, daemon=True).start()
    _resources = make_resources(names, reference)


def make_resources(names: Mapping[str, str], reference: Path) -> Any:
    """What batches work with: pipelines and reference tables, each when it is first needed."""
    from flows.session.pipelines import load_pipelines
    from flows.session.reference import read_reference
    from flows.workers.batch import Resources

    return Resources(
        cache(partial(load_pipelines, names)), cache(partial(read_reference, reference))
    )


def get_ready() -> None:
    """Nothing: a worker that answers has started."""


def work(function: Callable[..., int], arguments: tuple[Any, ...]) -> int:
    """Carry out one batch with what this process loaded."""
    return function(_resources, *arguments)


def _leave_interrupts_to_the_run() -> None:
    """Ctrl-C reaches every process of a terminal; the run hears it and ends its workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def _end_with_the_run() -> None:
    """A worker whose run was killed would wait for work without end."""
    run = multiprocessing.parent_process()
    if run is not None:
        multiprocessing.connection.wait([run.sentinel])
        os._exit(1)
