"""Splits story blocks into sentences by rules. Sentences are exact spans of the unchanged text."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from itertools import pairwise

import polars as pl

from transforms.block.paragraph import paragraph_block
from transforms.plain_text import PlainText, plain_lines
from transforms.sentence.rules import Stop, ends_sentence
from transforms.sentence.starts import unannounced_starts
from warehouse.tables.sentence import SENTENCE

SENTENCE_COMPONENT_VERSION = "2"
"""Raised with every change of the rules that can move a boundary."""

_STOP = re.compile(
    r"""
    (?P<mark> (?> (?<=\w) \. (?=(?:[ \u00a0]\.){3}\s+\w)
                | \. (?:[ \u00a0]\.){1,9}
                | [.!?…‼⁇⁈⁉؟।。！？｡]{1,20} ) )
    (?P<close> (?: ["'”’»›)\]}」』）】] | \[\d{1,3}\] | [ \u00a0]["”»)\]}](?=\s|\Z) )* )
    (?P<gap> \s* )
    (?P<opening> (?: ["'“‘„‚«‹(\[{¿¡「『（*_] | [-–—•][ \u00a0]? )* )
    (?P<following> [^\W_]+(?:['’][^\W\d_]+)? | \S )
    """,
    re.VERBOSE,
)
_WORD = re.compile(r"[^\W_]")
_LINE_BREAK = re.compile(r"(?<![ \t])[ \t]*\n\s*")
_LINE_THAT_WRAPS = 40
"""A text column this wide or wider may have been broken by its width rather than by its author."""


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Half-open spans of the sentences of a block's text, in order.

    Offsets count code points. Spans carry no blanks at their ends, do not overlap, and together
    hold every non-blank character of the text, invisible ones among them.
    """
    plain = plain_lines(text)
    spans = _split(plain.text)
    return spans if plain.is_as_printed else _printed(text, plain, spans)


def _split(text: str) -> list[tuple[int, int]]:
    """The sentences of a plain text."""
    spans: list[tuple[int, int]] = []
    for begin, end in _passages(text):
        for cut in _cuts(text, begin, end):
            piece = text[begin:cut]
            start = begin + len(piece) - len(piece.lstrip())
            stop = begin + len(piece.rstrip())
            if start < stop:
                spans.append((start, stop))
            begin = cut
    return spans


def _printed(text: str, plain: PlainText, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The sentences where they are printed, with the invisible characters around and between them.

    What touches a sentence's first letter belongs to it, the rest to the sentence before.
    """
    if not spans:
        begin, end = len(text) - len(text.lstrip()), len(text.rstrip())
        return [(begin, end)] if begin < end else []
    inside = [plain.printed(start, end) for start, end in spans]
    starts = [len(text) - len(text.lstrip())]
    ends: list[int] = []
    for (_, end), (start, _) in pairwise(inside):
        touching = text[end:start].split()[-1:] if not text[start - 1].isspace() else []
        lead = len(touching[0]) if touching and end < start - len(touching[0]) else 0
        starts.append(start - lead)
        ends.append(end + len(text[end : start - lead].rstrip()))
    return list(zip(starts, [*ends, len(text.rstrip())], strict=True))


def build_sentence(
    block: pl.DataFrame, paragraph_sentence: pl.DataFrame, article_context: pl.DataFrame
) -> pl.DataFrame:
    """Sentences of the paragraphs, placed back into every article that prints them.

    Args:
        block: BLOCK rows.
        paragraph_sentence: PARAGRAPH_SENTENCE rows of at least the paragraphs of `block`.
        article_context: has `article_id` and `language`.

    Returns:
        SENTENCE rows.
    """
    printed = paragraph_block(block, article_context)
    placed = (
        printed.drop("text")
        .join(paragraph_sentence.drop("sentence_no"), on="paragraph_id", suffix="_sentence")
        .sort("article_id", "block_no", "start_char_sentence")
    )
    length = pl.col("end_char") - pl.col("start_char_sentence")
    start = pl.col("start_char") + pl.col("start_char_sentence")
    return SENTENCE.conform(
        placed.select(
            "article_id",
            pl.int_range(pl.len()).over("article_id").alias("sentence_no"),
            "block_no",
            start.alias("start_char"),
            (start + length).alias("end_char"),
            _cut(printed, placed.select("paragraph_id", "start_char_sentence", length=length)),
            "token_count",
        )
    )


def _cut(printed: pl.DataFrame, span: pl.DataFrame) -> pl.Series:
    """Texts of spans (paragraph_id, start, length) of the paragraphs.

    Python reaches any code point at once; polars walks to it from the paragraph's beginning.
    """
    texts = dict(printed.select("paragraph_id", "text").unique("paragraph_id").iter_rows())
    cut = [texts[key][start : start + length] for key, start, length in span.iter_rows()]
    return pl.Series("text", cut, pl.String())


def _passages(text: str) -> Iterator[tuple[int, int]]:
    """Spans between line breaks that an author made; breaks of a text column do not count."""
    begin = 0
    if "\n" in text:
        width = max(len(line) for line in text.split("\n"))
        for gap in _LINE_BREAK.finditer(text):
            if not _is_wrap(text, gap, width):
                yield begin, gap.start()
                begin = gap.end()
    yield begin, len(text)


def _is_wrap(text: str, gap: re.Match[str], width: int) -> bool:
    """Whether the line went on only because the next word did not fit the column."""
    if gap[0].count("\n") > 1 or gap.end() == len(text):
        return False
    line = gap.start() - (text.rfind("\n", 0, gap.start()) + 1)
    next_word = text[gap.end() : gap.end() + _LINE_THAT_WRAPS].split(None, 1)[0]
    if next_word[0].islower() and line:
        return True
    return width >= _LINE_THAT_WRAPS and line + 1 + len(next_word) > width


def _cuts(text: str, begin: int, end: int) -> Iterator[int]:
    """Where the sentences of a passage stop; the last is the passage's end."""
    pending = deque(unannounced_starts(text, begin, end))
    at, has_word = begin, False
    counted, quotes = begin, 0
    while found := _STOP.search(text, at, end):
        mark = found.start("mark")
        while pending and pending[0] <= mark:
            begin = at = pending.popleft()
            has_word = False
            yield begin
        has_word = has_word or _WORD.search(text, at, mark) is not None
        at = found.end("mark")
        if not has_word:
            continue
        quotes += text.count('"', counted, mark)
        counted = mark
        stop = _stop(text, begin, found, is_quoted=quotes % 2 == 1)
        if ends_sentence(stop):
            at = stop.close_end
            if not _WORD.search(text, at, end):
                break
            begin, has_word = at, False
            yield begin
    yield from pending
    yield end


def _stop(text: str, begin: int, found: re.Match[str], *, is_quoted: bool) -> Stop:
    """The mark with what stands around it, for the rules.

    ``is_quoted``: a straight quotation mark of the passage stands open before it.
    """
    mark, close, gap, opening, following = found.groups()
    loose = close.find(' "')
    if loose >= 0 and not is_quoted:
        # A straight quotation mark between blanks: none is open, so it opens the next sentence.
        close, gap, opening = close[:loose], " ", close[loose + 1 :] + gap + opening
    return Stop(
        text=text,
        begin=begin,
        at=found.start("mark"),
        mark=mark,
        close=close,
        close_end=found.start("close") + len(close),
        gap=gap,
        opening=opening,
        following=following,
        next_at=found.start("following"),
    )
