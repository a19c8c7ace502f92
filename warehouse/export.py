"""Writes published tables and views to files; rows of articles go to one folder a month.

Writes only into an empty folder that the caller made, so no file is ever overwritten.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import duckdb

from warehouse.connect import attach_published, find_snapshot, open_private
from warehouse.ddl import column_list, quote
from warehouse.layout import WarehouseError
from warehouse.mart import load_marts
from warehouse.migration import lacks
from warehouse.tables import CONTRACTS

Form = Literal["parquet", "csv", "jsonl"]

_OPTIONS: dict[Form, str] = {
    "parquet": "FORMAT parquet, COMPRESSION zstd",
    "csv": "FORMAT csv, HEADER true",
    # DuckDB partitions no JSON, so a line is written as the only field of a CSV file. A JSON text
    # has no control character that would need quoting.
    "jsonl": "FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER e'\\x01'",
}

_MONTH = (
    "SELECT article_id, CASE WHEN published_precision IN ('instant', 'day', 'month') "
    "THEN strftime(published_at, '%Y-%m') ELSE 'undated' END AS month FROM main.article"
)
"""The month of an article, UTC; `undated` where the date is no closer than a year."""


@dataclass(frozen=True)
class Relation:
    """A table or view to write: the name users give, the SELECT of its rows, and their order."""

    name: str
    select: str
    order: str
    by_month: bool


def exported(names: Sequence[str]) -> list[Relation]:
    """The relations of these names; all tables of `main` where none is given.

    Raises WarehouseError for a name that is no table, no `ops` table and no view of `mart`.
    """
    every = {relation.name: relation for relation in _relations()}
    unknown = sorted({name for name in names if name not in every})
    if unknown:
        raise WarehouseError(f"{', '.join(unknown)}: no such table. There are: {', '.join(every)}.")
    chosen = dict.fromkeys(names) or [name for name in every if "." not in name]
    return [every[name] for name in chosen]


def _relations() -> Iterator[Relation]:
    for contract in sorted(CONTRACTS, key=lambda contract: contract.schema):
        name = contract.name if contract.schema == "main" else contract.qualified_name
        yield Relation(
            name,
            f"SELECT {column_list(contract)} FROM {contract.qualified_name}",  # noqa: S608
            ", ".join(contract.order),
            by_month=contract.lifecycle.owner == "article",
        )
    for mart in load_marts():
        yield Relation(f"mart.{mart.name}", f"FROM mart.{mart.name}", "ALL", by_month=False)


def write_files(
    warehouse: Path, folder: Path, relations: Sequence[Relation], form: Form, at: str | None = None
) -> Iterator[tuple[str, list[Path]]]:
    """Write each relation into the empty ``folder``; its name and files, as it is done.

    ``TABLE/month=2024-05/data_0.parquet`` for rows of articles, else ``TABLE/data_0.parquet``. The
    same rows always make the same bytes.
    """
    con = open_private()
    try:
        attach_published(
            con, warehouse if at is None else find_snapshot(warehouse, at), must_exist=True
        )
        _refuse_missing(con, warehouse, relations)
        con.execute("USE published")
        con.execute("SET threads = 1")  # One file a month, its rows in order.
        for relation in relations:
            place = folder / relation.name
            place.mkdir(parents=True)
            _copy(con, relation, place, form)
            yield relation.name, sorted(path for path in place.rglob("*") if path.is_file())
    finally:
        con.close()


def _refuse_missing(
    con: duckdb.DuckDBPyConnection, warehouse: Path, relations: Sequence[Relation]
) -> None:
    """Raise WarehouseError where the file is older than a table or column that is asked for."""
    asked = {r.name if "." in r.name else f"main.{r.name}" for r in relations}
    missing = [name for name in lacks(con, "published") if ".".join(name.split(".")[:2]) in asked]
    if missing:
        raise WarehouseError(
            f"{warehouse}: has no {', '.join(missing[:3])} yet. The next `newshouse run` brings it "
            "up to date."
        )


def _copy(con: duckdb.DuckDBPyConnection, relation: Relation, place: Path, form: Form) -> None:
    rows = f"SELECT {_columns(con, relation, form)} FROM ({relation.select})"  # noqa: S608
    shown = "to_json(rows) AS line" if form == "jsonl" else "rows.*"
    if not relation.by_month:
        con.execute(
            f"COPY (SELECT {shown} FROM ({rows} ORDER BY {relation.order}) AS rows) "  # noqa: S608
            f"TO {quote(str(place / f'data_0.{form}'))} ({_OPTIONS[form]})"
        )
        return
    con.execute(
        f"COPY (SELECT {shown}, month FROM ({rows}) AS rows JOIN ({_MONTH}) AS dated "  # noqa: S608
        f"USING (article_id) ORDER BY month, {relation.order}) TO {quote(str(place))} ("
        f"{_OPTIONS[form]}, PARTITION_BY (month), FILENAME_PATTERN 'data_{{i}}', "
        f"FILE_EXTENSION '{form}')"
    )


def _columns(con: duckdb.DuckDBPyConnection, relation: Relation, form: Form) -> str:
    """The columns; times as ISO 8601 in UTC where the format has no type for them."""
    described = con.execute(f"DESCRIBE {relation.select}").fetchall()
    return ", ".join(
        f"strftime({name}, '%Y-%m-%dT%H:%M:%S.%fZ') AS {name}"
        if dtype == "TIMESTAMP WITH TIME ZONE" and form != "parquet"
        else str(name)
        for name, dtype, *_ in described
    )
