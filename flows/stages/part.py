"""One part of a run: the staged rows of one batch of records, as Parquet files of one name."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from flows.session.reference import Reference
from flows.session.staging import Staging
from transforms.article.version import NEW
from warehouse.tables import BLOCK, STAGED_RECORD

CONTEXT_COLUMNS = ("article_id", "language", "country_iso2")


def blocks_of(staging: Staging, part: str) -> pl.DataFrame:
    """The blocks of a part."""
    path = staging.part(BLOCK.name, part)
    return pl.read_parquet(path) if path.exists() else BLOCK.empty()


def article_context(staging: Staging, part: str, reference: Reference) -> pl.DataFrame:
    """`article_id, language, country_iso2` of a part: the country is the outlet's."""
    article = pl.read_parquet(
        staging.part("_article", part), columns=["article_id", "language", "source_id"]
    )
    countries = reference.sources.source.select("source_id", "country_iso2")
    return article.join(countries, on="source_id", how="left").select(CONTEXT_COLUMNS)


def staged_part(extracted: Path, version: pl.DataFrame, *, is_current: bool) -> pl.DataFrame:
    """STAGED_RECORD rows of one extracted part: its new versions, current or already replaced."""
    wanted = version.filter(
        pl.col("outcome").is_in(NEW) & (pl.col("is_current") == is_current)
    ).select("article_id", "file_uri", "locator", "version_no")
    return STAGED_RECORD.conform(
        pl.read_parquet(extracted)
        .drop("issued_raw")
        .join(wanted, on=["article_id", "file_uri", "locator"])
    )
