"""The warehouse as dbt knows it: a sources file derived from the contracts and the views."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from warehouse.ddl import table_comment
from warehouse.mart import load_marts, view_columns
from warehouse.tables import CONTRACTS

DATABASE = "news"
"""The alias under which the warehouse is attached."""

Table = tuple[str, str, list[tuple[str, str]]]
"""Name and meaning of a table, and of its columns."""


def render() -> str:
    """The file: one source a schema, as dbt wants it; `news` is `main`."""
    lines = ["version: 2", "sources:"]
    for name, schema, tables in (
        ("news", "main", _tables("main")),
        ("news_mart", "mart", _views()),
        ("news_ops", "ops", _tables("ops")),
    ):
        lines += [
            f"  - name: {name}", f"    database: {DATABASE}", f"    schema: {schema}",
            "    tables:", *_described(tables),
        ]  # fmt: skip
    return "\n".join([*lines, ""])


def _tables(schema: str) -> Iterator[Table]:
    for contract in CONTRACTS:
        if contract.schema == schema:
            columns = [(column.name, column.meaning) for column in contract.columns]
            yield contract.name, table_comment(contract), columns


def _views() -> Iterator[Table]:
    columns = view_columns()
    for mart in load_marts():
        meanings = [(name, mart.meaning_of(name)) for name, _ in columns[mart.name]]
        yield mart.name, mart.meaning, meanings


def _described(tables: Iterable[Table]) -> Iterator[str]:
    for name, meaning, columns in tables:
        yield f"      - name: {name}"
        yield f"        description: {_quoted(meaning)}"
        yield "        columns:"
        for column, meaning in columns:
            yield f"          - name: {column}"
            yield f"            description: {_quoted(meaning)}"


def _quoted(text: str) -> str:
    """A JSON string, which is one of YAML too."""
    return json.dumps(text, ensure_ascii=False)
