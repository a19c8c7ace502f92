"""The worked questions of `queries/*.sql`: what each asks, how to read its answer, its SELECT."""

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
        Question(name, said[0], " ".join(said[1:]), select)
        for name, said, select in read_statements("queries")
    )
