"""Measures the language pass against spaCy's own pipe over the same components in the same run."""

from __future__ import annotations

import gzip
import json
import os
import time
import warnings
from pathlib import Path

import polars as pl
import spacy

from rigs.quality.figure import Figure
from transforms.block.paragraph import paragraph_id
from transforms.nlp.pipeline import Passage, Span
from transforms.nlp.read import DEFAULT_PIPELINE, annotate, load_pipeline
from warehouse.tables.paragraph import PARAGRAPH

EVAL = Path(os.environ.get("NEWSHOUSE_EVAL", Path(__file__).parents[2] / "../shared/eval"))
DOCUMENTS = EVAL / "entities" / "wikigold.jsonl.gz"


def available() -> bool:
    """Whether the gold data is here."""
    return DOCUMENTS.is_file()


def measure() -> list[Figure]:
    """Tokens a second as a share of the bare pipe's, and the share of texts with the same names."""
    texts = _texts()
    pipeline = load_pipeline()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        bare = spacy.load(DEFAULT_PIPELINE)
    bare.select_pipes(enable="ner")
    paragraph = PARAGRAPH.conform(
        pl.DataFrame(
            [(paragraph_id("en", text), "en", text) for text in texts],
            PARAGRAPH.polars_schema,
            orient="row",
        )
    )
    seconds, bare_seconds = [], []
    names: list[list[Span]] = []
    tokens = 0
    for _ in range(2):
        began = time.process_time()
        annotate({"en": pipeline}, paragraph)
        seconds.append(time.process_time() - began)
        began = time.process_time()
        docs = list(bare.pipe(texts, batch_size=128))
        bare_seconds.append(time.process_time() - began)
        tokens = sum(map(len, docs))
        names = [
            [Span(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents] for doc in docs
        ]
    found = [list(reading.spans) for reading in pipeline.read(Passage(text, []) for text in texts)]
    same = sum(ours == theirs for ours, theirs in zip(found, names, strict=True))
    return [
        Figure("language pass: tokens a second", tokens / min(seconds), None),
        Figure("language pass: bare pipe, tokens a second", tokens / min(bare_seconds), None),
        Figure(
            "language pass: speed over the bare pipe", min(bare_seconds) / min(seconds), "ratio"
        ),
        Figure("language pass: texts with the bare pipe's names", same / len(texts), "same_names"),
    ]


def _texts() -> list[str]:
    with gzip.open(DOCUMENTS, "rt", encoding="utf-8") as lines:
        return sorted({json.loads(line)["text"].strip() for line in lines})


if __name__ == "__main__":
    for figure in measure():
        print(f"{figure.name:<52}{figure.value:>12,.3f}")
