"""The run as a Prefect flow: a task a step, a name people know it by, artifacts to look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, TypeVar

from prefect import flow, get_run_logger, runtime, task
from prefect.artifacts import (
    create_link_artifact,
    create_markdown_artifact,
    create_table_artifact,
)
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.settings import (
    PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
    get_current_settings,
    temporary_settings,
)
from prefect.states import Completed

from expectations.quality_page import write_quality_page
from flows.conclude import ChecksFailed
from flows.run import run_once
from flows.settings import Settings, without_credentials
from flows.summary import STATUS_WORDS, Summary, markdown
from flows.warm import Warm
from warehouse.layout import layout_of
from warehouse.staging import open_published

T = TypeVar("T")

warm_up: ContextVar[Warm | None] = ContextVar("warm_up", default=None)
"""Pipelines that the caller began to load before the flow; null where nobody did."""

last_summary: ContextVar[list[Summary] | None] = ContextVar("last_summary", default=None)
"""A list the caller reads the run's summary from, where it wants more than the state."""


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
    chosen = settings or Settings()
    try:
        summary = run_once(
            chosen,
            step=_as_task,
            warm=_warmed_up(),
            again=frozenset(again or ()),
            flow_run_id=str(runtime.flow_run.id),
        )
    except ChecksFailed:
        _write_quality_page(chosen.warehouse)
        raise
    _hand_over(summary)
    _show(summary)
    if summary.status == "published":
        _write_quality_page(chosen.warehouse)
    withheld = len(summary.quarantine)
    words = STATUS_WORDS[summary.status]
    log.info("%s: %s", words, _counts(summary))
    if withheld:
        return Completed(
            name="Completed with quarantine", message=f"{words}; {withheld} in quarantine"
        )
    if summary.status == "nothing_new":
        return Completed(name="Nothing new", message="nothing new")
    return Completed(message=f"{words}: {_counts(summary)}")


# A cluster is sent the flow's body with every name it uses, and cannot be sent a ContextVar: so
# these two functions use them.


def _warmed_up() -> Warm | None:
    return warm_up.get()


def _hand_over(summary: Summary) -> None:
    wanted = last_summary.get()
    if wanted is not None:
        wanted.append(summary)


def _write_quality_page(warehouse: Path) -> None:
    """The page of checks, trend and failing rows, beside the warehouse; the run links to it."""
    path = layout_of(warehouse).folder / "docs" / "quality.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    con = open_published(warehouse)
    try:
        write_quality_page(con, path)
    finally:
        con.close()
    create_link_artifact(
        path.as_uri(),
        link_text=str(path),
        key="quality-page",
        description="Checks, their trend and failing rows. Open it from the disk: it needs no "
        "server and no internet. Data Docs of Great Expectations: `newshouse docs`.",
    )


def _as_task(name: str, work: Callable[[], T]) -> T:
    """Carry out a step as a Prefect task of that name."""

    def carry_out() -> T:
        log = get_run_logger()
        log.info("%s", name)
        result = work()
        if isinstance(result, int):
            log.info("%s: %s rows", name, f"{result:,}")
        return result

    run_as_task = task(name=name, persist_result=False, cache_policy=NO_CACHE)(carry_out)
    return run_as_task()


def _counts(summary: Summary) -> str:
    return (
        ", ".join(f"{count:,} {outcome}" for outcome, count in summary.files.items() if count)
        or "no files"
    )


def _show(summary: Summary) -> None:
    create_markdown_artifact(
        markdown(summary), key="run-summary", description="What the run did, from files to tables."
    )
    create_table_artifact(
        [{"table": name, "rows": rows} for name, rows in summary.rows.items() if rows],
        key="rows-per-table",
        description="Rows written by the run.",
    )
    create_table_artifact(
        [
            {
                "check": check.check_id,
                "severity": check.severity,
                "failed": check.failed_count,
                "checked": check.checked_count,
                "examples": "; ".join(check.examples),
            }
            for check in summary.failed_checks
        ]
        or [{"check": f"all {summary.checks_run} checks", "severity": "", "failed": 0}],
        key="checks",
        description="Data checks that failed, with examples.",
    )
