"""Two annotations that the program knows only where it was extended, one of the model and one of a
rule, on their way through workers and store: run as a script by test_new_annotation.py, with that
program. Prints what it found as JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import duckdb
import polars as pl

from flows.ingest import ingest_source
from flows.session.nlp_store import NlpStore
from flows.session.pipelines import pipeline_names
from flows.session.preload import Preload
from flows.session.reference import read_reference
from flows.settings import Settings
from flows.workers.dask_cluster import read_on_worker
from flows.workers.exchange import SEEN, put
from transforms.block.paragraph import paragraph_id
from warehouse.layout import layout_of
from warehouse.tables import ANNOTATIONS
from warehouse.tables.paragraph import PARAGRAPH


def long_words(warehouse: Path) -> list[list[object]]:
    """Title of the article, offsets and text of every row of the table made of an annotation."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        found = con.execute(
            "select title, start_char, end_char, w.text from long_word as w "
            "join article using (article_id) order by all"
        ).fetchall()
    return [list(row) for row in found]


def kept(warehouse: Path) -> dict[str, list[list[object]]]:
    """What the store of language results has, by annotation; paragraphs by their first words."""
    (folder,) = (layout_of(warehouse).folder / "nlp").iterdir()
    store = NlpStore(folder)
    known = store.known()
    found = store.fetch(known["paragraph_id"], known["home"].unique().to_list())
    return {
        name: sorted(list(row) for row in frame.drop("paragraph_id").iter_rows())
        for name, frame in found.items()
    }


def main(folder: Path, source: Path) -> None:
    found: dict[str, object] = {"annotations": [contract.name for contract in ANNOTATIONS]}
    settings = Settings(source=str(source), warehouse=folder / "news.duckdb")
    with Preload(pipeline_names(settings), read_reference(settings.reference)) as preload:
        first = ingest_source(settings, preload=preload)
        found["first"] = [first.paragraphs_read, first.paragraphs_reused]
        found["kept"] = kept(settings.warehouse)
        story = (source / "ferry.txt").read_text()
        (source / "again.txt").write_text(story.replace("Ferry returns", "Ferry again"))
        second = ingest_source(settings, preload=preload)
        found["second"] = [second.paragraphs_read, second.paragraphs_reused]
        found["rows"] = long_words(settings.warehouse)
        workers = Settings(source=str(source), warehouse=folder / "two.duckdb", workers=2)
        ingest_source(workers, preload=preload)
        found["rows of two workers"] = long_words(workers.warehouse)
    found["exchanged"] = exchanged(folder / "shared", pipeline_names(settings))
    sys.stdout.write("\n" + json.dumps(found) + "\n")


def exchanged(shared: Path, names: dict[str, str]) -> dict[str, int]:
    """What a worker of a cluster leaves for the run: rows by file."""
    text = "The reconstruction cost 42 million."
    paragraph = pl.DataFrame([(paragraph_id("en", text), "en", text)], PARAGRAPH.polars_schema,
                             orient="row")  # fmt: skip
    put(f"{shared}/{SEEN}", b"newshouse")
    paragraph.write_parquet(shared / "1-paragraph.parquet")
    read_on_worker(tuple(sorted(names.items())), f"{shared}/1")
    return {
        path.name: pl.read_parquet(path).height
        for path in sorted(shared.glob("1-*.parquet"))
        if path.name != "1-paragraph.parquet"
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
