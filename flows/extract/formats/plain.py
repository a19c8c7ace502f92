"""Reads plain text: line ends become \\n and a byte-order mark is removed."""

from __future__ import annotations

from flows.extract.format import TextFormat
from flows.extract.record import ExtractedRecord, Item


def read_plain(text: str) -> Item:
    """The one record of a text file. What its lines are is left to the segmentation."""
    return ExtractedRecord(locator="", text=text)


PLAIN = TextFormat(name="plain", read=lambda text, _limits, _paths: [read_plain(text)])
"""What text is that no format claims."""
