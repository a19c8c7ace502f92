"""Runs a stage on a part so that articles on which the code fails are listed and left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

import polars as pl

from flows.session.staging import Staging
from transforms.failing import FAULTS, find_failing

T = TypeVar("T")

FAILED = pl.Schema({"article_id": pl.String(), "stage": pl.String(), "error": pl.String()})
"""Articles on which a stage failed, with the error."""


def run_skipping_failures(
    staging: Staging,
    part: str,
    stage: str,
    article_id: pl.Series,
    make: Callable[[pl.Series], T],
) -> T:
    """Run ``make`` on the articles of a part without those on which it fails; returns its result.

    Failing articles are listed, so that the run withholds them. ``make`` may write the part's
    staged tables for the ids it is given; files of failed attempts are removed.
    """
    before = staging.staged_parts(part)
    try:
        return make(article_id)
    except FAULTS as problem:
        ids = article_id.unique(maintain_order=True).to_list()
        failing = find_failing(ids, lambda some: make(pl.Series(some, dtype=pl.String)), problem)
        if not failing:
            raise
    list_failed(staging, part, stage, failing)
    for path in staging.staged_parts(part) - before:
        path.unlink()
    return make(article_id.filter(~article_id.is_in(list(failing))))


def list_failed(staging: Staging, part: str, stage: str, failing: Mapping[str, str]) -> None:
    """Record articles of a part on which a stage failed, by id, with the error message."""
    rows = [(article_id, stage, error) for article_id, error in failing.items()]
    pl.DataFrame(rows, FAILED, orient="row").write_parquet(
        staging.part("_failed", f"{part}-{stage}")
    )


def failed_articles(staging: Staging) -> pl.DataFrame:
    """All recorded failures, as FAILED."""
    listed = [pl.read_parquet(path) for path in staging.parts("_failed")]
    return pl.concat([pl.DataFrame(schema=FAILED), *listed])
