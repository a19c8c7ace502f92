"""Rows of `related_link`: the headlines of other articles that a page shows. No address is
fetched."""

from __future__ import annotations

import polars as pl

from transforms.article.identity import canonical_url
from transforms.block.piece import read_hints
from warehouse.tables.related_link import RELATED_LINK

RELATED_LINK_COMPONENT_VERSION = "1"
"""Raised when the code of this module changes what it makes of the same blocks and records."""

_ADDRESS = pl.Schema(
    {
        "article_id": pl.String(),
        "link_start": pl.Int32(),
        "link_end": pl.Int32(),
        "url": pl.String(),
    }
)


def normalised_title(title: pl.Expr) -> pl.Expr:
    """A title for comparison: lower case, plain quotes, single spaces, no bullet or number."""
    return (
        title.str.replace_all(r"\s+", " ")
        .str.strip_chars()
        .str.replace(r"^(?:[*+•·▪◦‣>»-]|\d{1,2}[.)]?) ", "")
        .str.replace_all("[‘’]", "'")
        .str.replace_all("[“”]", '"')
        .str.to_lowercase()
    )


def build_related_link(
    block: pl.DataFrame, staged_record: pl.DataFrame, target: pl.DataFrame
) -> pl.DataFrame:
    """Rows of RELATED_LINK: one a related_link block, in the order of the page.

    ``target`` holds ``article_id, url, title`` of known articles. A link points at the article
    of its address, else at the only article whose normalised title is its own; never at the
    article that shows it.
    """
    link = block.filter(pl.col("kind") == "related_link").sort("article_id", "block_no")
    link = link.with_columns(
        pl.int_range(pl.len(), dtype=pl.Int32).over("article_id").alias("link_no"),
        pl.col("text")
        .str.replace_all(r"\s+", " ")
        .str.strip_chars()
        .str.replace(r"^(?:[*+•·▪◦‣»>-]|\d{1,2}[.)]) ", "")
        .alias("title"),
    )
    addressed = link.join(
        _addresses(staged_record, link), on=["article_id", "block_no"], how="left"
    )
    return RELATED_LINK.conform(
        point_related_link(addressed, target).select(
            "article_id", "link_no", "block_no", "title", "url", "target_article_id"
        )
    )


def _addresses(staged_record: pl.DataFrame, link: pl.DataFrame) -> pl.DataFrame:
    """Address of each link block: of the first hint that overlaps it and has one."""
    shown = staged_record.join(link.select("article_id").unique(), on="article_id", how="semi")
    rows = [
        (article_id, hint.start_char, hint.end_char, canonical_url(hint.url) or hint.url)
        for article_id, hints in shown.select("article_id", "hints").iter_rows()
        for hint in read_hints(hints)
        if hint.url
    ]
    address = pl.DataFrame(rows, schema=_ADDRESS, orient="row")
    # Hints do not overlap, so the first that ends behind a block's start is the first to touch it.
    return (
        link.select("article_id", "block_no", "start_char", "end_char")
        .sort("start_char")
        .join_asof(
            address.sort("link_end"),
            left_on="start_char",
            right_on="link_end",
            by="article_id",
            strategy="forward",
            allow_exact_matches=False,
            check_sortedness=False,
        )
        .filter(pl.col("link_start") < pl.col("end_char"))
        .select("article_id", "block_no", "url")
    )


def point_related_link(link: pl.DataFrame, target: pl.DataFrame) -> pl.DataFrame:
    """`link` (article_id, title, url and more) with `target_article_id`, as build_related_link."""
    by_url = (
        target.filter(pl.col("url").is_not_null())
        .unique("url", keep="none")
        .select("url", pl.col("article_id").alias("url_target"))
    )
    by_title = (
        target.select(normalised_title(pl.col("title")).alias("plain"), "article_id")
        .filter(pl.col("plain").is_not_null())
        .unique("plain", keep="none")
        .rename({"article_id": "title_target"})
    )
    pointed = pl.coalesce("url_target", "title_target")
    return (
        link.with_columns(normalised_title(pl.col("title")).alias("plain"))
        .join(by_url, on="url", how="left")
        .join(by_title, on="plain", how="left")
        .with_columns(
            pl.when(pointed != pl.col("article_id")).then(pointed).alias("target_article_id")
        )
        .drop("plain", "url_target", "title_target")
    )


def point_again(waiting: pl.DataFrame, target: pl.DataFrame) -> pl.DataFrame:
    """Of published links without a target, those that have one now, with `target_article_id`."""
    pointed = point_related_link(waiting.drop("target_article_id"), target)
    return pointed.filter(pl.col("target_article_id").is_not_null())


def with_targets(link: pl.DataFrame, pointed: pl.DataFrame) -> pl.DataFrame:
    """RELATED_LINK rows with the targets that `point_again` found for some of them."""
    found = pointed.select("article_id", "link_no", pl.col("target_article_id").alias("found"))
    return RELATED_LINK.conform(
        link.join(found, on=["article_id", "link_no"], how="left")
        .with_columns(pl.coalesce("target_article_id", "found").alias("target_article_id"))
        .drop("found")
    )
