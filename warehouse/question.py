"""The example queries of `queries/*.sql`: question, how to read the result, and SELECT."""

from __future__ import annotations

from dataclasses import dataclass

from warehouse.mart import read_statements


@dataclass(frozen=True)
class Question:
    """One file. ``asks`` is its first comment line, ``reading`` the rest of them."""

    name: str
    asks: str
    reading: str
    select: str


def load_questions() -> tuple[Question, ...]:
    """Every question, in name order."""
    return tuple(
        Question(name, lines[0], " ".join(lines[1:]), select)
        for name, lines, select in read_statements("queries")
    )
