"""Each check catches its fault: a good row is broken, and that check alone fails."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from expectations.check import Check
from expectations.checkpoint import failed_checks
from expectations.suite import all_checks
from tests.expectations.failing import failing_ids
from tests.expectations.faults import WRITTEN, fault_of
from tests.expectations.good_rows import good_rows, open_database
from warehouse.tables import BY_NAME, CONTRACTS

CHECKS = {check.check_id: check for check in all_checks()}

_GOOD = {
    table: good
    for contract in CONTRACTS
    for table, good in (
        (contract.qualified_name, f"good_main.{contract.name}"),
        (f"known.{contract.name}", f"good_known.{contract.name}"),
    )
}
"""Where the unbroken rows of each table are kept."""


@pytest.fixture(scope="module")
def shared() -> Iterator[duckdb.DuckDBPyConnection]:
    con = open_database(good_rows())
    con.execute("create schema good_main; create schema good_known")
    for table, good in _GOOD.items():
        con.execute(f"create table {good} as from {table}")
    yield con
    con.close()


@pytest.fixture
def con(shared: duckdb.DuckDBPyConnection, check_id: str) -> Iterator[duckdb.DuckDBPyConnection]:
    yield shared
    for table, good in _GOOD.items():
        if table in fault_of(CHECKS[check_id]).sql:
            shared.execute(f"create or replace table {table} as from {good}")


@pytest.mark.parametrize("check_id", sorted(CHECKS))
def test_a_broken_row_fails_its_check(con: duckdb.DuckDBPyConnection, check_id: str) -> None:
    check = CHECKS[check_id]
    fault = fault_of(check)

    con.execute(fault.sql)

    assert failed_checks(con, {check.table: [check]}) == {check_id}
    others = _failing(con, fault.sql) - {check_id} - fault.also
    if check_id in WRITTEN:
        assert others == set()
    else:
        assert {other for other in others if not _reads(CHECKS[other], check)} == set()


def test_every_fault_belongs_to_a_check() -> None:
    assert set(WRITTEN) - set(CHECKS) == set()


def _failing(con: duckdb.DuckDBPyConnection, fault: str) -> set[str]:
    """Ids of the checks that fail by their own queries, of those reading what a fault changes."""
    changed = [table for table in _GOOD if table in fault]
    touched = [c for c in CHECKS.values() if any(table in c.failing_sql for table in changed)]
    return failing_ids(con, touched)


def _reads(check: Check, broken: Check) -> bool:
    """Whether a check looks at the column, or the table, that another check's fault breaks."""
    contract = BY_NAME[broken.table]
    return contract.qualified_name in check.failing_sql and (
        broken.column is None or broken.column in check.failing_sql
    )
