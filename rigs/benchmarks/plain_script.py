"""A peer: the script a data engineer would write with pandas, spaCy and to_sql. Uses nothing of us.

    python -m rigs.benchmarks.plain_script FOLDER DATABASE PROCESSES

Reads the files, takes the first line as title and blank lines as paragraph ends, runs spaCy with
what it needs (names, and the rule-based sentencizer, the cheapest way to sentences), in as many
processes, and writes four tables into SQLite, where pandas' to_sql is at home. It keeps no offsets
into the article, types no lines, checks nothing, and starts from nothing every time.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import time
from pathlib import Path

import pandas as pd
import spacy


def main(folder: Path, database: Path, processes: int, pipeline: str) -> dict[str, int]:
    """Rows by table."""
    unused = ["tok2vec", "tagger", "parser", "attribute_ruler", "lemmatizer"]
    nlp = spacy.load(pipeline, exclude=unused)
    nlp.add_pipe("sentencizer")
    articles, texts = [], []
    for number, path in enumerate(sorted(folder.rglob("*.txt"))):
        text = path.read_text("utf-8")
        paragraphs = [p.strip() for p in text.split("\n\n") if p.strip()]
        articles.append(
            {"article_id": number, "path": str(path), "title": paragraphs[0], "text": text}
        )
        texts += [(p, (number, order)) for order, p in enumerate(paragraphs)]
    sentences, mentions = [], []
    for doc, (number, order) in nlp.pipe(
        texts, as_tuples=True, n_process=processes, batch_size=256
    ):
        sentences += [
            {"article_id": number, "paragraph_no": order, "start": sentence.start_char,
             "end": sentence.end_char, "text": sentence.text, "tokens": len(sentence)}
            for sentence in doc.sents
        ]  # fmt: skip
        mentions += [
            {"article_id": number, "paragraph_no": order, "start": entity.start_char,
             "end": entity.end_char, "text": entity.text, "label": entity.label_}
            for entity in doc.ents
        ]  # fmt: skip
    mention = pd.DataFrame(mentions)
    entity = mention.groupby(["text", "label"]).size().rename("mentions").reset_index()
    tables = {
        "article": pd.DataFrame(articles), "sentence": pd.DataFrame(sentences),
        "mention": mention, "entity": entity,
    }  # fmt: skip
    with sqlite3.connect(database) as con:
        for name, frame in tables.items():
            frame.to_sql(name, con, if_exists="replace", index=False, chunksize=10_000)
    return {name: len(frame) for name, frame in tables.items()}


if __name__ == "__main__":
    began = time.perf_counter()
    rows = main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
    print(json.dumps({"seconds": time.perf_counter() - began, "rows": rows}))
