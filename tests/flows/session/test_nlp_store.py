"""Language results are kept whole, found again, and bounded."""

from pathlib import Path

import polars as pl

from flows.session.nlp_store import NlpStore, drop_other_components
from warehouse.tables.paragraph import PARAGRAPH_SENTENCE, PARAGRAPH_SPAN

A, B = "a" * 64, "b" * 64


def part(paragraph_id: str) -> dict[str, pl.DataFrame]:
    sentence = pl.DataFrame(
        [(paragraph_id, 0, 0, 5, 1)], PARAGRAPH_SENTENCE.polars_schema, orient="row"
    )
    span = pl.DataFrame(
        [(paragraph_id, 0, 5, "ORG", 0.9)], PARAGRAPH_SPAN.polars_schema, orient="row"
    )
    return {"paragraph_sentence": sentence, "paragraph_span": span}


def test_what_is_kept_is_found_again(tmp_path: Path) -> None:
    store = NlpStore(tmp_path / "c")
    assert store.known().is_empty()
    assert store.fetch(pl.Series([A]), [])["paragraph_sentence"].is_empty()
    store.write("one", part(A))
    store.write("two", part(B))
    store.write("again", part(A))
    assert store.known().sort("paragraph_id").rows() == [(A, "again"), (B, "two")]
    fetched = store.fetch(pl.Series([A, A]), ["again", "one", "two"])
    assert {name: frame.rows() for name, frame in fetched.items()} == {
        name: frame.rows() for name, frame in part(A).items()
    }


def test_a_part_without_its_sentences_is_not_there(tmp_path: Path) -> None:
    store = NlpStore(tmp_path)
    store.write("one", part(A))
    (tmp_path / "one.sentence.parquet").unlink()
    assert store.known().is_empty()


def test_trimming_drops_the_oldest(tmp_path: Path) -> None:
    store = NlpStore(tmp_path)
    store.write("one", part(A))
    size = sum(path.stat().st_size for path in tmp_path.iterdir())
    store.write("two", part(B))
    store.trim(size)
    assert store.known()["paragraph_id"].to_list() == [B]
    store.trim(0)
    assert list(tmp_path.iterdir()) == []


def test_results_of_other_components_go(tmp_path: Path) -> None:
    NlpStore(tmp_path / "old").write("one", part(A))
    NlpStore(tmp_path / "new").write("one", part(A))
    drop_other_components(tmp_path, "new")
    assert [path.name for path in tmp_path.iterdir()] == ["new"]
