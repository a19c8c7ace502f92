"""The same input gives the same rows, however the work is cut up and the files are listed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.sources.location import Listed, Unlisted, list_files
from flows.stages import discover
from flows.stages import language_batches as language_pass
from rigs.crash.rounds import tables
from tests.conftest import SEEDS, Load

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("workers", "batch_chars", "order"), [(1, 25_000, 1), (2, 60_000, 2), (4, 4_000_000, 3)]
)
def test_rows_do_not_depend_on_workers_batches_or_order(
    workers: int,
    batch_chars: int,
    order: int,
    tmp_path: Path,
    seed_warehouse: Path,
    load: Load,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def shuffled(source: str, unlisted: list[Unlisted]) -> Iterator[Listed]:
        found = list(list_files(source, unlisted))
        random.Random(order).shuffle(found)
        yield from found

    # Small batches, so that every worker has some to read, in an order that chance decides.
    monkeypatch.setattr(language_pass, "_USUAL_CHARS", 4_000)
    monkeypatch.setattr(language_pass, "_LEAST_CHARS", 1_000)
    monkeypatch.setattr(discover, "list_files", shuffled)

    load(SEEDS, tmp_path / "news.duckdb", workers=workers, batch_chars=batch_chars)

    expected, found = tables(seed_warehouse), tables(tmp_path / "news.duckdb")
    assert [name for name, frame in expected.items() if not found[name].equals(frame)] == []
    assert sum(frame.height for frame in found.values()) > 500
