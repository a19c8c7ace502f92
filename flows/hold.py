"""Holds a warehouse for one run: lock, published state, staging, and the run's own record."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import polars as pl

from flows import conclude
from flows.derive import RunClock
from flows.pipeline_choice import pipeline_names
from flows.place import address, collection_of
from flows.reference import read_reference
from flows.run_state import RunState
from flows.settings import DEFAULT_COLLECTION, DEFAULT_SOURCE, Settings, without_credentials
from flows.warm import Warm
from flows.work import Work
from warehouse import journal
from warehouse.known import Known
from warehouse.layout import layout_of
from warehouse.leftover import remove_leftovers
from warehouse.lock import Holder, warehouse_lock
from warehouse.publish import migrate


def new_clock() -> RunClock:
    """An id for a run that starts now; ids sort by start."""
    now = datetime.now(UTC)
    return RunClock(f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}", now)


def holder_of(clock: RunClock, flow_run_id: str | None = None) -> Holder:
    """Who this process is to another run that finds the warehouse held."""
    since = clock.started_at.isoformat(timespec="seconds")
    return Holder(os.getpid(), socket.gethostname(), since, flow_run_id)


@contextmanager
def hold_warehouse(
    settings: Settings,
    warm: Warm | None = None,
    *,
    again: frozenset[str] = frozenset(),
    flow_run_id: str | None = None,
) -> Iterator[RunState]:
    """A new run's state, while the block runs; what earlier, dead runs left is removed.

    Raises WarehouseLocked. Whatever the block raises, the run's own record is kept.
    """
    clock = new_clock()
    with warehouse_lock(settings.warehouse, holder_of(clock, flow_run_id), settings.wait_seconds):
        migrate(settings.warehouse, clock.run_id, keep_snapshots=settings.keep_snapshots)
        journal.mark_crashed(settings.warehouse, clock.run_id, clock.started_at)
        layout = layout_of(settings.warehouse)
        remove_leftovers(layout)
        with Known(settings.warehouse) as known, _warmed(settings, warm) as warmed:
            run = RunState(
                settings=settings,
                clock=clock,
                work=Work(layout, clock.run_id),
                known=known,
                address=address(settings.source),
                collection=_collection(settings),
                reference=warmed.reference,
                pipelines=warmed.pipelines,
                check=warmed.check,
                flow_run_id=flow_run_id,
                again=again,
            )
            with _recorded(run):
                yield run


@contextmanager
def _warmed(settings: Settings, warm: Warm | None) -> Iterator[Warm]:
    """What the caller warmed up already, where it is of the same reference tables; else anew."""
    if warm is not None and warm.reference.folder == settings.reference:
        yield warm
    else:
        with Warm(pipeline_names(settings), read_reference(settings.reference)) as own:
            yield own


def _collection(settings: Settings) -> str:
    if settings.collection:
        return settings.collection
    if settings.source == DEFAULT_SOURCE:
        return DEFAULT_COLLECTION
    return without_credentials(collection_of(settings.source))


@contextmanager
def _recorded(run: RunState) -> Iterator[None]:
    """Keep the run's record, whatever becomes of it."""
    conclude.keep_record(run, "running")
    try:
        yield
    except conclude.ChecksFailed:
        raise
    except BaseException as problem:
        first_line = str(problem).partition("\n")[0] or type(problem).__name__
        _keep_failure(run, first_line)
        raise


def _keep_failure(run: RunState, first_line: str) -> None:
    """The record counts staged rows; where a part is damaged or half written, it does without."""
    try:
        conclude.keep_record(run, "failed", first_line)
    except (OSError, pl.exceptions.PolarsError):
        shutil.rmtree(run.work.staging, ignore_errors=True)
        conclude.keep_record(run, "failed", first_line)
