"""Measures names (exact span and type of persons, organizations, places) on gold documents.

`python -m rigs.quality.mentions` prints this project's figures beside the bare pipeline's of the
same run, precision and recall by type, and the most frequent errors. Gold data is read where it
lies. Every second document is held out: its errors are never shown.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from rigs.quality.figure import Figure
from transforms.block.paragraph import paragraph_block, paragraph_of
from transforms.gazetteer.lookup import load_gazetteer
from transforms.mention.build import build_mention
from transforms.name.word import read_name_words
from transforms.nlp.read import DEFAULT_PIPELINE, annotate, load_pipeline
from transforms.sentence.split import build_sentence
from warehouse.tables.block import BLOCK

ROOT = Path(__file__).parents[2]
EVAL = Path(os.environ.get("NEWSHOUSE_EVAL", ROOT / "../shared/eval"))
WIKIGOLD = EVAL / "entities" / "wikigold.jsonl.gz"
WIKINEWS = EVAL / "entities" / "wikinews_annotated.jsonl.gz"
REFERENCE = ROOT / "seeds" / "reference"

GOLD_TYPES = ("PER", "ORG", "LOC")
_OURS = {"person": "PER", "organization": "ORG", "place": "LOC"}
_BARE = {"PERSON": "PER", "ORG": "ORG", "GPE": "LOC", "LOC": "LOC"}
_LINE = re.compile(r"[^\n]*[^\s][^\n]*")
_ARTICLE = re.compile(r"(?i)(?:the|an?)\s+")
_POSSESSIVE = re.compile(r"(?:['’]s|['’])$")

NameSpan = tuple[int, int, str]


class Document(NamedTuple):
    """One gold document: its text, and the names wanted, found by us and found bare."""

    text: str
    gold: frozenset[NameSpan]
    ours: frozenset[NameSpan]
    bare: frozenset[NameSpan]


class Corpus(NamedTuple):
    """Documents of one gold file, and how fast the names of all were made, in tokens a second."""

    documents: list[Document]
    mention_tokens_per_second: float
    pipeline_tokens_per_second: float


class Score(NamedTuple):
    """Names right, found and wanted."""

    right: int
    found: int
    wanted: int

    @property
    def f(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.right / max(1, self.found + self.wanted)

    @property
    def row(self) -> str:
        """Precision, recall and F as a table's cells."""
        precision, recall = self.right / max(1, self.found), self.right / max(1, self.wanted)
        return f"{precision:>7.3f}{recall:>7.3f}{self.f:>7.3f}"


def available() -> bool:
    """Whether the gold data is here."""
    return WIKIGOLD.is_file() and WIKINEWS.is_file()


def measure() -> list[Figure]:
    """F of both gold files, of their held-out halves, and speed against the language pass."""
    wikigold, wikinews = read_corpus(WIKIGOLD), read_corpus(WIKINEWS)
    speed = min(wikigold.mention_tokens_per_second, wikinews.mention_tokens_per_second)
    return [
        Figure("mentions: wikigold F", score(wikigold.documents).f, "wikigold_f"),
        Figure(
            "mentions: wikigold F, held out", score(wikigold.documents[1::2]).f, "wikigold_held_f"
        ),
        Figure("mentions: wikigold F, bare", score(wikigold.documents, bare=True).f, None),
        Figure("mentions: wikinews F", score(wikinews.documents).f, "wikinews_f"),
        Figure(
            "mentions: wikinews F, held out", score(wikinews.documents[1::2]).f, "wikinews_held_f"
        ),
        Figure("mentions: wikinews F, bare", score(wikinews.documents, bare=True).f, None),
        Figure("mentions: tokens a second", speed, "tokens_per_second"),
    ]


def score(documents: Sequence[Document], kind: str | None = None, *, bare: bool = False) -> Score:
    """Exact spans of one gold type, or of all."""
    right = found = wanted = 0
    for document in documents:
        gold = {name for name in document.gold if kind in (None, name[2])}
        names = document.bare if bare else document.ours
        ours = {name for name in names if kind in (None, name[2])}
        right, found, wanted = right + len(gold & ours), found + len(ours), wanted + len(gold)
    return Score(right, found, wanted)


def table() -> Iterator[str]:
    """Precision, recall and F by file, half and type; then the errors of the half not held out."""
    for path in (WIKIGOLD, WIKINEWS):
        corpus = read_corpus(path)
        halves = {"all": corpus.documents, "held out": corpus.documents[1::2]}
        yield f"\n{path.name:<34}{'P':>7}{'R':>7}{'F':>7}   bare: {'P':>7}{'R':>7}{'F':>7}"
        for half, documents in halves.items():
            for kind in (None, *GOLD_TYPES):
                mine, bare = score(documents, kind), score(documents, kind, bare=True)
                yield f"{half:<22}{kind or 'all types':<12}{mine.row}         {bare.row}"
        yield (
            f"tokens a second: names {corpus.mention_tokens_per_second:,.0f}, "
            f"language pass {corpus.pipeline_tokens_per_second:,.0f}"
        )
        yield "twenty most frequent errors (documents not held out):"
        yield from _errors(corpus.documents[::2])


def _errors(documents: Sequence[Document]) -> Iterator[str]:
    errors: Counter[str] = Counter()
    for document in documents:
        ours = {name[:2]: name[2] for name in document.ours}
        gold = {name[:2]: name[2] for name in document.gold}
        for start, end, kind in document.gold - document.ours:
            errors[f"{kind} {ours.get((start, end), 'missed')}: {document.text[start:end]}"] += 1
        for start, end, kind in document.ours - document.gold:
            if (start, end) not in gold:
                errors[f"none {kind}: {document.text[start:end]}"] += 1
    for error, count in errors.most_common(20):
        yield f"{count:>4}  {error}"


def read_corpus(path: Path) -> Corpus:
    """The documents of a gold file, with the names of the whole way from lines to mentions."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    block = _blocks([row["text"] for row in rows])
    context = block.select("article_id").unique(maintain_order=True)
    context = context.with_columns(
        pl.lit("en").alias("language"), pl.lit(None, pl.String()).alias("country_iso2")
    )
    paragraph = paragraph_of(block, context)
    pipeline = load_pipeline(DEFAULT_PIPELINE)
    began = time.process_time()
    annotation = annotate({"en": pipeline}, paragraph)
    pipeline_seconds = time.process_time() - began
    sentence = build_sentence(block, annotation["paragraph_sentence"], context)
    words = read_name_words(_reference("name_words"))
    places = load_gazetteer(_reference("place_names"), _reference("demonyms"))
    began = time.process_time()
    mention = build_mention(
        block, sentence, annotation["paragraph_span"], context, name_words=words, places=places
    )
    mention_seconds = time.process_time() - began
    bare = _bare_names(block, context, annotation["paragraph_span"])
    ours = _by_article(mention, "entity_type", _OURS)
    documents = []
    for number, row in enumerate(rows):
        article_id = f"{number:016x}"
        documents.append(
            Document(
                row["text"],
                _trimmed(row["text"], _gold(row)),
                _trimmed(row["text"], ours.get(article_id, [])),
                _trimmed(row["text"], bare.get(article_id, [])),
            )
        )
    tokens = int(sentence["token_count"].sum())
    return Corpus(documents, tokens / mention_seconds, tokens / pipeline_seconds)


def _gold(row: dict[str, Any]) -> list[NameSpan]:
    if row["entities"] and isinstance(row["entities"][0], dict):
        return [
            (name["start"], name["end"], name["type"])
            for name in row["entities"]
            if name["syntactic_type"] == "NAM" and name["type"] in GOLD_TYPES
        ]
    return [(start, end, kind) for start, end, kind in row["entities"] if kind in GOLD_TYPES]


def _blocks(texts: Sequence[str]) -> pl.DataFrame:
    """Every line a block; the first of several is the title."""
    rows = []
    for number, text in enumerate(texts):
        lines = list(_LINE.finditer(text))
        for no, line in enumerate(lines):
            kind = "title" if no == 0 and len(lines) > 1 else "paragraph"
            start = line.start() + len(line[0]) - len(line[0].lstrip())
            piece = line[0].strip()
            rows.append(
                (f"{number:016x}", no, kind, no > 0, start, start + len(piece), piece, "line")
            )
    return pl.DataFrame(rows, schema=BLOCK.polars_schema, orient="row")


def _bare_names(
    block: pl.DataFrame, context: pl.DataFrame, span: pl.DataFrame
) -> dict[str, list[NameSpan]]:
    printed = paragraph_block(block, context).select(
        "article_id", "paragraph_id", pl.col("start_char").alias("block_start")
    )
    placed = printed.join(span, on="paragraph_id").with_columns(
        pl.col("start_char") + pl.col("block_start"), pl.col("end_char") + pl.col("block_start")
    )
    return _by_article(placed, "label", _BARE)


def _by_article(
    frame: pl.DataFrame, column: str, types: dict[str, str]
) -> dict[str, list[NameSpan]]:
    found: dict[str, list[NameSpan]] = {}
    for article_id, start, end, kind in frame.select(
        "article_id", "start_char", "end_char", column
    ).iter_rows():
        if kind in types:
            found.setdefault(article_id, []).append((start, end, types[kind]))
    return found


def _trimmed(text: str, names: Sequence[NameSpan]) -> frozenset[NameSpan]:
    """Without leading article and possessive ending, on both sides of the comparison."""
    trimmed = set()
    for start, end, kind in names:
        if (article := _ARTICLE.match(text, start, end)) and article.end() < end:
            start = article.end()
        if (ending := _POSSESSIVE.search(text, start, end)) and ending.start() > start:
            end = ending.start()
        trimmed.add((start, end, kind))
    return frozenset(trimmed)


def _reference(name: str) -> pl.DataFrame:
    return pl.read_csv(REFERENCE / f"{name}.csv", infer_schema=False)


if __name__ == "__main__":
    print("\n".join(table()))
