"""Build staged `mention` rows from a pipeline's spans; frames come in and go out only here."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

import polars as pl

from transforms.block.paragraph import paragraph_block
from transforms.mention.acronym import acronyms, declared_acronyms
from transforms.mention.agree import agree
from transforms.mention.extend import extend
from transforms.mention.gazetteer import gazetteer_names
from transforms.mention.headline import settle_headlines
from transforms.mention.name_cluster import cluster_names
from transforms.mention.page import Facts, Name, Page, PageSentence, Places, page_of
from transforms.mention.span import clean_spans
from transforms.mention.spread import resolve_overlaps, spread
from transforms.mention.title_role import role_after, role_before
from transforms.name.word import NameWords
from transforms.plain_text import matched_form, shown_name
from warehouse.character import SHAPING, re2
from warehouse.tables.mention import STAGED_MENTION

MENTION_COMPONENT_VERSION = "3"
"""Raised with every change that can change a row."""

LONGEST_NAME = 300
"""Code points. Full titles of books and acts come near to it; what is longer is a run of letters or
a sentence without spaces."""

_GAZETTEER_LANGUAGES = frozenset(("en",))
"""The gazetteer's names are English; other languages have what their pipeline finds."""


_Span = tuple[int, int, str, float | None]
"""A pipeline's name: start, end, label and confidence."""


class _Row(NamedTuple):
    article_id: str
    mention_no: int
    sentence_no: int
    entity_type: str
    start_char: int
    end_char: int
    text: str
    role: str | None
    method: str
    confidence: float | None
    cluster_no: int
    cluster_name: str


def build_mention(
    block: pl.DataFrame,
    sentence: pl.DataFrame,
    paragraph_span: pl.DataFrame,
    article_context: pl.DataFrame,
    *,
    name_words: NameWords,
    places: Places,
) -> pl.DataFrame:
    """STAGED_MENTION rows of the articles in `block`.

    Args:
        block: BLOCK rows; only story blocks are read.
        sentence: SENTENCE rows of the same articles.
        paragraph_span: PARAGRAPH_SPAN rows, found by `paragraph_id`.
        article_context: article_id, language, country_iso2 of the outlet (nullable).
        name_words: read from name_words.csv by `read_name_words`.
        places: the gazetteer.
    """
    facts = Facts(name_words, places)
    spans = _spans_by_paragraph(paragraph_span)
    rows: list[_Row] = []
    for article_id, page, printed, page_spans in _pages(block, sentence, spans, article_context):
        names = find_names(page, [span[:3] for span in page_spans], facts)
        # Texts as the article has them, with all that names were read across.
        rows.extend(
            row._replace(text=printed[row.start_char : row.end_char])
            for row in _rows(article_id, page, names, page_spans, facts)
        )
    found = pl.DataFrame(rows, schema=STAGED_MENTION.polars_schema, orient="row")
    return STAGED_MENTION.conform(_with_shaped_names(found))


def _with_shaped_names(mention: pl.DataFrame) -> pl.DataFrame:
    """Names of clusters with the joiners that their script needs, as the article first has them."""
    shaped = mention.filter(pl.col("text").str.contains(f"[{re2(SHAPING)}]"))
    if shaped.is_empty():
        return mention
    rows = [(a, matched_form(text), shown_name(text)) for a, text in
            shaped.select("article_id", "text").iter_rows()]  # fmt: skip
    schema = dict.fromkeys(("article_id", "cluster_name", "shown"), pl.String())
    keys = ["article_id", "cluster_name"]
    names = pl.DataFrame(rows, schema, orient="row").unique(keys, keep="first", maintain_order=True)
    return mention.join(names, on=keys, how="left", maintain_order="left").select(
        pl.exclude("cluster_name", "shown"),
        pl.coalesce("shown", "cluster_name").alias("cluster_name"),
    )


def find_names(page: Page, spans: Sequence[tuple[int, int, str]], facts: Facts) -> list[Name]:
    """The names of one article in order, none overlapping, each inside one sentence."""
    names = clean_spans(page, list(spans), facts)
    names = settle_headlines(page, names, facts)
    if page.language in _GAZETTEER_LANGUAGES:
        names = resolve_overlaps([*names, *gazetteer_names(page, names, facts)])
    names = extend(page, names, facts)
    declared = acronyms(page, names)
    names = resolve_overlaps([*names, *declared])
    names = spread(page, agree(page, names, declared, facts), facts)
    names = extend(page, names, facts)
    return [_with_role(page, name, facts) for name in names if _can_be_kept(page, name)]


def _can_be_kept(page: Page, name: Name) -> bool:
    """Whether a name has a letter or digit and a length that names have.

    Comparing two names takes the product of their lengths.
    """
    text = page.text[name.start : name.end]
    return len(text) <= LONGEST_NAME and any(map(str.isalnum, text))


def _with_role(page: Page, name: Name, facts: Facts) -> Name:
    sentence = page.sentence_at(name.start)
    if name.entity_type != "person" or name.role is not None or sentence is None:
        return name
    words = facts.words
    before = role_before(page.text, name.start, sentence.start, words)
    return name._replace(role=before or role_after(page.text, name.end, sentence.end, words))


def _spans_by_paragraph(
    paragraph_span: pl.DataFrame,
) -> Mapping[str, list[_Span]]:
    found: dict[str, list[_Span]] = {}
    columns = ("paragraph_id", "start_char", "end_char", "label", "confidence")
    for paragraph_id, start, end, label, confidence in paragraph_span.select(columns).iter_rows():
        found.setdefault(paragraph_id, []).append((start, end, label, confidence))
    return found


def _pages(
    block: pl.DataFrame,
    sentence: pl.DataFrame,
    spans: Mapping[str, list[_Span]],
    article_context: pl.DataFrame,
) -> Iterator[tuple[str, Page, str, list[_Span]]]:
    """Every article that has sentences, its text as printed, and its spans at article offsets."""
    kinds = {(a, n): k for a, n, k in block.select("article_id", "block_no", "kind").iter_rows()}
    countries = {
        a: (language, country)
        for a, language, country in article_context.select(
            "article_id", "language", "country_iso2"
        ).iter_rows()
    }
    sentences: dict[str, list[PageSentence]] = {}
    for a, no, block_no, start, end in (
        sentence.sort("article_id", "sentence_no")
        .select("article_id", "sentence_no", "block_no", "start_char", "end_char")
        .iter_rows()
    ):
        found = PageSentence(start, end, no, kinds[a, block_no])
        sentences.setdefault(a, []).append(found)
    story = paragraph_block(block, article_context).sort("article_id", "block_no")
    columns = ("article_id", "start_char", "paragraph_id", "text")
    for article_id, rows in groupby(story.select(columns).iter_rows(), key=itemgetter(0)):
        if article_id not in sentences:
            continue
        placed: list[_Span] = []
        blocks: list[tuple[int, str]] = []
        for _, start, paragraph_id, text in rows:
            blocks.append((start, text))
            placed += [
                (start + a, start + b, label, confidence)
                for a, b, label, confidence in spans.get(paragraph_id, ())
            ]
        language, country = countries[article_id]
        page = page_of(blocks, sentences[article_id], language, country)
        if page.origin is not None:
            plain = page.origin.plain
            placed = [(*plain(a, b), label, confidence) for a, b, label, confidence in placed]
        spans_of_page = sorted((s for s in placed if s[0] < s[1]), key=itemgetter(0, 1, 2))
        yield article_id, page, _printed_text(blocks), spans_of_page


def _printed_text(blocks: Sequence[tuple[int, str]]) -> str:
    """Blocks (start_char, text), in order, as printed at their offsets."""
    parts: list[str] = []
    position = 0
    for start, text in blocks:
        parts += (" " * (start - position), text)
        position = start + len(text)
    return "".join(parts)


def _confidence(name: Name, spans: Sequence[_Span]) -> float | None:
    """That of the last of a page's spans, in order, to begin by the name; it must hold the name."""
    if name.method != "model":
        return None
    before = bisect_right(spans, name.start, key=itemgetter(0))
    return spans[before - 1][3] if before and spans[before - 1][1] >= name.end else None


def _rows(
    article_id: str, page: Page, names: Sequence[Name], spans: Sequence[_Span], facts: Facts
) -> Iterator[_Row]:
    declared = declared_acronyms(page, names)
    types = {page.text[name.start : name.end]: name.entity_type for name in names}
    # An acronym is what its full name is, whatever its capitals looked like to the model.
    texts = [
        (text, types.get(declared.get(text, text), name.entity_type))
        for name in names
        for text in (page.text[name.start : name.end],)
    ]
    clusters = cluster_names(texts, declared, facts)
    for mention_no, (name, (text, kind), cluster) in enumerate(
        zip(names, texts, clusters, strict=True)
    ):
        sentence = page.sentence_at(name.start)
        if sentence is None or name.end > sentence.end:
            raise ValueError(f"mention: {article_id} {name.start}–{name.end} is in no sentence.")
        yield _Row(
            article_id, mention_no, sentence.sentence_no, kind,
            *page.printed(name.start, name.end), text,
            name.role, name.method, _confidence(name, spans),
            cluster.cluster_no, cluster.cluster_name,
        )  # fmt: skip
