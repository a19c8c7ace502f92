"""Checks that users write as suites of Great Expectations: reads each JSON file into checks like
any other. Does not load the library."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from expectations.check import Check, CheckError, Native, Severity
from expectations.sql_text import found_rows
from warehouse.contract import Contract
from warehouse.tables import BY_NAME

SUITE_FOLDER = Path(__file__).parent / "suites"

_SEVERITY: dict[str, Severity] = {
    "critical": "critical",
    "warning": "quarantine",
    "info": "warning",
}
"""The library's severities to ours, from worst to mildest."""


def read_suite_checks(folder: Path = SUITE_FOLDER) -> tuple[Check, ...]:
    """One check an expectation of the `*.json` files, in the order of file names.

    A file is a suite as the library writes it, named as the table it is about. Raises CheckError
    for a file that is none, or names an unknown table, column or severity.
    """
    return tuple(check for file in sorted(folder.glob("*.json")) for check in _read(file))


def _read(file: Path) -> list[Check]:
    try:
        suite = json.loads(file.read_text(encoding="utf-8-sig"))
        name, expectations = suite["name"], list(suite["expectations"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise CheckError(f"{file}: it is no suite of Great Expectations ({error!r}).") from error
    if name not in BY_NAME:
        raise CheckError(f"{file}: no table is called {name!r}. A suite is named as its table.")
    return [_check(file, BY_NAME[name], number, e) for number, e in enumerate(expectations, 1)]


def _check(file: Path, contract: Contract, number: int, expectation: Any) -> Check:
    where = f"{file}: expectation {number}"
    try:
        native = Native(str(expectation["type"]), dict(expectation["kwargs"]))
        severity = _SEVERITY[expectation.get("severity", "critical")]
        meta = dict(expectation.get("meta") or {})
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CheckError(
            f"{where} lacks a type, kwargs or a known severity ({error!r})."
        ) from error
    column = native.kwargs.get("column")
    if column is not None and column not in contract.column_names:
        raise CheckError(f"{where}: {contract.name} has no column {column!r}.")
    rule = str(meta.get("rule", native.type.removeprefix("expect_")))
    if not re.fullmatch(r"[a-z][a-z0-9_]*", rule):
        raise CheckError(f"{where}: rule {rule!r} is not lower-case words joined by _.")
    query = _query(where, contract, native)
    return Check(
        contract.name,
        column,
        rule,
        severity,
        _notes(expectation),
        failing_sql=query,
        native=None if query else native,
        corpus=True,
        blamed_on="article" if severity == "quarantine" else None,
        must_name=severity == "quarantine",
    )


def _query(where: str, contract: Contract, native: Native) -> str:
    """The query of an expectation in SQL; empty for others, whose rows the library finds."""
    if native.type != "unexpected_rows_expectation":
        return ""
    try:
        query = str(native.kwargs["unexpected_rows_query"]).format(batch=contract.qualified_name)
    except (KeyError, IndexError, ValueError) as error:
        raise CheckError(
            f"{where}: braces of unexpected_rows_query other than {{batch}} must be doubled, and "
            f"there must be one ({error!r})."
        ) from error
    return found_rows(contract, query.strip().rstrip(";"))


def _notes(expectation: Any) -> str:
    notes = expectation.get("notes") or expectation.get("description") or ""
    return " ".join(notes) if isinstance(notes, list) else str(notes)
