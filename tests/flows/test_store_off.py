"""What the store of language results gives is what reading every paragraph gives."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from flows.session.summary import Summary
from tests.conftest import Load
from warehouse.tables import CONTRACTS

pytestmark = pytest.mark.slow

STORY = (
    "{title}\n\nBy Ida Holm\n\nThe council of Lagos met on Monday and Grace Odhiambo spoke for an "
    "hour about the harbour.\n\nReuters reported that Volvo will move to Oslo next year.\n\n{own}\n"
)


def deliver(folder: Path, *numbers: int) -> None:
    folder.mkdir(exist_ok=True)
    for number in numbers:
        own = f"Peter Okello of Kampala said it {number} times before the World Bank agreed."
        text = STORY.format(title=f"Harbour of Lagos grows {number} times", own=own)
        (folder / f"{number}.txt").write_text(text)


def loaded(load: Load, folder: Path, keep_mb: int) -> tuple[Path, list[Summary]]:
    source, warehouse = folder / "in", folder / "news.duckdb"
    summaries = []
    for numbers in ((1, 2), (3,)):
        deliver(source, *numbers)
        given = {"collection": "c", "nlp_store_mb": keep_mb}
        summaries.append(load(source, warehouse, **given))
    return warehouse, summaries


def test_every_table_is_the_same_with_the_store_off(tmp_path: Path, load: Load) -> None:
    (tmp_path / "on").mkdir()
    (tmp_path / "off").mkdir()
    on, with_store = loaded(load, tmp_path / "on", 512)
    off, without = loaded(load, tmp_path / "off", 0)
    # Within a run a paragraph is read once all the same; the second run finds nothing kept.
    assert with_store[0].paragraphs_read == without[0].paragraphs_read
    assert 0 < with_store[1].paragraphs_read < without[1].paragraphs_read
    assert not list((tmp_path / "off" / "news.duckdb.d" / "nlp").rglob("*.parquet"))
    for contract in CONTRACTS:
        if contract.qualified_name.startswith("main."):
            left, right = (rows(file, contract.qualified_name) for file in (on, off))
            assert left == right, contract.name
            assert left or contract.name not in {"article", "sentence", "mention", "entity"}


def rows(warehouse: Path, table: str) -> list[tuple[object, ...]]:
    """Every row but for the columns that name the run, its clock and the folder."""
    passing = ("run_id", "valid_from", "valid_to", "source_uri", "file_uri")
    with duckdb.connect(str(warehouse), read_only=True) as con:
        columns = [str(row[0]) for row in con.execute(f"describe {table}").fetchall()]
        kept = ", ".join(name for name in columns if name not in passing)
        return con.execute(f"select {kept} from {table} order by all").fetchall()
