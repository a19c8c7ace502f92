"""Streaming decompression of gzip, zstd, bzip2 and xz with a limit on the compression ratio."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable
from typing import Any

import zstandard

from flows.extract.bytes.stream import CHUNK, Readable
from flows.extract.record import MIB, Refused

_FREE_BYTES = 16 * MIB
"""Bytes of output below which no ratio is checked: small files of one letter are no attack."""


class Unpacker:
    """One member of a compressed stream, read by bz2 and lzma, which share one interface."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    @property
    def eof(self) -> bool:
        """True once the member has ended."""
        return bool(self._inner.eof)

    @property
    def unused_data(self) -> bytes:
        """Input beyond the end of the member."""
        return bytes(self._inner.unused_data)

    def unpack(self, data: bytes, size: int) -> bytes:
        """At most ``size`` bytes of output."""
        return bytes(self._inner.decompress(data, size))

    @property
    def is_waiting(self) -> bool:
        """True if output is pending that was not requested yet."""
        return not self._inner.needs_input and not self._inner.eof


class _Zlib(Unpacker):
    def __init__(self) -> None:
        super().__init__(zlib.decompressobj(wbits=31))
        self._kept = b""

    def unpack(self, data: bytes, size: int) -> bytes:
        out = bytes(self._inner.decompress(self._kept + data, size))
        self._kept = self._inner.unconsumed_tail
        return out

    @property
    def is_waiting(self) -> bool:
        return bool(self._kept)


class _Zstd(Unpacker):
    """zstd returns all output of its input at once: it gets little input, so output stays small."""

    def __init__(self) -> None:
        super().__init__(zstandard.ZstdDecompressor(max_window_size=_WINDOW).decompressobj())
        self._kept = b""

    @property
    def unused_data(self) -> bytes:
        return super().unused_data + self._kept

    def unpack(self, data: bytes, size: int) -> bytes:
        del size
        given = self._kept + data
        self._kept = given[_SLICE:]
        return bytes(self._inner.decompress(given[:_SLICE]))

    @property
    def is_waiting(self) -> bool:
        return bool(self._kept) and not self._inner.eof


_WINDOW = 128 * MIB
_SLICE = 1024
"""Bytes of zstd unpacked at once; at most 32 MiB come out, as a block of 128 KiB takes 4 bytes."""
_FAULTS = (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError, MemoryError)
_LZMA_MEMORY = 256 * MIB
_OPENERS: dict[str, Callable[[], Unpacker]] = {
    "gzip": _Zlib,
    "bzip2": lambda: Unpacker(bz2.BZ2Decompressor()),
    "zstd": _Zstd,
    "xz": lambda: Unpacker(lzma.LZMADecompressor(memlimit=_LZMA_MEMORY)),
}


class Counted:
    """Counts the bytes read from a stream."""

    def __init__(self, raw: Readable) -> None:
        self._raw = raw
        self.count = 0

    def read(self, size: int, /) -> bytes:
        """Read and count."""
        data = self._raw.read(size)
        self.count += len(data)
        return data


class Unpacked:
    """The unpacked bytes. Raises Refused ``damaged_archive`` or ``decompression_bomb``.

    Bytes before the damage have been returned by then. Several members in a row are one stream,
    as gzip and zstd define.
    """

    def __init__(self, raw: Readable, kind: str, ratio: int) -> None:
        self._packed = Counted(raw)
        self._kind = kind
        self._ratio = ratio
        self._out = 0
        self._rest = b""
        self._member: Unpacker | None = _OPENERS[kind]()
        self._ready = b""
        self._began = False

    def read(self, size: int, /) -> bytes:
        """The next bytes, at most ``size``; empty at the end."""
        try:
            out = self._ready or self._unpack(size)
        except (*_FAULTS, zstandard.ZstdError) as error:
            raise self._damaged(str(error)) from error
        out, self._ready = out[:size], out[size:]
        self._out += len(out)
        if self._out > max(_FREE_BYTES, self._ratio * max(self._packed.count, 1)):
            raise Refused(
                "decompression_bomb",
                f"The file unpacks to more than {self._ratio:,} times its size, which no text "
                "does. Reading stopped there.",
            )
        return out

    def _unpack(self, size: int) -> bytes:
        while self._member is not None:
            data = b""
            if not self._member.is_waiting:
                data = self._rest or self._packed.read(CHUNK)
                self._rest = b""
                if not data:
                    if self._began:
                        raise EOFError("it ends before its end mark; it was cut off")
                    self._member = None
                    break
            self._began = True
            out = self._member.unpack(data, size)
            if self._member.eof:
                self._next_member()
            if out:
                return out
        return b""

    def _next_member(self) -> None:
        """Continue with the next member, if any; zeros may pad the end."""
        assert self._member is not None
        rest = self._member.unused_data or self._packed.read(CHUNK)
        while rest and not rest.strip(b"\0"):
            rest = self._packed.read(CHUNK)
        self._member = _OPENERS[self._kind]() if rest else None
        self._rest = rest.lstrip(b"\0")
        self._began = False

    def _damaged(self, cause: str) -> Refused:
        return Refused(
            "damaged_archive",
            f"The {self._kind} data is damaged after {self._packed.count:,} bytes: {cause}. "
            "What came before was read; fetch the file again for the rest.",
        )
