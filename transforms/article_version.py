"""Which version of its article each delivered record is, by hash and declared fields alone."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from warehouse.contract import TIMESTAMP
from warehouse.tables import ARTICLE_VERSION

DECLARED = (
    "url",
    "title",
    "standfirst",
    "byline",
    "section",
    "published_raw",
    "language",
)
"""Declared fields that make a new version when they change, as a changed text does. Not among
them: the date of last change, which exports renew at will, and what extraction derives."""

DELIVERY = pl.Schema(
    {
        "article_id": pl.String(),
        "file_uri": pl.String(),
        "locator": pl.String(),
        "fingerprint": pl.String(),
        "ordered_at": TIMESTAMP,
    }
)
KNOWN_ARTICLE = pl.Schema(
    {
        "article_id": pl.String(),
        "version_no": pl.Int32(),
        "fingerprint": pl.String(),
        "is_removed": pl.Boolean(),
    }
)


def fingerprint() -> pl.Expr:
    """Text hash and declared fields as one string: equal for records that say the same."""
    declared = [pl.col(name).fill_null("\x00") for name in DECLARED]
    return pl.concat_str(["content_hash", *declared], separator="\x1f")


def assign_version(
    delivery: pl.DataFrame, known_article: pl.DataFrame, known_delivery: pl.DataFrame
) -> pl.DataFrame:
    """Version and outcome of every record delivered in a run.

    ``delivery`` has the columns of DELIVERY, ``known_article`` of KNOWN_ARTICLE (current
    versions), ``known_delivery`` has `article_id, file_uri, fingerprint` of the newest version
    each file gave: a record that says what its own file said before is unchanged, even when
    another file has since delivered a newer version. Records of one article in one run follow each
    other by the date they declare (`ordered_at`, none first), then by address and locator.

    Returns DELIVERY's keys with `version_no`, `is_current` and `outcome`: loaded, revised,
    unchanged (as published), duplicate (as another record of this run) or restored (as published,
    but its file had been gone).
    """
    repeated = delivery.join(
        known_delivery.select("article_id", "file_uri", "fingerprint").unique(),
        on=["article_id", "file_uri", "fingerprint"],
        how="semi",
    )
    fresh = delivery.join(repeated, on=["file_uri", "locator"], how="anti")
    start = known_article.select(
        "article_id",
        pl.lit(None, pl.String()).alias("file_uri"),
        pl.lit(None, pl.String()).alias("locator"),
        "fingerprint",
        pl.lit(None, TIMESTAMP).alias("ordered_at"),
        pl.col("version_no").alias("known_no"),
    )
    chain = pl.concat([start, fresh.with_columns(pl.lit(None, pl.Int32()).alias("known_no"))]).sort(
        "article_id", "known_no", "ordered_at", "file_uri", "locator",
        nulls_last=[False, True, False, False, False], maintain_order=True,
    )  # fmt: skip
    previous = pl.col("fingerprint").shift(1).over("article_id")
    is_new = pl.col("known_no").is_null() & previous.ne_missing(pl.col("fingerprint"))
    versioned = (
        chain.with_columns(is_new.alias("is_new"))
        .with_columns(
            (
                pl.col("known_no").max().over("article_id").fill_null(0)
                + pl.col("is_new").cast(pl.Int32).cum_sum().over("article_id")
            ).alias("version_no"),
            pl.col("known_no").max().over("article_id").alias("published_no"),
        )
        .filter(pl.col("known_no").is_null())
    )
    outcome = (
        pl.when(pl.col("is_new") & (pl.col("version_no") == 1))
        .then(pl.lit("loaded"))
        .when("is_new")
        .then(pl.lit("revised"))
        .when(pl.col("version_no") == pl.col("published_no"))
        .then(pl.lit("unchanged"))
        .otherwise(pl.lit("duplicate"))
    )
    unchanged = repeated.join(known_article, on="article_id", how="inner").select(
        "article_id", "file_uri", "locator", "version_no", pl.lit("unchanged").alias("outcome")
    )
    newest = pl.col("version_no").max().over("article_id")
    return (
        pl.concat(
            [
                versioned.select(
                    "article_id", "file_uri", "locator", "version_no", outcome.alias("outcome")
                ),
                unchanged,
            ]
        )
        .join(known_article.select("article_id", "is_removed"), on="article_id", how="left")
        .with_columns(
            pl.when((pl.col("outcome") == "unchanged") & pl.col("is_removed").fill_null(False))
            .then(pl.lit("restored"))
            .otherwise("outcome")
            .alias("outcome"),
            (newest == pl.col("version_no")).alias("is_current"),
        )
        .select("article_id", "file_uri", "locator", "version_no", "is_current", "outcome")
        .sort("file_uri", "locator")
    )


def build_article_version(
    staged_record: pl.DataFrame,
    title: pl.DataFrame,
    *,
    newest: pl.DataFrame,
    run_id: str,
    collected_at: datetime,
) -> pl.DataFrame:
    """Rows of ARTICLE_VERSION for records that are new versions.

    ``title`` has `article_id, version_no, title`; ``newest`` has `article_id, newest_no`, the
    number of each article's newest version after this run. A version that the same run replaced
    is valid for no time: it starts and ends with the run.
    """
    is_current = pl.col("version_no") == pl.col("newest_no")
    return ARTICLE_VERSION.conform(
        staged_record.select("article_id", "version_no", "file_id", "content_hash", "text")
        .join(title, on=["article_id", "version_no"], how="left")
        .join(newest, on="article_id", how="left")
        .select(
            "article_id",
            "version_no",
            pl.lit(collected_at, TIMESTAMP).alias("valid_from"),
            pl.when(~is_current).then(pl.lit(collected_at, TIMESTAMP)).alias("valid_to"),
            is_current.alias("is_current"),
            "file_id",
            "content_hash",
            "title",
            "text",
            pl.lit(run_id).alias("run_id"),
        )
    )


def close_version(
    published: pl.DataFrame, revised: pl.Series, *, collected_at: datetime
) -> pl.DataFrame:
    """The published current versions of the revised articles, ended at ``collected_at``.

    ``published`` is of ARTICLE_VERSION, ``revised`` holds article ids.
    """
    return ARTICLE_VERSION.conform(
        published.filter(pl.col("article_id").is_in(revised.implode()) & pl.col("is_current"))
        .with_columns(
            pl.lit(collected_at, TIMESTAMP).alias("valid_to"),
            pl.lit(False).alias("is_current"),
        )
    )  # fmt: skip
