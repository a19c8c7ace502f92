"""An annotation that is added as the recipe says goes through batches, workers, the cluster's
exchange and the store as the others do, and is not made again of a paragraph that was read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.flows.extended import copy_program, insert_line, run_script

pytestmark = pytest.mark.slow

OF_MODEL = '''"""Contract of PARAGRAPH_LONG_TOKEN: tokens of ten characters and more."""

from warehouse.contract import HEX_64, Contract, ForeignKey, Lifecycle, text, whole

PARAGRAPH_LONG_TOKEN = Contract(
    name="paragraph_long_token",
    schema="staging",
    layer="staging",
    lifecycle=Lifecycle.PARAGRAPH,
    grain="One long token of one distinct paragraph.",
    columns=(
        text("paragraph_id", "Hash of language and text.", pattern=HEX_64),
        whole("start_char", "First code point in the paragraph's text."),
        whole("end_char", "One past the last code point.", minimum=1),
        whole("token_no", "Position among the tokens."),
    ),
    key=("paragraph_id", "start_char"),
    foreign_keys=(ForeignKey(("paragraph_id",), "paragraph", ("paragraph_id",)),),
)
'''

OF_RULE = '''"""Contract of PARAGRAPH_NUMBER: runs of digits."""

from warehouse.contract import HEX_64, Contract, ForeignKey, Lifecycle, text, whole

PARAGRAPH_NUMBER = Contract(
    name="paragraph_number",
    schema="staging",
    layer="staging",
    lifecycle=Lifecycle.PARAGRAPH,
    grain="One run of digits of one distinct paragraph.",
    columns=(
        text("paragraph_id", "Hash of language and text.", pattern=HEX_64),
        whole("start_char", "First code point in the paragraph's text."),
        whole("end_char", "One past the last code point.", minimum=1),
        text("digits", "The digits."),
    ),
    key=("paragraph_id", "start_char"),
    foreign_keys=(ForeignKey(("paragraph_id",), "paragraph", ("paragraph_id",)),),
)
'''

RULE = '''"""Runs of digits in a paragraph."""

import re


def find_numbers(text):
    """Start, end and digits of each run."""
    return [(*found.span(), found[0]) for found in re.finditer("[0-9]+", text)]
'''

TABLE = '''"""Contract of `long_word`: long words of story blocks."""

from warehouse.contract import HEX_16, Contract, ForeignKey, Lifecycle, SpanRule, text, whole

LONG_WORD = Contract(
    name="long_word",
    schema="main",
    layer="article",
    lifecycle=Lifecycle.ARTICLE,
    grain="One long word.",
    columns=(
        text("article_id", "Article.", pattern=HEX_16),
        whole("long_word_no", "Position in the article, from 0."),
        whole("start_char", "First code point in `article.text`."),
        whole("end_char", "One past the last code point.", minimum=1),
        text("text", "The slice itself."),
    ),
    key=("article_id", "long_word_no"),
    foreign_keys=(ForeignKey(("article_id",), "article", ("article_id",)),),
    span=SpanRule(),
)
'''

BUILDER = '''"""Long words of articles, from the long tokens of their paragraphs."""

import polars as pl

from transforms.block.paragraph import paragraph_block


def build_long_word(block, paragraph_long_token, article_context):
    """LONG_WORD rows of BLOCK and PARAGRAPH_LONG_TOKEN rows."""
    token = paragraph_long_token.select(
        "paragraph_id", pl.col("start_char").alias("begin"), pl.col("end_char").alias("end")
    )
    placed = paragraph_block(block, article_context).join(token, on="paragraph_id").sort(
        "article_id", "start_char", "begin"
    )
    number = pl.int_range(pl.len(), dtype=pl.Int32).over("article_id")
    return placed.select(
        "article_id",
        number.alias("long_word_no"),
        pl.col("start_char") + pl.col("begin"),
        (pl.col("start_char") + pl.col("end")).alias("end_char"),
        pl.col("text").str.slice(pl.col("begin"), pl.col("end") - pl.col("begin")),
    )
'''


MARKING = """long = [
                    (int(start), int(end), number)
                    for number, (start, end, _) in enumerate(printed)
                    if end - start >= 10
                ]
                yield Reading(
                    printed[:, 0].tolist(), printed[:, 1].tolist(), found,
                    {"paragraph_long_token": long},
                )"""


def add_annotation_of_model(program: Path) -> set[str]:
    """Add tokens that the pipeline marks, and a table of them; the files this makes or changes."""
    tables, stages = program / "warehouse" / "tables", program / "flows" / "stages"
    new = {
        tables / "paragraph_long_token.py": OF_MODEL,
        tables / "long_word.py": TABLE,
        program / "transforms" / "long_word.py": BUILDER,
    }
    for path, text in new.items():
        path.write_text(text)
    pipeline = program / "transforms" / "nlp" / "spacy_pipeline.py"
    source = pipeline.read_text()
    made = "yield Reading(printed[:, 0].tolist(), printed[:, 1].tolist(), found)"
    assert source.count(made) == 1
    pipeline.write_text(source.replace(made, MARKING))
    registry = stages / "table_builders.py"
    insert_line(
        registry,
        "from warehouse.contract",
        "from transforms.long_word import build_long_word\n"
        "from warehouse.tables.long_word import LONG_WORD\n"
        "from warehouse.tables.paragraph_long_token import PARAGRAPH_LONG_TOKEN",
    )
    insert_line(
        registry,
        "    TableBuilder(STAGED_MENTION",
        "    TableBuilder(LONG_WORD, lambda rows: build_long_word(\n"
        '        rows.of(BLOCK), rows.of(PARAGRAPH_LONG_TOKEN), rows.context), "1"),',
    )
    return {path.relative_to(program).as_posix() for path in (*new, pipeline, registry)}


def add_annotation_of_rule(program: Path) -> set[str]:
    """Add numbers that a rule finds; the files this makes or changes."""
    contract = program / "warehouse" / "tables" / "paragraph_number.py"
    contract.write_text(OF_RULE)
    rule = program / "transforms" / "nlp" / "number.py"
    rule.write_text(RULE)
    registry = program / "transforms" / "nlp" / "annotation.py"
    insert_line(
        registry, "from warehouse.contract", "from transforms.nlp.number import find_numbers"
    )
    insert_line(
        registry,
        "        PARAGRAPH_SPAN.name: Annotator",
        '        "paragraph_number": Annotator(lambda read: find_numbers(read.text), "1"),',
    )
    return {path.relative_to(program).as_posix() for path in (contract, rule, registry)}


# The soft hyphen is left out of what the pipeline reads, and is there again in the offsets.
FERRY = "Ferry returns\n\nThe recon\u00adstruction of 12 piers cost 345 million, said Anna Berg.\n"


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What new_annotation_life.py found."""
    folder = tmp_path_factory.mktemp("new_annotation")
    source = folder / "in"
    source.mkdir()
    (source / "ferry.txt").write_text(FERRY)
    program = copy_program(folder / "program")
    assert len(add_annotation_of_model(program)) == 5
    assert len(add_annotation_of_rule(program)) == 3
    script = Path(__file__).with_name("new_annotation_life.py")
    result: dict[str, Any] = run_script(program, script, folder, source)
    return result


def test_the_store_keeps_what_model_and_rule_find(found: dict[str, Any]) -> None:
    assert found["annotations"] == [
        "paragraph_sentence", "paragraph_span", "paragraph_long_token", "paragraph_number",
    ]  # fmt: skip
    assert found["kept"]["paragraph_long_token"] == [[4, 19, 1]]
    assert found["kept"]["paragraph_number"] == [[23, 25, "12"], [37, 40, "345"]]
    assert len(found["kept"]["paragraph_sentence"]) == 2


def test_a_paragraph_that_was_read_has_them_from_the_store(found: dict[str, Any]) -> None:
    assert found["first"] == [2, 0]
    assert found["second"] == [1, 1]  # the new title only
    word, start = "recon\u00adstruction", FERRY.index("recon")
    assert found["rows"] == [
        ["Ferry again", start - 2, start - 2 + len(word), word],
        ["Ferry returns", start, start + len(word), word],
    ]


def test_workers_and_the_exchange_of_a_cluster_carry_them(found: dict[str, Any]) -> None:
    assert found["rows of two workers"] == found["rows"]
    assert found["exchanged"] == {
        "1-long_token.parquet": 1, "1-number.parquet": 1,
        "1-sentence.parquet": 1, "1-span.parquet": 1,
    }  # fmt: skip
