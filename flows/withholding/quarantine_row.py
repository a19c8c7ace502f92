"""Builds QUARANTINE rows for withheld data: the file, the failed check, and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from flows.session.quarantine import REBUILD, REPLAY
from flows.settings import without_credentials
from flows.withholding.checked_run import CheckedRun
from flows.withholding.failed_articles import failed_articles
from transforms.article.identity import short_hash
from transforms.withholding import Withheld, blamed_articles
from warehouse.contract import HEX_16
from warehouse.tables import ARTICLE, ENTITY_MERGE, RECORD

Row = tuple[object, ...]
_Place = tuple[str, str | None]


def deliveries(run: CheckedRun, article_id: Sequence[str]) -> pl.DataFrame:
    """`article_id, file_uri, locator` of the records that delivered these articles: in this run,
    or, for those that it only changes, the records of their published version."""
    wanted = pl.Series("article_id", list(article_id), pl.String())
    columns = ("article_id", "file_uri", "locator")
    delivered = run.delivery.version.filter(
        pl.col("article_id").is_in(wanted.implode()) & (pl.col("outcome") != "unchanged")
    ).select(columns)
    others = wanted.filter(~wanted.is_in(delivered["article_id"].implode()))
    current = run.session.known.rows(ARTICLE, others).select("article_id", "version_no")
    before = run.session.known.rows(RECORD, others).join(current, on=["article_id", "version_no"])
    return pl.concat([delivered, before.select(columns)]).unique(maintain_order=True)


NOT_MADE = "not_made"
"""Rule of articles on which a stage failed."""


def not_made(run: CheckedRun) -> pl.DataFrame:
    """Articles on which a stage failed, as rows of BLAMED."""
    return failed_articles(run.session.staging).select(
        pl.lit("article").alias("blame"),
        pl.col("article_id").alias("blamed"),
        pl.lit(ARTICLE.name).alias("table_name"),
        pl.lit(NOT_MADE).alias("check_id"),
        pl.col("article_id").alias("row_key"),
        pl.col("error").alias("observed"),
        pl.format("The stage {} fails on its text.", "stage").alias("notes"),
    )


def withheld_rows(
    run: CheckedRun, blamed: pl.DataFrame, withheld: Withheld, named_in: Mapping[str, str]
) -> list[Row]:
    """One row, in the order of QUARANTINE, per check, article and record that delivered it; one
    per withheld entity and per file without an article.

    ``blamed`` is of BLAMED; ``named_in`` maps each withheld entity to an article that names it.
    """
    wanted = sorted({*withheld.article, *named_in.values()})
    places: dict[str, list[_Place]] = {}
    for article_id, uri, locator in deliveries(run, wanted).iter_rows():
        places.setdefault(article_id, []).append((uri, locator or None))
    nowhere: list[_Place] = [(without_credentials(run.session.address), None)]
    return [
        *_of_articles(run, blamed, places, nowhere),
        *_of_entities(run, blamed, named_in, places, nowhere),
        *_of_files(run, blamed),
    ]


def _of_articles(
    run: CheckedRun, blamed: pl.DataFrame, places: Mapping[str, list[_Place]], nowhere: list[_Place]
) -> Iterator[Row]:
    failing = blamed_articles(blamed, run.delivery.version)
    delivered = set(run.delivery.version.filter(pl.col("outcome") != "unchanged")["article_id"])
    for row, count in _first_rows(failing, "article_id"):
        article_id = row["article_id"]
        whose = f"Article {article_id}" if article_id else "A row that belongs to no article"
        # Articles that this run did not deliver keep their published rows until a rebuild.
        command = REPLAY if article_id is None or article_id in delivered else REBUILD
        for place in places.get(article_id, nowhere):
            yield _row(run, place, article_id, article_id, row, f"{whose} failed "
                       f"{_why(row, count)} It was withheld, and the rest was published.",
                       command)  # fmt: skip


def _of_entities(
    run: CheckedRun,
    blamed: pl.DataFrame,
    named_in: Mapping[str, str],
    places: Mapping[str, list[_Place]],
    nowhere: list[_Place],
) -> Iterator[Row]:
    for row, count in _first_rows(blamed.filter(pl.col("blame") == "entity"), "blamed"):
        article_id = named_in.get(row["blamed"] or "")
        place = places.get(article_id or "", nowhere)[0]
        done = "The entity was not made; its mentions have no entity."
        if row["table_name"] == ENTITY_MERGE.name:
            done = "The change was not made."
        message = f"Entity {row['blamed']} failed {_why(row, count)} {done}"
        yield _row(run, place, article_id, row["blamed"], row, message, REBUILD)


def _of_files(run: CheckedRun, blamed: pl.DataFrame) -> Iterator[Row]:
    with_article = run.delivery.version.filter(pl.col("outcome") != "unchanged")[
        "file_uri"
    ].implode()
    is_empty = ~pl.col("blamed").is_in(with_article).fill_null(False)
    failing = blamed.filter((pl.col("blame") == "file") & is_empty)
    for row, count in _first_rows(failing, "blamed"):
        place = (row["blamed"] or without_credentials(run.session.address), None)
        message = f"The file failed {_why(row, count)} It was withheld."
        yield _row(run, place, None, row["blamed"], row, message, REPLAY)


def _first_rows(failing: pl.DataFrame, owner: str) -> Iterator[tuple[dict[str, str], int]]:
    """The first failing row of each check and owner, and how many there are."""
    counted = failing.with_columns(pl.len().over(owner, "check_id").alias("count"))
    for row in counted.unique([owner, "check_id"], keep="first", maintain_order=True).iter_rows(
        named=True
    ):
        yield row, row.pop("count")


def _why(row: Mapping[str, str], count: int) -> str:
    more = f" and {count - 1:,} more rows" if count > 1 else ""
    where = f"row {row['row_key']} of {row['table_name']}{more}"
    return f"{row['check_id']}: {row['notes']} Found: {row['observed']} ({where})."


def _row(
    run: CheckedRun,
    place: _Place,
    article_id: str | None,
    owner: str | None,
    row: Mapping[str, str],
    message: str,
    command: str,
) -> Row:
    """``owner`` is the article, entity or file at fault; with check and place it gives the id."""
    uri, locator = place
    identity = short_hash((uri, locator or "", "check", row["check_id"], owner or row["row_key"]))
    if article_id is not None and not re.fullmatch(HEX_16, article_id):
        article_id = None  # The id itself is invalid; it is in the row's key.
    what_to_do = (
        " Correct the file or the check if one of them is wrong; else update newshouse. Then "
        f"run: {command}"
    )
    stage = "transform" if row["check_id"] == NOT_MADE else "check"
    return (
        identity, run.session.clock.run_id, uri, locator, article_id, row["table_name"], stage,
        row["check_id"], message + what_to_do, row["observed"], "open", None,
    )  # fmt: skip
