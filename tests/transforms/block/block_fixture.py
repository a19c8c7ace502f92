"""The committed block model, and staged records made of a text. Holds no test."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import polars as pl

from transforms.block.build import build_block
from transforms.block.weights import BlockModel, read_block_model
from warehouse.tables.record import STAGED_RECORD

ROOT = Path(__file__).parents[3]
NO_BOILERPLATE = pl.DataFrame(schema={"source_id": pl.String(), "line": pl.String()})


@cache
def block_model() -> BlockModel:
    """The model that the rows in seeds/reference make."""
    folder = ROOT / "seeds" / "reference"
    return read_block_model(
        pl.read_csv(folder / "phrases.csv", infer_schema=False),
        pl.read_csv(folder / "block_weights.csv", infer_schema=False),
        pl.read_csv(folder / "block_trees.csv", infer_schema=False),
    )


def staged(*texts: str, **columns: object) -> pl.DataFrame:
    """One staged record a text; ``columns`` set further columns to one value."""
    optional = (
        "url", "title", "standfirst", "byline", "section", "published_raw", "modified_raw",
        "language",
    )  # fmt: skip
    rows = [
        {
            "article_id": hashlib.sha256(text.encode()).hexdigest()[:16],
            "version_no": 1,
            "collection": "seeds",
            "file_uri": f"file:///seeds/{number}.txt",
            "locator": "",
            "file_id": "0" * 64,
            "format": "text",
            "source_id": "unknown",
            "hints": "[]",
            "content_hash": hashlib.sha256(text.encode()).hexdigest(),
            "text": text,
            **dict.fromkeys(optional),
            **columns,
        }
        for number, text in enumerate(texts)
    ]
    return STAGED_RECORD.conform(pl.DataFrame(rows, schema=STAGED_RECORD.polars_schema))


def kinds(text: str, **columns: object) -> list[tuple[str, str]]:
    """Kind and text of each block."""
    block = build_block(staged(text, **columns), NO_BOILERPLATE, block_model())
    return list(block.select("kind", "text").iter_rows())


OWNER_TEXT = (ROOT / "seeds" / "articles" / "000_d8caa1c57a115d98.txt").read_text(encoding="utf-8")
