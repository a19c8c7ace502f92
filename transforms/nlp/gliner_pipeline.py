"""A GLiNER model as a `Pipeline`, where the package `gliner` is installed. The only module that
imports it. No model is downloaded.

Its entry point makes `gliner:MODEL` a name of a pipeline; MODEL is a folder, or a model that is in
the local cache of its hub already.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from itertools import islice
from typing import Any

from transforms.nlp.pipeline import Component, Passage, PipelineMissing, Reading, Span

PROMPTS = {
    "person": "person",
    "organization": "organization",
    "location": "place",
    "nationality or religious group": "group",
    "building or facility": "facility",
    "event": "event",
    "title of a work": "work",
    "product": "product",
    "law": "law",
    "language": "language",
}
"""What the model is asked for, and the entity type each answer is."""

THRESHOLD = 0.5
"""The library's own: below an even chance a span is no name."""

_TOKEN = re.compile(r"\w+(?:[-_]\w+)*|\S")
"""The words the library's own splitter makes."""

_BATCH_SENTENCES = 32

_DIGITS = 3
"""Of a score; further ones depend on what else is in its batch."""


class GlinerPipeline:
    """A loaded GLiNER model. Reads sentence by sentence, so that no name crosses an end."""

    def __init__(self, model: Any, component: Component) -> None:
        self._model = model
        self._component = component

    @property
    def component(self) -> Component:
        """Model, version of the library and what the model is asked for."""
        return self._component

    @property
    def language(self) -> str:
        """Models of this kind read any language."""
        return "xx"

    def read(self, passages: Iterable[Passage]) -> Iterator[Reading]:
        """One reading a passage, in order."""
        rest = iter(passages)
        while batch := list(islice(rest, _BATCH_SENTENCES)):
            yield from self._read(batch)

    def _read(self, batch: Sequence[Passage]) -> Iterator[Reading]:
        texts = [text[start:end] for text, sentences in batch for start, end in sentences]
        answers = iter(self._names(texts))
        for text, sentences in batch:
            tokens = [found.span() for found in _TOKEN.finditer(text)]
            spans = [
                found._replace(start_char=start + found.start_char, end_char=start + found.end_char)
                for start, _ in sentences
                for found in next(answers)
            ]
            yield Reading([start for start, _ in tokens], [end for _, end in tokens], spans)

    def _names(self, texts: Sequence[str]) -> Iterator[list[Span]]:
        for first in range(0, len(texts), _BATCH_SENTENCES):
            found = self._model.inference(
                list(texts[first : first + _BATCH_SENTENCES]),
                list(PROMPTS),
                flat_ner=True,
                threshold=THRESHOLD,
                batch_size=_BATCH_SENTENCES,
            )
            for names in found:
                yield sorted(
                    Span(
                        n["start"], n["end"], PROMPTS[n["label"]], round(float(n["score"]), _DIGITS)
                    )
                    for n in names
                )


def load_gliner(model: str) -> GlinerPipeline:
    """The GLiNER model of that folder, or of that name in the local cache.

    Raises PipelineMissing where the library or the model is not there; nothing is downloaded.
    """
    try:
        installed = version("gliner")
    except PackageNotFoundError as error:
        raise PipelineMissing(
            f"Language backend 'gliner' needs the package gliner for {model!r}: pip install gliner"
        ) from error
    from gliner import GLiNER

    try:
        loaded = GLiNER.from_pretrained(model, local_files_only=True)
    except (OSError, ValueError) as error:
        raise PipelineMissing(
            f"No GLiNER model at {model!r}: give a folder with gliner_config.json, or fetch it "
            f"first: huggingface-cli download {model}"
        ) from error
    loaded.eval()
    config = {"backend": "gliner", "prompts": PROMPTS, "threshold": THRESHOLD, "digits": _DIGITS}
    written = json.dumps(config, sort_keys=True, separators=(",", ":"))
    return GlinerPipeline(loaded, Component(f"gliner:{model}", installed, written))
