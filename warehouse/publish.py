"""Publishing a run: its staged rows, and what earlier runs left in the journal, become the next
edition of the warehouse. Rows that break a key, a foreign key or an offset are never published."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import duckdb
import polars as pl

from warehouse import ddl, journal, search_index
from warehouse.connect import is_older
from warehouse.contract import Contract
from warehouse.edition import Announce, PublishError, publish_edition, silent
from warehouse.integrity import count_breaches
from warehouse.journal import JournalPart
from warehouse.parquet_file import FileDamaged, read_part
from warehouse.replacement import delete_replaced
from warehouse.retention import forget_detail
from warehouse.staging import parquet_parts, select_parts, staged_bytes
from warehouse.tables import BY_NAME, CONTRACTS

__all__ = ["PublishError", "migrate", "publish"]


def publish(
    run_staging: Path,
    warehouse: Path,
    *,
    keep_snapshots: int = 3,
    all_entities_replaced: bool = False,
    forget_before: datetime | None = None,
    announce: Announce = silent,
) -> dict[str, int]:
    """Publish a run's staged rows; how many, by table. The caller holds the lock.

    ``run_staging`` is named by the run's id. The journal is folded in and removed.
    ``all_entities_replaced`` is true if the run made every entity again, so that all published ones
    are deleted first.
    The detail of runs older than ``forget_before`` is removed, as `retention` describes.
    ``announce`` is called with the name of each step as it begins. Raises PublishError, the
    published file untouched, when rows break a rule, a staged file cannot be read or the disk does
    not take it.
    """
    run_id = run_staging.name
    parts = journal.list_parts(warehouse)
    rows: dict[str, int] = {}

    def change(con: duckdb.DuckDBPyConnection) -> None:
        fold_in(con, parts, run_id)
        rows.update(
            _insert_staged(con, run_staging, announce, all_entities_replaced=all_entities_replaced)
        )
        if forget_before is not None:
            forget_detail(con, forget_before)
        announce("check")
        refuse_breaches(con, everything=all_entities_replaced)

    publish_edition(
        warehouse, run_id, change, keep_snapshots=keep_snapshots, announce=announce,
        more_bytes=staged_bytes(run_staging),
    )  # fmt: skip
    announce("clean")
    journal.remove(parts)
    return rows


def migrate(warehouse: Path, run_id: str, *, keep_snapshots: int = 3) -> bool:
    """Migrate an older warehouse to the version this program writes; False if it has it already.

    Called at the start of a run, under its lock, so that all stages see one version of the tables.
    """
    if not is_older(warehouse):
        return False
    publish_edition(warehouse, run_id, lambda _con: None, keep_snapshots=keep_snapshots)
    return True


def fold_in(con: duckdb.DuckDBPyConnection, parts: tuple[JournalPart, ...], run_id: str) -> None:
    """Insert the journal of earlier runs; of several rows with one key, that of the latest run."""
    known = journal.runs_in(con, "ops.run") | {run_id}
    for contract in journal.JOURNALED:
        paths = [p.path for p in journal.unpublished(parts, known) if p.table == contract.name]
        if not paths:
            continue
        try:
            rows = pl.concat([read_part(path, contract) for path in paths])
        except FileDamaged as problem:
            raise PublishError(
                f"{paths[0].parent}: a part of {contract.name} is {problem}. What was published "
                "before is unchanged. Run again: the next run moves that file away."
            ) from problem
        latest = rows.unique(contract.key, keep="last", maintain_order=True)
        con.register("folded", latest.to_arrow())
        _replace(con, contract, {contract.name: "folded"})
        con.unregister("folded")


def refuse_breaches(con: duckdb.DuckDBPyConnection, *, everything: bool = False) -> None:
    """Raise PublishError if rows of the articles in `touched`, or of other tables, break a rule."""
    breaches = count_breaches(con, everything=everything)
    if breaches:
        first = "; ".join(f"{b.table}: {b.rows:,} rows break {b.rule}" for b in breaches[:3])
        raise PublishError(
            f"not published: {len(breaches)} rules are broken ({first}). What was published before "
            "is unchanged. The staged rows are kept; this is a fault of the program, please report."
        )


def _insert_staged(
    con: duckdb.DuckDBPyConnection,
    run_staging: Path,
    announce: Announce,
    *,
    all_entities_replaced: bool,
) -> dict[str, int]:
    staged = {}
    for contract in CONTRACTS:
        parts = parquet_parts(run_staging, contract)
        if parts:
            staged[contract.name] = f"staged_{contract.name}"
            con.execute(
                f"CREATE TEMP VIEW staged_{contract.name} AS {select_parts(contract, parts)}"
            )
    con.execute("CREATE TEMP TABLE touched (article_id VARCHAR)")
    for name in staged:
        if BY_NAME[name].lifecycle.owner == "article":
            con.execute(f"INSERT INTO touched SELECT DISTINCT article_id FROM {staged[name]}")  # noqa: S608
    search_index.forget(con, "touched")
    rows = {}
    for contract in CONTRACTS:
        announce(contract.name)
        rows[contract.name] = _replace(
            con, contract, staged, all_entities_replaced=all_entities_replaced
        )
    return {name: count for name, count in rows.items() if name in staged}


def _replace(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    staged: Mapping[str, str],
    *,
    all_entities_replaced: bool = False,
) -> int:
    """Delete what the staged rows replace and insert them in storage order; rows inserted."""
    delete = delete_replaced(contract, staged, all_entities_replaced=all_entities_replaced)
    if delete is not None:
        con.execute(delete)
    if contract.name not in staged:
        return 0
    inserted = con.execute(ddl.insert_statement(contract, staged[contract.name])).fetchone()
    return 0 if inserted is None else int(inserted[0])
