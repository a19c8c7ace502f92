"""A table of articles that is added as the recipe says lives as the others do: nothing of it is
lost, and nothing is left of it, whatever happens to articles."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, Load
from tests.flows.extended import copy_program, insert_line, run_script

pytestmark = pytest.mark.slow

CONTRACT = '''"""Contract of `exclamation`: sentences that end with an exclamation mark."""

from warehouse.contract import HEX_16, Contract, ForeignKey, Lifecycle, SpanRule, text, whole

EXCLAMATION = Contract(
    name="exclamation",
    schema="main",
    layer="article",
    lifecycle=Lifecycle.ARTICLE,
    grain="One sentence that ends with an exclamation mark.",
    columns=(
        text("article_id", "Article.", pattern=HEX_16),
        whole("exclamation_no", "Position in the article, from 0."),
        whole("sentence_no", "The sentence."),
        whole("start_char", "First code point in `article.text`."),
        whole("end_char", "One past the last code point.", minimum=1),
        text("text", "The slice itself."),
        text("entity_id", "Who exclaims, where known.", nullable=True, pattern=HEX_16),
    ),
    key=("article_id", "exclamation_no"),
    foreign_keys=(
        ForeignKey(("article_id", "sentence_no"), "sentence", ("article_id", "sentence_no")),
        ForeignKey(("entity_id",), "entity", ("entity_id",)),
    ),
    span=SpanRule(inside="sentence", via="sentence_no"),
)
'''

BUILDER = '''"""Sentences that end with an exclamation mark."""

import polars as pl

from transforms.entity.register import new_id
from warehouse.tables.exclamation import EXCLAMATION


def build_exclamation(sentence: pl.DataFrame) -> pl.DataFrame:
    """EXCLAMATION rows of SENTENCE rows."""
    berg = sentence.filter(pl.col("text").str.contains("Anna Berg"))["article_id"]
    is_hers = pl.col("article_id").is_in(berg.implode())
    found = sentence.filter(pl.col("text").str.ends_with("!")).sort("article_id", "sentence_no")
    if found["text"].str.contains("UNBUILDABLE").any():
        raise ValueError("cannot be built")
    number = pl.int_range(pl.len(), dtype=pl.Int32).over("article_id")
    return found.select(
        "article_id", number.alias("exclamation_no"), "sentence_no", "start_char", "end_char",
        "text", pl.when(is_hers).then(pl.lit(new_id("person", "Anna Berg"))).alias("entity_id"),
    )
'''

CHECK = """-- name: not_forbidden
-- table: exclamation
-- column: text
-- severity: quarantine
-- note: A check of the new table that withholds an article.
select article_id, exclamation_no, text as observed
from main.exclamation where contains(text, 'FORBIDDEN')
"""

FERRY = "Ferry returns\n\nThe ferry sailed on Monday, said Anna Berg. What a day!\n"
BRIDGE = "Bridge closes\n\nThe bridge is shut for a week. Stay away! Go round!\n"
MARKET = "Market opens\n\nMary Stone opened the market on Friday. Fresh fish!\n"


def add_table(program: Path) -> set[str]:
    """Add the table; the files that this makes or changes, but the dictionary and tests."""
    contract = program / "warehouse" / "tables" / "exclamation.py"
    contract.write_text(CONTRACT)
    builder = program / "transforms" / "exclamation.py"
    builder.write_text(BUILDER)
    registry = program / "flows" / "stages" / "table_builders.py"
    insert_line(
        registry,
        "from warehouse.contract",
        "from transforms.exclamation import build_exclamation\n"
        "from warehouse.tables.exclamation import EXCLAMATION",
    )
    insert_line(
        registry,
        "    TableBuilder(STAGED_MENTION",
        '    TableBuilder(EXCLAMATION, lambda rows: build_exclamation(rows.of(SENTENCE)), "1"),',
    )
    return {path.relative_to(program).as_posix() for path in (contract, builder, registry)}


def test_its_checks_are_proved_without_another_line(tmp_path: Path) -> None:
    """The tests that break a good row for every check derive row and fault from the contract."""
    program = copy_program(tmp_path / "program")
    add_table(program)
    tests = shutil.copytree(ROOT / "tests" / "expectations", program / "tests" / "expectations")
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(program),
         str(tests / "test_each_check_catches.py"), "-k", "exclamation"],
        cwd=program, env=os.environ | {"PYTHONPATH": str(program)}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-2000:]
    assert " passed" in ran.stdout


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory, load: Load) -> dict[str, Any]:
    """What was found after each step of new_table_life.py."""
    folder = tmp_path_factory.mktemp("new_table")
    source = folder / "in"
    source.mkdir()
    for name, text in (("ferry", FERRY), ("bridge", BRIDGE), ("market", MARKET)):
        (source / f"{name}.txt").write_text(text)
    load(source, folder / "news.duckdb")  # by the program that has no such table
    program = copy_program(folder / "program")
    assert len(add_table(program)) == 3
    (program / "expectations" / "sql" / "exclamation_not_forbidden.sql").write_text(CHECK)
    script = Path(__file__).with_name("new_table_life.py")
    found: dict[str, Any] = run_script(program, script, folder, source)
    return found


def row(
    number: int, sentence: int, article: str, text: str, who: str | None = None
) -> list[object]:
    start = article.index(text)
    return [number, sentence, start, start + len(text), text, who]


OF_FERRY = [row(0, 2, FERRY, "What a day!", "Anna Berg")]
OF_BRIDGE = [row(0, 2, BRIDGE, "Stay away!"), row(1, 3, BRIDGE, "Go round!")]
OF_MARKET = [row(0, 2, MARKET, "Fresh fish!")]

REVISED = "Ferry returns\n\nThe ferry came back on Tuesday. Hooray! At last!\n"
OF_REVISED = [row(0, 2, REVISED, "Hooray!"), row(1, 3, REVISED, "At last!")]
PIER = "New pier\n\nThe pier was built by Anna Berg. Fine!\n"
OF_PIER = [row(0, 2, PIER, "Fine!", "Anna Berg")]
HALL = "New hall\n\nMary Stone opened the hall. Anna Berg was there. Bravo!\n"


def test_a_warehouse_from_before_gets_the_table_and_a_rebuild_fills_it(
    life: dict[str, Any],
) -> None:
    assert "made before main.exclamation was added" in life["older"]
    assert life["migrated"] == {}
    assert life["filled"] == {
        "Ferry returns": OF_FERRY, "Bridge closes": OF_BRIDGE, "Market opens": OF_MARKET,
    }  # fmt: skip
    assert life["fresh"] == life["filled"]


def test_a_revision_replaces_the_rows_of_its_article_only(life: dict[str, Any]) -> None:
    assert life["revised"] == life["filled"] | {"Ferry returns": OF_REVISED}


def test_articles_keep_their_rows_when_a_file_is_gone(life: dict[str, Any]) -> None:
    assert life["one is gone"] == life["revised"]


def test_nothing_of_a_withheld_article_is_published(life: dict[str, Any]) -> None:
    assert life["quarantine"] == ["exclamation.text.not_forbidden", "not_made"]
    assert life["some are withheld"] == life["revised"] | {"New pier": OF_PIER}


def test_rows_follow_the_entity_they_name_when_it_is_merged(life: dict[str, Any]) -> None:
    """Rows of an article that is kept as it is, and of one that the run brings itself."""
    assert life["merged"] == life["some are withheld"] | {
        "New pier": [row(0, 2, PIER, "Fine!", "Mary Stone")],
        "New hall": [row(0, 3, HALL, "Bravo!", "Mary Stone")],
    }
    assert life["failed after the merge"] == []
    assert life["still named"] == ["Mary Stone"]


def test_a_rebuild_makes_the_same_rows(life: dict[str, Any]) -> None:
    assert life["rebuilt"] == life["merged"]


def test_rows_are_exported_by_month(life: dict[str, Any]) -> None:
    texts = [row[4] for rows in life["rebuilt"].values() for row in rows]
    assert life["exported"] == sorted(texts)
    assert life["export folders"] == ["month=undated"]


def test_nothing_of_a_purged_article_is_left(life: dict[str, Any]) -> None:
    others = {title: rows for title, rows in life["rebuilt"].items() if title != "Ferry returns"}
    assert life["purged"] == others
    assert len(life["purged snapshots"]) == 2
    for rows in life["purged snapshots"]:
        assert "Ferry returns" not in rows
        assert "no article" not in rows
    assert life["purged, and run again"] == others


def test_the_dictionary_and_dbt_have_it(life: dict[str, Any]) -> None:
    assert "### `exclamation`\n\nOne sentence that ends with an exclamation" in life["dictionary"]
    assert '    sentence ||--o{ exclamation : "article_id, sentence_no"' in life["dictionary"]
    assert "      - name: exclamation\n" in life["dbt"]
