"""Creates the views of schema `mart` and the macros from `marts/*.sql` and `macros/*.sql`.

Each file opens with comment lines that say what it means, and holds one SELECT or one expression.
Lines `column: meaning` follow for the columns of a view that no table has under this name and
meaning; the other columns take their meaning from the first table of the SELECT that has them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files

import duckdb

from warehouse import ddl
from warehouse.character import UNSEEN, WHITE, re2
from warehouse.ddl import quote
from warehouse.tables import BY_NAME

_COLUMN = re.compile(r"([a-z_0-9]+): (.+)")


@dataclass(frozen=True)
class Mart:
    """One view, named as its file."""

    name: str
    meaning: str
    select: str
    own_meanings: Mapping[str, str]

    def meaning_of(self, column: str) -> str:
        """What a column means; KeyError where neither the file nor a table states it."""
        if column in self.own_meanings:
            return self.own_meanings[column]
        for name in re.findall(r"\b(?:main|ops|mart)\.(\w+)", self.select):
            contract = BY_NAME["article" if name == "article_current" else name]
            if column in contract.column_names:
                return contract.column(column).meaning
        raise KeyError(f"mart.{self.name}.{column}")


@dataclass(frozen=True)
class Macro:
    """One macro. ``call`` is the first comment line: the name and the parameters."""

    name: str
    call: str
    meaning: str
    body: str

    @property
    def is_table(self) -> bool:
        """Whether it returns rows rather than one value."""
        return self.body.startswith(("SELECT", "WITH", "FROM"))


def load_marts() -> tuple[Mart, ...]:
    """Every view, in name order, which is also an order in which they can be made."""
    return tuple(_mart(*statement) for statement in read_statements("marts"))


def _mart(name: str, comments: list[str], select: str) -> Mart:
    columns = {found[1]: found[2] for line in comments if (found := _COLUMN.fullmatch(line))}
    prose = " ".join(line for line in comments if not _COLUMN.fullmatch(line))
    return Mart(name, prose, select, columns)


def load_macros() -> tuple[Macro, ...]:
    """Every macro, in name order; `{UNSEEN}` and `{WHITE}` are the insides of character classes."""
    return tuple(
        Macro(name, comments[0], " ".join(comments[1:]), _with_characters(body))
        for name, comments, body in read_statements("macros")
    )


def _with_characters(body: str) -> str:
    """The body with the ranges of characters that it names."""
    return body.replace("{UNSEEN}", re2(UNSEEN)).replace("{WHITE}", re2(WHITE))


def create_all(con: duckdb.DuckDBPyConnection) -> None:
    """Make every view and macro again, and drop views of `mart` that have no file any more."""
    create_views(con)
    for macro in load_macros():
        kind = "TABLE " if macro.is_table else ""
        con.execute(f"CREATE OR REPLACE MACRO main.{macro.call} AS {kind}{macro.body}")
        con.execute(f"COMMENT ON MACRO {kind}main.{macro.name} IS {quote(macro.meaning)}")


def create_views(con: duckdb.DuckDBPyConnection) -> None:
    """Make every view again, and drop views of `mart` that have no file any more."""
    marts = load_marts()
    for mart in marts:
        con.execute(f"CREATE OR REPLACE VIEW mart.{mart.name} AS {mart.select}")
        con.execute(f"COMMENT ON VIEW mart.{mart.name} IS {quote(mart.meaning)}")
        for column in columns_of(con, mart):
            meaning = quote(mart.meaning_of(column))
            con.execute(f"COMMENT ON COLUMN mart.{mart.name}.{column} IS {meaning}")
    present = con.execute(
        "SELECT view_name FROM duckdb_views() WHERE schema_name = 'mart' "
        "AND database_name = current_database()"
    ).fetchall()
    for (name,) in present:
        if name not in {mart.name for mart in marts}:
            con.execute(f'DROP VIEW mart."{name}"')


def view_columns() -> dict[str, list[tuple[str, str]]]:
    """Name and type of the columns of every view, by the view's name."""
    con = duckdb.connect()
    try:
        ddl.create_all(con)
        create_views(con)
        return {
            mart.name: [
                (str(name), str(dtype))
                for name, dtype, *_ in con.execute(f"DESCRIBE mart.{mart.name}").fetchall()
            ]
            for mart in load_marts()
        }
    finally:
        con.close()


def columns_of(con: duckdb.DuckDBPyConnection, mart: Mart) -> list[str]:
    """Names of the columns of a view that is there."""
    return [str(row[0]) for row in con.execute(f"DESCRIBE mart.{mart.name}").fetchall()]


def read_statements(folder: str) -> Iterator[tuple[str, list[str], str]]:
    """Name, comment lines and body of each file of a folder."""
    for path in sorted((files("warehouse") / folder).iterdir(), key=lambda path: path.name):
        if not path.name.endswith(".sql"):
            continue
        lines = path.read_text(encoding="utf-8").splitlines()
        count = next(number for number, line in enumerate(lines) if not line.startswith("--"))
        comments = [line.removeprefix("--").strip() for line in lines[:count]]
        body = "\n".join(lines[count:]).strip().rstrip(";")
        yield path.name.removesuffix(".sql"), comments, body
