"""Chooses the executor of a run's batches: this process, a process pool, or a Dask cluster."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flows.session.pipelines import pipeline_names
from flows.session.session import Session
from flows.workers.batch import Resources
from flows.workers.pool import (
    InProcess,
    RunBatch,
    Workers,
    directly,
    process_workers,
    worker_count,
)


@contextmanager
def workers_for(session: Session, chars: int, run_batch: RunBatch = directly) -> Iterator[Workers]:
    """Workers for the batches of a run with ``chars`` characters of text, while the block runs."""
    count = worker_count(session.settings.workers, chars)
    if count == 1:
        yield InProcess(Resources(session.pipelines, lambda: session.reference), run_batch)
    else:
        names = pipeline_names(session.settings)
        reference = session.settings.reference
        with process_workers(count, names, reference, run_batch) as workers:
            yield workers


@contextmanager
def readers_for(session: Session, workers: Workers) -> Iterator[Workers]:
    """Workers for the language stage, while the block runs: the cluster if one is configured, else
    the workers of all other stages."""
    address = session.settings.runner_address
    if session.settings.runner == "local" or address is None:
        yield workers
        return
    from flows.workers.dask_cluster import dask_workers

    here = str(session.staging.scratch.resolve())
    given = session.settings.runner_shared
    shared = f"{given.rstrip('/')}/{session.clock.run_id}" if given else f"{here}/shared"
    components = {language: p.component for language, p in session.pipelines().items()}
    names = pipeline_names(session.settings)
    with dask_workers(address, shared, names, components) as readers:
        yield readers
