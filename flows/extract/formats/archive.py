"""Reads zip archives: each member is read like a separate file, without unpacking to disk."""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import IO

import zstandard

from flows.extract.bytes.stream import ByteStream, Readable
from flows.extract.record import (
    MIB,
    Extraction,
    Item,
    Limits,
    Refused,
)

OpenMember = Callable[[str, Readable], Extraction]
_DIRECTORY_BYTES = 256 * MIB
_MEMBER_FAULTS = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, zstandard.ZstdError, EOFError,
                  OSError, RuntimeError, NotImplementedError, ValueError, struct.error)  # fmt: skip
_DOCUMENTS = {"[Content_Types].xml": "an Office document", "META-INF/MANIFEST.MF": "a Java program",
              "META-INF/container.xml": "an e-book"}  # fmt: skip
_FREE_BYTES = 16 * MIB


def read_zip(stream: ByteStream, limits: Limits, open_member: OpenMember) -> Iterator[Item]:
    """Records of all members, in the order of the archive, located by their names.

    A name is only a label here, so paths that climb out of the archive do no harm.
    """
    file = stream.seekable(limits.record_bytes)
    _refuse_huge_directory(file)
    try:
        archive = zipfile.ZipFile(file)
    except _MEMBER_FAULTS as error:
        raise Refused(
            "damaged_archive", f"The zip archive cannot be read: {error}. Fetch it again."
        ) from error
    # Not by is_dir(), which fails for a member without a name.
    names = (m for m in archive.infolist() if not m.filename.endswith("/"))
    members = [m for m in names if not _is_litter(m.filename)]
    for name, words in _DOCUMENTS.items():
        if name in archive.NameToInfo:
            raise Refused(
                "not_text", f"The file looks like {words}, not like text. Deliver its text."
            )
    if not members:
        raise Refused("empty_archive", "The zip archive holds no files. Nothing to load.")
    left = limits.file_bytes
    seen: dict[str, int] = {}
    for member in members:
        counted = _Member(archive, member, left, limits.ratio)
        yield from _located(_label(member.filename, seen), counted, member.filename, open_member)
        left -= counted.count


def _located(label: str, member: _Member, name: str, open_member: OpenMember) -> Iterator[Item]:
    """A member's items with the member's name before their own locator."""
    try:
        for item in open_member(name, member).items:
            inner = f"{label}, {item.locator}" if item.locator else label
            yield replace(item, locator=inner)
    except Refused as refused:
        yield refused.rejection(label)
        if refused.rule == "file_too_large":
            raise
    finally:
        member.close()


class _Member:
    """A member's bytes; refuses bombs, damage, passwords and content beyond ``left`` bytes."""

    def __init__(
        self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, left: int, ratio: int
    ) -> None:
        self._archive = archive
        self._info = info
        self._left = left
        self._most = max(_FREE_BYTES, ratio * max(info.compress_size, 1))
        self._opened: IO[bytes] | None = None
        self.count = 0

    def read(self, size: int, /) -> bytes:
        try:
            if self._opened is None:
                if self._info.flag_bits & 1:
                    raise Refused(
                        "encrypted_archive",
                        "The member is encrypted. Deliver the archive without a password.",
                    )
                self._opened = self._archive.open(self._info)
            data = self._opened.read(size)
        except _MEMBER_FAULTS as error:
            raise Refused(
                "damaged_archive", f"The member cannot be unpacked: {error}. Fetch it again."
            ) from error
        self.count += len(data)
        if self.count > self._most:
            raise Refused(
                "decompression_bomb",
                "The member unpacks to far more than text does. Reading stopped there.",
            )
        if self.count > self._left:
            raise Refused(
                "file_too_large",
                "The archive's members hold more bytes than one file may. Split it, or raise the "
                "limit of bytes a file.",
            )
        return data

    def close(self) -> None:
        if self._opened is not None:
            self._opened.close()


def _label(name: str, seen: dict[str, int]) -> str:
    """``member NAME``, printable, at most 300 characters, numbered where names repeat."""
    shown = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in name)[:300]
    seen[shown] = seen.get(shown, 0) + 1
    return f"member {shown}" if seen[shown] == 1 else f"member {shown} #{seen[shown]}"


def _is_litter(name: str) -> bool:
    """True for files that archiving programs add: resource forks and hidden files."""
    return name.startswith("__MACOSX/") or name.rpartition("/")[2].startswith(".")


def _refuse_huge_directory(file: IO[bytes]) -> None:
    """Refuse a list of members too large to read at once."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - 65_557))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    listed = 0
    if at >= 0 and len(tail) >= at + 22:
        listed = struct.unpack_from("<I", tail, at + 12)[0]
        wide = tail.rfind(b"PK\x06\x06")
        if listed == 0xFFFFFFFF and wide >= 0 and len(tail) >= wide + 56:
            listed = struct.unpack_from("<Q", tail, wide + 40)[0]
    file.seek(0)
    if min(listed, size) > _DIRECTORY_BYTES:
        raise Refused(
            "too_many_records",
            "The zip archive lists more members than fit in memory. Split it.",
        )
