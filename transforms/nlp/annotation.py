"""The results of the language pass on paragraphs: one frame for each contract of ANNOTATIONS.

A new annotation is a contract of lifecycle `paragraph` in warehouse/tables. Where a pipeline finds
it, the pipeline gives its rows in `Reading.further`; where a rule does, the rule is one line in
ANNOTATORS. Batches, workers, clusters and the store of language results handle all of them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import polars as pl

from transforms.nlp.pipeline import Reading
from warehouse.contract import Contract
from warehouse.tables import ANNOTATIONS
from warehouse.tables.paragraph import PARAGRAPH_SENTENCE, PARAGRAPH_SPAN

Annotations = Mapping[str, pl.DataFrame]
"""Rows by name of contract, of every contract of ANNOTATIONS."""

Row = tuple[object, ...]


class ReadParagraph(NamedTuple):
    """A paragraph's text, its sentences (half-open, in code points) and what a pipeline read."""

    text: str
    sentences: Sequence[tuple[int, int]]
    reading: Reading


class Annotator(NamedTuple):
    """How the rows of one annotation are made, and which version of it does so.

    ``rows`` gives the values of each row behind `paragraph_id`. ``version`` is raised with every
    change that can change a row; null where the version is that of a component.
    """

    rows: Callable[[ReadParagraph], Iterable[Row]]
    version: str | None = None


def _sentences(paragraph: ReadParagraph) -> list[Row]:
    reading = paragraph.reading
    return [
        (number, start, end, _token_count(reading, start, end))
        for number, (start, end) in enumerate(paragraph.sentences)
    ]


def _token_count(reading: Reading, start: int, end: int) -> int:
    """Tokens that touch the span; one at least, so that a sentence is never counted as empty."""
    touching = bisect_left(reading.token_starts, end) - bisect_right(reading.token_ends, start)
    return max(1, touching)


def _spans(paragraph: ReadParagraph) -> Iterable[Row]:
    return paragraph.reading.spans


ANNOTATORS: Mapping[str, Annotator] = MappingProxyType(
    {
        PARAGRAPH_SENTENCE.name: Annotator(_sentences),
        PARAGRAPH_SPAN.name: Annotator(_spans),
    }
)
"""Annotators by name of contract; all other annotations are what pipelines give as further ones."""


def rows_maker(contract: Contract) -> Callable[[ReadParagraph], Iterable[Row]]:
    """What makes the rows of one annotation of one paragraph, without `paragraph_id`."""
    if contract.name in ANNOTATORS:
        return ANNOTATORS[contract.name].rows
    return lambda paragraph: paragraph.reading.further.get(contract.name, ())


def annotation_frames(rows: Mapping[str, Sequence[Row]]) -> Annotations:
    """The frames of rows by name of contract, `paragraph_id` first."""
    return {
        contract.name: contract.conform(
            pl.DataFrame(rows[contract.name], schema=contract.polars_schema, orient="row")
        )
        for contract in ANNOTATIONS
    }


def no_annotations() -> Annotations:
    """Frames without rows."""
    return {contract.name: contract.empty() for contract in ANNOTATIONS}


def annotation_versions() -> list[str]:
    """Which annotations there are, in which columns and by which version: where one differs, rows
    that were kept do not serve."""
    return [
        " ".join((contract.name, version_of(contract) or "-", *contract.column_names))
        for contract in ANNOTATIONS
    ]


def version_of(contract: Contract) -> str | None:
    """The version of an annotation that a rule makes."""
    return ANNOTATORS[contract.name].version if contract.name in ANNOTATORS else None


def short_name(contract: Contract) -> str:
    """What an annotation is called in names of files: `sentence` for PARAGRAPH_SENTENCE."""
    return contract.name.removeprefix("paragraph_")
