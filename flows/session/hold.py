"""Holds a warehouse for one run: lock, published state, staging, and the run's own record."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import polars as pl

from flows.session import conclude
from flows.session.notices import folder_notices, journal_notices, tell_people
from flows.session.pipelines import pipeline_names
from flows.session.preload import Warm
from flows.session.reference import read_reference
from flows.session.run_state import RunState
from flows.session.staging import Work
from flows.settings import DEFAULT_COLLECTION, DEFAULT_SOURCE, Settings, without_credentials
from flows.sources.location import address, collection_of
from flows.stages.derive import RunClock
from warehouse import journal
from warehouse.known import Known
from warehouse.layout import layout_of
from warehouse.leftover import remove_leftovers, set_foreign_aside
from warehouse.lock import Holder, warehouse_lock
from warehouse.publish import migrate


def new_clock(after: str | None = None) -> RunClock:
    """An id for a run that starts now; ids sort by start, those of one second too.

    The newest id decides what is known of a file. ``after`` is the newest known one: where the
    clock was set back, the run is said to start in the second after that.
    """
    clock = _clock_at(datetime.now(UTC))
    if after is not None and clock.run_id <= after:
        newest = datetime.strptime(after.partition("-")[0], journal.RUN_ID_TIME).replace(tzinfo=UTC)
        clock = _clock_at(newest + timedelta(seconds=1))
    return clock


def _clock_at(at: datetime) -> RunClock:
    """Twenty bits of microseconds and four of chance make the six hex digits."""
    digits = at.microsecond << 4 | secrets.randbits(4)
    return RunClock(f"{at:%Y%m%dT%H%M%SZ}-{digits:06x}", at)


@contextmanager
def take_lock(settings: Settings, flow_run_id: str | None = None) -> Iterator[None]:
    """The warehouse's lock, whatever state the warehouse is in. Raises WarehouseLocked."""
    holder = Holder(os.getpid(), socket.gethostname(), flow_run=flow_run_id)
    with warehouse_lock(settings.warehouse, holder, settings.wait_seconds):
        yield


@contextmanager
def hold_lock(
    settings: Settings, flow_run_id: str | None = None, notices: list[str] | None = None
) -> Iterator[RunClock]:
    """The lock, and the clock of who holds it now, later than that of all before.

    Raises WarehouseLocked. Runs that still say they are running are dead: they are marked so. What
    is damaged in the journal is set aside and told, also to ``notices``.
    """
    with take_lock(settings, flow_run_id):
        lines = folder_notices(set_foreign_aside(layout_of(settings.warehouse)))
        lines += journal_notices(journal.set_damaged_aside(settings.warehouse))
        for line in lines:
            tell_people(line)
            if notices is not None:
                notices.append(line)
        clock = new_clock(journal.newest_run(settings.warehouse))
        journal.mark_crashed(settings.warehouse, clock.run_id, clock.started_at)
        yield clock


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
    notices: list[str] = []
    with hold_lock(settings, flow_run_id, notices) as clock:
        migrate(settings.warehouse, clock.run_id, keep_snapshots=settings.keep_snapshots)
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
                notices=notices,
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
    try:
        conclude.keep_record(run, "running")
        yield
    except conclude.ChecksFailed:
        raise
    except Exception as problem:
        _keep_failure(run, str(problem).partition("\n")[0] or type(problem).__name__)
        raise
    except BaseException:
        _keep_failure(run, "The run was told to stop.")
        raise


def _keep_failure(run: RunState, first_line: str) -> None:
    """The record counts staged rows; where a part is damaged or half written, it does without."""
    try:
        conclude.keep_record(run, "failed", first_line)
    except (OSError, pl.exceptions.PolarsError):
        shutil.rmtree(run.work.staging, ignore_errors=True)
        conclude.keep_record(run, "failed", first_line)
