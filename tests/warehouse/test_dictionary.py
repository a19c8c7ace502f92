from __future__ import annotations

import re

from warehouse import dictionary, mart
from warehouse.tables import CONTRACTS


def test_the_dictionary_in_the_tree_is_fresh() -> None:
    assert dictionary.DICTIONARY_FILE.read_text(encoding="utf-8") == dictionary.render(), (
        "contracts or marts have changed; write it again with: python -m warehouse.dictionary"
    )


def test_the_picture_that_the_readme_leads_to_is_fresh() -> None:
    readme = dictionary.DICTIONARY_FILE.parent.parent / "README.md"
    assert "(warehouse/DICTIONARY.md)" in readme.read_text(encoding="utf-8")
    page = dictionary.DICTIONARY_FILE.read_text(encoding="utf-8")
    assert dictionary.entity_relationships().strip() in page, (
        "contracts have changed; write it again with: python -m warehouse.dictionary"
    )


def test_it_has_every_table_column_view_and_macro() -> None:
    text = dictionary.render()
    for contract in CONTRACTS:
        name = contract.name if contract.schema == "main" else contract.qualified_name
        section = text.split(f"### `{name}`\n")[1].split("\n#")[0]
        for column in contract.columns:
            assert f"| `{column.name}` | {column.duckdb_type} |" in section
    for view in mart.load_marts():
        assert f"| `mart.{view.name}` | {view.meaning} |" in text
        for name, dtype in mart.view_columns()[view.name]:
            assert f"| `{name}` | {dtype} | {view.meaning_of(name)} |" in text
    for macro in mart.load_macros():
        assert f"| `{macro.call}` | {macro.meaning} |" in text


def test_the_picture_joins_tables_that_are_in_it() -> None:
    picture = dictionary.entity_relationships()
    drawn = set(re.findall(r"^    (\w+) \{$", picture, re.MULTILINE))
    joined = re.findall(r'^    (\w+) \|[o|]--o\{ (\w+) : "[\w, ]+"$', picture, re.MULTILINE)

    assert drawn == {c.name for c in CONTRACTS if c.schema == "main"}
    assert joined
    assert {name for pair in joined for name in pair} <= drawn
