"""Finds published articles that the source does not deliver any more, or delivers again."""

from __future__ import annotations

import polars as pl

from flows.session.delivery import Delivery
from flows.session.session import Session
from transforms.article.version import removed_at
from warehouse.tables import ARTICLE


def removed_now(session: Session, delivery: Delivery) -> pl.Expr:
    """`removed_at` of published articles after this run."""
    return removed_at(
        articles_gone(session, delivery), articles_back(session, delivery), session.clock.started_at
    )


def articles_gone(session: Session, delivery: Delivery) -> pl.Series:
    """Articles that no file delivers any more, as this run found."""
    files = delivery.plan.gone["source_uri"]
    gone = session.known.articles_of_files(files, session.collection)
    return gone.filter(~gone.is_in(delivery.version["article_id"].implode()))


def articles_back(session: Session, delivery: Delivery) -> pl.Series:
    """Articles whose published text is delivered again."""
    restored = delivery.version.filter(pl.col("outcome") == "restored")["article_id"].unique()
    known = session.known.rows(ARTICLE, restored)
    return known.filter(pl.col("removed_at").is_not_null())["article_id"]
