"""The run as a Prefect flow: its name, its parameters, its patience with another run."""

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
from flows.orchestration.flow_state import carry_out
from flows.session.preload import Warm
from flows.session.run import run_once
from flows.settings import Settings, without_credentials
from warehouse.lock import WarehouseLocked, current_holder

LOCK_PATIENCE_SECONDS = 60.0
"""How long a deployment's run waits for another that holds the warehouse, unless told otherwise:
long enough for a small one, short of a schedule's usual interval."""

warm_up: ContextVar[Warm | None] = ContextVar("warm_up", default=None)
"""Pipelines that the caller began to load before the flow; null where nobody did."""


@contextmanager
def without_default_heartbeat() -> Iterator[None]:
    """Flows of this block send heartbeats only where somebody set how often.

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
        again: addresses of files to read whatever is known of them.
    """
    log = get_run_logger()
    chosen = _with_patience(settings or Settings(), log)
    return carry_out(
        chosen,
        Lineage(chosen.source, chosen.warehouse),
        lambda step: run_once(
            chosen,
            step=step,
            warm=_warmed_up(),
            again=frozenset(again or ()),
            flow_run_id=str(runtime.flow_run.id),
        ),
    )


def _warmed_up() -> Warm | None:
    """A function of its own: a cluster is sent the flow's body with every name it uses, and cannot
    be sent a ContextVar."""
    return warm_up.get()


def _with_patience(settings: Settings, log: Log) -> Settings:
    """A scheduled run waits a little for another one, and says for whom."""
    if runtime.deployment.id is not None and "wait_seconds" not in settings.model_fields_set:
        settings = settings.model_copy(update={"wait_seconds": LOCK_PATIENCE_SECONDS})
    holder = current_holder(settings.warehouse)
    if holder is not None and settings.wait_seconds:
        held = str(WarehouseLocked(settings.warehouse, holder)).partition(". ")[0]
        log.warning("%s; waiting up to %.0f seconds", held, settings.wait_seconds)
    return settings
