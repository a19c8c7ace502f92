"""Cuts each record's text into pieces, one row each, with the hint of its format that covers it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

from transforms.block.segment import Piece, segment

WHOLE_KINDS = ("title", "standfirst", "related_link")
"""Kinds of hint whose span is one piece, even where it is set in several lines."""

PIECE_SCHEMA = pl.Schema(
    {
        "article_id": pl.String(),
        "source_id": pl.String(),
        "block_no": pl.Int32(),
        "start_char": pl.Int32(),
        "end_char": pl.Int32(),
        "text": pl.String(),
        "after_blank": pl.Boolean(),
        "hint_kind": pl.String(),
        "hint_rule": pl.String(),
        "declared_title": pl.String(),
        "url": pl.String(),
    }
)


class Hint(NamedTuple):
    """What a record's format declares of one span of its text: its kind and more."""

    start_char: int
    end_char: int
    kind: str
    rule: str
    url: str | None


def read_hints(hints: str) -> list[Hint]:
    """The hints of one record, from their JSON list."""
    return [Hint(*hint) for hint in json.loads(hints)]


def build_piece(staged_record: pl.DataFrame) -> pl.DataFrame:
    """One row a piece of each record's text, in order, with the hint that covers it.

    ``line`` is the text with white space collapsed, the form in which lines are compared.
    """
    rows = [
        row
        for record in staged_record.select(
            "article_id", "source_id", "title", "url", "hints", "text"
        ).iter_rows()
        for row in _pieces(*record)
    ]
    piece = pl.DataFrame(rows, schema=PIECE_SCHEMA, orient="row")
    return piece.with_columns(
        pl.col("text").str.replace_all(r"\s+", " ").str.strip_chars().alias("line")
    )


def _pieces(
    article_id: str, source_id: str, title: str | None, url: str | None, hints: str, text: str
) -> list[tuple[object, ...]]:
    known = sorted(read_hints(hints), key=lambda hint: hint.start_char)
    whole = [(hint.start_char, hint.end_char) for hint in known if hint.kind in WHOLE_KINDS]
    rows: list[tuple[object, ...]] = []
    previous_end = passed = 0
    for number, piece in enumerate(segment(text, whole)):
        start, end = piece
        while passed < len(known) and known[passed].end_char <= start:
            passed += 1
        hint = _covering(piece, known, passed) if passed < len(known) else None
        after_blank = number == 0 or text.count("\n", previous_end, start) > 1
        declared = (hint.kind, hint.rule) if hint else (None, None)
        rows.append(
            (article_id, source_id, number, start, end, text[start:end], after_blank, *declared,
             title, url)
        )  # fmt: skip
        previous_end = end
    return rows


def _covering(piece: Piece, hints: Sequence[Hint], passed: int) -> Hint | None:
    """The hint that covers most of the piece, at least half of it; the first of equals.

    ``hints`` are in order of their starts; those before ``passed`` end before the piece.
    """
    best: Hint | None = None
    best_length = (piece.end_char - piece.start_char + 1) // 2 - 1
    for number in range(passed, len(hints)):
        hint = hints[number]
        if hint.start_char >= piece.end_char:
            break
        length = min(hint.end_char, piece.end_char) - max(hint.start_char, piece.start_char)
        if length > best_length:
            best, best_length = hint, length
    return best
