"""Renders an article's text as HTML, blocks labelled with their kind and mentions marked."""

from __future__ import annotations

from html import escape
from typing import NamedTuple

import polars as pl

from flows.explore.markup import Markup, place
from warehouse.tables.block import BLOCK_KINDS, STORY_KINDS
from warehouse.tables.entity import ENTITY_TYPES


class Named(NamedTuple):
    """A mention: its place in the article's text, and the entity it names."""

    start_char: int
    end_char: int
    entity_type: str
    entity_id: str | None
    name: str | None
    method: str


class Piece(NamedTuple):
    """A block: where it begins in the article's text, and its text."""

    start_char: int
    kind: str
    text: str
    rule: str


def legend() -> Markup:
    """What the colours of mentions mean, and the ground of blocks that are not the story."""
    marks = "".join(f"<mark class={kind}>{kind}</mark>" for kind in ENTITY_TYPES)
    return Markup(
        f'<div class=legend aria-label="Legend">{marks}<span><mark class="unsettled">dotted</mark> '
        "= ambiguous, no entity</span><span>grey = not part of the story: kept, but no sentences "
        "or mentions are taken from it</span></div>"
    )


def article_text(blocks: pl.DataFrame, mentions: pl.DataFrame, *, linked: bool) -> Markup:
    """The blocks in order, the mentions marked; marks lead to their entity where `linked`."""
    named = [Named(*row) for row in mentions.select(Named._fields).iter_rows()]
    pieces = [Piece(*row) for row in blocks.select(Piece._fields).iter_rows()]
    return Markup(
        "<div class=text>" + "".join(_block(piece, named, linked) for piece in pieces) + "</div>"
    )


def _block(piece: Piece, named: list[Named], linked: bool) -> str:
    if piece.kind not in BLOCK_KINDS:
        raise ValueError(f"block.kind is {piece.kind!r}, which no contract names")
    place_of_it = "" if piece.kind in STORY_KINDS else " aside"
    end = piece.start_char + len(piece.text)
    inside = [n for n in named if piece.start_char <= n.start_char and n.end_char <= end]
    return (
        f'<div class="block {piece.kind}{place_of_it}"><div class=kind title="'
        f'{escape(piece.rule)}">{piece.kind.replace("_", " ")}</div>'
        f'<div class=words dir=auto>{_marked(piece, inside, linked)}</div></div>'
    )  # fmt: skip


def _marked(piece: Piece, inside: list[Named], linked: bool) -> str:
    """The text of a block with its mentions marked; one that begins inside another is left out."""
    html, at = [], 0
    for mention in inside:
        start, end = mention.start_char - piece.start_char, mention.end_char - piece.start_char
        if start < at:
            continue
        html += [escape(piece.text[at:start]), _mark(mention, piece.text[start:end], linked)]
        at = end
    return "".join([*html, escape(piece.text[at:])])


def _mark(mention: Named, text: str, linked: bool) -> str:
    if mention.entity_type not in ENTITY_TYPES:
        raise ValueError(f"mention.entity_type is {mention.entity_type!r}, which no contract names")
    title = f"{mention.name or 'ambiguous'} · {mention.entity_type} · found by {mention.method}"
    unsettled = "" if mention.entity_id else " unsettled"
    shown = escape(text)
    if linked and mention.entity_id:
        address = escape(place("entities", entity=mention.entity_id))
        shown = f'<a href="{address}" style="text-decoration:none">{shown}</a>'
    return f'<mark class="{mention.entity_type}{unsettled}" title="{escape(title)}">{shown}</mark>'
