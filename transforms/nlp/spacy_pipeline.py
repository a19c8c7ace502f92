"""Wraps a loaded spaCy pipeline as a `Pipeline`. The only module that keeps spaCy objects; `read`
loads them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from transforms.nlp.ner_decoder import NerDecoder, Tokens
from transforms.nlp.pipeline import Component, Passage, Reading, Span
from transforms.nlp.token_text import token_text

_BATCH_TEXTS = 64
_BATCH_TOKENS = 6_000
"""A batch whose vectors stay in the processor's cache; measured best from 32 to 256 texts."""

_STRETCH_TEXTS = 4_096
_MOST_WORDS = 300_000
"""Words spaCy may keep: below it texts tokenize a fifth faster, above it memory would only grow."""

_SAMPLE = (
    "Ida Holm, mayor of Bergen in Norway since 2019, told the Lund Institute on Monday that the "
    "World Bank had lent $20 million.",
    "The European Court of Human Rights ruled against the United Kingdom by 9 votes to 8. “We are "
    "glad,” said Ole Brandt of Save the Fjords.",
    "Shares of Volvo fell 3.5 per cent in Stockholm  after Reuters reported the strike.",
    "Bergen",
)
"""Made-up text on which a decoder proves that it finds what spaCy finds."""


class _Batch(NamedTuple):
    """Passages with their spaCy documents, and the bounds and blanks of their tokens."""

    passages: list[Passage]
    docs: list[Any]
    bounds: list[npt.NDArray[np.intp]]


class SpacyPipeline:
    """A loaded spaCy pipeline as a `Pipeline`."""

    def __init__(self, nlp: Any, component: Component) -> None:
        self._nlp = nlp
        self._component = component
        self._decoder = _proven_decoder(nlp)

    @property
    def component(self) -> Component:
        """Package or path, its version, and the parts that run."""
        return self._component

    @property
    def language(self) -> str:
        """spaCy's language code."""
        return str(self._nlp.lang)

    @property
    def decodes(self) -> bool:
        """Whether names are decoded in whole batches rather than by spaCy's own walk."""
        return self._decoder is not None

    def read(self, passages: Iterable[Passage]) -> Iterator[Reading]:
        """One reading a passage, in order."""
        rest = iter(passages)
        while stretch := list(islice(rest, _STRETCH_TEXTS)):
            # spaCy keeps every word it ever saw; past the limit, new ones go with their stretch.
            full = len(self._nlp.vocab) > _MOST_WORDS
            with self._nlp.memory_zone() if full else nullcontext():
                readings = list(self._read(stretch))
            yield from readings

    def _read(self, passages: Sequence[Passage]) -> Iterator[Reading]:
        for batch in self._batches(passages):
            spans = self._decoded(batch) if self._decoder else self._piped(batch)
            for bounds, found in zip(batch.bounds, spans, strict=True):
                printed = bounds[bounds[:, 2] == 0]
                yield Reading(printed[:, 0].tolist(), printed[:, 1].tolist(), found)

    def _batches(self, passages: Iterable[Passage]) -> Iterator[_Batch]:
        batch, tokens = _Batch([], [], []), 0
        for passage in passages:
            given = token_text(passage.text)
            doc = self._nlp.make_doc(given.text)
            batch.passages.append(passage)
            batch.docs.append(doc)
            batch.bounds.append(given.placed(_bounds(doc)))
            tokens += len(doc)
            if len(batch.docs) >= _BATCH_TEXTS or tokens >= _BATCH_TOKENS:
                yield batch
                batch, tokens = _Batch([], [], []), 0
        if batch.docs:
            yield batch

    def _piped(self, batch: _Batch) -> Iterator[list[Span]]:
        """Names as spaCy's own walk finds them, with the starts of sentences set."""
        for doc, passage, bounds in zip(batch.docs, batch.passages, batch.bounds, strict=True):
            for token in _sentence_starts(passage, bounds):
                doc[token].is_sent_start = True
        read = self._nlp.pipe(batch.docs, batch_size=_BATCH_TEXTS)
        for doc, bounds in zip(read, batch.bounds, strict=True):
            yield [
                Span(int(bounds[ent.start, 0]), int(bounds[ent.end - 1, 1]), ent.label_)
                for ent in doc.ents
            ]

    def _decoded(self, batch: _Batch) -> Iterator[list[Span]]:
        """The same names from one decoding of the whole batch."""
        if self._decoder is None:
            raise ValueError("This pipeline has no decoder.")
        bounds = np.concatenate(batch.bounds)
        offsets = np.cumsum([0, *(len(each) for each in batch.bounds)])
        tokens = Tokens(bounds[:, 2] == 1, np.zeros(len(bounds), bool), np.zeros(len(bounds), bool))
        for number, passage in enumerate(batch.passages):
            begin, end = offsets[number], offsets[number + 1]
            if begin < end:
                tokens.last[end - 1] = True
                starts = _sentence_starts(passage, batch.bounds[number])
                tokens.before_start[[begin + start - 1 for start in starts]] = True
        found: list[list[Span]] = [[] for _ in batch.docs]
        names = self._decoder.decode(batch.docs, tokens)
        homes = np.searchsorted(offsets, [name.start for name in names], side="right") - 1
        for home, name in zip(homes.tolist(), names, strict=True):
            first, last = bounds[name.start, 0], bounds[name.end - 1, 1]
            found[home].append(Span(int(first), int(last), name.label))
        yield from found


def _bounds(doc: Any) -> npt.NDArray[np.intp]:
    """Start, end and blankness of every token, a row each."""
    values: npt.NDArray[np.intp] = doc.to_array(["IDX", "LENGTH", "IS_SPACE"]).astype(np.intp)
    values[:, 1] += values[:, 0]
    return values


def _sentence_starts(passage: Passage, bounds: npt.NDArray[np.intp]) -> list[int]:
    """Tokens that stand first behind a sentence's end; blanks there belong to neither sentence."""
    if len(passage.sentences) < 2:
        return []
    starts: Sequence[int] = bounds[:, 0].tolist()
    behind = {bisect_left(starts, end) for _, end in passage.sentences[:-1]}
    return sorted(token for token in behind if 0 < token < len(starts))


def _proven_decoder(nlp: Any) -> NerDecoder | None:
    """A decoder for a pipeline of `ner` only, if it finds in a sample exactly what spaCy finds."""
    if nlp.pipe_names != ["ner"] or not NerDecoder.fits(nlp.get_pipe("ner")):
        return None
    decoder = NerDecoder(nlp.get_pipe("ner"))
    docs = [nlp.make_doc(text) for text in _SAMPLE]
    flags = [np.zeros(sum(map(len, docs)), bool) for _ in Tokens._fields]
    tokens = Tokens(*flags)
    offsets = np.cumsum([0, *map(len, docs)])
    tokens.last[offsets[1:] - 1] = True
    tokens.blank[[token.is_space for doc in docs for token in doc]] = True
    expected = [
        (offset + ent.start, offset + ent.end, ent.label_)
        for offset, doc in zip(offsets.tolist(), nlp.pipe(_SAMPLE), strict=False)
        for ent in doc.ents
    ]
    return decoder if [tuple(name) for name in decoder.decode(docs, tokens)] == expected else None
