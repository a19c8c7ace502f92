"""Recognises tables by the shape of their first lines."""

from __future__ import annotations

import re

from flows.extract.formats.fields import KNOWN_NAMES
from flows.extract.formats.markup import is_xml

_BLANK_LINE = re.compile(r"[ \t\r]*\n\s*\S")
_SEPARATOR_LINE = re.compile(r"sep=.\r?\n")
_DELIMITERS = (("\t", "tsv"), (",", "csv"), (";", "csv"), ("|", "csv"))


def table_format(start: str) -> str | None:
    """csv or tsv if the first line is a header row with usual field names."""
    if _SEPARATOR_LINE.match(start):
        return "csv"
    line, _, rest = start.partition("\n")
    if _BLANK_LINE.match(rest):
        return None
    for delimiter, table in _DELIMITERS:
        cells = {cell.strip(" \"'\r").lower() for cell in line[:2000].split(delimiter)}
        if len(cells & KNOWN_NAMES) >= 2 and _is_header(cells):
            return table
    return None


def may_be_table(start: str) -> bool:
    """True unless the first line is one cell of no known name, or a blank line follows it."""
    line, _, rest = start.partition("\n")
    if line.strip(" \"'\r").lower() in KNOWN_NAMES:
        return True
    return (
        not _BLANK_LINE.match(rest)
        and any(delimiter in line for delimiter, _ in _DELIMITERS)
        and not is_xml(start)
    )


def _is_header(cells: set[str]) -> bool:
    """True where all cells look like names of fields."""
    return all(re.fullmatch(r"[\w .:/-]{0,40}", cell) for cell in cells)
