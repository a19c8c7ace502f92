"""Opens new and changed files and writes their records as Parquet parts.

Files and records that cannot be read go to quarantine with a reason.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import IO, BinaryIO, NamedTuple

import polars as pl

from flows.extract import extract as extract_records
from flows.extract.formats.fields import read_mapping
from flows.extract.record import MIB, ExtractedRecord, Extraction, Limits, Rejection
from flows.session.delivery import Candidate, Extracted, OpenedFile, Rejected, id_of_unread
from flows.session.progress import progress
from flows.session.reference import Sources
from flows.session.session import Session
from flows.settings import Settings
from flows.sources.location import PlaceUnreachable, open_file, unreachable
from flows.sources.network import foreign_errors
from flows.stages.discover import Discovered, byte_copies
from transforms.article.identity import article_id, canonical_url, content_hash
from transforms.failing import FAULTS, error_words
from warehouse.tables import EXTRACTED_RECORD

_IN_MEMORY_BYTES = 32 * 1024 * 1024
"""Files up to this size are read once into memory; larger ones are read twice, for the hash."""

OpenFile = Callable[[str], BinaryIO]
ReadFile = Callable[[str, BinaryIO], Extraction]

_PARTS, _LEAST_PART_CHARS = 24, 400_000
"""About so many parts a run, so that all workers have work and people can read their list."""


def extract(session: Session, found: Discovered) -> Extracted:
    """Open what is new or changed; its records become Parquet parts of EXTRACTED_RECORD.

    Raises PlaceUnreachable where a remote place does not answer any more.
    """
    settings, candidates = session.settings, found.plan.candidates
    delivered = sum(candidate.byte_count for candidate in candidates)
    return extract_files(
        candidates,
        collection=session.collection,
        known_originals=_known_originals(found),
        sources=session.reference.sources,
        open_file=open_file,
        read_file=partial(
            extract_records,
            limits=limits_of(settings),
            mapping=read_mapping(settings.mapping) if settings.mapping else None,
            repair_mojibake=settings.repair_mojibake,
        ),
        folder=session.staging.extracted,
        batch_chars=min(settings.batch_chars, max(_LEAST_PART_CHARS, delivered // _PARTS)),
        tombstones=session.known.tombstones(),
        advance=progress.get().advance,
    )


def _known_originals(found: Discovered) -> dict[str, str]:
    """Addresses, by hash, of known files that a new file with the same bytes is a copy of."""
    copies = byte_copies(found.known_file)["source_uri"].implode()
    repeats_records = (pl.col("outcome") == "duplicate") & ~pl.col("source_uri").is_in(copies)
    known = found.known_file.filter(
        (pl.col("outcome").is_in(["loaded", "revised", "unchanged"]) | repeats_records)
        & ~pl.col("source_uri").is_in(found.plan.gone["source_uri"].implode())
        & ~pl.col("source_uri").is_in([c.source_uri for c in found.plan.candidates])
    )
    return dict(known.select("file_id", "source_uri").rows())


def limits_of(settings: Settings) -> Limits:
    """Limits for reading one file, from the settings."""
    return Limits(
        record_bytes=settings.max_record_mb * MIB,
        file_bytes=settings.max_file_mb * MIB,
        ratio=settings.max_unpack_ratio,
        depth=settings.max_pack_depth,
        record_count=settings.max_records,
        markup_bytes=settings.max_markup_mb * MIB,
        text_chars=settings.max_text_chars,
    )


class _PartWriter:
    """Collects record rows and writes a Parquet part whenever a batch of characters is full."""

    def __init__(self, folder: Path, batch_chars: int) -> None:
        self.folder = folder
        self.batch_chars = batch_chars
        self.rows: list[tuple[str | None, ...]] = []
        self.chars = 0
        self.parts: list[Path] = []
        self.articles: dict[str, int] = {}
        self.total_chars = 0

    def add(self, row: tuple[str | None, ...], chars: int) -> None:
        self.rows.append(row)
        self.chars += chars
        self.total_chars += chars
        if self.chars >= self.batch_chars:
            self.flush()

    def flush(self) -> None:
        if not self.rows:
            return
        frame = pl.DataFrame(self.rows, EXTRACTED_RECORD.polars_schema, orient="row")
        path = self.folder / f"part-{len(self.parts):05}.parquet"
        self.folder.mkdir(parents=True, exist_ok=True)
        EXTRACTED_RECORD.conform(frame).write_parquet(path)
        self.parts.append(path)
        self.articles[path.stem] = frame.height
        self.rows, self.chars = [], 0


class RecordContext(NamedTuple):
    """What is known of a record's file while its records are read."""

    candidate: Candidate
    collection: str
    file_id: str
    format: str
    sources: Sources


def record_row(record: ExtractedRecord, context: RecordContext) -> tuple[str | None, ...]:
    """One row of EXTRACTED_RECORD, in contract order."""
    path = context.candidate.relative_path
    url = canonical_url(record.url)
    hints = [[h.start_char, h.end_char, h.kind, h.rule, h.url] for h in record.hints]
    return (
        article_id(url, context.collection, path, record.locator),
        context.collection,
        context.candidate.source_uri,
        record.locator,
        context.file_id,
        context.format,
        context.sources.source_id(url, path),
        url,
        record.title,
        record.standfirst,
        record.byline,
        record.section,
        record.published_raw,
        record.modified_raw,
        record.language,
        json.dumps(hints, ensure_ascii=False, separators=(",", ":")),
        record.mojibake,
        record.text_only_reason,
        record.issued_raw,
        content_hash(record.text),
        record.text,
    )


def extract_files(
    candidates: Sequence[Candidate],
    *,
    collection: str,
    known_originals: dict[str, str],
    sources: Sources,
    open_file: OpenFile,
    read_file: ReadFile,
    folder: Path,
    batch_chars: int,
    tombstones: frozenset[str] = frozenset(),
    advance: Callable[[int], None] = lambda _: None,
) -> Extracted:
    """Read every candidate, in order of address, into Parquet parts of EXTRACTED_RECORD.

    ``known_originals`` maps the SHA-256 of files already loaded from this collection to their
    address: a candidate with the same bytes is their copy. ``advance`` is called with the number
    of files done. A file that vanishes or cannot be opened is rejected like one that cannot be
    read; only a remote place that does not answer any more stops the run, as PlaceUnreachable.
    """
    done = Extracted(tombstones=tombstones)
    writer = _PartWriter(folder, batch_chars)
    originals = dict(known_originals)
    # Copies last: whether one is still a copy shows once its original has been looked at.
    for candidate in sorted(candidates, key=lambda c: (c.known_copy_of is not None, c.source_uri)):
        opened = _extract_file(
            candidate, collection, originals, sources, open_file, read_file, writer, done
        )
        done.files.append(opened)
        advance(1)
    writer.flush()
    done.parts, done.articles, done.char_count = writer.parts, writer.articles, writer.total_chars
    return done


def _extract_file(
    candidate: Candidate,
    collection: str,
    originals: dict[str, str],
    sources: Sources,
    open_file: OpenFile,
    read_file: ReadFile,
    writer: _PartWriter,
    done: Extracted,
) -> OpenedFile:
    uri = candidate.source_uri
    file_id = id_of_unread(uri)
    byte_count = candidate.byte_count
    try:
        with open_file(uri) as stream:
            content, file_id, byte_count = _hashed(stream)
            original = originals.get(file_id)
            if file_id == candidate.known_file_id and original == candidate.known_copy_of:
                originals.setdefault(file_id, uri)
                return OpenedFile(candidate, file_id, byte_count, None, None, "unchanged", None)
            if original is not None and original != uri:
                return OpenedFile(candidate, file_id, byte_count, None, None, "duplicate", original)
            extraction = read_file(candidate.relative_path, content)
            context = RecordContext(
                candidate, collection, file_id, extraction.format or "", sources
            )
            before = done.record_count
            before_reading = _state(stream)
            _drain(extraction.items, context, writer, done)
            if _state(stream) != before_reading:
                done.rejected.append(_changed(uri))
    except PlaceUnreachable:
        raise  # no fault of the file: the whole place does not answer
    except foreign_errors() as problem:
        raise unreachable(uri, problem) from problem
    except OSError as problem:
        unread = id_of_unread(uri)
        outcome = "unchanged" if candidate.known_file_id == unread else None
        if outcome is None:
            done.rejected.append(
                Rejected(
                    uri, None, "unreadable_file",
                    f"The file could not be read: {problem.strerror or problem}. Every run tries "
                    "it again; let newshouse read it, or remove it.", None,
                )
            )  # fmt: skip
        return OpenedFile(candidate, unread, candidate.byte_count, None, None, outcome, None)
    except MemoryError:
        raise  # an error of the machine, which would occur with any file
    except FAULTS as problem:
        done.rejected.append(
            Rejected(
                uri, None, "extractor_failed",
                f"Reading the file fails with {error_words(problem)}. What was read before is "
                "loaded. This is a fault of newshouse: update it, then run newshouse quarantine "
                "replay.", None,
            )
        )  # fmt: skip
        return OpenedFile(candidate, file_id, byte_count, None, None, None, None)
    if done.record_count > before:
        originals.setdefault(file_id, uri)
    return OpenedFile(
        candidate, file_id, byte_count, extraction.format, extraction.encoding, None, None
    )


def _state(stream: BinaryIO) -> tuple[int, int] | None:
    """Size and time of an open local file; None for what has neither."""
    try:
        status = os.fstat(stream.fileno())
    except (OSError, AttributeError):
        return None
    return status.st_size, status.st_mtime_ns


def _changed(uri: str) -> Rejected:
    return Rejected(
        uri, None, "changed_while_read",
        "The file changed while it was read, so its content may be part old, part new. The next "
        "run reads it again. Move files into the source only when they are complete.", None,
    )  # fmt: skip


def _drain(
    items: Iterable[ExtractedRecord | Rejection],
    context: RecordContext,
    writer: _PartWriter,
    done: Extracted,
) -> None:
    uri = context.candidate.source_uri
    for item in items:
        if isinstance(item, Rejection):
            done.rejected.append(Rejected(uri, item.locator, item.rule, item.message, item.payload))
        elif not item.text.strip():
            message = "The record has no text. Remove it, or deliver its text."
            done.rejected.append(Rejected(uri, item.locator, "empty_text", message, None))
        else:
            _keep(record_row(item, context), item, context, writer, done)


def _keep(
    row: tuple[str | None, ...],
    item: ExtractedRecord,
    context: RecordContext,
    writer: _PartWriter,
    done: Extracted,
) -> None:
    if done.tombstones and not done.tombstones.isdisjoint((row[0], row[-2])):
        message = "The article was purged and is not loaded again. Remove it from the source."
        uri = context.candidate.source_uri
        done.rejected.append(Rejected(uri, item.locator or None, "purged", message, None))
        return
    writer.add(row, len(item.text))
    done.record_count += 1


def _hashed(stream: BinaryIO) -> tuple[BinaryIO, str, int]:
    """The stream from its start, the SHA-256 of its bytes and their number."""
    head = stream.read(_IN_MEMORY_BYTES + 1)
    if len(head) <= _IN_MEMORY_BYTES:
        return io.BytesIO(head), hashlib.sha256(head).hexdigest(), len(head)
    digest, size = hashlib.sha256(head), len(head)
    for chunk in _chunks(stream):
        digest.update(chunk)
        size += len(chunk)
    stream.seek(0)
    return stream, digest.hexdigest(), size


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    while chunk := stream.read(1024 * 1024):
        yield chunk
