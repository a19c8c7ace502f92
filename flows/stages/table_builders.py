"""Maps each table made from the text of single articles to the function that builds its rows.

A new table of this kind is one line here: the run, a rebuild and their tests make it from then on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from flows.session.reference import Reference
from transforms.article.build import ARTICLE_COMPONENT_VERSION
from transforms.mention.build import MENTION_COMPONENT_VERSION, build_mention
from transforms.sentence.split import SENTENCE_COMPONENT_VERSION, build_sentence
from warehouse.contract import Contract
from warehouse.tables import ARTICLE, BLOCK, SENTENCE
from warehouse.tables.mention import STAGED_MENTION
from warehouse.tables.paragraph import PARAGRAPH_SENTENCE, PARAGRAPH_SPAN


@dataclass(frozen=True)
class ArticleRows:
    """What is known of some articles when a builder is called: all it may read.

    Attributes:
        frames: by name of contract: ARTICLE (its `sentence_count` still 0 for the builder of
            SENTENCE), BLOCK, what the language pass found in their paragraphs, and the rows that
            builders before this one made.
        context: `article_id, language, country_iso2`, the country of the outlet (nullable).
        reference: the tables of seeds/reference.
    """

    frames: Mapping[str, pl.DataFrame]
    context: pl.DataFrame
    reference: Reference

    def of(self, contract: Contract) -> pl.DataFrame:
        """The rows of a table; KeyError where no builder before this one made them."""
        return self.frames[contract.name]


@dataclass(frozen=True)
class TableBuilder:
    """How one table is made.

    Attributes:
        contract: the table.
        build: makes its rows, in the columns of the contract.
        version: raised with every change that can change a row, so that `rebuild --changed` finds
            the articles to make again.
        reads: names of the tables in seeds/reference that it reads; a change of one does the same.
    """

    contract: Contract
    build: Callable[[ArticleRows], pl.DataFrame]
    version: str
    reads: tuple[str, ...] = ()

    @property
    def stage(self) -> str:
        """Its stage in `ops.component`: the table it makes."""
        return self.contract.name.removeprefix("staged_")


def _sentence(rows: ArticleRows) -> pl.DataFrame:
    return build_sentence(rows.of(BLOCK), rows.of(PARAGRAPH_SENTENCE), rows.context)


def _article(rows: ArticleRows) -> pl.DataFrame:
    """The articles with the number of their sentences."""
    counted = rows.of(SENTENCE).group_by("article_id").agg(pl.len().alias("sentence_count"))
    article = rows.of(ARTICLE).drop("sentence_count")
    return article.join(counted, on="article_id", how="left").with_columns(
        pl.col("sentence_count").fill_null(0)
    )


def _mention(rows: ArticleRows) -> pl.DataFrame:
    return build_mention(
        rows.of(BLOCK),
        rows.of(SENTENCE),
        rows.of(PARAGRAPH_SPAN),
        rows.context,
        name_words=rows.reference.name_words,
        places=rows.reference.gazetteer,
    )


_NAME_TABLES = ("name_words", "place_names", "demonyms")

BUILDERS: tuple[TableBuilder, ...] = (
    TableBuilder(SENTENCE, _sentence, SENTENCE_COMPONENT_VERSION),
    TableBuilder(ARTICLE, _article, ARTICLE_COMPONENT_VERSION),
    TableBuilder(STAGED_MENTION, _mention, MENTION_COMPONENT_VERSION, _NAME_TABLES),
)
"""In the order in which they are called, as some read what others made."""
