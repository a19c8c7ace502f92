"""Types for the files of a run: listed and opened files, rejections, and the version of each
record."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import polars as pl

from flows.sources.location import Unlisted
from transforms.article.version import nothing_assigned
from warehouse.contract import TIMESTAMP

KNOWN_FILE = pl.Schema(
    {
        "source_uri": pl.String(),
        "file_id": pl.String(),
        "byte_count": pl.Int64(),
        "modified_at": TIMESTAMP,
        "outcome": pl.String(),
        "duplicate_of": pl.String(),
    }
)
"""Files of a collection, as its newest run recorded them."""


@dataclass(frozen=True)
class Candidate:
    """A file to open: new, changed in size or time, or requested.

    ``known_copy_of`` names the original of a file that was a copy, byte for byte, when it was last
    seen.
    """

    source_uri: str
    relative_path: str
    byte_count: int
    modified_at: datetime
    known_file_id: str | None
    known_copy_of: str | None = None


def id_of_unread(source_uri: str) -> str:
    """What stands for the SHA-256 of the bytes of a file that could not be read: that of its
    address."""
    return hashlib.sha256(source_uri.encode("utf-8", "surrogateescape")).hexdigest()


@dataclass(frozen=True)
class Plan:
    """What a run has to do. ``gone`` (KNOWN_FILE) has the known files that this run does not list;
    ``removed`` holds the addresses of files that were missing in earlier runs already."""

    files_seen: int
    files_unchanged: int
    candidates: tuple[Candidate, ...]
    gone: pl.DataFrame
    removed: frozenset[str] = frozenset()

    @property
    def away(self) -> frozenset[str]:
        """Addresses of known files that are missing."""
        return self.removed | frozenset(self.gone["source_uri"])


def nothing_to_do() -> Plan:
    """The plan of a run that reads no source."""
    return Plan(0, 0, (), pl.DataFrame(schema=KNOWN_FILE))


class Rejected(NamedTuple):
    """A file or record that could not be read, and why."""

    file_uri: str
    locator: str | None
    rule: str
    message: str
    payload: str | None


class OpenedFile(NamedTuple):
    """State of one file before its records are compared with the warehouse.

    ``outcome`` is None if it depends on the records.
    """

    candidate: Candidate
    file_id: str
    byte_count: int
    format: str | None
    encoding: str | None
    outcome: str | None
    duplicate_of: str | None


@dataclass
class Extracted:
    """Everything extracted from a run's files; records are stored as Parquet in ``parts``.

    ``articles`` is the number of records in each part, by its name; ``tombstones`` are ids and text
    hashes of articles that were purged, which are refused when they are delivered again.
    """

    files: list[OpenedFile] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    parts: list[Path] = field(default_factory=list)
    record_count: int = 0
    char_count: int = 0
    articles: dict[str, int] = field(default_factory=dict)
    tombstones: frozenset[str] = frozenset()

    @property
    def article_count(self) -> int:
        """Records in all parts."""
        return sum(self.articles.values())

    def describe(self) -> str:
        """What was read, in one line with counts."""
        line = f"{len(self.files):,} files opened: {self.record_count:,} records"
        if self.rejected:
            rules = Counter(item.rule for item in self.rejected).most_common()
            counts = ", ".join(f"{count:,} {rule}" for rule, count in rules)
            line += f"; {len(self.rejected):,} quarantined ({counts})"
        copies = sum(1 for file in self.files if file.outcome == "duplicate")
        return f"{line}; copies of other files: {copies:,}" if copies else line


@dataclass(frozen=True)
class Delivery:
    """All contents of the files of a run. ``version`` is the frame of `assign_version`."""

    plan: Plan = field(default_factory=nothing_to_do)
    unlisted: tuple[Unlisted, ...] = ()
    extracted: Extracted = field(default_factory=Extracted)
    version: pl.DataFrame = field(default_factory=nothing_assigned)
