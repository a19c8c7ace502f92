"""Assigns delivered records to versions of their article, by text hash and declared fields only."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import polars as pl

from transforms.article.publication_date import read_date
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
        "issued_at": TIMESTAMP,
    }
)
KNOWN_RECORD = pl.Schema(
    {
        "article_id": pl.String(),
        "version_no": pl.Int32(),
        "file_uri": pl.String(),
        "fingerprint": pl.String(),
        "ordered_at": TIMESTAMP,
        "made_version": pl.Boolean(),
        "is_removed": pl.Boolean(),
    }
)
"""Published records of the delivered articles, of every version; `is_removed` is the article's."""

ASSIGNED = (
    "article_id",
    "file_uri",
    "locator",
    "version_no",
    "is_current",
    "outcome",
    "first_file_uri",
    "is_listed",
)


def declared_fields(record: pl.LazyFrame) -> pl.LazyFrame:
    """What distinguishes versions: `article_id, file_uri, locator, fingerprint, declared_at,
    issued_raw` of delivered records (EXTRACTED_RECORD)."""
    return record.select(
        "article_id",
        "file_uri",
        "locator",
        fingerprint().alias("fingerprint"),
        _DECLARED_AT,
        "issued_raw",
    )


def compare_records(
    declared: pl.DataFrame, known_record: pl.DataFrame, present: Collection[str]
) -> pl.DataFrame:
    """Version and outcome of every delivered record, as `assign_version` says.

    ``declared`` is what `declared_fields` gives; ``known_record`` are the published records of the
    same articles with their declared fields; ``present`` as for `assign_version`. Dates are read
    once for each way in which they are written.
    """
    known = known_record.with_columns(fingerprint().alias("fingerprint"), _DECLARED_AT)
    raws = pl.concat([declared["declared_at"], declared["issued_raw"], known["declared_at"]])
    dates = {
        raw: reading.at
        for raw in raws.drop_nulls().unique()
        if (reading := read_date(raw)) is not None
    }
    ordered_at, issued_at = (
        pl.col(raw).replace_strict(dates, default=None, return_dtype=TIMESTAMP).alias(name)
        for raw, name in (("declared_at", "ordered_at"), ("issued_raw", "issued_at"))
    )
    return assign_version(
        declared.with_columns(ordered_at, issued_at).select(DELIVERY.names()),
        known.with_columns(ordered_at).select(KNOWN_RECORD.names()),
        present,
    )


_DECLARED_AT = pl.coalesce("modified_raw", "published_raw").alias("declared_at")


NEW = ("loaded", "revised")
"""Outcomes of records that make a new version."""


def fingerprint() -> pl.Expr:
    """Text hash and declared fields as one string: equal for records with the same content."""
    declared = [pl.col(name).fill_null("\x00") for name in DECLARED]
    return pl.concat_str(["content_hash", *declared], separator="\x1f")


def assign_version(
    delivery: pl.DataFrame, known_record: pl.DataFrame, present: Collection[str] = ()
) -> pl.DataFrame:
    """Version and outcome of every record delivered in a run.

    ``delivery`` has the columns of DELIVERY, ``known_record`` of KNOWN_RECORD; ``present`` names
    the files that were there, and readable, when last looked at. Records of one article in one run
    follow each other by the date they declare (`ordered_at`, none first), then by that of their
    container (`issued_at`), by address and by locator, and all follow the published versions.

    A text the article had before makes a new version only where it is a change: the record
    declares a later date than all before it, or its own file delivered another text before.
    Else it repeats the version that has that text, so that an outdated copy does not undo a
    newer version.

    Returns the columns of ASSIGNED. `outcome` is loaded, revised, unchanged (as the same file
    delivered before), duplicate (as another record of this run or of another file) or restored (as
    published, but its file or its article had been gone). `first_file_uri` is the file whose
    record made the version, `is_listed` is true where `ops.record` has the delivery already.
    """
    own, changed, fresh = _by_own_file(delivery, known_record)
    made = known_record.filter("made_version")
    chain = _numbered(made, fresh, changed)
    state = known_record.group_by("article_id").agg(
        pl.col("version_no").max().alias("known_no"), pl.col("is_removed").any()
    )
    is_back = pl.col("is_removed").fill_null(False) & (pl.col("version_no") <= pl.col("known_no"))
    was_there = pl.col("file_uri").is_in(list(present))
    outcome = (
        pl.when("is_own")
        .then(pl.when(was_there & ~is_back).then(pl.lit("unchanged")).otherwise(pl.lit("restored")))
        .when(pl.col("is_new") & (pl.col("version_no") == 1))
        .then(pl.lit("loaded"))
        .when("is_new")
        .then(pl.lit("revised"))
        .when(is_back)
        .then(pl.lit("restored"))
        .otherwise(pl.lit("duplicate"))
    )
    newest = pl.max_horizontal(pl.col("version_no").max().over("article_id"), "known_no")
    assigned = (
        pl.concat([chain, own])
        .join(state, on="article_id", how="left")
        .with_columns(outcome.alias("outcome"), newest.alias("newest_no"))
    )
    published = pl.when(pl.col("outcome") == "unchanged").then("known_no")
    return (
        _with_first_file(assigned, made, known_record)
        .with_columns(published.otherwise("version_no").alias("version_no"))
        .with_columns((pl.col("version_no") == pl.col("newest_no")).alias("is_current"))
        .select(ASSIGNED)
        .sort("file_uri", "locator")
    )


_PLACED = ("article_id", "file_uri", "locator", "version_no", "is_new", "is_own")


def _by_own_file(
    delivery: pl.DataFrame, known_record: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Records that repeat what their own file delivered before; files that changed what they
    deliver of an article (`article_id, file_uri`); and all other records.

    A file that still delivers the newest text it had of an article has not changed, even if it
    delivers older ones as well: an archive may hold two states of one page.
    """
    given = known_record.group_by("article_id", "file_uri", "fingerprint").agg(
        pl.col("version_no").max()
    )
    newest = (
        given.sort("version_no")
        .group_by("article_id", "file_uri", maintain_order=True)
        .agg(pl.col("fingerprint").last())
    )
    keys = ["article_id", "file_uri", "fingerprint"]
    same = newest.join(delivery, on=keys, how="semi").select("article_id", "file_uri")
    repeated = delivery.join(same, on=["article_id", "file_uri"], how="semi").join(given, on=keys)
    own = repeated.with_columns(pl.lit(False).alias("is_new"), pl.lit(True).alias("is_own"))
    changed = newest.join(same, on=["article_id", "file_uri"], how="anti")
    fresh = delivery.join(repeated, on=["article_id", "file_uri", "locator"], how="anti")
    return own.select(_PLACED), changed.select("article_id", "file_uri"), fresh


def _numbered(made: pl.DataFrame, fresh: pl.DataFrame, changed: pl.DataFrame) -> pl.DataFrame:
    """Fresh records with the number of the version they make, or of the latest they repeat."""
    chain = (
        pl.concat(
            [
                made.select(
                    "article_id",
                    pl.lit(None, pl.String()).alias("file_uri"),
                    pl.lit(None, pl.String()).alias("locator"),
                    "fingerprint",
                    "ordered_at",
                    pl.lit(None, TIMESTAMP).alias("issued_at"),
                    pl.col("version_no").alias("known_no"),
                ),
                fresh.with_columns(pl.lit(None, pl.Int32()).alias("known_no")),
            ]
        )
        .join(
            changed.with_columns(pl.lit(True).alias("is_changed")),
            on=["article_id", "file_uri"],
            how="left",
        )
        .sort(
            "article_id", "known_no", "ordered_at", "issued_at", "file_uri", "locator",
            nulls_last=[False, True, False, False, False, False], maintain_order=True,
        )
    )  # fmt: skip
    latest = pl.col("ordered_at").cum_max().forward_fill().shift(1).over("article_id")
    is_later = pl.col("ordered_at").is_not_null() & (
        latest.is_null() | (pl.col("ordered_at") > latest)
    )
    is_first = pl.struct("article_id", "fingerprint").is_first_distinct()
    is_change = is_first | is_later | pl.col("is_changed").fill_null(False)
    chain = chain.with_row_index("place").with_columns(
        (pl.col("known_no").is_not_null() | is_change).alias("may_be_new")
    )
    previous = pl.col("fingerprint").shift(1).over("article_id")
    new = chain.filter("may_be_new").filter(
        pl.col("known_no").is_null() & previous.ne_missing(pl.col("fingerprint"))
    )["place"]
    known_no = pl.col("known_no").max().over("article_id").fill_null(0)
    made_no = known_no + pl.col("is_new").cast(pl.Int32).cum_sum().over("article_id")
    return (
        chain.with_columns(pl.col("place").is_in(new.implode()).alias("is_new"))
        .with_columns(pl.when("is_new").then(made_no).otherwise("known_no").alias("version_no"))
        .with_columns(pl.col("version_no").forward_fill().over("article_id", "fingerprint"))
        .filter(pl.col("known_no").is_null())
        .with_columns(pl.lit(False).alias("is_own"))
        .select(_PLACED)
    )


def _with_first_file(
    assigned: pl.DataFrame, made: pl.DataFrame, known_record: pl.DataFrame
) -> pl.DataFrame:
    """The records with the file that made their version, and whether they are listed already."""
    version = ["article_id", "version_no"]
    first = pl.concat(
        [made.select(*version, "file_uri"), assigned.filter("is_new").select(*version, "file_uri")]
    ).rename({"file_uri": "first_file_uri"})
    listed = known_record.select(*version, "file_uri").unique()
    return assigned.join(first, on=version, how="left").join(
        listed.with_columns(pl.lit(True).alias("is_listed")),
        on=[*version, "file_uri"],
        how="left",
    ).with_columns(pl.col("is_listed").fill_null(False))  # fmt: skip


def nothing_assigned() -> pl.DataFrame:
    """What `assign_version` returns for a run without records."""
    return assign_version(pl.DataFrame(schema=DELIVERY), pl.DataFrame(schema=KNOWN_RECORD))


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


def new_articles(version: pl.DataFrame) -> pl.Series:
    """Articles of which a run delivers a new text; ``version`` is the frame of assign_version."""
    return version.filter(pl.col("outcome").is_in(NEW))["article_id"].unique()


def retitled(current: pl.DataFrame, article: pl.DataFrame) -> pl.DataFrame:
    """Current versions (ARTICLE_VERSION) whose title is another one in ARTICLE now, with that."""
    return ARTICLE_VERSION.conform(
        current.rename({"title": "before"})
        .join(article.select("article_id", "version_no", "title"), on=["article_id", "version_no"])
        .filter(pl.col("title").ne_missing(pl.col("before")))
        .drop("before")
    )


def removed_at(gone: pl.Series, back: pl.Series, now: datetime) -> pl.Expr:
    """Column `removed_at` of published articles: ``now`` for those that are gone, null for those
    that are back, else as it was."""
    is_gone, is_back = (pl.col("article_id").is_in(ids.implode()) for ids in (gone, back))
    at = pl.lit(now, TIMESTAMP)
    return pl.when(is_gone).then(at).when(~is_back).then("removed_at").alias("removed_at")


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
