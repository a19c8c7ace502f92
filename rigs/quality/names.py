"""Measures on gold name pairs which names the entity register takes for one entity.

`python -m rigs.quality.names` prints the figures and what went wrong in the development half. The
other half was never printed while rules were made; the pairs had been read once before that. The
register joins names for good, so precision comes before recall; rows of
seeds/reference/entity_overrides.csv join what it leaves apart.
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
from transforms.entity.register import EntityRegister, EntityRow, new_id
from transforms.entity.settle import LIKE_NAME_TYPES
from transforms.name.form import Vocabulary, read_vocabulary

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
    """F, precision and recall of the register over all pairs, each half and each type."""
    pairs, vocabulary = list(_pairs()), shipped_vocabulary()
    whole = score(pairs, vocabulary)
    held_out = score([pair for pair in pairs if pair.held_out], vocabulary)
    figures = [
        Figure("names: F", whole.f, "f"),
        Figure("names: precision", whole.precision, "precision"),
        Figure("names: recall", whole.recall, "recall"),
        Figure("names: F, pairs held out", held_out.f, "held_out_f"),
        Figure("names: precision, pairs held out", held_out.precision, None),
        Figure("names: recall, pairs held out", held_out.recall, None),
    ]
    for kind in ("person", "organization"):
        part = score([pair for pair in pairs if pair.entity_type == kind], vocabulary)
        figures.append(Figure(f"names: F, {kind}", part.f, None))
    return figures


def shipped_vocabulary() -> Vocabulary:
    """Nicknames and legal forms as the project ships them."""
    folder = ROOT / "seeds" / "reference"
    return read_vocabulary(
        pl.read_csv(folder / "nicknames.csv", infer_schema=False),
        pl.read_csv(folder / "legal_forms.csv", infer_schema=False),
    )


def score(pairs: Sequence[Pair], vocabulary: Vocabulary) -> Score:
    """How many pairs the register rightly and wrongly takes for one entity, and misses."""
    called = [(pair.same, called_same(pair, vocabulary)) for pair in pairs]
    return Score(
        called.count((True, True)), called.count((False, True)), called.count((True, False))
    )


def called_same(pair: Pair, vocabulary: Vocabulary) -> bool:
    """Whether a register that knows the first name only finds its entity by the second."""
    register = EntityRegister(vocabulary)
    known = register.add(
        EntityRow(
            new_id(pair.entity_type, pair.a), pair.entity_type, pair.a, country_iso2=None,
            geonames_id=None, wikidata_id=None, latitude=None, longitude=None, resolution="",
        )
    )  # fmt: skip
    register.name(known, pair.a)
    if register.exact(pair.b, pair.entity_type) == known:
        return True
    is_alike = pair.entity_type in LIKE_NAME_TYPES
    return is_alike and register.alike(pair.b, pair.entity_type) == known


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
        if not pair.held_out and (found := called_same(pair, known)) != pair.same:
            print("wrongly same" if found else "missed", pair.entity_type, pair.a, "|", pair.b)
