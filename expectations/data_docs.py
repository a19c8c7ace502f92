"""Great Expectations' own pages on every suite, made by running the checks anew. Their styles and
icons come from the internet; the quality page is the one that does without."""

from __future__ import annotations

from pathlib import Path

import duckdb

from expectations.check import Check
from expectations.suite import all_checks
from warehouse.tables import BY_NAME


def build_data_docs(con: duckdb.DuckDBPyConnection, folder: Path) -> Path:
    """Runs the checks and writes the pages into a folder; returns the page to open.

    The connection must hold no open transaction. Raises CheckError when a check cannot be run.
    """
    from expectations.engine import write_data_docs

    suites: dict[str, list[Check]] = {}
    for check in all_checks():
        suites.setdefault(BY_NAME[check.table].qualified_name, []).append(check)
    return write_data_docs(con, suites, folder)
