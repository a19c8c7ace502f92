from __future__ import annotations

import duckdb
import pytest

from warehouse import ddl
from warehouse.contract import Contract, Lifecycle, text, whole
from warehouse.tables import CONTRACTS
from warehouse.tables.publication import PUBLICATION


def test_statements_of_one_table() -> None:
    contract = Contract(
        name="caption",
        schema="main",
        layer="article",
        lifecycle=Lifecycle.ARTICLE,
        grain="One caption.",
        columns=(text("article_id", "The article's id."), whole("caption_no", "From 0."),
                 text("credit", "Who took it.", nullable=True)),
        key=("article_id", "caption_no"),
    )  # fmt: skip

    assert ddl.create_statements(contract) == [
        "CREATE TABLE IF NOT EXISTS main.caption "
        "(article_id VARCHAR NOT NULL, caption_no INTEGER NOT NULL, credit VARCHAR)",
        "COMMENT ON TABLE main.caption IS 'One caption. Key: article_id, caption_no.'",
        "COMMENT ON COLUMN main.caption.article_id IS 'The article''s id.'",
        "COMMENT ON COLUMN main.caption.caption_no IS 'From 0.'",
        "COMMENT ON COLUMN main.caption.credit IS 'Who took it.'",
    ]


@pytest.mark.parametrize("contract", [*CONTRACTS, PUBLICATION], ids=lambda c: c.name)
def test_a_made_table_is_as_its_contract_says(contract: Contract) -> None:
    con = duckdb.connect()
    ddl.create_all(con)
    ddl.create_all(con)

    columns = con.execute(
        "SELECT column_name, data_type, is_nullable, comment FROM duckdb_columns() "
        "WHERE schema_name = ? AND table_name = ? ORDER BY column_index",
        [contract.schema, contract.name],
    ).fetchall()
    comment = con.execute(
        "SELECT comment FROM duckdb_tables() WHERE schema_name = ? AND table_name = ?",
        [contract.schema, contract.name],
    ).fetchone()
    con.close()

    assert columns == [(c.name, c.duckdb_type, c.nullable, c.meaning) for c in contract.columns]
    assert comment == (ddl.table_comment(contract),)


def test_a_comment_that_differs_is_written_anew() -> None:
    con = duckdb.connect()
    ddl.create_all(con)
    con.execute("COMMENT ON COLUMN main.source.name IS 'An older meaning.'")

    ddl.create_all(con)

    meaning = con.execute(
        "SELECT comment FROM duckdb_columns() WHERE table_name = 'source' AND column_name = 'name'"
    ).fetchone()
    con.close()
    assert meaning == ("Full name.",)
