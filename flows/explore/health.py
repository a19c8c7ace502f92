"""Queries on data checks and the quarantine, one SELECT per function."""

from __future__ import annotations

import duckdb
import polars as pl

_TREND = """
SELECT
    run_id,
    started_at,
    sum(check_count)::BIGINT AS check_count,
    sum(failed_critical)::BIGINT AS critical,
    sum(failed_quarantine)::BIGINT AS quarantine,
    sum(failed_warning)::BIGINT AS warning,
    sum(failed_rows)::BIGINT AS failed_rows
FROM mart.quality_trend
GROUP BY ALL
ORDER BY started_at DESC
LIMIT $most
"""

_BY_TABLE = """
SELECT table_name, check_count, failed_checks, failed_rows, failed_share
FROM mart.quality_trend
WHERE run_id = $run_id
ORDER BY failed_checks DESC, table_name
"""

_FAILED = """
SELECT severity, check_id, failed_count, checked_count, observed, notes
FROM ops.check_result
WHERE run_id = $run_id AND NOT success
ORDER BY CASE severity WHEN 'critical' THEN 0 WHEN 'quarantine' THEN 1 ELSE 2 END, check_id
LIMIT $most
"""

_RUNS = """
SELECT started_at, status, files_seen, files_loaded, files_revised, files_unchanged,
    files_duplicate, files_quarantined, files_removed, is_balanced, seconds
FROM mart.run_funnel
ORDER BY started_at DESC
LIMIT $most
"""

_WITHHELD_BY_RULE = """
SELECT stage, rule, count(*) AS open_count
FROM ops.quarantine
WHERE status = 'open'
GROUP BY ALL
ORDER BY open_count DESC, stage, rule
LIMIT $most
"""

_WITHHELD = """
SELECT quarantine_id, stage, rule, quarantine.source_uri, locator, quarantine.message,
    left(payload, 160) AS payload,
    run.started_at, count(*) OVER () AS open_count
FROM ops.quarantine AS quarantine
LEFT JOIN ops.run AS run USING (run_id)
WHERE quarantine.status = 'open'
ORDER BY run_id DESC, quarantine.source_uri, locator, quarantine_id
LIMIT $most
"""


def trend(con: duckdb.DuckDBPyConnection, *, most: int) -> pl.DataFrame:
    """Checks made and failed by severity, run by run, the newest first."""
    return con.execute(_TREND, {"most": most}).pl()


def by_table(con: duckdb.DuckDBPyConnection, run_id: str) -> pl.DataFrame:
    """Checks made and failed in a run, table by table."""
    return con.execute(_BY_TABLE, {"run_id": run_id}).pl()


def failed(con: duckdb.DuckDBPyConnection, run_id: str, *, most: int) -> pl.DataFrame:
    """The checks that failed in a run, the gravest first."""
    return con.execute(_FAILED, {"run_id": run_id, "most": most}).pl()


def runs(con: duckdb.DuckDBPyConnection, *, most: int) -> pl.DataFrame:
    """Outcomes of the files of the last runs."""
    return con.execute(_RUNS, {"most": most}).pl()


def withheld_by_rule(con: duckdb.DuckDBPyConnection, *, most: int) -> pl.DataFrame:
    """Open quarantine by stage and rule."""
    return con.execute(_WITHHELD_BY_RULE, {"most": most}).pl()


def withheld(con: duckdb.DuckDBPyConnection, *, most: int) -> pl.DataFrame:
    """Open quarantine, the newest first; `open_count` says how many rows there are in all."""
    return con.execute(_WITHHELD, {"most": most}).pl()
