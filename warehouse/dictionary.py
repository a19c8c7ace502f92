"""The data dictionary as markdown; all of it is derived from the contracts and the marts.

``python -m warehouse.dictionary`` writes it to DICTIONARY.md.
"""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from warehouse.contract import Column, Contract, ForeignKey, Layer
from warehouse.mart import load_macros, load_marts, view_columns
from warehouse.tables import BY_NAME, CONTRACTS, SEARCH_TABLES
from warehouse.tables.publication import PUBLICATION

DICTIONARY_FILE = Path(__file__).with_name("DICTIONARY.md")

_LAYERS: dict[Layer, str] = {
    "article": "Articles: what was printed",
    "entity": "Entities: who and what is named",
    "reference": "Reference data",
    "operations": "Operations: files, runs, checks",
    "search": "Search index: what the macro `search` reads",
}

_OPENING = """\
# Data dictionary

Made by `python -m warehouse.dictionary` from the contracts in `warehouse/tables/` and the views in
`warehouse/marts/`; do not edit. Times are UTC. Offsets count Unicode code points from 0, half-open,
into `article.text`. Keys and foreign keys are checked on every run, not enforced by DuckDB.
"""


def render() -> str:
    """The whole dictionary."""
    tables = sorted(
        (*CONTRACTS, PUBLICATION, *SEARCH_TABLES), key=lambda c: list(_LAYERS).index(c.layer)
    )
    parts = [_OPENING, f"## How the tables are related\n\n{entity_relationships()}"]
    for layer, members in groupby(tables, key=lambda contract: contract.layer):
        parts.append(f"## {_LAYERS[layer]}\n")
        parts += [_table(contract) for contract in members]
    parts.append(_marts())
    parts.append(_macros())
    return "\n".join(parts)


def entity_relationships() -> str:
    """The tables of `main` and their foreign keys, as a mermaid picture."""
    shown = [contract for contract in CONTRACTS if contract.schema == "main"]
    lines = ["```mermaid", "erDiagram"]
    for contract in shown:
        lines += [
            f"    {key.table} |{'o' if _optional(contract, key) else '|'}--o{{ {contract.name} : "
            f'"{", ".join(key.columns)}"'
            for key in contract.foreign_keys
            if BY_NAME[key.table] in shown
        ]
    for contract in shown:
        inner = [f"        {_kind(column)} {column.name}{_role(contract, column)}"
                 for column in contract.columns if _role(contract, column)]  # fmt: skip
        lines += [f"    {contract.name} {{", *inner, "    }"]
    return "\n".join([*lines, "```", ""])


def _optional(contract: Contract, key: ForeignKey) -> bool:
    return any(contract.column(name).nullable for name in key.columns)


def _kind(column: Column) -> str:
    return column.duckdb_type.split(" ")[0].lower()


def _role(contract: Contract, column: Column) -> str:
    """How mermaid marks the column: PK, FK, both, or not at all."""
    is_foreign = any(column.name in key.columns for key in contract.foreign_keys)
    roles = [name for name, holds in (("PK", column.name in contract.key), ("FK", is_foreign))
             if holds]  # fmt: skip
    return f" {','.join(roles)}" if roles else ""


def _table(contract: Contract) -> str:
    name = contract.name if contract.schema == "main" else contract.qualified_name
    lines = [f"### `{name}`", "", contract.grain, "", f"Key: {_codes(contract.key)}."]
    lines += [
        f"{_codes(key.columns)} must be found in `{key.table}`." for key in contract.foreign_keys
    ]
    if contract.span is not None:
        lines.append(_span_sentence(contract))
    lines += ["", "| column | type | null | meaning |", "|---|---|---|---|"]
    lines += [
        f"| `{column.name}` | {column.duckdb_type} | {'yes' if column.nullable else ''} "
        f"| {_meaning(column)} |"
        for column in contract.columns
    ]
    return "\n".join([*lines, ""])


def _span_sentence(contract: Contract) -> str:
    span = contract.span
    if span is None:
        raise ValueError(f"{contract.name} has no spans")
    where = f", inside its `{span.inside}`" if span.inside else ""
    tiles = " Together the rows cover every non-blank character once." if span.tiles else ""
    return f"`text` is the slice of `article.text` from `start_char` to `end_char`{where}.{tiles}"


def _meaning(column: Column) -> str:
    meaning = column.meaning
    if column.allowed:
        meaning += f" One of {_codes(column.allowed)}."
    if column.minimum not in (None, 0) or column.maximum is not None:
        low = "…" if column.minimum is None else f"{column.minimum:g}"
        high = "…" if column.maximum is None else f"{column.maximum:g}"
        meaning += f" From {low} to {high}." if high != "…" else f" At least {low}."
    if column.pattern:
        meaning += f" Matches `{column.pattern}`."
    return meaning.replace("|", "\\|").replace("\n", "\\n")


def _codes(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _marts() -> str:
    lines = ["## Views for questions: schema `mart`", "", "| view | meaning |", "|---|---|"]
    lines += [f"| `mart.{mart.name}` | {mart.meaning} |" for mart in load_marts()]
    columns = view_columns()
    for mart in load_marts():
        lines += ["", f"### `mart.{mart.name}`", "", "| column | type | meaning |", "|---|---|---|"]
        lines += [
            f"| `{name}` | {dtype} | {mart.meaning_of(name)} |"
            for name, dtype in columns[mart.name]
        ]
    return "\n".join([*lines, ""])


def _macros() -> str:
    lines = ["## Macros", "", "| call | meaning |", "|---|---|"]
    lines += [f"| `{macro.call}` | {macro.meaning} |" for macro in load_macros()]
    return "\n".join([*lines, ""])


def main() -> None:
    """Write the dictionary beside this module."""
    DICTIONARY_FILE.write_text(render(), encoding="utf-8")


if __name__ == "__main__":
    main()
