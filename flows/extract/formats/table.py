"""Reads tables (CSV, TSV, Parquet), one record per row, columns by their usual names."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from flows.extract.bytes.stream import ByteStream, too_large
from flows.extract.format import FEW_NUL, ByteFormat, LineFormat
from flows.extract.formats.fields import FIELD_NAMES, plain_name, read_fields
from flows.extract.formats.structured_text import story_record
from flows.extract.formats.table_shape import may_be_table, table_format
from flows.extract.record import Item, Limits, Refused, Rejection, printable

_ESCAPED = re.compile("[\udc80-\udcff]")
_SEPARATOR_LINE = re.compile("sep=.\n")
"""Lines that spreadsheet programs put before the header row."""
_DELIMITERS = ",\t;|"
_BATCH_ROWS = 64
_TEXTS = frozenset(name for field in ("title", "body", "standfirst") for name in FIELD_NAMES[field])
"""Names of columns that hold what is read, so that their bytes must be text."""


def read_delimited(
    stream: ByteStream, codec: str, limits: Limits, mapping: Mapping[str, str] | None
) -> Iterator[Item]:
    """Rows of a CSV or TSV file with a header row.

    Read with the standard library, row by row, so that a bad row does not reject the others.
    """
    csv.field_size_limit(limits.record_bytes)
    ended: list[bool] = []
    lines = _lines(stream, codec, limits, ended)
    first = next(lines, "")
    if _SEPARATOR_LINE.fullmatch(first):
        first = next(lines, "")
    delimiter = max(_DELIMITERS, key=lambda mark: (_known_cells(first, mark), first.count(mark)))
    rows = csv.reader(_with_first(first, lines), delimiter=delimiter)
    try:
        header = [cell.strip() for cell in next(rows, [])]
    except csv.Error as error:
        raise Refused("damaged_table", f"The header row cannot be read ({error}).") from error
    refuse_unknown(header, mapping)
    number = 0
    while True:
        number += 1
        begins = rows.line_num + 1
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield Rejection(
                f"row {number}", "damaged_row",
                f"The row cannot be read ({error}). A quote mark may be missing before line "
                f"{rows.line_num:,}.",
            )  # fmt: skip
            continue
        if ended and row:
            # A row ends with its line; only an open quote makes the reader ask for more.
            yield Rejection(
                f"row {number}", "damaged_row",
                f"A quote mark that opens in line {begins:,} is never closed, so all that follows "
                "is one cell. Close it, or double quote marks inside cells.",
                printable("\n".join(row), limits.payload_chars),
            )  # fmt: skip
        elif row:
            yield _row(row, header, f"row {number}", limits, mapping)


def _row(
    row: Sequence[str],
    header: Sequence[str],
    locator: str,
    limits: Limits,
    mapping: Mapping[str, str] | None,
) -> Item:
    joined = "".join(row)
    if len(row) != len(header):
        return Rejection(
            locator, "ragged_row",
            f"The row has {len(row):,} cells and the header {len(header):,}. Quote cells that "
            "hold the delimiter or line ends.", printable(joined, limits.payload_chars),
        )  # fmt: skip
    if _ESCAPED.search(joined):
        return Rejection(
            locator, "undecodable_bytes",
            "The row holds bytes that are not text in the file's encoding. Deliver it in UTF-8.",
            printable(joined, limits.payload_chars),
        )  # fmt: skip
    fields = read_fields(_named(header, row), mapping)
    return story_record(locator, fields, payload_chars=limits.payload_chars)


def _named(names: Sequence[str], values: Iterable[Any]) -> dict[str, Any]:
    """Values by the names of their columns; of columns of one name the first that is filled."""
    row: dict[str, Any] = {}
    for name, value in zip(names, values, strict=True):
        if row.get(name) in (None, ""):
            row[name] = value
    return row


def _lines(stream: ByteStream, codec: str, limits: Limits, ended: list[bool]) -> Iterator[str]:
    """Decoded lines; invalid bytes become escapes, so that only their row is rejected.

    ``ended`` is no longer empty once a line beyond the last was asked for.
    """
    for line in stream.lines(limits.record_bytes):
        if line.content is None:
            raise too_large(limits.record_bytes)
        text = line.content.decode(codec, "surrogateescape")
        if line.number == 1:
            text = text.removeprefix("\ufeff")
        for piece in text.removesuffix("\r").split("\r"):
            yield piece + "\n"
    ended.append(True)


def _with_first(first: str, rest: Iterable[str]) -> Iterator[str]:
    if first:
        yield first
    yield from rest


def _known_cells(line: str, delimiter: str) -> int:
    known = {name for names in FIELD_NAMES.values() for name in names}
    return sum(plain_name(cell) in known for cell in line[:20_000].split(delimiter))


def refuse_unknown(header: Sequence[str], mapping: Mapping[str, str] | None) -> None:
    """Raises Refused ``unknown_columns`` where no column can be a title or a text."""
    names = {plain_name(name) for name in header}
    mapped = {path.partition(".")[0] for path in (mapping or {}).values()}
    if names & _TEXTS or mapped & set(header):
        return
    raise Refused(
        "unknown_columns",
        f"None of the table's {len(header):,} columns ({', '.join(header[:6])[:200]}) is known as "
        "a title or a text. Name them title and text, or give a mapping of fields.",
    )


def read_parquet(
    stream: ByteStream, limits: Limits, mapping: Mapping[str, str] | None
) -> Iterator[Item]:
    """Rows of a Parquet file, a few at a time; dictionary-encoded texts are expanded as needed."""
    import pyarrow
    from pyarrow import parquet

    file = stream.seekable(limits.record_bytes)
    faults = (pyarrow.ArrowException, OSError, ValueError, MemoryError)
    try:
        opened = parquet.ParquetFile(file)
        names: list[str] = opened.schema_arrow.names
        texts = [field.name for field in opened.schema_arrow if pyarrow.types.is_string(field.type)]
        opened = parquet.ParquetFile(file, read_dictionary=texts)
        batches = opened.iter_batches(batch_size=_BATCH_ROWS, use_threads=False)
    except faults as error:
        raise _damaged_parquet(error) from error
    refuse_unknown(names, mapping)
    number = 0
    while True:
        try:
            batch = next(batches, None)
        except faults as error:
            raise _damaged_parquet(error) from error
        if batch is None:
            return
        for position in range(batch.num_rows):
            number += 1
            yield _parquet_row(batch, names, position, f"row {number}", limits, mapping)


def _parquet_row(
    batch: Any,
    names: Sequence[str],
    position: int,
    locator: str,
    limits: Limits,
    mapping: Mapping[str, str] | None,
) -> Item:
    try:
        cells = [_cell(batch.column(at)[position], name) for at, name in enumerate(names)]
    except (ValueError, OverflowError) as error:
        return Rejection(locator, "damaged_row", f"The row cannot be read ({error}).")
    fields = read_fields(_named(names, cells), mapping)
    return story_record(locator, fields, payload_chars=limits.payload_chars)


def _cell(scalar: Any, name: str) -> Any:
    """The value as Python has it; dates beyond its calendar as text, bytes of a text decoded.

    Raises ValueError for what cannot be read. Older writers store texts as bytes.
    """
    import pyarrow

    try:
        value = scalar.as_py()
    except (ValueError, OverflowError):
        if not pyarrow.types.is_temporal(scalar.type):
            raise
        return _far_date(scalar)
    return value.decode() if isinstance(value, bytes) and plain_name(name) in _TEXTS else value


def _far_date(scalar: Any) -> str | None:
    """A date of a year that Python does not know, as Arrow writes it."""
    import pyarrow

    try:
        return str(scalar.cast(pyarrow.string()))
    except pyarrow.ArrowException:
        return None


def _damaged_parquet(error: Exception) -> Refused:
    return Refused("damaged_archive", f"The Parquet file is damaged: {error}. Fetch it again.")


FORMATS = (
    LineFormat(
        name="csv",
        begins=lambda start, _: table_format(start) == "csv",
        endings=(".csv",),
        fits=may_be_table,
        nul_share=FEW_NUL,
        read=read_delimited,
    ),
    LineFormat(
        name="tsv",
        begins=lambda start, _: table_format(start) == "tsv",
        endings=(".tsv", ".tab"),
        fits=may_be_table,
        nul_share=FEW_NUL,
        read=read_delimited,
    ),
    ByteFormat(name="parquet", magic=(b"PAR1",), endings=(".parquet",), read=read_parquet),
)
