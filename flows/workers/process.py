"""Code that runs inside a worker process: loads resources once and executes batches."""

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
    """Prepare this process to execute batches of the run that is its parent process."""
    global _resources
    _leave_interrupts_to_the_run()
    threading.Thread(target=_end_with_the_run, daemon=True).start()
    _resources = make_resources(names, reference)


def make_resources(names: Mapping[str, str], reference: Path) -> Any:
    """Resources for batches: pipelines and reference tables, each loaded at first use."""
    from flows.session.pipelines import load_pipelines
    from flows.session.reference import read_reference
    from flows.workers.batch import Resources

    return Resources(
        cache(partial(load_pipelines, names)), cache(partial(read_reference, reference))
    )


def get_ready() -> None:
    """Does nothing: a worker that answers has started."""


def work(function: Callable[..., int], arguments: tuple[Any, ...]) -> int:
    """Execute one batch with the resources of this process."""
    return function(_resources, *arguments)


def _leave_interrupts_to_the_run() -> None:
    """Ignore Ctrl-C, which reaches every process of a terminal: the run ends its workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def _end_with_the_run() -> None:
    """End this process when its run is killed; it would otherwise wait for work forever."""
    run = multiprocessing.parent_process()
    if run is not None:
        multiprocessing.connection.wait([run.sentinel])
        os._exit(1)
