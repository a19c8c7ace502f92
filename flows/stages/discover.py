"""Lists the source and finds which files are new, changed or gone, by path, size and time.

No file is opened.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from flows.session.delivery import Candidate, Plan, id_of_unread
from flows.session.session import Session
from flows.sources.location import Unlisted, is_whole, list_files
from warehouse.contract import TIMESTAMP
from warehouse.error import WRONG_USE, ExpectedError

LISTING = pl.Schema(
    {
        "source_uri": pl.String(),
        "relative_path": pl.String(),
        "byte_count": pl.Int64(),
        "modified_at": TIMESTAMP,
    }
)


class EmptyListing(ExpectedError, ValueError):
    """A source that had files lists as empty; accepting that would remove all their articles."""

    exit_code = WRONG_USE


@dataclass(frozen=True)
class Discovered:
    """The files of the source. ``known_file`` is a frame of KNOWN_FILE: the collection as known
    before; ``unlisted`` are folders that could not be listed."""

    plan: Plan
    known_file: pl.DataFrame
    unlisted: tuple[Unlisted, ...] = ()

    def describe(self) -> str:
        """What was found, in one line with counts."""
        plan = self.plan
        return (
            f"{plan.files_seen:,} files seen: {len(plan.candidates):,} to open, "
            f"{plan.files_unchanged:,} unchanged; {plan.gone.height:,} gone"
        )


def discover(session: Session) -> Discovered:
    """List the source and sort its files into unchanged, to open and gone.

    Raises PlaceError where it cannot be listed, EmptyListing where known files are gone all at
    once.
    """
    settings, unlisted = session.settings, list[Unlisted]()
    listed = list_files(settings.source, unlisted)
    columns = list(zip(*listed, strict=True)) or [()] * len(LISTING)
    listing = pl.DataFrame(
        dict(zip(LISTING, columns, strict=True)), {**LISTING, "modified_at": pl.Int64()}
    )
    # A place without times gives zero: its files are distinguished by size and hash.
    modified_at = pl.from_epoch(pl.col("modified_at").fill_null(0), "us")
    known_file = session.known.files(session.collection)
    plan = plan_run(
        listing.with_columns(modified_at.dt.replace_time_zone("UTC")),
        known_file,
        # If a folder cannot be listed, it is unknown which files are gone.
        whole=is_whole(settings.source) and not unlisted,
        allow_empty=settings.allow_empty,
        again=session.again,
    )
    return Discovered(plan, known_file, tuple(unlisted))


def byte_copies(known_file: pl.DataFrame) -> pl.DataFrame:
    """The rows of KNOWN_FILE whose file has the same bytes as the one it is a duplicate of.

    Other duplicates repeat the records of other files in bytes of their own.
    """
    original = known_file.select(pl.col("source_uri").alias("duplicate_of"), "file_id")
    return known_file.join(original, on=["duplicate_of", "file_id"], how="semi")


def plan_run(
    listing: pl.DataFrame,
    known_file: pl.DataFrame,
    *,
    whole: bool,
    allow_empty: bool,
    again: Collection[str] = (),
) -> Plan:
    """Sort a listing (LISTING) into unchanged, to open, and gone against KNOWN_FILE.

    ``whole`` says that the listing is of the whole collection, so that what is missing from it is
    gone; a single file or a glob says nothing of the rest. ``again`` names files to open even if
    they are known and unchanged; one that could not be read is opened by every run. A copy whose
    original is gone or changed is opened again, as it may now be the only file of its article.
    Raises EmptyListing when a whole collection with known files lists as empty.
    """
    present = known_file.filter(pl.col("outcome") != "removed")
    if whole and not allow_empty and listing.is_empty() and not present.is_empty():
        raise EmptyListing(
            f"The listing is empty, but {present.height:,} files of this collection are known. "
            "Nothing was marked as removed. If they were really deleted, run with --allow-empty."
        )
    is_copy = pl.col("source_uri").is_in(byte_copies(known_file)["source_uri"].implode())
    known_file = known_file.with_columns(
        pl.when(is_copy).then("duplicate_of").alias("duplicate_of")
    )
    joined = listing.join(
        known_file.rename(lambda name: name if name == "source_uri" else f"known_{name}"),
        on="source_uri",
        how="left",
    )
    rejected = known_file.filter(pl.col("outcome") == "quarantined")
    unread = {
        uri
        for uri, file_id in rejected.select("source_uri", "file_id").iter_rows()
        if file_id == id_of_unread(uri)
    }
    same = (
        (pl.col("known_byte_count") == pl.col("byte_count"))
        & (pl.col("known_modified_at") == pl.col("modified_at"))
        & (pl.col("known_outcome") != "removed")
        & ~pl.col("source_uri").is_in([*again, *unread])
    )
    joined = joined.with_columns(same.fill_null(False).alias("is_same"))
    standing = joined.filter("is_same")["source_uri"]
    orphaned = pl.col("known_duplicate_of").is_not_null() & ~pl.col("known_duplicate_of").is_in(
        standing.implode()
    )
    opened = joined.filter(~pl.col("is_same") | orphaned).sort("source_uri")
    gone = present.join(listing, on="source_uri", how="anti") if whole else present.clear()
    return Plan(
        files_seen=listing.height,
        files_unchanged=joined.height - opened.height,
        candidates=tuple(
            Candidate(*row)
            for row in opened.select(
                "source_uri",
                "relative_path",
                "byte_count",
                "modified_at",
                # Requested, or missing before: new, even if its bytes are known.
                pl.when(
                    (pl.col("known_outcome") != "removed")
                    & ~pl.col("source_uri").is_in(list(again))
                ).then("known_file_id"),
                "known_duplicate_of",
            ).iter_rows()
        ),
        gone=gone.sort("source_uri"),
        removed=frozenset(
            known_file.filter(pl.col("outcome") == "removed").join(
                listing, on="source_uri", how="anti"
            )["source_uri"]
        ),
    )
