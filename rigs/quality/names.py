"""Measures same-or-different on gold name pairs, whole and by halves.

`python -m rigs.quality.names` prints the figures and what went wrong in the development half. The
other half was never printed while rules were made; the pairs had been read once before that.
"""

from __future__ import annotations

import gzip
import json
import os
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import polars as pl

from rigs.quality.figure import Figure
from transforms.name.compare import form_of, is_identity
from transforms.name.form import Vocabulary, read_vocabulary
from transforms.name.match import same_name

ROOT = Path(__file__).parents[2]
EVAL = Path(os.environ.get("NEWSHOUSE_EVAL", ROOT / "../shared/eval"))
PAIRS = EVAL / "names" / "cases.jsonl.gz"
_TYPES = {
    "Person": "person",
    "Company": "organization",
    "Organization": "organization",
    "LegalEntity": "organization",
    "Vessel": "product",
}


class Pair(NamedTuple):
    """Two names of one type, and whether they are one."""

    entity_type: str
    a: str
    b: str
    same: bool

    @property
    def held_out(self) -> bool:
        """Half of the pairs, by checksum of the names."""
        return zlib.crc32(f"{self.a}|{self.b}".encode()) % 2 == 1


class Score(NamedTuple):
    """Pairs called the same: rightly, wrongly, and those missed."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """Share of pairs called the same that are."""
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        """Share of same pairs that were called so."""
        return self.right / max(1, self.right + self.missed)

    @property
    def f(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.right / max(1, 2 * self.right + self.wrong + self.missed)


def available() -> bool:
    """Whether the gold data is here."""
    return PAIRS.is_file()


def measure() -> list[Figure]:
    """F of `same_name` over all pairs, each half and each type; precision of `is_identity`."""
    pairs, vocabulary = list(_pairs()), shipped_vocabulary()
    whole = score(pairs, vocabulary)
    held_out = score([pair for pair in pairs if pair.held_out], vocabulary)
    figures = [
        Figure("names: F", whole.f, "f"),
        Figure("names: precision", whole.precision, None),
        Figure("names: recall", whole.recall, None),
        Figure("names: F, pairs held out", held_out.f, "held_out_f"),
    ]
    for kind in ("person", "organization"):
        part = score([pair for pair in pairs if pair.entity_type == kind], vocabulary)
        figures.append(Figure(f"names: F, {kind}", part.f, None))
    strict = score(pairs, vocabulary, strict=True)
    figures.append(Figure("names: precision of joining", strict.precision, "joining_precision"))
    figures.append(Figure("names: recall of joining", strict.recall, None))
    return figures


def shipped_vocabulary() -> Vocabulary:
    """Nicknames and legal forms as the project ships them."""
    folder = ROOT / "seeds" / "reference"
    return read_vocabulary(
        pl.read_csv(folder / "nicknames.csv", infer_schema=False),
        pl.read_csv(folder / "legal_forms.csv", infer_schema=False),
    )


def score(pairs: Sequence[Pair], vocabulary: Vocabulary, *, strict: bool = False) -> Score:
    """How many pairs are rightly called the same; `strict` asks as joining entities does."""
    called = [(pair.same, _called_same(pair, vocabulary, strict)) for pair in pairs]
    return Score(
        called.count((True, True)), called.count((False, True)), called.count((True, False))
    )


def _called_same(pair: Pair, vocabulary: Vocabulary, strict: bool) -> bool:
    if not strict:
        return same_name(pair.a, pair.b, pair.entity_type, vocabulary)
    forms = [form_of(name, pair.entity_type, vocabulary) for name in (pair.a, pair.b)]
    return is_identity(forms[0], forms[1], pair.entity_type, vocabulary)


def _pairs() -> Iterator[Pair]:
    with gzip.open(PAIRS, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield Pair(_TYPES[row["schema"]], row["name1"], row["name2"], row["is_match"] == "true")


if __name__ == "__main__":
    for figure in measure():
        print(f"{figure.name:40} {figure.value:.3f}")
    known = shipped_vocabulary()
    for pair in _pairs():
        if not pair.held_out and (found := _called_same(pair, known, strict=False)) != pair.same:
            print("wrongly same" if found else "missed", pair.entity_type, pair.a, "|", pair.b)
    for pair in _pairs():
        if not pair.same and not pair.held_out and _called_same(pair, known, strict=True):
            print("wrongly joined", pair.entity_type, pair.a, "|", pair.b)
