"""`rebuild` and `replay-quarantine` as Prefect flows, for the UI's run form. Decide nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from prefect import flow, get_run_logger, runtime
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.ingest import ingest
from flows.orchestration.artifacts.asset import Lineage
from flows.orchestration.flow_state import carry_out
from flows.rebuild import rebuild as rebuild_all
from flows.session.quarantine import quarantine_rows, sources_of
from flows.settings import Settings


def _run_name() -> str:
    """What is done and when: ``rebuild 2024-03-12 06:15``."""
    return f"{runtime.flow_run.flow_name} {runtime.flow_run.scheduled_start_time:%Y-%m-%d %H:%M}"


@flow(name="rebuild", flow_run_name=_run_name, persist_result=False)
def rebuild(warehouse: Path = Path("news.duckdb"), only_changed: bool = False) -> State[Any]:
    """Make everything derived anew out of the kept texts, with today's components.

    Texts, versions and the record of runs stay. Use it after a change of pipeline, rules or
    reference tables.

    Args:
        warehouse: The published DuckDB file.
        only_changed: Only what components of another version made; quicker, and entities keep
            what is known of them.
    """
    settings = Settings(warehouse=warehouse)
    return carry_out(
        settings,
        Lineage(None, warehouse),
        lambda step: rebuild_all(
            settings, only_changed=only_changed, step=step, flow_run_id=str(runtime.flow_run.id)
        ),
    )


@flow(name="replay-quarantine", flow_run_name=_run_name, persist_result=False)
def replay_quarantine(
    warehouse: Path = Path("news.duckdb"),
    ids: list[str] | None = None,
    mapping: Path | None = None,
) -> State[Any]:
    """Read the files of open quarantine rows again; rows whose fault is gone are resolved.

    Each source they came from is read by an `ingest` run of its own.

    Args:
        warehouse: The published DuckDB file.
        ids: Ids, or beginnings of ids, of quarantine rows; none means all open rows.
        mapping: JSON file that says which field of a record is what, where the fault was that.
    """
    log = get_run_logger()
    given = {"mapping": mapping} if mapping is not None else {}
    settings = Settings(warehouse=warehouse, **given)  # type: ignore[arg-type]
    rows = quarantine_rows(settings, ids or [])
    if rows.is_empty():
        return Completed(name="Nothing open", message="nothing is open")
    ended: list[State[Any]] = []
    for source in sources_of(settings, rows):
        log.info("%s: %s files", source.source, f"{len(source.files):,}")
        again = settings.model_copy(
            update={"source": source.source, "collection": source.collection}
        )
        ended.append(ingest(again, list(source.files), return_state=True))
    failed = [state for state in ended if not state.is_completed()]
    if failed:
        return Failed(message=f"{len(failed)} of {len(ended)} sources: {failed[0].message}")
    left = quarantine_rows(settings, []).height
    return Completed(message=f"{rows.height:,} rows read again; {left:,} open now")
