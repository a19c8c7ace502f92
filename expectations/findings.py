"""The results of a round of checks as rows: one row for every check, and every failing row of the
failed ones. Runs SQL only and imports nothing of Great Expectations."""

# ruff: noqa: S608 (names come from contracts, values are literals of this project)

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import duckdb
import polars as pl

from expectations.check import BLAME_COLUMN, BLAMED, Check, CheckError, CheckReport
from warehouse.tables import BY_NAME, CHECK_FAILURE, CHECK_RESULT

_FAILING = pl.Schema({**BLAMED, "severity": pl.String(), "row_count": pl.Int64()})


class Findings:
    """One round of checks on `main` and `ops` of a private database.

    Attributes:
        suites: the checks, by table.
        row_count: how many rows each table has.
    """

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        run_id: str,
        suites: Mapping[str, Sequence[Check]],
    ) -> None:
        self._con = con
        self._run_id = run_id
        self.suites = suites
        self.row_count = {table: self._count(table) for table in suites}
        self._failing: dict[str, pl.DataFrame] = {}

    @property
    def checks(self) -> Iterator[Check]:
        """All checks, table by table."""
        return (check for suite in self.suites.values() for check in suite)

    def asked(self) -> dict[str, list[Check]]:
        """The checks to run: for a table without rows, only statements about the corpus."""
        asked = {
            table: [check for check in suite if self.row_count[table] or check.corpus]
            for table, suite in self.suites.items()
        }
        return {table: suite for table, suite in asked.items() if suite}

    def find_failing_rows(self, check: Check, query: str) -> None:
        """Every row that a failed check's query gives, one a key, in the order of keys.

        Raises CheckError where there is none, or where rows must name an article and do not.
        """
        blamed = BLAME_COLUMN[check.blame]
        rows = self._con.execute(
            f"""
            select row_key, min(observed) as observed, min({blamed or "null::varchar"}) as blamed,
                   count(*) as row_count
            from ({query}) group by row_key order by row_key
            """
        ).pl()
        if rows.is_empty():
            raise CheckError(
                f"{check.check_id}: its expectation failed, but its query finds no failing row. "
                "The expectation and `failing_sql` must agree."
            )
        nameless = rows["blamed"].null_count()
        if check.must_name and nameless:
            raise CheckError(
                f"{check.check_id}: {nameless:,} of {rows.height:,} failing rows name no article "
                f"to withhold (first: {rows['row_key'][0]}). A check of severity quarantine must "
                "select article_id."
            )
        self._failing[check.check_id] = rows.select(
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

    def result(self) -> pl.DataFrame:
        """One row a check, of contract CHECK_RESULT."""
        rows = [self._result(check) for check in self.checks]
        return CHECK_RESULT.conform(pl.DataFrame(rows, schema=CHECK_RESULT.polars_schema))

    def failure(self) -> pl.DataFrame:
        """Every failing row, of contract CHECK_FAILURE."""
        return CHECK_FAILURE.conform(
            self._rows().select(
                pl.lit(self._run_id).alias("run_id"), "check_id", "row_key", "observed"
            )
        )

    def blamed(self) -> pl.DataFrame:
        """Failing rows of all checks but warnings, of schema BLAMED."""
        return self._rows().filter(pl.col("severity") != "warning").select(BLAMED.names())

    def _rows(self) -> pl.DataFrame:
        found = [self._failing[c.check_id] for c in self.checks if c.check_id in self._failing]
        return pl.concat([pl.DataFrame(schema=_FAILING), *found])

    def _count(self, table: str) -> int:
        row = self._con.execute(f"select count(*) from {BY_NAME[table].qualified_name}").fetchone()
        return int(row[0]) if row else 0

    def _result(self, check: Check) -> dict[str, object]:
        failing = self._failing.get(check.check_id)
        return {
            "run_id": self._run_id,
            "suite": check.table,
            "check_id": check.check_id,
            "table_name": check.table,
            "column_name": check.column,
            "severity": check.severity,
            "success": failing is None,
            "observed": self._observed(check),
            "checked_count": self.row_count[check.table],
            "failed_count": 0 if failing is None else int(failing["row_count"].sum()),
            "notes": check.notes,
            "action": "none",
        }

    def _observed(self, check: Check) -> str | None:
        if check.observed_sql is None or not (self.row_count[check.table] or check.corpus):
            return None
        row = self._con.execute(check.observed_sql).fetchone()
        return None if row is None or row[0] is None else str(row[0])


class ReportParts:
    """Where the actions of a checkpoint put what they make."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.result = CHECK_RESULT.empty()
        self.failure = CHECK_FAILURE.empty()
        self.blamed = pl.DataFrame(schema=BLAMED)

    def report(self) -> CheckReport:
        """The three together."""
        return CheckReport(self.result, self.failure, self.blamed)
