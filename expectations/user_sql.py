"""Checks that users write as SQL files: turns each file into a check like any other. The error for
a file that cannot be read names the line to correct."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import duckdb

from expectations.check import Check, CheckError, Severity
from expectations.sql_text import found_rows
from expectations.user_suite import SUITE_FOLDER, read_suite_checks
from warehouse.tables import BY_NAME

SQL_FOLDER = Path(__file__).parent / "sql"

_HEADER = re.compile(
    r"^--[ \t]*(name|table|column|severity|note)[ \t]*:[ \t]*(.*?)[ \t\r]*$", re.MULTILINE
)
_SEVERITIES: tuple[Severity, ...] = get_args(Severity)


def read_sql_checks(folder: Path = SQL_FOLDER) -> tuple[Check, ...]:
    """One check a `*.sql` file, in the order of file names.

    A file opens with comment lines `-- name:`, `-- table:`, `-- severity:` and `-- note:`
    (`-- column:` if it is about one), followed by one SELECT of the rows that should not be there.
    Raises CheckError for a file that lacks a part or has others.
    """
    return tuple(_read(file) for file in sorted(folder.glob("*.sql")))


def refuse_unanswerable(
    con: duckdb.DuckDBPyConnection, folder: Path = SQL_FOLDER, suites: Path = SUITE_FOLDER
) -> None:
    """Plans every file's query on a database with the tables of a staged one (maybe empty), and
    reads every suite, so that a misspelt column is found before a run and not at its end.

    Raises CheckError.
    """
    read_suite_checks(suites)
    for check in read_sql_checks(folder):
        try:
            con.execute(f"explain {check.failing_sql}")
        except duckdb.Error as error:
            message = " ".join(str(error).partition("LINE")[0].split())
            raise CheckError(f"{check.check_id} in {folder}: {message}") from error


def _read(file: Path) -> Check:
    try:
        source = file.read_text(encoding="utf-8-sig")
    except (UnicodeDecodeError, OSError) as error:
        raise CheckError(f"{file}: it cannot be read as UTF-8 text ({error}).") from error
    header: dict[str, str] = {}
    for match in _HEADER.finditer(source):
        if match[1] in header:
            raise CheckError(f"{file}: there are two lines {match[1]}. Keep one of them.")
        header[match[1]] = match[2]
    for field in ("name", "table", "severity", "note"):
        if not header.get(field):
            raise CheckError(f"{file}: no {field}. Add a line `-- {field}: …` at the top.")
    table = _one_of(file, "table", header["table"], tuple(BY_NAME))
    _one_of(file, "severity", header["severity"], _SEVERITIES)
    if not re.fullmatch(r"[a-z][a-z0-9_]*", header["name"]):
        raise CheckError(f"{file}: name {header['name']!r} is not lower-case words joined by _.")
    contract = BY_NAME[table]
    column = header.get("column") or None
    if column is not None:
        _one_of(file, "column", column, tuple(contract.column_names))
    severity = next(known for known in _SEVERITIES if known == header["severity"])
    query = _one_select(file, source)
    withholds = severity == "quarantine"
    return Check(table, column, header["name"], severity, header["note"],
                 found_rows(contract, query),
                 corpus=True, blamed_on="article" if withholds else None,
                 must_name=withholds)  # fmt: skip


def _one_of(file: Path, field: str, value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise CheckError(f"{file}: {field} {value!r} is unknown. It is one of: {', '.join(known)}.")
    return value


def _one_select(file: Path, source: str) -> str:
    try:
        statements = duckdb.extract_statements(source)
    except duckdb.ParserException as error:
        raise CheckError(f"{file}: {error}") from error
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise CheckError(f"{file}: it must hold one SELECT and nothing else.")
    return statements[0].query.strip().rstrip(";")
