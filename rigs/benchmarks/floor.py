"""The floor: spaCy's own pipe over the same paragraphs, same components, as many processes.

    python -m rigs.benchmarks.floor PARAGRAPHS.parquet PROCESSES

PARAGRAPHS has a column ``text``. Prints seconds apart from start-up (imports, loading). Nothing is
kept of what spaCy finds, so the floor is lower than any program that has to.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import polars as pl

_UNUSED = ["tok2vec", "tagger", "parser", "attribute_ruler", "lemmatizer", "senter"]


def main(paragraphs: Path, processes: int) -> None:
    """Read every paragraph, in the order given."""
    import spacy

    from flows.session.pipelines import pipeline_names
    from flows.settings import Settings

    texts = pl.read_parquet(paragraphs)["text"].to_list()
    nlp = spacy.load(pipeline_names(Settings())["en"], exclude=_UNUSED)
    began = time.perf_counter()
    for _ in nlp.pipe(texts, n_process=processes, batch_size=256):
        pass
    print(time.perf_counter() - began)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
