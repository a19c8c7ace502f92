"""What every contract, and every column of every contract, must keep to."""

from __future__ import annotations

import importlib
import re
from dataclasses import replace
from pathlib import Path

import duckdb
import polars as pl
import pytest

from warehouse.contract import TIMESTAMP, Column, Contract, ContractError, Lifecycle
from warehouse.tables import ALL_CONTRACTS, BY_NAME, CONTRACTS, MENTION, NAMING_ENTITY, RUN

DECLARED = ALL_CONTRACTS
COLUMNS = [
    pytest.param(contract, column, id=f"{contract.name}.{column.name}")
    for contract in DECLARED
    for column in contract.columns
]
every_table = pytest.mark.parametrize("contract", DECLARED, ids=lambda c: c.name)
every_column = pytest.mark.parametrize(("contract", "column"), COLUMNS)

SNAKE_CASE = re.compile(r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$")


@every_table
def test_table_is_named_and_described(contract: Contract) -> None:
    assert SNAKE_CASE.match(contract.name)
    assert contract.grain[0].isupper()
    assert contract.grain.endswith(".")


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda c: c.name)
def test_table_has_a_module_of_its_name(contract: Contract) -> None:
    module = importlib.import_module(f"warehouse.tables.{contract.name}")
    assert getattr(module, contract.name.upper()) is contract


@every_table
def test_key_is_never_null_and_orders_the_rows(contract: Contract) -> None:
    assert contract.key
    assert not any(contract.column(name).nullable for name in contract.key)
    assert set(contract.order) <= set(contract.column_names)


@every_table
def test_foreign_keys_name_the_whole_key_of_another_table(contract: Contract) -> None:
    for key in contract.foreign_keys:
        parent = next(table for table in DECLARED if table.name == key.table)
        assert key.references == parent.key
        for ours, theirs in zip(key.columns, key.references, strict=True):
            assert contract.column(ours).dtype == parent.column(theirs).dtype


@every_table
def test_spans_have_offsets_text_and_a_holder(contract: Contract) -> None:
    offsets = {"start_char", "end_char", "text", "article_id"}
    if contract.lifecycle is Lifecycle.PARAGRAPH:
        assert contract.span is None  # offsets into the paragraph, whose text is beside it
        return
    if contract.span is None:
        assert not {"start_char", "end_char"} <= set(contract.column_names)
        return
    assert offsets <= set(contract.column_names)
    if contract.span.inside is not None:
        holder = BY_NAME[contract.span.inside]
        assert holder.span is not None
        assert contract.span.via in holder.key
        assert contract.span.via in contract.column_names


@every_table
def test_conform_takes_rows_in_any_order_and_no_other_columns(contract: Contract) -> None:
    empty = contract.empty()
    backwards = empty.select(reversed(empty.columns))

    assert contract.conform(backwards).schema == contract.polars_schema
    with pytest.raises(ContractError, match=f"Missing: {contract.column_names[0]}"):
        contract.conform(empty.drop(contract.column_names[0]))
    with pytest.raises(ContractError, match="Not of the contract: surplus"):
        contract.conform(empty.with_columns(surplus=pl.lit(1)))


@every_table
def test_rows_are_found_by_what_they_belong_to(contract: Contract) -> None:
    """Publication, withholding and purge find the rows of an article or entity by its id."""
    owner = contract.lifecycle.owner
    if owner == "file":
        assert {"run_id", "source_uri"} <= set(contract.key)
    elif owner is not None:
        assert f"{owner}_id" in contract.key
    with pytest.raises(ContractError, match="which must be part of the key"):
        replace(contract, lifecycle=Lifecycle.ARTICLE, key=("run_id",), columns=RUN.columns,
                foreign_keys=(), sort_by=())  # fmt: skip


def test_an_entity_is_named_only_where_a_merge_can_follow() -> None:
    """Rows that are not made with their article are not made anew; two of a key cannot be."""
    assert (MENTION, "entity_id") in NAMING_ENTITY
    for wrong in ({"lifecycle": Lifecycle.DELIVERY}, {"key": ("article_id", "entity_id")}):
        with pytest.raises(ContractError, match="entity_id names an entity, which a merge may"):
            replace(MENTION, **wrong)


@every_column
def test_column_is_named_and_described(contract: Contract, column: Column) -> None:
    assert SNAKE_CASE.match(column.name)
    assert len(column.meaning) > 3
    assert "  " not in column.meaning
    if column.dtype == TIMESTAMP and column.name.endswith("_at"):
        assert "UTC" in column.meaning or "When" in column.meaning or "null" in column.meaning


@every_column
def test_limits_fit_the_type(contract: Contract, column: Column) -> None:
    is_text, is_number = column.dtype == pl.String(), column.dtype.is_numeric()
    assert not (column.pattern or column.allowed) or is_text
    assert not (column.pattern and column.allowed)
    assert is_number or column.minimum is column.maximum is None
    if column.minimum is not None and column.maximum is not None:
        assert column.minimum < column.maximum
    assert len(set(column.allowed)) == len(column.allowed)
    if column.pattern:
        duckdb.execute("SELECT regexp_matches('', ?)", [column.pattern])


@every_column
def test_columns_of_one_name_have_one_type(contract: Contract, column: Column) -> None:
    types = {c.column(column.name).dtype for c in DECLARED if column.name in c.column_names}
    assert types == {column.dtype}


def test_every_module_of_tables_declares_what_it_is_named_after() -> None:
    folder = Path(importlib.import_module("warehouse.tables").__path__[0])
    for path in folder.glob("[!_]*.py"):
        module = importlib.import_module(f"warehouse.tables.{path.stem}")
        assert isinstance(getattr(module, path.stem.upper()), Contract), path.name
