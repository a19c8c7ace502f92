"""Compares every record with the published articles, and finds lines that outlets repeat."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from flows.session.delivery import Extracted
from flows.session.session import Session
from flows.stages.discover import Discovered
from flows.stages.part import staged_part
from flows.withholding.failed_articles import run_skipping_failures
from transforms.article.version import (
    compare_records,
    declared_fields,
    new_articles,
    nothing_assigned,
)
from transforms.block.boilerplate import build_boilerplate_line, count_line, sum_line_counts
from warehouse.tables import RECORD

REPEATS = ("duplicate", "restored")
"""Outcomes of records that are in the warehouse, but made no version."""


@dataclass(frozen=True)
class Compared:
    """What the records are. ``version`` is the frame of `assign_version`, ``parts`` names the parts
    with new versions, ``boilerplate_line`` has `source_id, line`."""

    version: pl.DataFrame
    parts: tuple[str, ...]
    boilerplate_line: pl.DataFrame

    def describe(self) -> str:
        """What became of the records, in one line with counts."""
        outcomes = Counter(self.version["outcome"].to_list())
        counts = ", ".join(f"{count:,} {outcome}" for outcome, count in outcomes.items()) or "none"
        return f"{self.version.height:,} records compared: {counts}"


def compare(session: Session, found: Discovered, extracted: Extracted) -> Compared:
    """New, revised, unchanged or a copy: what each record is, and what its outlet repeats."""
    version = _assign_versions(session, found, extracted)
    _stage_repeats(session, extracted, version)
    parts, counts = [], []
    for path in extracted.parts:
        staged = staged_part(path, version, is_current=True)
        if staged.height:
            parts.append(path.stem)
            counts.append(count_lines_of(session, path.stem, staged))
    line = learn_boilerplate(session, counts, new_articles(version))
    return Compared(version, tuple(parts), line)


def _assign_versions(session: Session, found: Discovered, extracted: Extracted) -> pl.DataFrame:
    if not extracted.parts:
        return nothing_assigned()
    declared = declared_fields(pl.scan_parquet(extracted.parts)).collect()
    is_there = pl.col("outcome").is_in(["removed", "quarantined"]).not_()
    return compare_records(
        declared,
        session.known.records(declared["article_id"]),
        found.known_file.filter(is_there)["source_uri"],
    )


def _stage_repeats(session: Session, extracted: Extracted, version: pl.DataFrame) -> None:
    """Stage a row of RECORD for each record that repeats another and is not listed yet."""
    wanted = version.filter(pl.col("outcome").is_in(REPEATS) & ~pl.col("is_listed")).select(
        "article_id", "file_uri", "locator", "version_no", "first_file_uri"
    )
    if wanted.is_empty():
        return
    declared = [name for name in RECORD.column_names if name not in wanted.columns]
    declared.remove("made_version")
    keys = ["article_id", "file_uri", "locator"]
    for path in extracted.parts:
        delivered = pl.read_parquet(path, columns=[*keys, *declared])
        rows = delivered.join(wanted, on=keys).with_columns(pl.lit(False).alias("made_version"))
        session.staging.stage(RECORD, f"{path.stem}-repeats", rows)


def count_lines_of(session: Session, part: str, staged_record: pl.DataFrame) -> pl.DataFrame:
    """How many articles of a part print each line, without those whose lines cannot be counted."""

    def count(some: pl.Series) -> pl.DataFrame:
        return count_line(staged_record.filter(pl.col("article_id").is_in(some.implode())))

    return run_skipping_failures(
        session.staging, part, "compare", staged_record["article_id"], count
    )


def learn_boilerplate(
    session: Session, counts: Sequence[pl.DataFrame], renewed: pl.Series
) -> pl.DataFrame:
    """`source_id, line` of what outlets repeat, by the counts of new and of published articles.

    ``renewed`` are ids of articles whose published lines do not count, as they are made again.
    """
    line_count = sum_line_counts(counts)
    published = session.known.line_counts(
        line_count["source_id"].unique().to_list(), line_count["line"], renewed
    )
    return build_boilerplate_line(line_count, published)
