"""A language pipeline that costs nothing: runs of capitalised words are names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from transforms.nlp.pipeline import Component, Passage, Reading, Span

_TOKEN = re.compile(r"\w+|[^\w\s]")
_NAME = re.compile(r"[A-Z][a-z]+(?: [A-Z][a-z]+)+")
_LABELS = ("PERSON", "ORG", "GPE")


class CheapPipeline:
    """Reads English well enough to fill every table."""

    component = Component("cheap", "1", "{}")
    language = "en"

    def read(self, passages: Iterable[Passage]) -> Iterator[Reading]:
        for passage in passages:
            tokens = list(_TOKEN.finditer(passage.text))
            spans = [
                Span(start + m.start(), start + m.end(), _LABELS[sum(map(ord, m.group())) % 3])
                for start, end in passage.sentences
                for m in _NAME.finditer(passage.text[start:end])
            ]
            yield Reading([t.start() for t in tokens], [t.end() for t in tokens], spans)
