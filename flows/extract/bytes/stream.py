"""A byte stream that allows peeking and enforces size limits."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from typing import IO, NamedTuple, Protocol, cast

from flows.extract.record import MIB, Refused

CHUNK = 256 * 1024


class Readable(Protocol):
    """Anything with ``read(size)``, such as a file or an unpacking stream."""

    def read(self, size: int, /) -> bytes:
        """At most ``size`` bytes; empty at the end."""


class Line(NamedTuple):
    """One line without its end; ``content`` is None where it was longer than allowed."""

    number: int
    content: bytes | None
    byte_count: int


class ByteStream:
    """Bytes of one file. Raises Refused ``file_too_large`` past ``max_bytes``."""

    def __init__(self, raw: Readable, max_bytes: int) -> None:
        self._raw = raw
        self._max_bytes = max_bytes
        self._taken = 0
        self._buffer = b""
        self._start = 0
        self._ended = False

    def _fill(self, size: int) -> None:
        """Have at least ``size`` bytes in the buffer, or all that is left."""
        have = len(self._buffer) - self._start
        if have >= size or self._ended:
            return
        parts = [self._buffer[self._start :]]
        while have < size and not self._ended:
            chunk = self._raw.read(max(CHUNK, size - have))
            if not chunk:
                self._ended = True
                break
            self._taken += len(chunk)
            if self._taken > self._max_bytes:
                raise Refused(
                    "file_too_large",
                    f"The file holds more than {self._max_bytes:,} bytes once unpacked. "
                    "Split it, or raise the limit of bytes a file.",
                )
            parts.append(chunk)
            have += len(chunk)
        self._buffer, self._start = b"".join(parts), 0

    def peek(self, size: int) -> bytes:
        """The next ``size`` bytes (fewer at the end), without consuming them."""
        self._fill(size)
        return self._buffer[self._start : self._start + size]

    def read(self, size: int, /) -> bytes:
        """The next ``size`` bytes, fewer only at the end."""
        self._fill(size)
        taken = self._buffer[self._start : self._start + size]
        self._start += len(taken)
        return taken

    @property
    def position(self) -> int:
        """Bytes read so far."""
        return self._taken - (len(self._buffer) - self._start)

    def readline(self, limit: int) -> bytes:
        """The next line with its \\n, or its first ``limit`` bytes; empty at the end."""
        size = min(limit, 1024)
        while True:
            self._fill(size)
            end = self._buffer.find(b"\n", self._start, self._start + size)
            if end >= 0:
                return self.read(end + 1 - self._start)
            if size >= limit or len(self._buffer) - self._start < size:
                return self.read(size)
            size = min(limit, size * 8)

    def skip(self, size: int) -> int:
        """Skip ``size`` bytes; returns how many there were."""
        left = size
        while left and (chunk := self.read(min(left, CHUNK))):
            left -= len(chunk)
        return size - left

    def read_whole(self, limit: int) -> bytes:
        """All that is left. Raises Refused ``record_too_large`` beyond ``limit`` bytes."""
        parts: list[bytes] = []
        have = 0
        while chunk := self.read(CHUNK):
            have += len(chunk)
            if have > limit:
                raise too_large(limit)
            parts.append(chunk)
        return b"".join(parts)

    def seekable(self, in_memory: int) -> IO[bytes]:
        """The whole file, from its start, as one that can be sought in.

        Copied where it cannot be, to an unnamed temporary file beyond ``in_memory`` bytes.
        """
        if isinstance(self._raw, io.IOBase) and self._raw.seekable():
            self._raw.seek(0)
            return cast("IO[bytes]", self._raw)
        spool: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=in_memory)  # noqa: SIM115
        while chunk := self.read(CHUNK):
            spool.write(chunk)
        spool.seek(0)
        return spool

    def lines(self, limit: int) -> Iterator[Line]:
        """Lines ending in \\n, counted from 1. A line beyond ``limit`` bytes has no content.

        Blank lines are skipped where a whole chunk contains nothing else.
        """
        number = 0
        parts: list[bytes] = []
        have = 0
        while chunk := self.read(CHUNK):
            if not have and chunk.isspace():
                # Endless blank lines would take minutes one by one.
                number += chunk.count(b"\n")
                continue
            *ended, rest = chunk.split(b"\n")
            for piece in ended:
                number += 1
                have += len(piece)
                content = b"".join((*parts, piece)) if have <= limit else None
                yield Line(number, content, have)
                parts, have = [], 0
            have += len(rest)
            if have <= limit:
                parts.append(rest)
            else:
                parts = []
        if have:
            yield Line(number + 1, b"".join(parts) if have <= limit else None, have)


def too_large(limit: int) -> Refused:
    """The refusal of a record or document beyond ``limit`` bytes."""
    return Refused(
        "record_too_large",
        f"The record is larger than {limit / MIB:,.1f} MiB, the most one record may have. "
        "If it is real news, raise the limit of bytes a record.",
    )
