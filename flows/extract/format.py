"""What a format is: its name, how files of it are recognised, and how they are read.

Each module in `formats/` declares its own in ``FORMATS``; no list names them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from flows.extract import formats as package
from flows.extract.bytes.stream import ByteStream
from flows.extract.record import Item, Limits

FieldPaths = Mapping[str, str] | None


def _never(*_: object) -> bool:
    return False


@dataclass(frozen=True, kw_only=True)
class _Format:
    """How files of a format are recognised, in the order of these fields.

    Attributes:
        name: what `ops.file.format` says.
        magic: bytes that no file of another format begins with.
        begins: whether text begins as that of no other format does. It gets the first characters
            of a file, white space before them left out, and the format its name promises.
        endings: of the names of its files, in lower case.
        fits: whether text may be of it where the name has such an ending.
        nul_share: share of NUL among the first bytes up to which a file is read nevertheless.
    """

    name: str
    magic: tuple[bytes, ...] = ()
    begins: Callable[[str, str | None], bool] = _never
    endings: tuple[str, ...] = ()
    fits: Callable[[str], bool] = _never
    nul_share: float = 0.0


@dataclass(frozen=True, kw_only=True)
class TextFormat(_Format):
    """A document that is one text; decoded before it is read."""

    read: Callable[[str, Limits, FieldPaths], Iterable[Item]]


@dataclass(frozen=True, kw_only=True)
class LineFormat(_Format):
    """A text with a record a line; read as a stream, with the codec of the lines."""

    read: Callable[[ByteStream, str, Limits, FieldPaths], Iterator[Item]]


@dataclass(frozen=True, kw_only=True)
class ByteFormat(_Format):
    """Bytes that are not one text."""

    read: Callable[[ByteStream, Limits, FieldPaths], Iterator[Item]]


Format = TextFormat | LineFormat | ByteFormat

FEW_NUL = 0.01
"""``nul_share`` of formats of many records, in which a stray NUL costs the record it stands in."""


@cache
def known_formats() -> tuple[Format, ...]:
    """What the modules in `formats/` declare; asked in the order of the modules' names."""
    names = (f"{package.__name__}.{module.name}" for module in iter_modules(package.__path__))
    modules = [import_module(name) for name in names]
    return tuple(known for module in modules for known in getattr(module, "FORMATS", ()))
