"""The views of schema `mart` and the macros, read from `marts/*.sql` and `macros/*.sql`.

Each file opens with comment lines that say what it means, and holds one SELECT or one expression.
This module holds no SQL of its own but the statements that wrap them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

import duckdb

from warehouse.ddl import quote


@dataclass(frozen=True)
class Mart:
    """One view, named as its file."""

    name: str
    meaning: str
    select: str


@dataclass(frozen=True)
class Macro:
    """One macro. ``call`` is the first comment line: the name and the parameters."""

    name: str
    call: str
    meaning: str
    body: str

    @property
    def is_table(self) -> bool:
        """Whether it answers with rows, and not with a value."""
        return self.body.startswith(("SELECT", "WITH", "FROM"))


def load_marts() -> tuple[Mart, ...]:
    """Every view, in name order, which is also an order in which they can be made."""
    return tuple(Mart(name, " ".join(said), body) for name, said, body in read_statements("marts"))


def load_macros() -> tuple[Macro, ...]:
    """Every macro, in name order."""
    return tuple(
        Macro(name, said[0], " ".join(said[1:]), body)
        for name, said, body in read_statements("macros")
    )


def create_all(con: duckdb.DuckDBPyConnection) -> None:
    """Make every view and macro anew, and drop views of `mart` that have no file any more."""
    marts = load_marts()
    for mart in marts:
        con.execute(f"CREATE OR REPLACE VIEW mart.{mart.name} AS {mart.select}")
        con.execute(f"COMMENT ON VIEW mart.{mart.name} IS {quote(mart.meaning)}")
    for macro in load_macros():
        kind = "TABLE " if macro.is_table else ""
        con.execute(f"CREATE OR REPLACE MACRO main.{macro.call} AS {kind}{macro.body}")
        con.execute(f"COMMENT ON MACRO {kind}main.{macro.name} IS {quote(macro.meaning)}")
    present = con.execute(
        "SELECT view_name FROM duckdb_views() WHERE schema_name = 'mart' "
        "AND database_name = current_database()"
    ).fetchall()
    for (name,) in present:
        if name not in {mart.name for mart in marts}:
            con.execute(f'DROP VIEW mart."{name}"')


def read_statements(folder: str) -> Iterator[tuple[str, list[str], str]]:
    """Name, comment lines and body of each file of a folder."""
    for path in sorted((files("warehouse") / folder).iterdir(), key=lambda path: path.name):
        if not path.name.endswith(".sql"):
            continue
        lines = path.read_text(encoding="utf-8").splitlines()
        count = next(number for number, line in enumerate(lines) if not line.startswith("--"))
        said = [line.removeprefix("--").strip() for line in lines[:count]]
        body = "\n".join(lines[count:]).strip().rstrip(";")
        yield path.name.removesuffix(".sql"), said, body
