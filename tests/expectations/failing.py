"""Which checks fail by their own queries, without the engine: fast, and an oracle for it."""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from expectations.check import Check


def failing_ids(con: duckdb.DuckDBPyConnection, checks: Iterable[Check]) -> set[str]:
    """Ids of the checks whose own queries find rows."""
    suites: dict[str, list[Check]] = {}
    for check in checks:
        suites.setdefault(check.table, []).append(check)
    failing = set()
    for suite in suites.values():
        counts = ", ".join(f"(select count(*) from ({check.failing_sql}))" for check in suite)
        row = con.execute(f"select {counts}").fetchone()
        assert row is not None
        failing |= {check.check_id for check, count in zip(suite, row, strict=True) if count}
    return failing
