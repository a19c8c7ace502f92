"""The Prefect flow that reads the files of open quarantine rows again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from prefect import flow, get_run_logger
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.ingest import ingest
from flows.orchestration.flow_state import run_name
from flows.session.quarantine import quarantine_rows, sources_of
from flows.settings import Settings


@flow(name="replay-quarantine", flow_run_name=run_name, persist_result=False)
def replay_quarantine(
    warehouse: Path = Path("news.duckdb"),
    ids: list[str] | None = None,
    mapping: Path | None = None,
) -> State[Any]:
    """Read the files of open quarantine rows again; rows that no longer fail are resolved.

    Each source they came from is read by a separate `ingest` run.

    Args:
        warehouse: The published DuckDB file.
        ids: Ids, or beginnings of ids, of quarantine rows; none means all open rows.
        mapping: JSON file that maps our fields to those of the records, if that was missing.
    """
    log = get_run_logger()
    given = {"mapping": mapping} if mapping is not None else {}
    settings = Settings(warehouse=warehouse, **given)  # type: ignore[arg-type]
    rows = quarantine_rows(settings, ids or [])
    if rows.is_empty():
        return Completed(name="Nothing open", message="no quarantine row is open")
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
