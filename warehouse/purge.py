"""Deletes given articles permanently, from rows, snapshots, payloads and staged files.

Only a tombstone of hashes remains, which keeps the article from being loaded again.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import polars as pl

from warehouse import journal, search_index
from warehouse.copying import copy_file
from warehouse.edition import (
    make_edition,
    publish_edition,
    room_for_next,
    write_compact,
)
from warehouse.layout import Layout, layout_of, make_durable
from warehouse.publish import fold_in, refuse_breaches
from warehouse.snapshot import list_snapshots
from warehouse.tables import CONTRACTS, NAMING_ENTITY, RUN

_OF_ARTICLE = tuple(c for c in CONTRACTS if c.lifecycle.owner == "article")
_OF_ENTITY = tuple(c for c in CONTRACTS if c.lifecycle.owner == "entity")
_NAMED_ENTITY = " UNION ALL ".join(
    f"SELECT article_id, {column} AS entity_id FROM {c.qualified_name}"  # noqa: S608
    for c, column in NAMING_ENTITY
)
"""Which article names which entity, from every table that records it."""


@dataclass(frozen=True)
class Purged:
    """Rows removed from the published file by table, and how many snapshots were rewritten."""

    rows: Mapping[str, int]
    snapshots: int


def purge(
    warehouse: Path,
    article_id: Sequence[str],
    *,
    run: pl.DataFrame,
    purged_at: datetime,
) -> Purged:
    """Remove articles from the published file, every snapshot, the journal and all staging.

    ``run`` is the one RUN row that records it. The files are written again, so that nothing of the
    deleted rows is left in them. Snapshots go first: killed half way, the published file still
    names the articles, and the same purge finishes. The caller holds the lock.
    """
    layout, run_id = layout_of(warehouse), str(RUN.conform(run)["run_id"].item())
    snapshots = list_snapshots(warehouse)
    for snapshot in snapshots:
        _rewrite_snapshot(layout, snapshot.path, article_id)
    parts = journal.list_parts(warehouse)
    rows: dict[str, int] = {}

    def change(con: duckdb.DuckDBPyConnection) -> None:
        fold_in(con, parts, run_id)
        con.register("purging_run", RUN.conform(run).to_arrow())
        con.execute("INSERT INTO ops.run BY NAME SELECT * FROM purging_run")
        _find_purged(con, article_id)
        _write_tombstones(con, run_id, purged_at)
        rows.update(_delete(con))
        con.execute("CREATE TEMP TABLE touched AS FROM purged")
        refuse_breaches(con)

    publish_edition(warehouse, run_id, change, keep_snapshots=None, compact=True)
    journal.remove(parts)
    shutil.rmtree(layout.staging, ignore_errors=True)
    return Purged({name: count for name, count in rows.items() if count}, len(snapshots))


def _rewrite_snapshot(layout: Layout, path: Path, article_id: Sequence[str]) -> None:
    def change(con: duckdb.DuckDBPyConnection) -> None:
        _find_purged(con, article_id)
        _delete(con)

    with room_for_next(layout):
        status = path.stat()
        target = layout.next / path.name
        copy_file(path, target)
        make_edition(target, path.stem, change)
        target = write_compact(target, target.with_suffix(".compact"))
        make_durable(target)
        os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))
        target.replace(path)
        make_durable(path.parent)


def _find_purged(con: duckdb.DuckDBPyConnection, article_id: Sequence[str]) -> None:
    """Temporary tables: the articles, their files, and entities that no other article names."""
    con.execute("CREATE TEMP TABLE purged (article_id VARCHAR)")
    con.executemany("INSERT INTO purged VALUES (?)", [[name] for name in article_id])
    con.execute(
        "CREATE TEMP TABLE purged_file AS "
        "SELECT DISTINCT file_uri FROM ops.record SEMI JOIN purged USING (article_id)"
    )
    con.execute(
        "CREATE TEMP TABLE purged_entity AS "  # noqa: S608
        f"SELECT DISTINCT entity_id FROM ({_NAMED_ENTITY}) SEMI JOIN purged USING (article_id) "
        "WHERE entity_id IS NOT NULL EXCEPT "
        f"SELECT entity_id FROM ({_NAMED_ENTITY}) ANTI JOIN purged USING (article_id)"
    )


def _write_tombstones(con: duckdb.DuckDBPyConnection, run_id: str, purged_at: datetime) -> None:
    """Tombstones of the published versions, by every file that delivered them, and of articles
    that checks withheld."""
    con.execute(
        "INSERT INTO ops.tombstone BY NAME "
        "SELECT DISTINCT article_id, coalesce(r.file_id, v.file_id) AS file_id, content_hash, "
        "  ? AS purged_at, ? AS run_id FROM main.article_version AS v "
        "LEFT JOIN ops.record AS r USING (article_id, version_no) "
        "WHERE article_id IN (FROM purged)",
        [purged_at, run_id],
    )
    con.execute(
        "INSERT INTO ops.tombstone BY NAME "
        "SELECT DISTINCT q.article_id, f.file_id, f.file_id AS content_hash, "
        "  ?::TIMESTAMPTZ AS purged_at, ? AS run_id "
        "FROM ops.quarantine AS q JOIN ops.file AS f USING (run_id, source_uri) "
        "ANTI JOIN ops.tombstone AS t ON t.article_id = q.article_id AND t.file_id = f.file_id "
        "WHERE q.article_id IN (FROM purged)",
        [purged_at, run_id],
    )


def _delete(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Delete the rows of the purged articles, and clear what other rows quote of them."""
    statements = [
        (c.name, f"DELETE FROM {c.qualified_name} WHERE article_id IN (FROM purged)")  # noqa: S608
        for c in _OF_ARTICLE
    ]
    statements += [
        (c.name, f"DELETE FROM {c.qualified_name} WHERE entity_id IN (FROM purged_entity)")  # noqa: S608
        for c in _OF_ENTITY
    ]
    statements.append(
        (
            "entity_merge",
            "DELETE FROM main.entity_merge WHERE into_entity_id IN (FROM purged_entity)",
        )
    )
    search_index.forget(con, "purged")
    rows: dict[str, int] = {}
    for table, statement in statements:
        deleted = con.execute(statement).fetchone()
        rows[table] = rows.get(table, 0) + (int(deleted[0]) if deleted else 0)
    for contract in CONTRACTS:
        for column in contract.optional_references("article"):
            con.execute(f"UPDATE {contract.qualified_name} SET {column} = NULL "  # noqa: S608
                        f"WHERE {column} IN (FROM purged)")  # fmt: skip
    con.execute("UPDATE ops.quarantine SET payload = NULL WHERE article_id IN (FROM purged) "
                "OR source_uri IN (FROM purged_file)")  # fmt: skip
    con.execute("UPDATE ops.quarantine SET message = 'The article was purged.' "
                "WHERE article_id IN (FROM purged)")  # fmt: skip
    con.execute("UPDATE ops.check_failure SET observed = NULL "
                "WHERE split_part(row_key, '/', 1) IN (FROM purged)")  # fmt: skip
    return rows
