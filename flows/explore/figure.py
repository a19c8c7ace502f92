"""Data of charts, independent of how they are drawn: interactively or as a static picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain, count

import polars as pl

ENTITY_COLOURS = {
    "person": "#1f6fb4", "organization": "#c8570a", "place": "#2b8a3e", "group": "#7b4fb0",
    "event": "#b8243a", "work": "#8a5a3c", "product": "#b83b93", "law": "#5d6470",
    "language": "#877400", "facility": "#0f8390",
}  # fmt: skip
SEVERITY_COLOURS = {"critical": "#a4001d", "quarantine": "#d9822b", "warning": "#c9b400"}
ONE_COLOUR = "#1f6fb4"
OTHER_COLOUR = "#b4b9c0"
_CYCLE = ("#1f6fb4", "#d9822b", "#2b8a3e", "#b8243a", "#7b4fb0", "#0f8390", "#b83b93", "#877400")

LONGEST_LABEL = 34


@dataclass(frozen=True)
class Columns:
    """Columns in order of time, stacked by `series` where there is that column.

    `frame` has `value` and either `start_day` and `end_day`, or `label` for columns that are spaced
    evenly, whatever time lies between them.
    """

    title: str
    time_title: str
    value_title: str
    frame: pl.DataFrame
    colours: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Bars:
    """Horizontal bars, one per label, in the frame's order; coloured by `series` if present.

    `frame` has `label` (distinct) and `value`; several rows of one label are stacked.
    """

    title: str
    label_title: str
    value_title: str
    frame: pl.DataFrame
    colours: Mapping[str, str] = field(default_factory=dict)


Figure = Columns | Bars


def cycled(names: list[str], *, last_is_other: bool = False) -> dict[str, str]:
    """A colour for each name, grey for the last where that is all others."""
    colours = {name: _CYCLE[number % len(_CYCLE)] for number, name in enumerate(names)}
    return colours | ({names[-1]: OTHER_COLOUR} if last_is_other and names else {})


def distinct_labels(labels: list[str], *, longest: int = LONGEST_LABEL) -> list[str]:
    """The labels on one line each, cut to that many characters; equal ones get a number."""
    apart: list[str] = []
    for label in labels:
        line = " ".join("".join(c if c.isprintable() else " " for c in label).split())
        short = line if len(line) <= longest else f"{line[: longest - 1]}…"
        candidates = chain([short], (f"{short} ({number})" for number in count(2)))
        apart.append(next(name for name in candidates if name not in apart))
    return apart
