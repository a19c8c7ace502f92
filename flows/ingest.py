"""The main Prefect flow: brings the warehouse up to date with a source, stage by stage."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from prefect import flow, get_run_logger, runtime
from prefect.client.schemas.objects import State
from prefect.settings import (
    PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
    get_current_settings,
    temporary_settings,
)

from flows.orchestration.artifacts.asset import Lineage
from flows.orchestration.artifacts.post import Log
from flows.orchestration.flow_state import run_as_flow
from flows.orchestration.stage_task import run_batch
from flows.session.delivery import Delivery
from flows.session.preload import Preload
from flows.session.session import open_session
from flows.session.summary import Summary
from flows.settings import Settings, without_credentials
from flows.stages.blocks import Typed
from flows.tasks import (
    blocks,
    check_and_publish,
    compare,
    discover,
    extract,
    find_names,
    refuse_broken_checks,
    relate,
)
from flows.workers.choice import workers_for
from warehouse.lock import WarehouseLocked, current_holder

LOCK_PATIENCE_SECONDS = 60.0
"""How long a deployment's run waits by default for another run that holds the warehouse lock: long
enough for a small run, and shorter than the usual interval of a schedule."""

preload_of_caller: ContextVar[Preload | None] = ContextVar("preload_of_caller", default=None)
"""Resources that the caller began to load before the flow; None if it did not."""


@contextmanager
def without_default_heartbeat() -> Iterator[None]:
    """Flows in this block send heartbeats only if their interval is configured.

    A flow with a heartbeat takes a second more to end, too much for a run at a terminal.
    """
    if "heartbeat_frequency" in get_current_settings().flows.model_fields_set:
        yield
    else:
        with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
            yield


def _run_name() -> str:
    """Source and time: ``seeds/articles 2024-03-12 06:15``."""
    given = runtime.flow_run.parameters.get("settings")
    source = given.source if isinstance(given, Settings) else Settings(**(given or {})).source
    started = runtime.flow_run.scheduled_start_time
    return f"{without_credentials(source)} {started:%Y-%m-%d %H:%M}"


@flow(name="ingest", flow_run_name=_run_name, persist_result=False)
def ingest(settings: Settings | None = None, again: list[str] | None = None) -> State[Any]:
    """Bring the warehouse up to date with a source of news articles.

    Discovers what is new, changed or gone, extracts it, types its blocks, finds sentences and
    names, checks everything and publishes it in one step. What fails a check or cannot be read is
    in quarantine with its reason. Running twice changes nothing.

    Args:
        settings: where to read, where to publish, and how; see the fields.
        again: addresses of files to read even if they are known and unchanged.
    """
    log = get_run_logger()
    chosen = _with_patience(settings or Settings(), log)
    return run_as_flow(
        Lineage(chosen.source, chosen.warehouse),
        lambda: ingest_source(
            chosen,
            preload=_preloaded(),
            again=frozenset(again or ()),
            flow_run_id=str(runtime.flow_run.id),
        ),
    )


def ingest_source(
    settings: Settings,
    *,
    preload: Preload | None = None,
    again: frozenset[str] = frozenset(),
    flow_run_id: str | None = None,
) -> Summary:
    """Bring the warehouse up to date with a source, stage by stage, in a flow or without one.

    One run at a time holds the warehouse. Raises WarehouseLocked, ChecksFailed, AccountingError,
    PlaceError and the other errors of the stages; the run's own record is kept in every case.
    """
    refuse_broken_checks()
    with open_session(settings, preload, again=again, flow_run_id=flow_run_id) as session:
        found = discover(session)
        extracted = extract(session, found)
        compared = compare(session, found, extracted)
        delivery = Delivery(found.plan, found.unlisted, extracted, compared.version)
        typed, read = Typed(), None
        if compared.parts:
            with workers_for(session, extracted.char_count, run_batch) as workers:
                typed = blocks(session, delivery, compared, workers)
                read = find_names(session, typed, workers)
        resolved = relate(session, delivery, typed, read)
        return check_and_publish(session, delivery, resolved, read)


def _preloaded() -> Preload | None:
    """Separate from the flow: Dask sends the flow's body and every global it uses to the workers,
    which fails for a ContextVar."""
    return preload_of_caller.get()


def _with_patience(settings: Settings, log: Log) -> Settings:
    """Let a scheduled run wait for the run that holds the lock, and log which one it waits for."""
    if runtime.deployment.id is not None and "wait_seconds" not in settings.model_fields_set:
        settings = settings.model_copy(update={"wait_seconds": LOCK_PATIENCE_SECONDS})
    holder = current_holder(settings.warehouse)
    if holder is not None and settings.wait_seconds:
        held = str(WarehouseLocked(settings.warehouse, holder)).partition(". ")[0]
        log.warning("%s; waiting up to %.0f seconds", held, settings.wait_seconds)
    return settings
