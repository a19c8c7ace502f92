"""Takes out of staged tables what failed data checks, and the references to it, so that no key is
left dangling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from warehouse.contract import Contract
from warehouse.tables import ARTICLE, ENTITY, ENTITY_MERGE


@dataclass(frozen=True)
class Withheld:
    """What a run keeps out, each with the id of the first check that failed for it.

    ``article``, ``entity`` and ``file`` map ids and addresses to that check. ``stray`` lists
    which of the three also lose the rows that name none.
    """

    article: Mapping[str, str] = field(default_factory=dict)
    entity: Mapping[str, str] = field(default_factory=dict)
    file: Mapping[str, str] = field(default_factory=dict)
    stray: frozenset[str] = frozenset()

    def __len__(self) -> int:
        return len(self.article) + len(self.entity) + len(self.file) + len(self.stray)


@dataclass(frozen=True)
class Published:
    """Ids that the warehouse has already, so that staged rows may go on naming them."""

    article_id: pl.Series
    entity_id: pl.Series


def to_blame_first(blamed: pl.DataFrame) -> pl.DataFrame:
    """Of the failing rows of one round of checks, those to act on now.

    Failures that blame entities come first: without those entities the other rows may be right.
    """
    of_entity = blamed.filter(pl.col("blame") == "entity")
    return of_entity if of_entity.height else blamed


def blamed_articles(blamed: pl.DataFrame, version: pl.DataFrame) -> pl.DataFrame:
    """The failing rows that keep articles out, by `article_id`; of a file, every article it gave.

    ``blamed`` has `blame`, `blamed` and further columns of a failing row; ``version`` is
    the frame of `assign_version`.
    """
    of_article = blamed.filter(pl.col("blame") == "article").rename({"blamed": "article_id"})
    delivered = version.filter(pl.col("outcome") != "unchanged").select(
        pl.col("file_uri").alias("blamed"), "article_id"
    )
    of_file = blamed.filter(pl.col("blame") == "file").join(delivered.unique(), on="blamed")
    return pl.concat([of_article, of_file.select(of_article.columns)])


def _optional_keys(contract: Contract) -> list[tuple[str, str]]:
    """Columns that may be null and name an article or entity, each with the table they name."""
    return [
        (column, table)
        for table in (ARTICLE.name, ENTITY.name)
        for column in contract.optional_references(table)
    ]


def is_touched(contract: Contract, staged: pl.LazyFrame, withheld: Withheld) -> bool:
    """Whether rows of a part may name what is withheld, by its keys only."""
    out = list(withheld.article) + list(withheld.entity)
    columns = {name for name, _ in _optional_keys(contract)}
    columns |= {"article_id", "entity_id", "into_entity_id"} & set(contract.column_names)
    named = pl.any_horizontal(
        pl.col(name).is_in(out) | (pl.col(name).is_null() if withheld.stray else pl.lit(False))
        for name in sorted(columns)
    )
    return bool(staged.select(named.any()).collect().item())


def keep_rows(
    contract: Contract, staged: pl.DataFrame, withheld: Withheld, published: Published
) -> pl.DataFrame:
    """The staged rows of a table that are kept when articles and entities are withheld.

    A column that may be null, such as the entity of a mention or the target of a link, becomes null
    where it names what is withheld, unless the warehouse has that article or entity already.
    """
    owner, out = "article_id", withheld.article
    if contract.lifecycle.owner == "entity":
        owner, out = "entity_id", withheld.entity
    elif contract.lifecycle.owner != "article":
        return staged
    stays = ~pl.col(owner).is_in(list(out))
    kept = staged.filter(stays.fill_null(owner.removesuffix("_id") not in withheld.stray))
    for column, table in _optional_keys(contract):
        gone, known = withheld.article, published.article_id
        if table == ENTITY.name:
            gone, known = withheld.entity, published.entity_id
        is_lost = pl.col(column).is_in(list(gone)) & ~pl.col(column).is_in(known.implode())
        kept = kept.with_columns(pl.when(~is_lost.fill_null(False)).then(column).alias(column))
    return kept


def keep_named(contract: Contract, staged: pl.DataFrame, named: pl.Series) -> pl.DataFrame:
    """The staged rows of a table about entities, without those of entities that nothing names.

    ``named`` holds the ids of entities that a staged mention names or the warehouse has.
    """
    column = "into_entity_id" if contract is ENTITY_MERGE else "entity_id"
    return staged.filter(pl.col(column).is_in(named.implode()))


def name_blamed(blamed: pl.DataFrame, version: pl.DataFrame) -> Withheld:
    """What to keep out for failing rows of BLAMED, each with the first check that failed for it."""
    articles = blamed_articles(blamed, version).rename({"article_id": "blamed"})
    of_entity = blamed.filter(pl.col("blame") == "entity")
    of_file = blamed.filter(pl.col("blame") == "file")
    nameless = blamed.filter(pl.col("blamed").is_null() & (pl.col("blame") != "nothing"))
    return Withheld(
        article=_first_check(articles),
        entity=_first_check(of_entity),
        file=_first_check(of_file),
        stray=frozenset(nameless["blame"]),
    )


def _first_check(blamed: pl.DataFrame) -> dict[str, str]:
    rows = blamed.filter(pl.col("blamed").is_not_null()).unique(
        "blamed", keep="first", maintain_order=True
    )
    return dict(rows.select("blamed", "check_id").iter_rows())
