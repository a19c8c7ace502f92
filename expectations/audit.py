"""The door of this room: runs every suite on a staging database and hands back what was found.
Decides nothing about what a failure does; that is the flow's."""

# ruff: noqa: S608 (names come from contracts, values are literals of this project)

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import duckdb
import polars as pl

from expectations.check import BLAME_COLUMN, BLAMED, Check, CheckError, CheckReport
from expectations.suite import all_checks
from warehouse.tables import BY_NAME, CHECK_FAILURE, CHECK_RESULT

_FAILING = pl.Schema({**BLAMED, "severity": pl.String(), "row_count": pl.Int64()})


def run_checks(
    con: duckdb.DuckDBPyConnection, *, run_id: str, checks: Sequence[Check] | None = None
) -> CheckReport:
    """Runs the checks on `main` and `ops` of a private database, pushed down.

    `known.<table>` must hold what will be the truth after publication. The connection must hold
    no open transaction. Raises CheckError when a check cannot be run at all.
    """
    con.execute("set enable_progress_bar = false")
    suites = _suites(all_checks() if checks is None else checks)
    counts = {table: _row_count(con, table) for table in suites}
    failed = _failed(con, suites, counts)
    result: list[pl.DataFrame] = [CHECK_RESULT.empty()]
    failing: list[pl.DataFrame] = [pl.DataFrame(schema=_FAILING)]
    for check in (check for suite in suites.values() for check in suite):
        rows = _failing_rows(con, check) if check.check_id in failed else failing[0]
        failing.append(rows)
        result.append(_result(con, run_id, check, counts[check.table], rows))
    return _report(run_id, pl.concat(result), pl.concat(failing))


def _suites(checks: Iterable[Check]) -> dict[str, list[Check]]:
    suites: dict[str, list[Check]] = {}
    for check in checks:
        suites.setdefault(check.table, []).append(check)
    return suites


def _row_count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    row = con.execute(f"select count(*) from {BY_NAME[table].qualified_name}").fetchone()
    return int(row[0]) if row else 0


def _failed(
    con: duckdb.DuckDBPyConnection, suites: Mapping[str, list[Check]], counts: Mapping[str, int]
) -> frozenset[str]:
    """Ids of the checks that fail. Of a table without rows only statements about the corpus are
    asked; nothing can be wrong with rows that are not there."""
    from expectations.engine import failed_checks

    asked = {
        BY_NAME[table].qualified_name: [c for c in suite if counts[table] or c.corpus]
        for table, suite in suites.items()
    }
    return failed_checks(con, {table: suite for table, suite in asked.items() if suite})


def _failing_rows(con: duckdb.DuckDBPyConnection, check: Check) -> pl.DataFrame:
    """Every failing row of a check, one a key, in the order of keys."""
    named = BLAME_COLUMN[check.blame]
    rows = con.execute(
        f"""
        select row_key, min(observed) as observed, min({named or "null::varchar"}) as blamed,
               count(*) as row_count
        from ({check.failing_sql}) group by row_key order by row_key
        """
    ).pl()
    if rows.is_empty():
        raise CheckError(
            f"{check.check_id}: the engine saw a failure that the check's own query does not "
            "find. `bad` and `failing_sql` of the check must say the same."
        )
    nameless = rows["blamed"].null_count()
    if check.must_name and nameless:
        raise CheckError(
            f"{check.check_id}: {nameless:,} of {rows.height:,} failing rows name no article to "
            f"withhold (first: {rows['row_key'][0]}). A check of severity quarantine must select "
            "article_id."
        )
    return rows.select(
        pl.lit(check.blame, pl.String).alias("blame"),
        pl.col("blamed").cast(pl.String),
        pl.lit(check.table).alias("table_name"),
        pl.lit(check.check_id).alias("check_id"),
        pl.col("row_key").cast(pl.String).fill_null("null"),
        pl.col("observed").cast(pl.String),
        pl.lit(check.notes).alias("notes"),
        pl.lit(check.severity, pl.String).alias("severity"),
        pl.col("row_count").cast(pl.Int64),
    )


def _result(
    con: duckdb.DuckDBPyConnection, run_id: str, check: Check, checked: int, rows: pl.DataFrame
) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "run_id": run_id,
            "suite": check.table,
            "check_id": check.check_id,
            "table_name": check.table,
            "column_name": check.column,
            "severity": check.severity,
            "success": rows.is_empty(),
            "observed": _observed(con, check, checked),
            "checked_count": checked,
            "failed_count": int(rows["row_count"].sum()),
            "notes": check.notes,
            "action": "none",
        },
        schema=CHECK_RESULT.polars_schema,
    )


def _observed(con: duckdb.DuckDBPyConnection, check: Check, checked: int) -> str | None:
    if check.observed_sql is None or not (checked or check.corpus):
        return None
    row = con.execute(check.observed_sql).fetchone()
    return None if row is None or row[0] is None else str(row[0])


def _report(run_id: str, result: pl.DataFrame, failing: pl.DataFrame) -> CheckReport:
    return CheckReport(
        result=CHECK_RESULT.conform(result),
        failure=CHECK_FAILURE.conform(
            failing.select(pl.lit(run_id).alias("run_id"), "check_id", "row_key", "observed")
        ),
        blamed=failing.filter(pl.col("severity") != "warning").select(BLAMED.names()),
    )
