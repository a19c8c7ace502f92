"""One way to read bytes in these tests: the whole extraction at once."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import pytest

from flows.extract import extract
from flows.extract.record import ExtractedRecord, Item, Limits, Rejection


class Read(NamedTuple):
    """Everything one file gave."""

    format: str | None
    encoding: str | None
    items: list[Item]

    @property
    def records(self) -> list[ExtractedRecord]:
        return [item for item in self.items if isinstance(item, ExtractedRecord)]

    @property
    def rejected(self) -> list[tuple[str | None, str]]:
        return [(item.locator, item.rule) for item in self.items if isinstance(item, Rejection)]

    @property
    def hinted(self) -> list[tuple[str, str]]:
        """Kind and text of the first record's hints."""
        record = self.records[0]
        return [(hint.kind, record.text[hint.start_char : hint.end_char]) for hint in record.hints]


def _read(
    data: bytes,
    name: str = "file",
    *,
    mapping: Mapping[str, str] | None = None,
    **limits: Any,
) -> Read:
    found = extract(name, io.BytesIO(data), Limits(**limits), mapping)
    items = list(found.items)
    for item in items:
        if isinstance(item, ExtractedRecord):
            _check_hints(item)
    return Read(found.format, found.encoding, items)


def _check_hints(record: ExtractedRecord) -> None:
    end = 0
    for hint in record.hints:
        assert end <= hint.start_char < hint.end_char <= len(record.text), hint
        end = hint.end_char


@pytest.fixture
def read() -> Callable[..., Read]:
    return _read
