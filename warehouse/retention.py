"""Deletes the detail of old runs (failing rows, rows of files); callers give the cut-off time."""

from __future__ import annotations

from datetime import datetime

import duckdb

from warehouse.tables import CHECK_FAILURE, FILE, RUN

_OLD_RUNS = f"SELECT run_id FROM {RUN.qualified_name} WHERE started_at < ?"  # noqa: S608


def forget_detail(con: duckdb.DuckDBPyConnection, before: datetime) -> dict[str, int]:
    """Delete detail of the runs that began before a time, in the caller's transaction.

    Deleted: failing rows of checks, and rows of files where every file of the run was seen again by
    a later one (a run's rows of files go together, so that its sums stay provable while they are
    there). Kept: `run`, the counts in `check_result`, the newest row of each file, by which it is
    recognised, and `quarantine`. Returns the number of rows deleted, by table.
    """
    statements = {
        CHECK_FAILURE.name: f"DELETE FROM {CHECK_FAILURE.qualified_name} "  # noqa: S608
        f"WHERE run_id IN ({_OLD_RUNS})",
        FILE.name: f"DELETE FROM {FILE.qualified_name} WHERE run_id IN ({_OLD_RUNS}) "  # noqa: S608
        f"AND run_id NOT IN (SELECT run_id FROM {FILE.qualified_name} "
        "QUALIFY row_number() OVER (PARTITION BY collection, source_uri ORDER BY run_id DESC) = 1)",
    }
    row_counts = {}
    for table, statement in statements.items():
        deleted = con.execute(statement, [before]).fetchone()
        row_counts[table] = int(deleted[0]) if deleted else 0
    return {table: count for table, count in row_counts.items() if count}
